"""The provider: devices watched on the lines of Windows Telephony, and commands on their calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from csta.errors import LocalProtocolError, ServiceError
from csta.model.call import Call
from csta.model.provider import Listener
from csta.model.states import ConnectionState, Service
from tapi_adapter.control import Control
from tapi_adapter.lines import Directory, LineChoice
from tapi_adapter.messages import ServiceDown
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import Timing
from tapi_adapter.watch import Watch


class TapiProvider:
    """Calls at lines of Windows Telephony; see :class:`csta.model.provider.Provider` for what its methods do.

    :param telephony: the telephony service of a machine.
    :param lines: rows of the manual table; devices that are not in it are found by their extension.
    :param pattern: finds the extension in the name of a line, as its first group, where drivers give none.
    :param name: what logs call the service.
    :param names: names for calls, see :func:`csta.model.call.call_names`; of its own where left out.
    :raises ValueError: a device stands twice in the table, or the pattern is none.
    """

    def __init__(
        self,
        reactor: Timing,
        telephony: Telephony,
        *,
        lines: Iterable[LineChoice] = (),
        pattern: str | None = None,
        name: str = "tapi",
        names: Iterator[str] | None = None,
    ) -> None:
        self._telephony = telephony
        self._watch = Watch(reactor, telephony, Directory(lines, pattern), name, names)
        self._control = Control(reactor, telephony, self._watch)
        self._started = False

    # The service

    @property
    def link_up(self) -> bool:
        """Whether commands can reach the telephony service now."""
        return self._watch.up

    @property
    def link_reason(self) -> str:
        """Why not, in words; empty while they can."""
        return self._watch.reason

    def start(self) -> None:
        """Start the service and keep it started."""
        if not self._started:
            self._started = True
            self._watch.reason = "starting"
            self._telephony.start(self._watch.hear)

    async def stop(self) -> None:
        """Close the lines and end the service."""
        if self._started:
            self._started = False
            await self._telephony.stop()
            self._watch.down(ServiceDown(reason="stopped"))

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns a function that ends it."""
        return self._watch.subscribe(listener)

    # Devices

    async def monitor(self, device: str) -> None:
        """Watch a device, now and after every restart of the service; while it is down this is only noted.

        A line that does not open, or is not there, is tried again by and by.
        """
        await self._watch.want(device)

    async def unmonitor(self, device: str) -> None:
        """Stop watching a device."""
        await self._watch.release(device)

    def calls(self, device: str) -> tuple[Call, ...]:
        """The calls at a monitored device, oldest first."""
        return self._watch.tracker.calls(device)

    def capabilities(self, device: str) -> frozenset[Service]:
        """What can be asked for the device now, as far as its driver says; nothing while its line is closed."""
        return self._control.capabilities(device)

    async def snapshot(self, device: str) -> tuple[Call, ...]:
        """Ask the driver for the calls at a device and heal what was missed."""
        line, _ = self._control.line(Service.SNAPSHOT_DEVICE, device)
        await self._control.asked(Service.SNAPSHOT_DEVICE, device, self._watch.look(line))
        return self.calls(device)

    # Calls

    async def make_call(self, device: str, number: str) -> str:
        """Call ``number`` (as dialled at the switch); gives the new call's id."""
        return await self._new_call(Service.MAKE_CALL, device, (), number)

    async def answer(self, device: str, call: str) -> None:
        """Connect a ringing call."""
        await self._one(Service.ANSWER_CALL, device, call)

    async def clear_connection(self, device: str, call: str) -> None:
        """Hang up, or refuse a ringing call."""
        await self._one(Service.CLEAR_CONNECTION, device, call)

    async def hold(self, device: str, call: str) -> None:
        """Put a call on hold."""
        await self._one(Service.HOLD_CALL, device, call)

    async def retrieve(self, device: str, call: str) -> None:
        """Take a call back from hold."""
        await self._one(Service.RETRIEVE_CALL, device, call)

    async def alternate(self, device: str, held: str, active: str) -> None:
        """Swap a held and an active call."""
        await self._two(Service.ALTERNATE_CALL, device, held, active)

    async def reconnect(self, device: str, active: str, held: str) -> None:
        """Hang up the active call and go back to the held one."""
        await self._two(Service.RECONNECT_CALL, device, held, active)

    async def consult(self, device: str, call: str, number: str) -> str:
        """Hold a call and call ``number``; gives the consultation call's id."""
        known = self._require(Service.CONSULTATION_CALL, device, call)
        return await self._new_call(Service.CONSULTATION_CALL, device, (known,), number)

    async def transfer(self, device: str, held: str, active: str) -> None:
        """Join a held and an active call and leave both."""
        await self._two(Service.TRANSFER_CALL, device, held, active)

    async def single_step_transfer(self, device: str, call: str, number: str) -> None:
        """Pass a call on to ``number`` without asking there first."""
        await self._one(Service.SINGLE_STEP_TRANSFER_CALL, device, call, number)

    async def conference(self, device: str, held: str, active: str) -> None:
        """Merge a held and an active call."""
        await self._two(Service.CONFERENCE_CALL, device, held, active)

    async def deflect(self, device: str, call: str, number: str) -> None:
        """Send a ringing call to ``number``."""
        await self._one(Service.DEFLECT_CALL, device, call, number)

    async def pickup(self, device: str, from_device: str, call_id: str) -> None:
        """Take a call that rings at another device. TAPI knows that device only; which call is the driver's choice."""
        self._control.line(Service.DIRECTED_PICKUP_CALL, device)
        known = self._watch.tracker.named(from_device, call_id)
        watched = self._watch.lines.place(from_device) is not None
        if watched and (known is None or known.state is not ConnectionState.ALERTING):
            raise ServiceError(Service.DIRECTED_PICKUP_CALL.value, "stateIncompatibility", "noCallToAnswer")
        await self._control.run(Service.DIRECTED_PICKUP_CALL, device, number=from_device)

    async def park(self, device: str, call: str, number: str) -> None:
        """Park a call at ``number``."""
        await self._one(Service.PARK_CALL, device, call, number)

    async def generate_digits(self, device: str, call: str, digits: str) -> None:
        """Send DTMF digits to the far end."""
        await self._one(Service.GENERATE_DIGITS, device, call, digits)

    # Features

    async def get_do_not_disturb(self, device: str) -> bool:
        """Whether do-not-disturb is on."""
        return (await self._control.settings(Service.GET_DO_NOT_DISTURB, device)).do_not_disturb

    async def set_do_not_disturb(self, device: str, on: bool) -> None:
        """Switch do-not-disturb."""
        await self._control.set_do_not_disturb(device, on)

    async def get_forwarding(self, device: str) -> dict[str, str]:
        """Active forwardings: ECMA-269 forwarding type (``forwardImmediate``) → destination."""
        return dict((await self._control.settings(Service.GET_FORWARDING, device)).forwarding)

    async def set_forwarding(self, device: str, forwarding_type: str, destination: str | None) -> None:
        """Forward calls of that type to ``destination``, or stop with None."""
        await self._control.set_forwarding(device, forwarding_type, destination)

    # Below here: how

    def _require(self, service: Service, device: str, call: str) -> str:
        """The tracker's name for a call that a service may be asked for now."""
        self._control.line(service, device)
        return self._watch.tracker.require(device, call, service).call_id

    async def _one(self, service: Service, device: str, call: str, number: str = "") -> None:
        await self._control.run(service, device, (self._require(service, device, call),), number)

    async def _two(self, service: Service, device: str, held: str, active: str) -> None:
        self._control.line(service, device)
        waiting, talking = self._watch.tracker.require_pair(device, held, active, service)
        if waiting.id == talking.id:
            raise LocalProtocolError(f"{service.value} takes two calls", service.value)
        await self._control.run(service, device, (waiting.call_id, talking.call_id))

    async def _new_call(self, service: Service, device: str, calls: tuple[str, ...], number: str) -> str:
        leg = await self._control.run(service, device, calls, number)
        if leg is None:
            raise ServiceError(service.value, "operation", "generic")
        return self._watch.tracker.identify(device, leg.call_id)
