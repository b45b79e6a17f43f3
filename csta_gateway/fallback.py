"""One source of calls out of two: a main one, and another that takes over while the main one cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from crm_adapter.clock import Clock
from csta.errors import LinkLost
from csta.model.call import Call, call_names
from csta.model.provider import Listener, Provider
from csta.model.states import Service
from csta_gateway.reach import Way
from csta_gateway.twoways import TwoWays


class FallbackProvider:
    """Calls of a switch by its link, or by another way; see :class:`csta.model.provider.Provider` for the methods.

    A device goes by the fallback when the link has been down for some time, and at once when the switch does not let it
    be watched; back when the link serves it again. Calls keep their names meanwhile. Both ways are open all the time.

    :param main: the way that is used as long as it works.
    :param fallback: the other one.
    :param names: of the two, for logs and for users.
    :param patience: seconds that the link may be down before the fallback takes over.
    :param calls: names for calls, see :func:`csta.model.call.call_names`; of its own where left out.
    """

    def __init__(
        self,
        main: Provider,
        fallback: Provider,
        clock: Clock,
        *,
        names: tuple[str, str],
        patience: float,
        calls: Iterator[str] | None = None,
    ) -> None:
        self._ways = TwoWays(main, fallback, clock, patience=patience, names=names, calls=calls or call_names())

    # The link

    @property
    def link_up(self) -> bool:
        """Whether commands can reach the switch now, by either way."""
        return self._ways.reach.way is not None

    @property
    def link_reason(self) -> str:
        """Why not, in words; empty while they can."""
        return self._ways.reason

    def start(self) -> None:
        """Open both ways and keep them open."""
        self._ways.start()

    async def stop(self) -> None:
        """Release the monitors and close both."""
        await self._ways.stop()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns a function that ends it."""
        return self._ways.subscribe(listener)

    # Devices

    async def monitor(self, device: str) -> None:
        """Watch a device; one that neither way takes is told to be out of service, and tried again by and by."""
        self._ways.watch(device)

    async def unmonitor(self, device: str) -> None:
        """Stop watching a device."""
        self._ways.leave(device)

    def calls(self, device: str) -> tuple[Call, ...]:
        """The calls at a monitored device, oldest first."""
        return self._ways.calls_at(device)

    def capabilities(self, device: str) -> frozenset[Service]:
        """What can be asked for the device now, by the way it is reached by."""
        way = self._ways.way(device)
        return frozenset() if way is None else self._ways.provider(way).capabilities(device)

    async def snapshot(self, device: str) -> tuple[Call, ...]:
        """Ask the active way for the calls at a device and heal what was missed."""
        await self._way(Service.SNAPSHOT_DEVICE, device)[1].snapshot(device)
        return self.calls(device)

    # Calls

    async def make_call(self, device: str, number: str) -> str:
        """Call ``number`` (as dialled at the switch); gives the new call's id."""
        way, provider = self._way(Service.MAKE_CALL, device)
        return self._ways.calls(device).name(way, await provider.make_call(device, number))

    async def answer(self, device: str, call: str) -> None:
        """Connect a ringing call."""
        provider, (own,) = self._own(Service.ANSWER_CALL, device, call)
        await provider.answer(device, own)

    async def clear_connection(self, device: str, call: str) -> None:
        """Hang up, or refuse a ringing call."""
        provider, (own,) = self._own(Service.CLEAR_CONNECTION, device, call)
        await provider.clear_connection(device, own)

    async def hold(self, device: str, call: str) -> None:
        """Put a call on hold."""
        provider, (own,) = self._own(Service.HOLD_CALL, device, call)
        await provider.hold(device, own)

    async def retrieve(self, device: str, call: str) -> None:
        """Take a call back from hold."""
        provider, (own,) = self._own(Service.RETRIEVE_CALL, device, call)
        await provider.retrieve(device, own)

    async def alternate(self, device: str, held: str, active: str) -> None:
        """Swap a held and an active call."""
        provider, (waiting, talking) = self._own(Service.ALTERNATE_CALL, device, held, active)
        await provider.alternate(device, waiting, talking)

    async def reconnect(self, device: str, active: str, held: str) -> None:
        """Hang up the active call and go back to the held one."""
        provider, (talking, waiting) = self._own(Service.RECONNECT_CALL, device, active, held)
        await provider.reconnect(device, talking, waiting)

    async def consult(self, device: str, call: str, number: str) -> str:
        """Hold a call and call ``number``; gives the consultation call's id."""
        way, provider = self._way(Service.CONSULTATION_CALL, device)
        calls = self._ways.calls(device)
        return calls.name(way, await provider.consult(device, calls.on(way, call), number))

    async def transfer(self, device: str, held: str, active: str) -> None:
        """Join a held and an active call and leave both."""
        provider, (waiting, talking) = self._own(Service.TRANSFER_CALL, device, held, active)
        await provider.transfer(device, waiting, talking)

    async def single_step_transfer(self, device: str, call: str, number: str) -> None:
        """Pass a call on to ``number`` without asking there first."""
        provider, (own,) = self._own(Service.SINGLE_STEP_TRANSFER_CALL, device, call)
        await provider.single_step_transfer(device, own, number)

    async def conference(self, device: str, held: str, active: str) -> None:
        """Merge a held and an active call."""
        provider, (waiting, talking) = self._own(Service.CONFERENCE_CALL, device, held, active)
        await provider.conference(device, waiting, talking)

    async def deflect(self, device: str, call: str, number: str) -> None:
        """Send a ringing call to ``number``."""
        provider, (own,) = self._own(Service.DEFLECT_CALL, device, call)
        await provider.deflect(device, own, number)

    async def pickup(self, device: str, from_device: str, call_id: str) -> None:
        """Take a call that rings at another device, which may be reached by the other way."""
        way, provider = self._way(Service.DIRECTED_PICKUP_CALL, device)
        await provider.pickup(device, from_device, self._ways.call_id(way, from_device, call_id))

    async def park(self, device: str, call: str, number: str) -> None:
        """Park a call at ``number``."""
        provider, (own,) = self._own(Service.PARK_CALL, device, call)
        await provider.park(device, own, number)

    async def generate_digits(self, device: str, call: str, digits: str) -> None:
        """Send DTMF digits to the far end."""
        provider, (own,) = self._own(Service.GENERATE_DIGITS, device, call)
        await provider.generate_digits(device, own, digits)

    # Features

    async def get_do_not_disturb(self, device: str) -> bool:
        """Whether do-not-disturb is on."""
        return await self._way(Service.GET_DO_NOT_DISTURB, device)[1].get_do_not_disturb(device)

    async def set_do_not_disturb(self, device: str, on: bool) -> None:
        """Switch do-not-disturb."""
        await self._way(Service.SET_DO_NOT_DISTURB, device)[1].set_do_not_disturb(device, on)

    async def get_forwarding(self, device: str) -> dict[str, str]:
        """Active forwardings: ECMA-269 forwarding type (``forwardImmediate``) → destination."""
        return await self._way(Service.GET_FORWARDING, device)[1].get_forwarding(device)

    async def set_forwarding(self, device: str, forwarding_type: str, destination: str | None) -> None:
        """Forward calls of that type to ``destination``, or stop with None."""
        provider = self._way(Service.SET_FORWARDING, device)[1]
        await provider.set_forwarding(device, forwarding_type, destination)

    # Below here: how

    def _way(self, service: Service, device: str) -> tuple[Way, Provider]:
        """The active way of a device, for a service; raises :class:`csta.errors.LinkLost` when there is none."""
        way = self._ways.way(device)
        if way is None:
            raise LinkLost(service.value, self.link_reason or f"device {device} is out of service")
        return way, self._ways.provider(way)

    def _own(self, service: Service, device: str, *calls: str) -> tuple[Provider, tuple[str, ...]]:
        """The same, and what the way calls some calls of the device."""
        way, provider = self._way(service, device)
        known = self._ways.calls(device)
        return provider, tuple(known.on(way, call) for call in calls)
