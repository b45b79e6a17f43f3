"""What every user sees: calls, link, telephones and journal, and the telling of each change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from msgspec import structs
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from crm_adapter.activities import Activities
from crm_adapter.calllist import CallEntry, CallList
from crm_adapter.callnotes import CallNotes
from crm_adapter.clock import Clock
from crm_adapter.errors import DirectoryError
from crm_adapter.identifiers import unwrap
from crm_adapter.journal import CallNote, Journal, JournalEntry
from crm_adapter.lookup import Lookup, LookupResult
from crm_adapter.numberset import NumberSet
from crm_adapter.sites import Sites
from crm_adapter.texts import Language
from crm_adapter.users import User, Users
from csta.model.call import Call
from csta.model.events import CallEvent, DeviceChanged, LinkDown, LinkUp, ModelEvent
from csta_gateway.auth import Session
from csta_gateway.feed import Message
from csta_gateway.links import DeviceState, Links, LinkState, SwitchLink
from csta_gateway.metrics import Metrics
from csta_gateway.pages import Pages
from csta_gateway.policy import Action, permits
from csta_gateway.presence import Presence
from csta_gateway.streams import Streams
from csta_gateway.texts import text
from csta_gateway.views import CallView, DeviceView, LinkView, milliseconds

log = Logger()

CallListener = Callable[[User, CallEntry, CallView], None]

UNSERVED = LinkState(name="", up=False, since=0.0)
"""The link of a user whose telephones no link serves."""


class Board:
    """Follows the links and tells every user's pages what changes for them.

    :param lookup: finds out who is calling.
    :param pages: addresses of the CRM's pages.
    :param clock: the clock of the links.
    :ivar calls: the calls of all users.
    :ivar presence: who of them is free.
    :ivar excluded: numbers whose calls are kept nowhere.
    """

    def __init__(
        self,
        users: Users,
        links: Links,
        lookup: Lookup,
        sites: Sites,
        pages: Pages,
        journal: Journal,
        notes: CallNotes,
        activities: Activities,
        streams: Streams,
        metrics: Metrics,
        clock: Clock,
        version: str,
        excluded: NumberSet,
    ) -> None:
        self.calls = CallList(users, lookup, sites, self._call_changed, clock, links.capabilities, self._found)
        self._users = users
        self._links = links
        self._pages = pages
        self._journal = journal
        self._notes = notes
        self.activities = activities
        activities.subscribe(self._crm_told)
        self._streams = streams
        self._metrics = metrics
        self._version = version
        self.excluded = excluded
        self.presence = Presence(users, links, streams, clock)
        self._dialling: dict[str, bool] = {}
        self._listeners: list[CallListener] = []

    def subscribe(self, listener: CallListener) -> None:
        """Be told of every change of a call, except those that are kept nowhere."""
        self._listeners.append(listener)

    def hear(self, link: SwitchLink, event: ModelEvent) -> None:
        """Take in an event of a link."""
        if isinstance(event, CallEvent):
            self._log_event(link, event)
        self.calls.apply(event)
        if isinstance(event, CallEvent):
            self.presence.stir(self._users.by_device(event.call.device))
            self._watch_dialling(link, event.call.device)
        elif isinstance(event, DeviceChanged):
            self._device_changed(link, event.device)
        elif isinstance(event, LinkUp | LinkDown):
            self._link_changed(link)

    def snapshot(self, session: Session) -> Message:
        """All a page needs to show."""
        user = session.user
        return {
            **self._link_message(user, session.language),
            "calls": self.calls_at(user, user.devices),
            "devices": self.devices(user),
            "version": self._version,
        }

    def calls_at(self, user: User, devices: Iterable[str]) -> list[CallView]:
        """The live calls at those of some devices which the user may watch; with others' calls nothing can be done."""
        owners = self._users.by_device
        watched = [each for each in devices if permits(user, Action.WATCH_CALLS, each, of=owners(each))]
        return [self._call_view(entry, user) for entry in self.calls.at(watched)]

    def devices(self, user: User) -> list[DeviceView]:
        """The user's telephones, as far as a link serves them."""
        served = [(link, device) for device in user.devices if (link := self._links.by_device(device))]
        return [
            self._device_view(link, link.devices[device])
            for link, device in served
            if permits(user, Action.WATCH_CALLS, device)
        ]

    def exclude(self, numbers: NumberSet) -> None:
        """Keep calls with these numbers nowhere from now on, and those with others again."""
        self.excluded = numbers

    def renew(self) -> None:
        """Much may be different, the links themselves for example: every page gets everything again."""
        for login in self._streams.logins():
            self._streams.renew(login)
        self.presence.stir(self._users)

    async def begin(self) -> None:
        """Take up what was left when the gateway ended: notes on calls, and what the CRM was still to be told.

        :raises DirectoryError: the journal cannot be used.
        """
        await self._notes.start()
        await self.activities.resume()

    async def annotate(self, user: User, entry: CallEntry, note: CallNote) -> CallView:
        """Keep what a user writes about a live call, and show it on all of the user's pages.

        :raises DirectoryError: the journal cannot be used.
        """
        await self._notes.write(user.login, entry, note)
        view = self._call_view(self.calls.entry(user.login, entry.id) or entry, user)
        self._streams.send(user.login, "call", {"call": view})
        return view

    def journal_changed(self, user: User, entry: JournalEntry) -> None:
        """Show a new or changed entry on all of the user's pages."""
        self._streams.send(user.login, "journal", {"entry": self._pages.journal_view(entry, user)})

    def _call_view(self, entry: CallEntry, user: User) -> CallView:
        view = self._pages.call_view(entry, user, self._notes.of(user.login, entry))
        if permits(user, Action.CONTROL_CALL, entry.device):
            return view
        return structs.replace(view, actions=(), suspended=(), words=(), primary=None)

    def _call_changed(self, login: str, entry: CallEntry) -> None:
        user = self._users.by_login(login)
        if user is None:
            return
        kind = "call" if entry.result is None else "call_ended"
        view = self._call_view(entry, user)
        self._streams.send(login, kind, {"call": view})
        self._log_view(user, view)
        if entry.number not in self.excluded:
            for listener in self._listeners:
                listener(user, entry, view)
        if entry.result is not None:
            self._metrics.calls.labels(entry.direction, entry.result).inc()
            keep = self._drop if entry.number in self.excluded or _only_lifted(entry) else self._record
            Deferred.fromCoroutine(keep(user, entry, self._notes.take(login, entry)))

    def _log_event(self, link: SwitchLink, event: CallEvent) -> None:
        call = event.call
        log.debug(
            "{event}: {direction}, {state}, {other}; callID:{call_id}",  # so written it is not masked as a number
            event=type(event).__name__,
            direction=call.direction.value,
            state=call.state.value,
            other=unwrap(call.other.number).number or call.other.presentation.value,  # without the name
            call_id=call.call_id,
            link=link.state.name,
            call=call.id,
            device=call.device,
        )

    def _found(self, call: Call, found: LookupResult, seconds: float) -> None:
        log.debug(
            "looked up in {seconds:.3f} s: {count} matches, {failed} sources failed",
            seconds=seconds,
            count=len(found.matches),
            failed=len(found.failed),
            **self._links.about(call.device, call.id),
        )

    def _log_view(self, user: User, call: CallView) -> None:
        """What the user's pages show; whether the page opens by itself is for them to decide."""
        page = "no page" if call.url is None else f"page for {call.way}"
        about = self._links.about(call.device, call.id)
        log.debug("shown: {state}, {page}", state=call.result or call.label, page=page, user=user.login, **about)

    async def _record(self, user: User, entry: CallEntry, note: CallNote) -> None:
        told = None if note.private else self.activities.wanted(user.login, entry)
        about = {**self._links.about(entry.device, entry.id), "user": user.login}
        try:
            recorded = await self._journal.record(user.login, entry, told, note)
            settled = await self._journal.settled_by(user.login, recorded)
        except Exception:  # a journal that is full or away must not keep calls from the screen
            log.failure("the journal did not take a call of {user}", **about)
            if told is not None:
                self.activities.tell_without_journal(told)
            return
        log.debug("in the journal of {user} as {entry}: {result}", entry=recorded.id, result=entry.result, **about)
        for each in (recorded, *settled):
            self.journal_changed(user, each)
        if recorded.crm == "waiting":
            self.activities.tell(recorded.id)

    async def _drop(self, user: User, entry: CallEntry, note: CallNote) -> None:
        """A call that is kept nowhere takes what was written about it along."""
        try:
            await self._journal.drop_draft(user.login, entry)
        except Exception:  # as above; it goes with the next start at the latest
            about = self._links.about(entry.device, entry.id)
            log.failure("a note of {user} is still in the journal", user=user.login, **about)

    def _crm_told(self, login: str, entry: str) -> None:
        user = self._users.by_login(login)
        if user is not None:
            Deferred.fromCoroutine(self._show(user, entry))

    async def _show(self, user: User, entry: str) -> None:
        try:
            known = await self._journal.entry(user.login, entry)
        except DirectoryError as problem:
            log.warn("{problem}; pages of {user} are not up to date", problem=problem, user=user.login)
        else:
            if known is not None:
                self.journal_changed(user, known)

    def _device_changed(self, link: SwitchLink, device: str) -> None:
        known = link.devices.get(device)
        if known is not None:
            for user in self._users.by_device(device):
                self._streams.send(user.login, "device", {"device": self._device_view(link, known)})

    def _watch_dialling(self, link: SwitchLink, device: str) -> None:
        can_dial = self.calls.may_dial(device)
        if self._dialling.get(device, True) != can_dial:
            self._dialling[device] = can_dial
            self._device_changed(link, device)

    def _link_changed(self, link: SwitchLink) -> None:
        """Also what can be done with a telephone, and who can be seen to be free, changes with its link."""
        for login in self._streams.logins():
            user = self._users.by_login(login)
            if user is not None and link in self._links_of(user):
                self._streams.send_words(login, "link", partial(self._link_message, user))
        for device in link.devices:
            self._device_changed(link, device)
        self.presence.stir(self._users)

    def _links_of(self, user: User) -> list[SwitchLink]:
        return [link for device in user.devices if (link := self._links.by_device(device))]

    def _link_message(self, user: User, language: Language) -> Message:
        return {"link": self._link_view(user, language)}

    def _link_view(self, user: User, language: Language) -> LinkView:
        """The user's link that is down, if one is; else the first."""
        states = sorted((link.state for link in self._links_of(user)), key=lambda state: state.up)
        state = states[0] if states else UNSERVED
        return LinkView(
            up=state.up,
            name=state.name,
            reason="" if state.up else text("link.down", language),
            since=milliseconds(state.since),
            retry_at=None if state.retry_at is None else milliseconds(state.retry_at),
        )

    def _device_view(self, link: SwitchLink, state: DeviceState) -> DeviceView:
        return DeviceView(
            id=state.id,
            name=" / ".join(user.name for user in self._users.by_device(state.id)),
            do_not_disturb=state.do_not_disturb,
            forwarding=state.forwarding,
            in_service=state.in_service,
            via=state.via,
            lacks=tuple(sorted(state.lacks)),
            capabilities=tuple(sorted(link.capabilities(state.id))),
            can_dial=self.calls.may_dial(state.id),
        )


def _only_lifted(entry: CallEntry) -> bool:
    """Somebody lifted the handset and put it back; that was no call."""
    return entry.result == "cancelled" and not (entry.number.display or entry.number.raw)
