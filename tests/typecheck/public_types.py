"""Never run, only type-checked: the types that users of the library see."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_type

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from csta.client import Client, connect
from csta.errors import CSTAError
from csta.messages.base import Event
from csta.messages.call_associated import GenerateDigitsResponse
from csta.messages.call_control import AnswerCallResponse, MakeCall, MakeCallResponse
from csta.messages.call_control_events import DeliveredEvent
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.logical_device import GetForwardingResponse
from csta.messages.monitoring import MonitorStart, MonitorStartResponse, MonitorStop, MonitorStopResponse
from csta.messages.snapshot import SnapshotDeviceResponse
from csta.messages.system import RequestSystemStatusResponse, SystemRegisterAbort
from csta.model.provider import Provider
from csta.provider import CstaProvider

DEVICE = DeviceID(number="2001")


def requests(client: Client, start: MonitorStart) -> None:
    assert_type(
        client.request(MakeCall(calling_device=DEVICE, called_directory_number=DEVICE)), Deferred[MakeCallResponse]
    )
    assert_type(client.request(start, timeout=3), Deferred[MonitorStartResponse])
    assert_type(client.request(SystemRegisterAbort(sys_stat_register_id="01")), Deferred[None])
    client.request(DEVICE)  # type: ignore[arg-type] # not a request
    MakeCall(calling_device="2001", called_directory_number=DEVICE)  # type: ignore[arg-type] # not a DeviceID


async def services(client: Client, connection: ConnectionID) -> None:
    assert_type(await client.call_control.make_call("2001", DEVICE), MakeCallResponse)
    assert_type(await client.call_control.answer_call(connection), AnswerCallResponse)
    assert_type(await client.call_associated.generate_digits(connection, "1"), GenerateDigitsResponse)
    assert_type(await client.monitoring.monitor_start("2001"), MonitorStartResponse)
    assert_type(await client.snapshot.snapshot_device("2001"), SnapshotDeviceResponse)
    assert_type(await client.system.request_system_status(), RequestSystemStatusResponse)
    assert_type(await client.logical_device.get_forwarding("2001"), GetForwardingResponse)
    client.call_control.answer_call("2001")  # type: ignore[arg-type] # a connection is not a device
    client.call_control.make_coffee("2001")  # type: ignore[attr-defined] # there is no such service


def connections(clock: Clock) -> None:
    assert_type(connect(clock, "tcp:pbx:8800"), Deferred[Client])
    provider: Provider = CstaProvider(clock, "tcp:pbx:8800", "asn1", "acse")
    provider.start()


def listeners(client: Client) -> None:
    def hear(event: Event) -> None:
        if isinstance(event, DeliveredEvent):
            assert_type(event.calling_device.device, DeviceID | None)

    def stop(request: MonitorStop) -> MonitorStopResponse:
        return MonitorStopResponse()

    assert_type(client.subscribe(hear), Callable[[], None])
    assert_type(client.when_closed(), Deferred[CSTAError | None])
    client.serve(MonitorStop, stop)
    client.serve(MonitorStart, stop)  # type: ignore[arg-type] # serves another request
