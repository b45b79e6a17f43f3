"""Devices and calls as objects to act on, over any :class:`~csta.model.provider.Provider`.

.. code-block:: python

    device = Device(provider, "2001")
    await device.watch()
    call = await device.make_call("0891234567")
    await call.hold()

A :class:`~csta.model.call.Call` is what is known at one moment; a :class:`LiveCall` is the call itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from csta.errors import LocalProtocolError
from csta.model.call import Call
from csta.model.events import CallEvent, DeviceChanged, ModelEvent
from csta.model.provider import Listener, Provider
from csta.model.states import NEEDS, PAIRS, ConnectionState, Service


class Device:
    """A telephone.

    Two objects for one telephone are equal: neither holds anything of its own.

    :param provider: where its calls come from.
    :param number: its device identifier, as dialled at the switch.
    """

    def __init__(self, provider: Provider, number: str) -> None:
        self.provider = provider
        self.number = number

    def __repr__(self) -> str:
        return f"<Device {self.number}: {len(self.calls)} calls>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device) and (self.provider, self.number) == (other.provider, other.number)

    def __hash__(self) -> int:
        return hash((id(self.provider), self.number))

    @property
    def calls(self) -> tuple[LiveCall, ...]:
        """Its calls now, oldest first."""
        return tuple(LiveCall(self, call.id) for call in self.provider.calls(self.number))

    async def watch(self) -> None:
        """Hear of its calls from now on; see :meth:`csta.model.provider.Provider.monitor`."""
        await self.provider.monitor(self.number)

    async def unwatch(self) -> None:
        """Stop that."""
        await self.provider.unmonitor(self.number)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event of this device and its calls; returns a function that ends it."""

        def own(event: ModelEvent) -> None:
            if _device_of(event) == self.number:
                listener(event)

        return self.provider.subscribe(own)

    async def make_call(self, number: str) -> LiveCall:
        """Call ``number``, as dialled at the switch."""
        return LiveCall(self, await self.provider.make_call(self.number, number))

    async def pick_up(self, call: LiveCall) -> None:
        """Take a call that rings at another device."""
        known = call.now
        if known is None or known.state not in NEEDS[Service.ANSWER_CALL]:
            raise LocalProtocolError(f"call {call.id} does not ring at device {call.device.number}")
        await self.provider.pickup(self.number, call.device.number, known.call_id)

    async def do_not_disturb(self) -> bool:
        """Whether do-not-disturb is on."""
        return await self.provider.get_do_not_disturb(self.number)

    async def set_do_not_disturb(self, on: bool) -> None:
        """Switch do-not-disturb."""
        await self.provider.set_do_not_disturb(self.number, on)

    async def forwarding(self) -> dict[str, str]:
        """Active forwardings: ECMA-269 forwarding type (``forwardImmediate``) → destination."""
        return await self.provider.get_forwarding(self.number)

    async def set_forwarding(self, forwarding_type: str, destination: str | None) -> None:
        """Forward calls of that type to ``destination``, or stop with None."""
        await self.provider.set_forwarding(self.number, forwarding_type, destination)


class LiveCall:
    """A call at a device, for as long as it lasts there, and what can be done with it.

    Every command raises :class:`csta.errors.LocalProtocolError` before anything is sent when the state of the call, or
    of the other call it needs, forbids it; else what :class:`~csta.model.provider.Provider` says.

    :param device: where it is.
    :param call: its :attr:`csta.model.call.Call.id`.
    """

    def __init__(self, device: Device, call: str) -> None:
        self.device = device
        self.id = call

    def __repr__(self) -> str:
        return f"<LiveCall {self.id} at {self.device.number}: {self.state}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LiveCall) and (self.device, self.id) == (other.device, other.id)

    def __hash__(self) -> int:
        return hash((self.device, self.id))

    @property
    def now(self) -> Call | None:
        """What is known of it; None when it is over, or when its first event is still to come."""
        return next((call for call in self.device.provider.calls(self.device.number) if call.id == self.id), None)

    @property
    def state(self) -> ConnectionState:
        """Connection state at the device (§6.1.3)."""
        return call.state if (call := self.now) is not None else ConnectionState.NULL

    @property
    def allowed(self) -> frozenset[Service]:
        """What can be done with it now: the state allows it, and the source of calls can do it."""
        if (call := self.now) is None:
            return frozenset()
        alone = frozenset(service for service, states in NEEDS.items() if call.state in states)
        with_another = {service for service in PAIRS if next(self._pairs(service), None) is not None}
        return (alone | with_another) & self.device.provider.capabilities(self.device.number)

    async def answer(self) -> None:
        """Connect it."""
        await self.device.provider.answer(self.device.number, self.id)

    async def clear(self) -> None:
        """Hang up, or refuse it."""
        await self.device.provider.clear_connection(self.device.number, self.id)

    async def hold(self) -> None:
        """Put it on hold."""
        await self.device.provider.hold(self.device.number, self.id)

    async def retrieve(self) -> None:
        """Take it back from hold."""
        await self.device.provider.retrieve(self.device.number, self.id)

    async def consult(self, number: str) -> LiveCall:
        """Put it on hold and call ``number``; gives the consultation call."""
        return LiveCall(self.device, await self.device.provider.consult(self.device.number, self.id, number))

    async def transfer(self) -> None:
        """Join it with the other call of the device and leave both, from the consultation call or the held one."""
        held, active = self._pair(Service.TRANSFER_CALL)
        await self.device.provider.transfer(self.device.number, held.id, active.id)

    async def conference(self) -> None:
        """Merge it with the other call of the device."""
        held, active = self._pair(Service.CONFERENCE_CALL)
        await self.device.provider.conference(self.device.number, held.id, active.id)

    async def alternate(self) -> None:
        """Swap it with the other call of the device."""
        held, active = self._pair(Service.ALTERNATE_CALL)
        await self.device.provider.alternate(self.device.number, held.id, active.id)

    async def reconnect(self) -> None:
        """Hang up the active one of the two calls of the device and go back to the held one."""
        held, active = self._pair(Service.RECONNECT_CALL)
        await self.device.provider.reconnect(self.device.number, active.id, held.id)

    async def single_step_transfer(self, number: str) -> None:
        """Pass it on to ``number`` without asking there first."""
        await self.device.provider.single_step_transfer(self.device.number, self.id, number)

    async def deflect(self, number: str) -> None:
        """Send it to ``number`` unanswered."""
        await self.device.provider.deflect(self.device.number, self.id, number)

    async def park(self, number: str) -> None:
        """Park it at ``number``."""
        await self.device.provider.park(self.device.number, self.id, number)

    async def generate_digits(self, digits: str) -> None:
        """Send DTMF digits to the far end."""
        await self.device.provider.generate_digits(self.device.number, self.id, digits)

    def _pair(self, service: Service) -> tuple[Call, Call]:
        """The held and the active call of a service on two."""
        pairs = list(self._pairs(service))
        consulting = [pair for pair in pairs if _consult(*pair)]
        chosen = consulting or pairs
        if len(chosen) == 1:
            return chosen[0]
        why = "has several other calls to choose from" if chosen else "has no other call in a fitting state"
        raise LocalProtocolError(f"{service}: call {self.id} at device {self.device.number} {why}")

    def _pairs(self, service: Service) -> Iterator[tuple[Call, Call]]:
        """Every (held, active) that this call makes with another one of the device; each other call once."""
        if (call := self.now) is None:
            return
        held_states, active_states = PAIRS[service]
        for other in self.device.provider.calls(self.device.number):
            orders = (
                [(call, other), (other, call)] if call.state is ConnectionState.HOLD else [(other, call), (call, other)]
            )
            fitting = [(held, active) for held, active in orders if held.state in held_states]
            pair = next((pair for pair in fitting if pair[1].state in active_states), None)
            if pair is not None and other.id != call.id:
                yield pair


def _consult(held: Call, active: Call) -> bool:
    """Whether one of two calls was made to consult for the other."""
    return active.consultation_of == held.id or held.consultation_of == active.id


def _device_of(event: ModelEvent) -> str | None:
    if isinstance(event, CallEvent):
        return event.call.device
    return event.device if isinstance(event, DeviceChanged) else None
