"""Which page of the CRM a call opens for whom, and when it opens by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct

from crm_adapter.calllist import CallEntry
from crm_adapter.screenpop import Subject, Templates, about
from crm_adapter.sites import Sites
from crm_adapter.users import User
from csta.model.call import Direction

Way = Literal["incoming", "outgoing", "internal"]
"""Where a call comes from or goes to; one with a colleague is ``internal`` either way."""

Trigger = Literal["ring", "answer", "click", "never"]
"""When the page opens: with the first ring, when the call is answered, on a click only, or not even then."""

WAYS: tuple[Way, ...] = get_args(Way)


class PopRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[screen.incoming]``, ``[screen.outgoing]``, ``[screen.internal]``: what such calls open, and when.

    :param screen: name of the template; empty: no page; None: nothing is said here.
    :param trigger: ``ring``, ``answer``, ``click`` or ``never``; None: nothing is said here.
    """

    screen: str | None = None
    trigger: Trigger | None = None


Rules = Mapping[Way, PopRule]
NOTHING_SAID: Rules = MappingProxyType({})


class ScreenPop:
    """The rules of all users.

    :param templates: the addresses by name.
    :param sites: where users' numbers are understood.
    :param rules: for everybody.
    :param users: for some, by login; what they say goes before the user record, and that before ``rules``.
    """

    def __init__(
        self,
        templates: Templates,
        sites: Sites,
        rules: Rules = NOTHING_SAID,
        users: Mapping[str, Rules] = MappingProxyType({}),
    ) -> None:
        self.templates = templates
        self._sites = sites
        self._rules = rules
        self._users = users

    def screen(self, user: User, way: Way) -> str:
        """Name of the template such calls open for the user; empty for none."""
        own = self._own(user, way).screen
        if own is not None:
            return own
        return user.call_screen or self._everybody(way).screen or ""

    def triggers(self, user: User) -> dict[Way, Trigger]:
        """When pages open by themselves, unless the user has chosen otherwise."""
        return {way: self._own(user, way).trigger or self._everybody(way).trigger or "click" for way in WAYS}

    def url(self, call: CallEntry, user: User) -> str | None:
        """The page a call opens for the user, or None."""
        return self.templates.url(self.screen(user, way(call)), self.subject(call, user))

    def subject(self, call: CallEntry, user: User) -> Subject:
        """The call with its best match, as the user sees it."""
        return about(call, user, self._sites.of(user))

    def warnings(self, user: User) -> Iterator[str]:
        """What is wrong with the user's call screens: none of it is a reason not to show calls."""
        for name in dict.fromkeys((user.call_screen, *(self.screen(user, way) for way in WAYS))):
            if name and name not in self.templates:
                yield f"{user.login}'s call screen {name!r} is not in [screen.templates]; calls will not be links"

    def _own(self, user: User, way: Way) -> PopRule:
        return self._users.get(user.login, NOTHING_SAID).get(way, PopRule())

    def _everybody(self, way: Way) -> PopRule:
        return self._rules.get(way, PopRule())


def way(call: CallEntry) -> Way:
    """The way of a call."""
    return "internal" if call.internal else call.direction.value


def opens_by_itself(call: CallEntry) -> bool:
    """Whether a page may open unasked: the far party is certain, or nobody there is could be meant.

    A caller whom only the last digits of a number suggest is for the user to judge, and a telephone that was only
    lifted calls nobody yet.
    """
    dialled = bool(call.number.display) or call.direction is Direction.INCOMING
    return dialled and (not call.matches or call.matches[0].certainty != "uncertain")
