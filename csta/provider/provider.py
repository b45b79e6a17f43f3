"""The provider: devices watched on a link that comes back, and commands on their calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from twisted.application.internet import backoffPolicy

from csta.client import Client, ClientFactory
from csta.dialect import Login
from csta.endpoints import client_endpoint
from csta.errors import CSTAError, LinkLost, LocalProtocolError, RemoteProtocolError, RequestTimeout, ServiceError
from csta.messages.common import ConnectionID
from csta.messages.errors import OperationErrors
from csta.messages.logical_device import ForwardingType
from csta.model.call import Call
from csta.model.provider import Listener
from csta.model.states import Service
from csta.protocol import ReactorTime
from csta.provider.uplink import Uplink
from csta.provider.watch import Watch
from csta.recorder.live import Recording
from csta.session import Settings

R = TypeVar("R")

IMPLEMENTED = frozenset(Service)
"""Services this provider asks the switch for; those it turns out not to support are taken off."""


class CstaProvider:
    """Calls of a switch over CSTA; see :class:`csta.model.provider.Provider` for what its methods do.

    :param endpoint: a Twisted client endpoint, ``tcp:pbx.example.org:8800``.
    :param protocol: ``xml`` or ``asn1``; the dialect's where left out, ``xml`` without one.
    :param association: ``none`` or ``acse``; the dialect's where left out.
    :param name: what logs call the link.
    :param names: names for calls, see :func:`csta.model.call.call_names`; of its own where left out.
    :param prompt: let the telephone ring before it calls; otherwise it takes its line at once if it can.
    :param dialect: what is known of the switch (:mod:`csta.dialect`).
    :param framing: how messages are cut apart, where it is not the dialect's usual way.
    :param login: name and password, for switches that want them.
    :param retry_policy: seconds to wait after so many failures in a row; grows to a minute where left out.
    :param record: where the messages of the link are recorded, one connection after the other.
    :raises ValueError: there is no such kind of link.
    """

    def __init__(
        self,
        reactor: ReactorTime,
        endpoint: str,
        protocol: str | None = None,
        association: str | None = None,
        *,
        name: str = "",
        names: Iterator[str] | None = None,
        prompt: bool = False,
        dialect: str | None = None,
        framing: str | None = None,
        login: Login | None = None,
        settings: Settings | None = None,
        retry_policy: Callable[[int], float] | None = None,
        record: Recording | None = None,
    ) -> None:
        name = name or endpoint
        factory = ClientFactory(
            reactor,
            protocol,
            association,
            dialect=dialect,
            framing=framing,
            login=login,
            settings=settings,
            record=record,
            name=name,
        )
        target = client_endpoint(reactor, endpoint)
        self._watch = Watch(reactor, name, names)
        self._uplink = Uplink(
            reactor, lambda: factory.connect(target, endpoint), self._watch, retry_policy or backoffPolicy(), name
        )
        self._prompt = prompt
        self._unsupported: set[Service] = set()

    # The link

    @property
    def link_up(self) -> bool:
        """Whether commands can reach the switch now."""
        return self._uplink.client is not None

    @property
    def link_reason(self) -> str:
        """Why the link is down, in words; empty while it is up."""
        return self._uplink.reason

    def start(self) -> None:
        """Open the link and keep it open."""
        self._uplink.start()

    async def stop(self) -> None:
        """Release the monitors and close the link."""
        if self._uplink.client is not None:
            await self._watch.release(self._uplink.client)
        await self._uplink.stop()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns a function that ends it."""
        return self._watch.subscribe(listener)

    # Devices

    async def monitor(self, device: str) -> None:
        """Watch a device, now and after every reconnect; while the link is down it is only noted."""
        self._watch.monitors.want(device)
        if self._uplink.client is None or not self._watch.monitors.take(device):
            return
        try:
            await self._watch.watch(self._uplink.client, device)
        except LinkLost:
            raise
        except CSTAError:
            self._watch.monitors.release(device)
            raise

    async def unmonitor(self, device: str) -> None:
        """Stop watching a device."""
        reference = self._watch.monitors.release(device)
        self._watch.tracker.forget(device)
        self._watch.connections.forget_device(device)
        self._watch.audit.forget(device)
        if reference is not None and self._uplink.client is not None:
            await self._uplink.client.monitoring.monitor_stop(reference)

    def calls(self, device: str) -> tuple[Call, ...]:
        """The calls at a monitored device, oldest first."""
        return self._watch.tracker.calls(device)

    def capabilities(self, device: str) -> frozenset[Service]:
        """What can be asked for the device now: nothing while the link is down."""
        return IMPLEMENTED - self._unsupported if self.link_up else frozenset()

    async def snapshot(self, device: str) -> tuple[Call, ...]:
        """Ask the switch for the calls at a device and heal what was missed."""
        client = self._client(Service.SNAPSHOT_DEVICE, device)
        await self._asked(Service.SNAPSHOT_DEVICE, device, self._watch.take_snapshot(client, device))
        return self.calls(device)

    # Calls

    async def make_call(self, device: str, number: str) -> str:
        """Call ``number`` (as dialled at the switch); gives the new call's id."""
        client = self._client(Service.MAKE_CALL, device)
        request = client.call_control.make_call(device, number, prompt=self._prompt)
        return self._new_call(device, (await self._asked(Service.MAKE_CALL, device, request)).calling_device)

    async def answer(self, device: str, call: str) -> None:
        """Connect a ringing call."""
        client, connection = self._one(Service.ANSWER_CALL, device, call)
        await self._asked(Service.ANSWER_CALL, device, client.call_control.answer_call(connection))

    async def clear_connection(self, device: str, call: str) -> None:
        """Hang up, or refuse a ringing call."""
        client, connection = self._one(Service.CLEAR_CONNECTION, device, call)
        await self._asked(Service.CLEAR_CONNECTION, device, client.call_control.clear_connection(connection))

    async def hold(self, device: str, call: str) -> None:
        """Put a call on hold."""
        client, connection = self._one(Service.HOLD_CALL, device, call)
        await self._asked(Service.HOLD_CALL, device, client.call_control.hold_call(connection))

    async def retrieve(self, device: str, call: str) -> None:
        """Take a call back from hold."""
        client, connection = self._one(Service.RETRIEVE_CALL, device, call)
        await self._asked(Service.RETRIEVE_CALL, device, client.call_control.retrieve_call(connection))

    async def alternate(self, device: str, held: str, active: str) -> None:
        """Swap a held and an active call."""
        client, waiting, talking = self._two(Service.ALTERNATE_CALL, device, held, active)
        await self._asked(Service.ALTERNATE_CALL, device, client.call_control.alternate_call(waiting, talking))

    async def reconnect(self, device: str, active: str, held: str) -> None:
        """Hang up the active call and go back to the held one."""
        client, waiting, talking = self._two(Service.RECONNECT_CALL, device, held, active)
        await self._asked(Service.RECONNECT_CALL, device, client.call_control.reconnect_call(talking, waiting))

    async def consult(self, device: str, call: str, number: str) -> str:
        """Hold a call and call ``number``; gives the consultation call's id."""
        client, connection = self._one(Service.CONSULTATION_CALL, device, call)
        request = client.call_control.consultation_call(connection, number)
        return self._new_call(device, (await self._asked(Service.CONSULTATION_CALL, device, request)).initiated_call)

    async def transfer(self, device: str, held: str, active: str) -> None:
        """Join a held and an active call and leave both."""
        client, waiting, talking = self._two(Service.TRANSFER_CALL, device, held, active)
        await self._asked(Service.TRANSFER_CALL, device, client.call_control.transfer_call(waiting, talking))

    async def single_step_transfer(self, device: str, call: str, number: str) -> None:
        """Pass a call on to ``number`` without asking there first."""
        client, connection = self._one(Service.SINGLE_STEP_TRANSFER_CALL, device, call)
        request = client.call_control.single_step_transfer_call(connection, number)
        await self._asked(Service.SINGLE_STEP_TRANSFER_CALL, device, request)

    async def conference(self, device: str, held: str, active: str) -> None:
        """Merge a held and an active call."""
        client, waiting, talking = self._two(Service.CONFERENCE_CALL, device, held, active)
        await self._asked(Service.CONFERENCE_CALL, device, client.call_control.conference_call(waiting, talking))

    async def deflect(self, device: str, call: str, number: str) -> None:
        """Send a ringing call to ``number``."""
        client, connection = self._one(Service.DEFLECT_CALL, device, call)
        await self._asked(Service.DEFLECT_CALL, device, client.call_control.deflect_call(connection, number))

    async def pickup(self, device: str, from_device: str, call_id: str) -> None:
        """Take a call that rings at another device; ``call_id`` is the switch's call identifier."""
        client = self._client(Service.DIRECTED_PICKUP_CALL, device)
        connection = self._watch.connections.find(from_device, call_id)
        request = client.call_control.directed_pickup_call(connection, device)
        await self._asked(Service.DIRECTED_PICKUP_CALL, device, request)

    async def park(self, device: str, call: str, number: str) -> None:
        """Park a call at ``number``."""
        client, connection = self._one(Service.PARK_CALL, device, call)
        await self._asked(Service.PARK_CALL, device, client.call_control.park_call(connection, number))

    async def generate_digits(self, device: str, call: str, digits: str) -> None:
        """Send DTMF digits to the far end."""
        client, connection = self._one(Service.GENERATE_DIGITS, device, call)
        await self._asked(Service.GENERATE_DIGITS, device, client.call_associated.generate_digits(connection, digits))

    # Features

    async def get_do_not_disturb(self, device: str) -> bool:
        """Whether do-not-disturb is on."""
        client = self._client(Service.GET_DO_NOT_DISTURB, device)
        request = client.logical_device.get_do_not_disturb(device)
        return (await self._asked(Service.GET_DO_NOT_DISTURB, device, request)).do_not_disturb_on

    async def set_do_not_disturb(self, device: str, on: bool) -> None:
        """Switch do-not-disturb."""
        client = self._client(Service.SET_DO_NOT_DISTURB, device)
        await self._asked(Service.SET_DO_NOT_DISTURB, device, client.logical_device.set_do_not_disturb(device, on))

    async def get_forwarding(self, device: str) -> dict[str, str]:
        """Active forwardings: ECMA-269 forwarding type (``forwardImmediate``) → destination."""
        client = self._client(Service.GET_FORWARDING, device)
        answer = await self._asked(Service.GET_FORWARDING, device, client.logical_device.get_forwarding(device))
        return self._watch.features.forwardings(device, answer)

    async def set_forwarding(self, device: str, forwarding_type: str, destination: str | None) -> None:
        """Forward calls of that type to ``destination``, or stop with None."""
        client = self._client(Service.SET_FORWARDING, device)
        request = client.logical_device.set_forwarding(device, ForwardingType(forwarding_type), destination)
        await self._asked(Service.SET_FORWARDING, device, request)

    # Below here: how

    def _client(self, service: Service, device: str) -> Client:
        """The link, for a service at a monitored device."""
        if self._uplink.client is None:
            raise LinkLost(service.value, self._uplink.reason)
        if not self._watch.monitors.is_wanted(device):
            raise LocalProtocolError(f"device {device} is not monitored", service.value)
        return self._uplink.client

    def _one(self, service: Service, device: str, call: str) -> tuple[Client, ConnectionID]:
        client = self._client(service, device)
        known = self._watch.tracker.require(device, call, service)
        return client, self._watch.connections.find(device, known.call_id)

    def _two(self, service: Service, device: str, held: str, active: str) -> tuple[Client, ConnectionID, ConnectionID]:
        client = self._client(service, device)
        waiting, talking = self._watch.tracker.require_pair(device, held, active, service)
        find = self._watch.connections.find
        return client, find(device, waiting.call_id), find(device, talking.call_id)

    def _new_call(self, device: str, connection: ConnectionID) -> str:
        """The id of a call that the switch has just made; its first event may be here or still to come."""
        if connection.call_id is None:
            raise RemoteProtocolError("the answer does not name the new call", "callID")
        self._watch.connections.learn(device, connection)
        return self._watch.tracker.identify(device, connection.call_id)

    async def _asked(self, service: Service, device: str, request: Awaitable[R]) -> R:
        """The answer. A switch that turns out not to support a service is not offered it again; after any other
        failure the earlier states need not hold any more (ECMA-217 §9.2), so the device is looked at."""
        try:
            return await request
        except ServiceError as error:
            if error.code == OperationErrors.SERVICE_NOT_SUPPORTED:
                self._unsupported.add(service)
            else:
                self._watch.audit.doubt(device)
            raise
        except RequestTimeout:
            self._watch.audit.doubt(device)
            raise
