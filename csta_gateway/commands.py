"""What users do with calls and telephones, turned into services of the switch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from twisted.logger import Logger, LogLevel

from crm_adapter.calllist import CallEntry, CallList
from crm_adapter.callrules import Action as CallAction
from crm_adapter.numbers import Dialable, dial
from crm_adapter.sites import Sites
from crm_adapter.users import User, Users
from csta.errors import CSTAError
from csta.model.provider import Provider
from csta.model.states import ConnectionState
from csta_gateway.audit import AuditLog
from csta_gateway.dialling import DialLimits
from csta_gateway.failures import STATUS, ApiError, failure_id
from csta_gateway.links import Links
from csta_gateway.metrics import Metrics
from csta_gateway.policy import Action, permits

log = Logger()

One = Callable[[Provider, str, str], Awaitable[None]]
Two = Callable[[Provider, str, str, str], Awaitable[None]]

ON_ONE_CALL: dict[CallAction, One] = {
    "answer": lambda provider, device, call: provider.answer(device, call),
    "clear": lambda provider, device, call: provider.clear_connection(device, call),
    "hold": lambda provider, device, call: provider.hold(device, call),
    "retrieve": lambda provider, device, call: provider.retrieve(device, call),
}
"""Actions on one call."""

ON_TWO_CALLS: dict[CallAction, Two] = {
    "alternate": lambda provider, device, held, active: provider.alternate(device, held, active),
    "reconnect": lambda provider, device, held, active: provider.reconnect(device, active, held),
    "complete": lambda provider, device, held, active: provider.transfer(device, held, active),
    "conference": lambda provider, device, held, active: provider.conference(device, held, active),
}
"""Actions on the active call and the held one."""

WITH_NUMBER: dict[CallAction, Two] = {
    "transfer": lambda provider, device, call, digits: provider.single_step_transfer(device, call, digits),
    "deflect": lambda provider, device, call, digits: provider.deflect(device, call, digits),
}
"""Actions that send one call to a number."""


class Commands:
    """Carries out what a user asks for.

    Raises :class:`ApiError` when the user may not or there is no such call, ``NumberInvalid`` before anything is sent,
    and what the :class:`~csta.model.provider.Provider` raises.

    :ivar limits: whom users may call.
    """

    def __init__(
        self,
        users: Users,
        links: Links,
        calls: CallList,
        sites: Sites,
        metrics: Metrics,
        limits: DialLimits,
        audit: AuditLog,
    ) -> None:
        self._users = users
        self._links = links
        self._calls = calls
        self._sites = sites
        self._metrics = metrics
        self.limits = limits
        self._audit = audit

    def preview(self, user: User, number: str) -> Dialable:
        """What would be dialled.

        :raises NumberInvalid: nobody has such a number.
        :raises ApiError: ``dial_refused``, the user may not call it.
        """
        location = self._sites.of(user)
        dialable = dial(number, location)
        self.limits.check(user, dialable, location)
        return dialable

    async def make_call(self, user: User, number: str, device: str | None) -> str:
        """Dial from a device of the user, the first one when none is named; gives the call's id."""
        device = self._own(user, Action.MAKE_CALL, device)
        digits = self._admitted(user, number)
        with self._told("dial", user, device) as about:
            about["call"] = await self._provider(device).make_call(device, digits)
        return about["call"]

    async def act(self, user: User, call_id: str, action: CallAction) -> None:
        """An action that needs nothing but the call."""
        call = self._call(user, call_id)
        with self._requested(user, call, action):
            provider = self._provider(call.device)
            if action in ON_ONE_CALL:
                await ON_ONE_CALL[action](provider, call.device, call.id)
            else:
                await ON_TWO_CALLS[action](provider, call.device, self._held(call), call.id)

    async def send_to(self, user: User, call_id: str, action: CallAction, number: str) -> None:
        """Transfer or deflect a call to a number."""
        call = self._call(user, call_id)
        digits = self._admitted(user, number)
        with self._requested(user, call, action):
            await WITH_NUMBER[action](self._provider(call.device), call.device, call.id, digits)

    async def consult(self, user: User, call_id: str, number: str) -> str:
        """Hold a call and dial somebody else; gives the new call's id."""
        call = self._call(user, call_id)
        digits = self._admitted(user, number)
        with self._requested(user, call, "consult"):
            return await self._provider(call.device).consult(call.device, call.id, digits)

    async def send_digits(self, user: User, call_id: str, digits: str) -> None:
        """Send tones to the far end."""
        call = self._call(user, call_id)
        with self._told("digits", user, call.device, call.id):
            await self._provider(call.device).generate_digits(call.device, call.id, digits)

    async def park(self, user: User, call_id: str, number: str) -> None:
        """Leave a call at a number, where somebody fetches it."""
        call = self._call(user, call_id)
        digits = self._admitted(user, number)
        with self._told("park", user, call.device, call.id):
            await self._provider(call.device).park(call.device, call.id, digits)

    async def pick_up(self, user: User, ringing: str, device: str | None) -> None:
        """Take the call that has rung longest at one telephone at another one, by default the user's first."""
        device = self._own(user, Action.MAKE_CALL, device)
        self._permit(user, Action.PICK_UP, ringing)
        with self._told("pick-up", user, device):
            provider = self._provider(device)
            link = self._links.by_device(ringing)
            if link is None:
                raise ApiError("call_unknown")
            if link.provider is not provider:
                raise ApiError("call_state")
            call = next((each for each in provider.calls(ringing) if each.state is ConnectionState.ALERTING), None)
            if call is None:
                raise ApiError("call_unknown")
            await provider.pickup(device, ringing, call.call_id)

    async def set_do_not_disturb(self, user: User, device: str, on: bool) -> None:
        """Switch do-not-disturb."""
        self._permit(user, Action.CONTROL_DEVICE, device)
        with self._told("do-not-disturb", user, device):
            await self._provider(device).set_do_not_disturb(device, on)

    async def set_forwarding(self, user: User, device: str, kind: str, destination: str | None) -> None:
        """Forward calls, or stop with None."""
        self._permit(user, Action.CONTROL_DEVICE, device)
        digits = None if destination is None else self._admitted(user, destination)
        with self._told("forwarding", user, device):
            await self._provider(device).set_forwarding(device, kind, digits)
        self._audit.write("forwarding_set", user.login, device=device, kind=kind, destination=digits)

    def _admitted(self, user: User, number: str) -> str:
        """The digits for a number, once its user may call it."""
        location = self._sites.of(user)
        dialable = dial(number, location)
        self.limits.admit(user, dialable, location)
        return dialable.digits

    def _own(self, user: User, action: Action, device: str | None) -> str:
        """The device named, or the user's first one."""
        chosen = next(iter(user.devices), None) if device is None else device
        if chosen is None:
            raise ApiError("forbidden")
        self._permit(user, action, chosen)
        return chosen

    def _permit(self, user: User, action: Action, device: str) -> None:
        if not permits(user, action, device, of=self._users.by_device(device)):
            raise ApiError("forbidden")

    def _call(self, user: User, call_id: str) -> CallEntry:
        """A call of the user; to anybody else it does not exist."""
        call = self._calls.entry(user.login, call_id)
        if call is None or not permits(user, Action.CONTROL_CALL, call.device):
            raise ApiError("call_unknown")
        return call

    def _held(self, call: CallEntry) -> str:
        held = self._calls.held_partner(call.device, call.id)
        if held is None:
            raise ApiError("call_state")
        return held

    def _provider(self, device: str) -> Provider:
        link = self._links.by_device(device)
        if link is None or not link.state.up:
            raise ApiError("link_down")
        return link.provider

    @contextmanager
    def _requested(self, user: User, call: CallEntry, action: CallAction) -> Iterator[None]:
        with (
            self._calls.requesting(call.device, call.id, action),
            self._told(action, user, call.device, call.id),
        ):
            yield

    @contextmanager
    def _told(self, action: str, user: User, device: str, call: str = "") -> Iterator[dict[str, str]]:
        """Count how it goes, and tell the log; gives the fields of its line."""
        about = {**self._links.about(device, call), "user": user.login}
        try:
            yield about
        except CSTAError as error:
            result = failure_id(error)
            self._metrics.commands.labels(action, result).inc()
            level = LogLevel.warn if STATUS[result] >= 500 else LogLevel.info
            log.emit(level, "{user}: {action} failed: {error}", action=action, error=error, **about)
            raise
        self._metrics.commands.labels(action, "done").inc()
        log.debug("{user}: {action} done", action=action, **about)
