"""Time of one DeliveredEvent through the codecs, beside other implementations in the same run.

Nothing is asserted: the numbers depend on the machine, only their proportions tell something.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from timeit import Timer

import asn1tools  # type: ignore[import-untyped] # has no type information
from lxml import etree

from csta import asn1, xml
from csta.apdu import EVENT_INVOKE_ID, Frame, Invoke
from csta.messages.call_control_events import DeliveredEvent
from csta.messages.call_data import EventCause, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.identifiers import CalledDeviceID, CallingDeviceID, RedirectionDeviceID, SubjectDeviceID

SCHEMA = Path(asn1.__file__).with_name("schema")
ANNA = DeviceID(number="2001")
EVENT = DeliveredEvent(
    monitor_cross_ref_id="00a1",
    connection=ConnectionID(call_id="2dc5", device_id=ANNA),
    alerting_device=SubjectDeviceID(device_identifier=ANNA),
    calling_device=CallingDeviceID(device_identifier=DeviceID(number="00441615527789")),
    called_device=CalledDeviceID(device_identifier=ANNA),
    last_redirection_device=RedirectionDeviceID(not_required=True),
    local_connection_info=LocalConnectionState.ALERTING,
    cause=EventCause.NEW_CALL,
)


def microseconds(work: Callable[[], object]) -> float:
    """Best of five runs: what disturbs a run only ever makes it slower."""
    timer = Timer(work)
    number, _ = timer.autorange()
    return min(timer.repeat(5, number)) / number * 1e6


def report(title: str, rows: dict[str, Callable[[], object]]) -> None:
    print(f"\n{title}")
    times = {name: microseconds(work) for name, work in rows.items()}
    ours = next(iter(times.values()))
    for name, time in times.items():
        print(f"  {name:<40}{time:9.1f} µs{time / ours:8.2f} ×")


def ber() -> None:
    apdu = Invoke(1, EVENT)
    pdu = asn1.encode(apdu)
    schema = asn1tools.compile_files([str(path) for path in sorted(SCHEMA.glob("*.asn"))], "ber")
    argument = pdu[pdu.index(b"\x02\x01\x15") + 3 :]  # behind the operation code 21
    values = schema.decode("CSTAEventReport", argument)
    report(
        f"BER, decode ({len(pdu)} octets)",
        {
            "csta.asn1 (ROSE and event, typed)": lambda: asn1.decode(pdu),
            "asn1tools (event only, dict)": lambda: schema.decode("CSTAEventReport", argument),
        },
    )
    report(
        "BER, encode",
        {
            "csta.asn1": lambda: asn1.encode(apdu),
            "asn1tools (event only, from a dict)": lambda: schema.encode("CSTAEventReport", values),
        },
    )


def text() -> None:
    apdu = Invoke(EVENT_INVOKE_ID, EVENT)
    payload = xml.encode(apdu)
    frame = Frame(payload, EVENT_INVOKE_ID)
    report(
        f"XML, decode ({len(payload)} octets)",
        {
            "csta.xml (typed)": lambda: xml.decode(frame.payload, EVENT_INVOKE_ID),
            "lxml.etree.fromstring (tree only)": lambda: etree.fromstring(payload),
        },
    )
    report("XML, encode", {"csta.xml": lambda: xml.encode(apdu)})


def start() -> None:
    modules = ("csta", "csta.asn1", "csta.xml", "csta.session")
    commands = {name: [sys.executable, "-c", f"import {name}"] for name in ("sys", *modules)}
    report(
        "Start of the interpreter and import",
        {name: partial(subprocess.run, command, check=True) for name, command in commands.items()},
    )


if __name__ == "__main__":
    ber()
    text()
    start()
