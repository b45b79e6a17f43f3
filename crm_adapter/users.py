"""The people who use the call screen, and the devices they sit at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from crm_adapter.errors import UsersInvalid
from crm_adapter.texts import Language

UserRole = Literal["user", "supervisor", "admin", "service"]
"""What somebody is to the gateway; ``service`` is a program, which no source has."""


class User(Struct, frozen=True, kw_only=True):
    """A CRM user.

    :param login: name to log in with, unique.
    :param name: as colleagues know the person.
    :param language: of the call screen.
    :param role: what the user may see and do beyond the own calls.
    :param groups: teams the user is in; a supervisor who is in some sees only those who are in one of them, too.
    :param devices: device identifiers at the switch, the first is the one calls are made from. As a source gives them
        they may be other names of the devices (:mod:`crm_adapter.devicenames`).
    :param extension: number colleagues dial to reach the user; empty when there is none.
    :param cti_enabled: the devices are monitored and the user has a call screen.
    :param call_screen: name of the URL template a call opens in the CRM; empty for none.
    :param site: name of the site whose location the user's numbers follow; empty for the main one.
    :param area_code: the user's, where it is not the site's; empty: the site's.
    :param outside_prefix: what asks the switch for an outside line, where it is not the site's; empty: the site's.
    :param password_hash: argon2 hash (RFC 9106), empty when the user cannot log in with a password.
    """

    login: str
    name: str
    language: Language = "de"
    role: UserRole = "user"
    groups: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    extension: str = ""
    cti_enabled: bool = True
    call_screen: str = ""
    site: str = ""
    area_code: str = ""
    outside_prefix: str = ""
    password_hash: str = ""


class Users:
    """All users, found by login, device or extension. Several users may share a device, never a login or extension.

    :raises UsersInvalid: two users claim the same login or extension; the text names all of them.
    """

    def __init__(self, users: Iterable[User]) -> None:
        self._logins: Mapping[str, User] = {}
        self._extensions: Mapping[str, User] = {}
        self._devices: Mapping[str, tuple[User, ...]] = {}
        self.replace(users)

    def replace(self, users: Iterable[User]) -> frozenset[str]:
        """Put other users in the place of these; gives the logins of those who are new, different or gone.

        :raises UsersInvalid: as above; everybody stays as they were.
        """
        known = tuple(users)
        logins = _unique("login", ((user.login, user) for user in known))
        extensions = _unique("extension", ((user.extension, user) for user in known if user.extension))
        before, self._logins = self._logins, logins
        self._extensions = extensions
        self._devices = _by_device(known)
        return frozenset(login for login in before.keys() | logins.keys() if before.get(login) != logins.get(login))

    def __iter__(self) -> Iterator[User]:
        return iter(self._logins.values())

    def __len__(self) -> int:
        return len(self._logins)

    def by_login(self, login: str) -> User | None:
        """The user with this login, or None."""
        return self._logins.get(login)

    def by_device(self, device: str) -> tuple[User, ...]:
        """The users with a call screen for this device; none for an unknown device."""
        return self._devices.get(device, ())

    def by_extension(self, extension: str) -> User | None:
        """The user who is reached by this extension, CTI or not, or None."""
        return self._extensions.get(extension)

    def devices(self) -> set[str]:
        """Every device that must be monitored."""
        return set(self._devices)


def _by_device(users: Iterable[User]) -> Mapping[str, tuple[User, ...]]:
    table: defaultdict[str, list[User]] = defaultdict(list)
    for user in users:
        if user.cti_enabled:
            for device in dict.fromkeys(user.devices):
                table[device].append(user)
    return MappingProxyType({device: tuple(sharing) for device, sharing in table.items()})


def _unique(field: str, pairs: Iterable[tuple[str, User]]) -> Mapping[str, User]:
    found: defaultdict[str, list[User]] = defaultdict(list)
    for key, user in pairs:
        found[key].append(user)
    clashes = [
        f"{field} {key!r} belongs to {' and '.join(f'{user.name} ({user.login})' for user in users)}"
        for key, users in found.items()
        if len(users) > 1
    ]
    if clashes:
        raise UsersInvalid("; ".join(clashes))
    return MappingProxyType({key: users[0] for key, users in found.items()})
