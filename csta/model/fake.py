"""A provider without a link, for tests of whatever uses providers.

Commands are carried out at once by a friendly switch in memory; the far ends and the link are moved by the test:
:meth:`FakeProvider.ring`, :meth:`FakeProvider.far_answers`, :meth:`FakeProvider.lose_link` and so on. The real
:class:`csta.model.tracker.Tracker` follows the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from csta.errors import CSTAError, LinkLost, LocalProtocolError, ServiceError
from csta.model.call import Call, Party, Presentation
from csta.model.events import DeviceChanged, LinkDown, LinkUp, ModelEvent
from csta.model.fakeswitch import FakeSwitch, SwitchCall
from csta.model.happenings import Happening
from csta.model.provider import Listener
from csta.model.states import ConnectionState, Service
from csta.model.tracker import Tracker


class Seconds(Protocol):
    """Any clock that tells the time as Twisted's do."""

    def seconds(self) -> float:
        """Now, in seconds."""


class FakeProvider:
    """Implements :class:`csta.model.provider.Provider`.

    :param clock: tells the time of what happens.
    :param services: what the switch can do.
    :param local_states: whether events give the local connection state, as only some switches do.
    :param beside: another provider, to whose switch this one is a second way.
    :ivar digits: digits sent so far: (device, call id, digits).
    :ivar failures: a service named here fails with the error given until it is taken out.
    """

    def __init__(
        self,
        clock: Seconds,
        services: Iterable[Service] = tuple(Service),
        local_states: bool = True,
        beside: FakeProvider | None = None,
    ) -> None:
        self.digits: list[tuple[str, str, str]] = []
        self.failures: dict[Service, CSTAError] = {}
        self._clock = clock
        self._services = frozenset(services)
        self._tracker = Tracker()
        self._listeners: list[Listener] = []
        self._monitored: dict[str, None] = {}
        self._do_not_disturb: dict[str, bool] = beside._do_not_disturb if beside else {}
        self._forwarding: dict[str, dict[str, str]] = beside._forwarding if beside else {}
        self._switch: FakeSwitch = beside._switch if beside else FakeSwitch(self._told, local_states)
        if beside:
            self._switch.listen(self._told)
        self._link_reason = "not started"

    # What the test does to the far ends and the link

    @property
    def busy(self) -> set[str]:
        """Numbers that are busy."""
        return self._switch.busy

    def ring(self, device: str, number: str | None, name: str | None = None, called: str | None = None) -> str:
        """A call from outside rings at a device.

        :param number: the caller's, None when it is withheld.
        :param called: the number the caller dialled, when it is not the device's own.
        :returns: :attr:`Call.id` of the call at the device.
        """
        presentation = Presentation.RESTRICTED if number is None else Presentation.ALLOWED
        call = self._switch.arrive(device, Party(number, name, presentation), called)
        return self._tracker.identify(device, call.id)

    def far_answers(self, device: str, call: str) -> None:
        """The far end of an outgoing call answers."""
        at_switch, far = self._far_end(device, call)
        self._switch.establish(at_switch, far)

    def far_holds(self, device: str, call: str) -> None:
        """The far end puts the call on hold."""
        at_switch, far = self._far_end(device, call)
        self._switch.hold(at_switch, far)

    def far_retrieves(self, device: str, call: str) -> None:
        """The far end takes the call back from hold."""
        at_switch, far = self._far_end(device, call)
        self._switch.retrieve(at_switch, far)

    def far_clears(self, device: str, call: str, cause: str = "normalClearing") -> None:
        """The far end hangs up, or stops ringing."""
        at_switch, far = self._far_end(device, call)
        self._switch.clear(at_switch, far, cause)

    def answered_elsewhere(self, device: str, call: str, by: str) -> None:
        """Another device picks up a call that rings at this one."""
        self._pick_up(self._at_switch(device, call), device, by)

    def lose_link(self, reason: str, retry_in: float | None = None) -> None:
        """The link goes down; calls go on without anybody hearing of it."""
        self._link_reason = reason
        self._tell(LinkDown(reason, retry_in))

    def restore_link(self) -> None:
        """The link comes back, and what was missed is told."""
        self._link_reason = ""
        for device in self._monitored:
            self._resynchronise(device)
        self._tell(LinkUp())

    # Provider

    @property
    def link_up(self) -> bool:
        """Whether commands can reach the switch now."""
        return not self._link_reason

    @property
    def link_reason(self) -> str:
        """Why the link is down, in words; empty while it is up."""
        return self._link_reason

    def start(self) -> None:
        """The link is up at once."""
        self.restore_link()

    async def stop(self) -> None:
        """The link is closed."""
        self.lose_link("stopped")

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns a function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def monitor(self, device: str) -> None:
        """Watch a device."""
        self._monitored[device] = None
        if self.link_up:
            self._resynchronise(device)

    async def unmonitor(self, device: str) -> None:
        """Stop watching a device."""
        self._monitored.pop(device, None)
        self._tracker.forget(device)

    def calls(self, device: str) -> tuple[Call, ...]:
        """The calls at a monitored device, oldest first."""
        return self._tracker.calls(device)

    def capabilities(self, device: str) -> frozenset[Service]:
        """What the switch can do while the link is up."""
        return self._services if self.link_up else frozenset()

    async def snapshot(self, device: str) -> tuple[Call, ...]:
        """Ask the switch for the calls at a device and heal what was missed."""
        self._admit(Service.SNAPSHOT_DEVICE)
        self._resynchronise(device)
        return self.calls(device)

    async def make_call(self, device: str, number: str) -> str:
        """Call ``number``; it rings at once, or is busy."""
        self._admit(Service.MAKE_CALL)
        return self._originate(device, number, "makeCall")

    async def answer(self, device: str, call: str) -> None:
        """Connect a ringing call."""
        self._switch.establish(self._one(Service.ANSWER_CALL, device, call), device)

    async def clear_connection(self, device: str, call: str) -> None:
        """Hang up, or refuse a ringing call."""
        self._switch.clear(self._one(Service.CLEAR_CONNECTION, device, call), device)

    async def hold(self, device: str, call: str) -> None:
        """Put a call on hold."""
        self._switch.hold(self._one(Service.HOLD_CALL, device, call), device)

    async def retrieve(self, device: str, call: str) -> None:
        """Take a call back from hold."""
        self._switch.retrieve(self._one(Service.RETRIEVE_CALL, device, call), device)

    async def alternate(self, device: str, held: str, active: str) -> None:
        """Swap a held and an active call; one that rings is answered (§17.2.16 FR 1)."""
        waiting, talking = self._two(Service.ALTERNATE_CALL, device, held, active)
        self._switch.hold(talking, device, "alternate")
        if waiting.connections[device] is ConnectionState.HOLD:
            self._switch.retrieve(waiting, device, "alternate")
        else:
            self._switch.establish(waiting, device, "alternate")

    async def reconnect(self, device: str, active: str, held: str) -> None:
        """Hang up the active call and go back to the held one."""
        waiting, talking = self._two(Service.RECONNECT_CALL, device, held, active)
        self._switch.clear(talking, device)
        self._switch.retrieve(waiting, device)

    async def consult(self, device: str, call: str, number: str) -> str:
        """Hold a call and call ``number``."""
        self._switch.hold(self._one(Service.CONSULTATION_CALL, device, call), device, "consultation")
        return self._originate(device, number, "consultation")

    async def transfer(self, device: str, held: str, active: str) -> None:
        """Join a held and an active call and leave both."""
        calls = self._two(Service.TRANSFER_CALL, device, held, active)
        self._switch.transfer(calls, device, calls[1].far_end(device) or "", "transfer")

    async def single_step_transfer(self, device: str, call: str, number: str) -> None:
        """Pass a call on; ``number`` rings, or is busy."""
        at_switch = self._one(Service.SINGLE_STEP_TRANSFER_CALL, device, call)
        joined = self._switch.transfer((at_switch,), device, number, "singleStepTransfer")
        self._switch.deliver(joined, number, "singleStepTransfer")

    async def conference(self, device: str, held: str, active: str) -> None:
        """Merge a held and an active call."""
        self._switch.confer(*self._two(Service.CONFERENCE_CALL, device, held, active), device)

    async def deflect(self, device: str, call: str, number: str) -> None:
        """Send a ringing call to ``number``; it rings there, or is busy."""
        at_switch = self._one(Service.DEFLECT_CALL, device, call)
        self._switch.divert(at_switch, device, number, "redirected")
        self._switch.deliver(at_switch, number, "redirected")

    async def pickup(self, device: str, from_device: str, call_id: str) -> None:
        """Take a call that rings at another device."""
        self._admit(Service.DIRECTED_PICKUP_CALL)
        call = self._switch.call(call_id)
        if call is None or call.connections.get(from_device) is not ConnectionState.ALERTING:
            raise ServiceError(Service.DIRECTED_PICKUP_CALL, "stateIncompatibility", "noCallToAnswer")
        self._pick_up(call, from_device, device)

    async def park(self, device: str, call: str, number: str) -> None:
        """Park a call at ``number``."""
        at_switch = self._one(Service.PARK_CALL, device, call)
        self._switch.divert(at_switch, device, number, "park")
        self._switch.queue(at_switch, number, "park")

    async def generate_digits(self, device: str, call: str, digits: str) -> None:
        """Note the digits in :attr:`digits`."""
        self._one(Service.GENERATE_DIGITS, device, call)
        self.digits.append((device, call, digits))

    async def get_do_not_disturb(self, device: str) -> bool:
        """Whether do-not-disturb is on."""
        self._admit(Service.GET_DO_NOT_DISTURB)
        return self._do_not_disturb.get(device, False)

    async def set_do_not_disturb(self, device: str, on: bool) -> None:
        """Switch do-not-disturb; it is told, not obeyed."""
        self._admit(Service.SET_DO_NOT_DISTURB)
        self._do_not_disturb[device] = on
        self._tell_device(DeviceChanged(device, do_not_disturb=on))

    async def get_forwarding(self, device: str) -> dict[str, str]:
        """Active forwardings: ECMA-269 forwarding type → destination."""
        self._admit(Service.GET_FORWARDING)
        return dict(self._forwarding.get(device, {}))

    async def set_forwarding(self, device: str, forwarding_type: str, destination: str | None) -> None:
        """Forward calls of that type, or stop with None; it is told, not obeyed."""
        self._admit(Service.SET_FORWARDING)
        active = self._forwarding.setdefault(device, {})
        active.pop(forwarding_type, None)
        if destination is not None:
            active[forwarding_type] = destination
        self._tell_device(DeviceChanged(device, forwarding=dict(active)))

    # Between the two

    def _admit(self, service: Service) -> None:
        if not self.link_up:
            raise LinkLost(service, self._link_reason)
        if service not in self._services:
            raise ServiceError(service, "operation", "serviceNotSupported")
        if service in self.failures:
            raise self.failures[service]

    def _one(self, service: Service, device: str, call: str) -> SwitchCall:
        self._admit(service)
        self._tracker.require(device, call, service)
        return self._at_switch(device, call)

    def _two(self, service: Service, device: str, held: str, active: str) -> tuple[SwitchCall, SwitchCall]:
        self._admit(service)
        self._tracker.require_pair(device, held, active, service)
        return self._at_switch(device, held), self._at_switch(device, active)

    def _at_switch(self, device: str, call: str) -> SwitchCall:
        known = self._tracker.find(device, call)
        at_switch = None if known is None else self._switch.call(known.call_id)
        if at_switch is None:
            raise LocalProtocolError(f"there is no call {call} at device {device}")
        return at_switch

    def _far_end(self, device: str, call: str) -> tuple[SwitchCall, str]:
        at_switch = self._at_switch(device, call)
        far = at_switch.far_end(device)
        if far is None:
            raise LocalProtocolError(f"call {call} at device {device} has no far end")
        return at_switch, far

    def _originate(self, device: str, number: str, cause: str) -> str:
        return self._tracker.identify(device, self._switch.originate(device, number, cause).id)

    def _pick_up(self, call: SwitchCall, from_device: str, device: str) -> None:
        self._switch.divert(call, from_device, device, "callPickup")
        self._switch.establish(call, device, "callPickup")

    def _told(self, device: str, happening: Happening) -> None:
        if device in self._monitored and self.link_up:
            self._tell(*self._tracker.apply(device, happening, self._clock.seconds()))
            for doubtful in self._tracker.take_doubtful():
                self._resynchronise(doubtful)

    def _resynchronise(self, device: str) -> None:
        if device in self._monitored:
            snapshot = self._switch.snapshot(device)
            self._tell(*self._tracker.resynchronise(device, snapshot, self._clock.seconds()))

    def _tell_device(self, changed: DeviceChanged) -> None:
        if changed.device in self._monitored:
            self._tell(changed)

    def _tell(self, *events: ModelEvent) -> None:
        for event in events:
            for listener in tuple(self._listeners):
                listener(event)
