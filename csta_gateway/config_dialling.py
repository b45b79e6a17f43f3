"""``[dialling]``: whom users may call, and how often, so that nobody telephones at the company's expense."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, Struct, field, structs

from crm_adapter.destinations import Destination
from crm_adapter.users import User, UserRole
from csta_gateway.config_sources import Filled

Calls = Annotated[int, Meta(ge=0, le=100_000)]
_PREFIX = re.compile(r"\+?\d+")
_WRITTEN = re.compile(r"[ ()/-]")


class Allowance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """``[dialling.roles.ROLE]`` and ``[dialling.users.LOGIN]``: what is different for some.

    :param allowed: as in ``[dialling]``.
    :param denied_prefixes: as in ``[dialling]``; these take the place of the general ones.
    :param calls_per_minute: as in ``[dialling]``.
    :param calls_per_hour: as in ``[dialling]``.
    """

    allowed: tuple[Destination, ...] | None = None
    denied_prefixes: tuple[Filled, ...] | None = None
    calls_per_minute: Calls | None = None
    calls_per_hour: Calls | None = None

    def __post_init__(self) -> None:
        """Prefixes are digits."""
        _check(self.denied_prefixes or ())


class Limits(Struct, frozen=True, kw_only=True):
    """What holds for one user.

    :param denied_prefixes: without anything but digits and a leading ``+``.
    """

    allowed: tuple[Destination, ...]
    denied_prefixes: tuple[str, ...]
    calls_per_minute: int
    calls_per_hour: int


class Dialling(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[dialling]``: whom users may call, also by forwarding and transfer. Emergency calls are never limited.

    :param allowed: where calls may go: ``internal``, ``national``, ``mobile``, ``international``, ``premium``
        (premium-rate and shared-cost numbers, satellites, short numbers of services).
    :param denied_prefixes: beginnings of numbers nobody calls, like ``+881`` or ``0137``.
    :param calls_per_minute: calls out of the house a user may begin in a minute.
    :param calls_per_hour: the same in an hour.
    :param roles: role (``user``, ``supervisor``, ``admin``) → what is different for it.
    :param users: login → what is different for one user; it goes before the role's.
    """

    allowed: tuple[Destination, ...] = ("internal", "national", "mobile", "international")
    denied_prefixes: tuple[Filled, ...] = ()
    calls_per_minute: Calls = 20
    calls_per_hour: Calls = 200
    roles: dict[UserRole, Allowance] = field(default_factory=dict)
    users: dict[str, Allowance] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prefixes are digits."""
        _check(self.denied_prefixes)

    def of(self, user: User) -> Limits:
        """What holds for a user."""
        values = {name: value for name, value in structs.asdict(self).items() if name in Limits.__struct_fields__}
        for own in (self.roles.get(user.role), self.users.get(user.login)):
            given = structs.asdict(own) if own is not None else {}
            values.update({name: value for name, value in given.items() if value is not None})
        prefixes = tuple(_WRITTEN.sub("", prefix) for prefix in values.pop("denied_prefixes"))
        return Limits(denied_prefixes=prefixes, **values)


def _check(prefixes: tuple[str, ...]) -> None:
    for prefix in prefixes:
        if not _PREFIX.fullmatch(_WRITTEN.sub("", prefix)):
            raise ValueError(f"`denied_prefixes`: `{prefix}` is no beginning of a number; write it like +881 or 0137")
