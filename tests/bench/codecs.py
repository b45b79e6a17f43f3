"""Time of messages through the codecs, beside other implementations in the same run.

Nothing is asserted: the numbers depend on the machine, only their proportions tell something.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter, process_time
from timeit import Timer

from lxml import etree

from csta import asn1, xml
from csta.apdu import EVENT_INVOKE_ID, Apdu, Invoke, Result
from csta.messages.base import Octets
from csta.messages.call_control import HoldCall
from csta.messages.call_control_events import DeliveredEvent
from csta.messages.call_data import EventCause, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.identifiers import (
    AssociatedCalledDeviceID,
    CalledDeviceID,
    CallingDeviceID,
    NetworkCallingDeviceID,
    RedirectionDeviceID,
    SubjectDeviceID,
)
from csta.messages.snapshot import (
    CallState,
    SnapshotDeviceContents,
    SnapshotDeviceResponse,
    SnapshotDeviceResponseInfo,
)
from tests.bench.documents import by_xsdata
from tests.bench.implementations import NEW_DEVICES, Implementation, others, ours, ours_with_new_devices

ANNA = DeviceID(number="2001")
CALLER = DeviceID(number="00441615527789")
LINE = DeviceID(number="00498912345678")
EVENT = DeliveredEvent(
    monitor_cross_ref_id="00a1",
    connection=ConnectionID(call_id="2dc5", device_id=ANNA),
    alerting_device=SubjectDeviceID(device_identifier=ANNA),
    calling_device=CallingDeviceID(device_identifier=CALLER),
    called_device=CalledDeviceID(device_identifier=ANNA),
    last_redirection_device=RedirectionDeviceID(not_required=True),
    local_connection_info=LocalConnectionState.ALERTING,
    correlator_data=Octets(b"order 4711"),
    cause=EventCause.NEW_CALL,
    network_calling_device=NetworkCallingDeviceID(device_identifier=CALLER),
    associated_called_device=AssociatedCalledDeviceID(device_identifier=LINE),
)
CALLS = tuple(
    SnapshotDeviceResponseInfo(
        connection_identifier=ConnectionID(call_id=f"{number:04x}", device_id=ANNA),
        endpoint_device=SubjectDeviceID(device_identifier=CALLER),
        local_call_state=CallState(compound_call_state=(LocalConnectionState.CONNECTED, LocalConnectionState.HOLD)),
    )
    for number in range(100)
)
APDUS: dict[str, Apdu] = {
    "HoldCall": Invoke(1, HoldCall(call_to_be_held=ConnectionID(call_id="2dc5", device_id=ANNA))),
    "DeliveredEvent": Invoke(1, EVENT),
    "SnapshotDeviceResponse": Result(
        1, SnapshotDeviceResponse(cross_ref_id_or_snapshot_data=SnapshotDeviceContents(snapshot_data=CALLS))
    ),
}


def microseconds(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Best of five runs: what disturbs a run only ever makes it slower."""
    timer = Timer(work, timer=clock)
    number, _ = timer.autorange()
    return min(timer.repeat(5, number)) / number * 1e6


def report(title: str, rows: dict[str, Callable[[], object]], clock: Callable[[], float] = process_time) -> None:
    """One row a work; its time is the processor's, so that other programs disturb less."""
    print(f"\n{title}")
    times = {name: microseconds(work, clock) for name, work in rows.items()}
    ours = next(iter(times.values()))
    for name, time in times.items():
        print(f"  {name:<40}{time:9.1f} µs{time / ours:8.2f} ×")


def ber() -> None:
    compared = [Implementation("csta.asn1", ours), Implementation(NEW_DEVICES, ours_with_new_devices), *others()]
    for name, apdu in APDUS.items():
        pdu = asn1.encode(apdu)
        works = {each.name: each.prepare(name, pdu) for each in compared}
        for codec, (decode, encode) in works.items():
            decode()
            if (octets := encode()) != pdu:  # pyasn1 writes optional structures that are absent as empty ones
                print(f"\nnote: {codec} makes {len(octets)} octets of the {len(pdu)} of {name}")
        size = f"{name} ({len(pdu)} octets)"
        report(f"BER, decode {size}", {codec: decode for codec, (decode, _) in works.items()})
        report(f"BER, encode {size}", {codec: encode for codec, (_, encode) in works.items()})


def text() -> None:
    for name, apdu in APDUS.items():
        document = xml.encode(apdu)
        works: dict[str, Callable[[], object]] = {
            "csta.xml (typed)": partial(xml.decode, document, EVENT_INVOKE_ID),
            "lxml.etree.fromstring (tree only)": partial(etree.fromstring, document),
        }
        if isinstance(apdu, Invoke):  # the answer is made of lists, each of a shape of its own
            works["xsdata (typed, through lxml)"] = by_xsdata(type(apdu.message), document)
        report(f"XML, decode {name} ({len(document)} octets)", works)
        report(f"XML, encode {name}", {"csta.xml": partial(xml.encode, apdu)})


def start() -> None:
    modules = ("csta", "csta.asn1", "csta.xml", "csta.session")
    commands = {name: [sys.executable, "-c", f"import {name}"] for name in ("sys", *modules)}
    report(
        "Start of the interpreter and import",
        {name: partial(subprocess.run, command, check=True) for name, command in commands.items()},
        perf_counter,
    )


if __name__ == "__main__":
    ber()
    text()
    start()
