"""The JSON values of the API, one structure each, exactly as docs/reference/api.md lists them. Times are Unix ms."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from crm_adapter.callrules import Action, Label, Result, Word
from crm_adapter.directory import Certainty
from crm_adapter.journal import CrmState, JournalEntry
from crm_adapter.numbers import Number, NumberKind
from crm_adapter.poprules import Trigger, Way
from crm_adapter.texts import Language
from crm_adapter.users import User
from csta.model.call import Direction, Presentation
from csta.model.states import Service

Presence = Literal["free", "ringing", "busy", "unknown"]


class NumberView(Struct, frozen=True, kw_only=True):
    """A telephone number as it came, in E.164 and as people write it."""

    raw: str
    e164: str | None
    display: str
    presentation: Presentation


class MatchView(Struct, frozen=True, kw_only=True):
    """A record of the CRM the number may belong to; ``url`` opens it."""

    kind: Literal["person", "company", "user"]
    name: str
    company: str | None
    certainty: Certainty
    url: str | None


class StrangerView(Struct, frozen=True, kw_only=True):
    """What can be done about a caller nobody knows: pages of the CRM that take in the number.

    :param new_person: creates a person, or None.
    :param new_company: creates a company, or None.
    :param add_number: contacts tell, when they are searched with a ``number``, how it can be added to them.
    """

    new_person: str | None
    new_company: str | None
    add_number: bool


class CompanionView(Struct, frozen=True, kw_only=True):
    """Somebody else in a conference."""

    number: NumberView
    name: str | None


class CallView(Struct, frozen=True, kw_only=True):
    """A call as its user sees it."""

    id: str
    device: str
    direction: Direction
    label: Label
    since: int
    began: int
    number: NumberView
    name: str | None
    company: str | None
    internal: bool
    matches: tuple[MatchView, ...]
    matches_pending: bool
    called: NumberView | None
    consultation_of: str | None
    conference: tuple[CompanionView, ...]
    actions: tuple[Action, ...]
    suspended: tuple[Action, ...]
    words: tuple[Word, ...]
    primary: Action | None
    url: str | None
    way: Way
    pops: bool
    stranger: StrangerView | None
    result: Result | None
    answered_by: str | None
    duration: int | None
    note: str
    disposition: str
    private: bool


class LinkView(Struct, frozen=True, kw_only=True):
    """The link to the switch."""

    up: bool
    name: str
    reason: str
    since: int
    retry_at: int | None


class DeviceView(Struct, frozen=True, kw_only=True):
    """A telephone and its features.

    :param via: what it is reached by instead of its link, empty while it is reached by that.
    :param lacks: what cannot be done with it because of that.
    :param can_dial: a call may be begun at it now.
    """

    id: str
    name: str
    do_not_disturb: bool | None
    forwarding: dict[str, str]
    in_service: bool
    via: str
    lacks: tuple[Service, ...]
    capabilities: tuple[Service, ...]
    can_dial: bool


class ColleagueView(Struct, frozen=True, kw_only=True):
    """A colleague and whether they are on the telephone."""

    login: str
    name: str
    extension: str
    state: Presence


class DeviceName(Struct, frozen=True, kw_only=True):
    """A telephone of a user."""

    id: str
    name: str


class UserView(Struct, frozen=True, kw_only=True):
    """The user who is logged in."""

    login: str
    name: str
    language: Language
    role: str
    cti_enabled: bool
    devices: tuple[DeviceName, ...]


class StaffView(Struct, frozen=True, kw_only=True):
    """A user of the gateway, as those who look after them see it.

    :param extension: number colleagues dial; empty for none.
    :param cti_enabled: the telephones are watched and the user has a call screen.
    :param site: whose numbers are understood as there; empty for the main one.
    """

    login: str
    name: str
    language: Language
    role: str
    groups: tuple[str, ...]
    extension: str
    devices: tuple[str, ...]
    cti_enabled: bool
    site: str


class LookupView(Struct, frozen=True, kw_only=True):
    """A number as it is understood, and whom it belongs to, best first."""

    number: NumberView
    kind: NumberKind
    matches: tuple[MatchView, ...]


class SessionView(Struct, frozen=True, kw_only=True):
    """What a page needs to begin.

    :param logout_url: page that ends the log-in where it was made, when that was not here.
    """

    user: UserView
    csrf: str
    version: str
    triggers: dict[Way, Trigger]
    dispositions: tuple[str, ...]
    logout_url: str | None


class JournalView(Struct, frozen=True, kw_only=True):
    """A past call."""

    id: str
    direction: Direction
    number: NumberView
    name: str | None
    company: str | None
    internal: bool
    result: Result
    began: int
    duration: int
    done: bool
    note: str
    disposition: str
    crm: CrmState | None


class PreviewView(Struct, frozen=True, kw_only=True):
    """What would be dialled, and whom it would reach."""

    display: str
    dial: str
    kind: NumberKind
    matches: tuple[MatchView, ...]


class ContactNumber(Struct, frozen=True, kw_only=True):
    """A number of a contact; ``dial`` is what to ask the gateway to dial."""

    label: str
    display: str
    dial: str


class ContactView(Struct, frozen=True, kw_only=True):
    """A person or company of the CRM.

    :param source: name of the source it is from.
    :param id: key of the record there.
    :param url: opens the record, or None.
    :param add_number: page of the CRM that takes in the number that was asked with, or None.
    :param number_kinds: kinds of numbers the gateway can write at it; empty: none.
    """

    source: str
    id: str
    kind: Literal["person", "company"]
    name: str
    company: str | None
    url: str | None
    add_number: str | None
    number_kinds: tuple[str, ...]
    numbers: tuple[ContactNumber, ...]


def number_view(number: Number) -> NumberView:
    """A number without what only the gateway needs."""
    return NumberView(raw=number.raw, e164=number.e164, display=number.display, presentation=number.presentation)


def user_view(user: User, language: Language) -> UserView:
    """A user without secrets."""
    devices = tuple(DeviceName(id=device, name=device) for device in user.devices)
    return UserView(
        login=user.login,
        name=user.name,
        language=language,
        role=user.role,
        cti_enabled=user.cti_enabled,
        devices=devices,
    )


def staff_view(user: User) -> StaffView:
    """A user without secrets, for those who look after them."""
    return StaffView(
        login=user.login,
        name=user.name,
        language=user.language,
        role=user.role,
        groups=user.groups,
        extension=user.extension,
        devices=user.devices,
        cti_enabled=user.cti_enabled,
        site=user.site,
    )


def journal_view(entry: JournalEntry, number: NumberView) -> JournalView:
    """A past call without what only the gateway needs."""
    return JournalView(
        id=entry.id,
        direction=entry.direction,
        number=number,
        name=entry.name,
        company=entry.company,
        internal=entry.internal,
        result=entry.result,
        began=entry.began,
        duration=entry.duration,
        done=entry.done,
        note=entry.note,
        disposition=entry.disposition,
        crm=entry.crm,
    )


def milliseconds(seconds: float) -> int:
    """Unix milliseconds of a clock's seconds."""
    return round(seconds * 1000)
