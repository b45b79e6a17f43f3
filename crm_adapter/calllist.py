"""The calls of every user as the call screen shows them, kept up to date by the events of the call model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from msgspec import Struct

from crm_adapter.callrules import (
    Action,
    Label,
    Result,
    Word,
    actions,
    held_partner,
    label,
    may_dial,
    primary,
    result,
    role,
    words,
)
from crm_adapter.clock import Clock
from crm_adapter.directory import Match
from crm_adapter.identifiers import unwrap
from crm_adapter.location import Location
from crm_adapter.lookup import Lookup, LookupResult
from crm_adapter.numberrules import Role
from crm_adapter.numbers import Number, normalise
from crm_adapter.sites import Sites
from crm_adapter.users import Users
from csta.model.call import Call, Direction, Party, Presentation
from csta.model.events import CallEnded, CallEvent, ModelEvent
from csta.model.states import Service

__all__ = ["CallEntry", "CallList", "actions", "label"]


class Companion(Struct, frozen=True, kw_only=True):
    """Somebody else in a conference.

    :param name: as of a call's far party.
    """

    number: Number
    name: str | None = None


class CallEntry(Struct, frozen=True, kw_only=True):
    """What one user sees of one call. Times are milliseconds on the clock of the source of calls (Unix time).

    :param id: names the call in commands on ``device``.
    :param label: key of the word for its state.
    :param since: when this state began.
    :param began: when the call began.
    :param number: the far party.
    :param name: the best match's name, else the one the switch gave (untrusted text), else None.
    :param company: the best match's company, or None.
    :param internal: the far party is a colleague.
    :param matches: whom the number may belong to, best first.
    :param matches_pending: sources are still being asked.
    :param called: the number first called, when it is not the user's own (queue, diversion), or None.
    :param consultation_of: id of the held call this one consults for, or None.
    :param conference: who takes part besides ``number``.
    :param actions: what may be done now, in the order of the buttons.
    :param suspended: what may be done again when its device can be reached again; one of the two is empty.
    :param words: keys of the words on these buttons.
    :param primary: the obvious next step among them, or None.
    :param result: how it went, once it is over.
    :param answered_by: name or device of who took it instead, when ``result`` is ``elsewhere``.
    :param duration: seconds connected, once it is over.
    """

    id: str
    device: str
    direction: Direction
    label: Label
    since: int
    began: int
    number: Number
    name: str | None = None
    company: str | None = None
    internal: bool = False
    matches: tuple[Match, ...] = ()
    matches_pending: bool = False
    called: Number | None = None
    consultation_of: str | None = None
    conference: tuple[Companion, ...] = ()
    actions: tuple[Action, ...] = ()
    suspended: tuple[Action, ...] = ()
    words: tuple[Word, ...] = ()
    primary: Action | None = None
    result: Result | None = None
    answered_by: str | None = None
    duration: int | None = None


OnChange = Callable[[str, CallEntry], None]
"""Called with the login of each user concerned and the entry, new, changed or ended (``result`` is set)."""

OnFound = Callable[[Call, LookupResult, float], None]


@dataclass(slots=True)
class _Joined:
    """One more far party of a conference, and what was found out about it."""

    party: Party
    number: Number
    found: LookupResult = field(default_factory=LookupResult)

    def companion(self) -> Companion:
        return Companion(number=self.number, name=_name(self.party, self.found))


@dataclass(slots=True)
class _Known:
    """A call and what was found out about it; ``able`` is what could last be done with its device."""

    call: Call
    able: frozenset[Service] = frozenset()
    number: Number = field(default_factory=Number)
    called: Number | None = None
    found: LookupResult = field(default_factory=LookupResult)
    joined: tuple[_Joined, ...] = ()
    requested: Action | None = None
    entry: CallEntry | None = None


class CallList:
    """Turns model events into the calls every user sees.

    :param users: whose calls; events of other devices are passed over.
    :param lookup: finds out who is calling.
    :param sites: how the switch writes numbers at each of them.
    :param on_change: hears of every change.
    :param clock: the clock the source of calls uses.
    :param capabilities: services the source of calls offers for a device now.
    :param on_found: hears who the far party of a call may be once all sources have answered, and the seconds it took.
    """

    def __init__(
        self,
        users: Users,
        lookup: Lookup,
        sites: Sites,
        on_change: OnChange,
        clock: Clock,
        capabilities: Callable[[str], frozenset[Service]],
        on_found: OnFound = lambda call, found, seconds: None,
    ) -> None:
        self._users = users
        self._lookup = lookup
        self._sites = sites
        self._on_change = on_change
        self._clock = clock
        self._capabilities = capabilities
        self._on_found = on_found
        self._devices: dict[str, dict[str, _Known]] = {}

    def apply(self, event: ModelEvent) -> None:
        """Take in an event of the source of calls."""
        if not isinstance(event, CallEvent):
            self._refresh_all()  # what the source can do may have changed with the link or the device
        elif not self._users.by_device(event.call.device):
            return
        elif isinstance(event, CallEnded):
            self._end(event)
        else:
            self._update(event.call)

    def entries(self, login: str) -> tuple[CallEntry, ...]:
        """The live calls of a user, oldest first."""
        user = self._users.by_login(login)
        return self.at(user.devices if user and user.cti_enabled else ())

    def at(self, devices: Iterable[str]) -> tuple[CallEntry, ...]:
        """The live calls at some devices, oldest first."""
        known = (known for device in dict.fromkeys(devices) for known in self._devices.get(device, {}).values())
        return tuple(sorted((each.entry for each in known if each.entry), key=lambda entry: entry.began))

    def entry(self, login: str, call_id: str) -> CallEntry | None:
        """The user's live call with this id, or None when there is none."""
        return next((entry for entry in self.entries(login) if entry.id == call_id), None)

    def may_dial(self, device: str) -> bool:
        """Whether a call may be begun at a device now."""
        known = self._devices.get(device, {}).values()
        return may_dial((each.entry.label for each in known if each.entry), self._capabilities(device))

    def forget(self, device: str) -> None:
        """Nobody watches the device any more; its calls are not told to an end."""
        self._devices.pop(device, None)

    def held_partner(self, device: str, call_id: str) -> str | None:
        """Id of the held call that an active one can be joined with or swapped for, or None."""
        known = self._devices.get(device, {}).get(call_id)
        partner = held_partner(known.call, self._others(known.call)) if known else None
        return partner.id if partner else None

    @contextmanager
    def requesting(self, device: str, call_id: str, action: Action) -> Iterator[None]:
        """While the switch is asked for ``action``: the call says so, and its end is understood (refused, transferred).

        The request counts until the next event of the call; an error raised inside takes it back.
        """
        partner = self.held_partner(device, call_id) if action == "complete" else None
        concerned = [each for each in (partner, call_id) if each is not None]
        self._set_requested(device, concerned, action)
        try:
            yield
        except BaseException:
            self._set_requested(device, concerned, None)
            raise

    def _others(self, call: Call) -> tuple[Call, ...]:
        return tuple(known.call for known in self._devices[call.device].values() if known.call.id != call.id)

    def _set_requested(self, device: str, call_ids: Iterable[str], action: Action | None) -> None:
        calls = self._devices.get(device, {})
        for call_id in call_ids:
            if call_id in calls:
                calls[call_id].requested = action
        if calls:
            self._refresh(device)

    def look_up_again(self, e164: str) -> None:
        """Ask anew who has a number, of the calls there are with it."""
        for calls in tuple(self._devices.values()):
            for known in tuple(calls.values()):
                if known.number.e164 == e164:
                    self._identify(known)
                    self._refresh(known.call.device)

    def read_again(self) -> None:
        """Read all numbers as their sites mean them now, and ask anew who has them."""
        for calls in tuple(self._devices.values()):
            for known in tuple(calls.values()):
                self._identify(known)
                self._identify_joined(known)
        self._refresh_all()

    def _update(self, call: Call) -> None:
        calls = self._devices.setdefault(call.device, {})
        known = calls.get(call.id)
        if known is None:
            known = calls[call.id] = _Known(call)
            self._identify(known)
            self._identify_joined(known)
        else:
            before, known.call, known.requested = known.call, call, None
            if (before.other, before.called) != (call.other, call.called):
                self._identify(known)
            if before.parties != call.parties:
                self._identify_joined(known)
        self._refresh(call.device)

    def _identify(self, known: _Known) -> None:
        """Find out who the far party is, now and while answers come in."""
        call = known.call
        number = known.number = self._number(call.device, call.other, role(call))
        known.called = self._called(call)
        asked = self._clock.seconds()

        def take(found: LookupResult) -> None:
            known.found = found
            if not found.pending:
                self._on_found(call, found, self._clock.seconds() - asked)

        def hear(found: LookupResult) -> None:
            if known.number is number:
                take(found)
                self._refresh(call.device)

        take(self._lookup.watch(number, hear))

    def _identify_joined(self, known: _Known) -> None:
        """Find out who else is in a conference."""
        call = known.call
        shown = next((party for party in call.parties if party.number == call.other.number), None)
        further = [party for party in call.parties if party is not shown] if len(call.parties) > 1 else []
        known.joined = tuple(_Joined(party, self._number(call.device, party, "connected")) for party in further)
        for each in known.joined:
            each.found = self._lookup.watch(each.number, partial(self._hear_joined, known, each))

    def _hear_joined(self, known: _Known, joined: _Joined, found: LookupResult) -> None:
        joined.found = found
        if any(each is joined for each in known.joined) and known.entry is not None:
            self._refresh(known.call.device)

    def _number(self, device: str, party: Party, role: Role) -> Number:
        if party.presentation is Presentation.ALLOWED:
            return normalise(party.number, self._location(device), role)
        return Number(presentation=party.presentation)

    def _called(self, call: Call) -> Number | None:
        if call.direction is Direction.OUTGOING or call.called.number in (None, call.device):
            return None
        number = self._number(call.device, call.called, "redirecting")
        own = {user.extension for user in self._users.by_device(call.device)} | {call.device}
        return None if number.internal in own or not number.display else number

    def _end(self, event: CallEnded) -> None:
        device = event.call.device
        known = self._devices.get(device, {}).pop(event.call.id, None)
        if known is None or known.entry is None:
            return
        talked = self._clock.seconds() - event.call.answered if event.call.answered is not None else 0.0
        known.call = event.call
        final = self._entry(
            known,
            result=result(event.call, known.entry.label, known.requested, event.answered_by is not None),
            answered_by=self._name_of(device, event.answered_by),
            duration=max(0, int(talked)),
        )
        known.number, known.joined = Number(), ()  # answers still to come are for nobody
        self._tell(device, final)
        self._refresh(device)

    def _name_of(self, here: str, device: str | None) -> str | None:
        """Who a device belongs to, as the numbers of ``here`` are understood."""
        if device is None:
            return None
        extension = normalise(device, self._location(here)).internal or device
        user = self._users.by_extension(extension)
        return user.name if user else device

    def _location(self, device: str) -> Location:
        return next((self._sites.of(user) for user in self._users.by_device(device)), self._sites.main)

    def _refresh_all(self) -> None:
        for device in tuple(self._devices):
            self._refresh(device)

    def _refresh(self, device: str) -> None:
        """Tell what has changed: an event of one call can change what may be done with another."""
        for known in tuple(self._devices[device].values()):
            entry = self._entry(known)
            if entry != known.entry:
                known.entry = entry
                self._tell(device, entry)

    def _tell(self, device: str, entry: CallEntry) -> None:
        for user in self._users.by_device(device):
            self._on_change(user.login, entry)

    def _entry(
        self, known: _Known, result: Result | None = None, answered_by: str | None = None, duration: int | None = None
    ) -> CallEntry:
        call, found = known.call, known.found
        best = found.best
        others = self._others(call)
        state = label(call, others, known.requested)
        able = self._capabilities(call.device)
        known.able = able or known.able
        offered = actions(call, others, known.able, known.requested)
        return CallEntry(
            id=call.id,
            device=call.device,
            direction=call.direction,
            label=state,
            since=_milliseconds(call.since),
            began=_milliseconds(call.began),
            number=known.number,
            name=_name(call.other, found),
            company=best.company if best else None,
            internal=known.number.internal is not None or (best is not None and best.kind == "user"),
            matches=found.matches,
            matches_pending=found.pending,
            called=known.called,
            consultation_of=call.consultation_of,
            conference=tuple(each.companion() for each in known.joined),
            actions=offered if able else (),
            suspended=() if able else offered,
            words=words(call, state, offered),
            primary=primary(call, others, state, offered),
            result=result,
            answered_by=answered_by,
            duration=duration,
        )


def _name(party: Party, found: LookupResult) -> str | None:
    """Who a party is: the best match, else what the switch says."""
    return found.best.name if found.best else _name_from_switch(party)


def _name_from_switch(party: Party) -> str | None:
    """The name the switch sent along, unless the party does not want to be known."""
    if party.presentation is Presentation.RESTRICTED:
        return None
    return party.name or unwrap(party.number).name


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)
