"""Everything that is not the same message after the other wire, each with the reason and an example.

Besides these, BER → message → XML → message → BER is the identity: ``test_random_messages.py`` holds it for random
values of every message both standards have, and draws no value of the kinds named here (``values.py``).

A row: the reason; a message; what comes back by XML; what comes back by ASN.1. ``SAME`` is the message again, a text a
part of the words it is refused with, a message what comes back in its place.
"""

from __future__ import annotations

from csta.apdu import Apdu, Associate, Invoke, Reject
from csta.messages.application_session import StopApplicationSession
from csta.messages.base import Message, Octets, UnknownEvent
from csta.messages.call_control import MakeCall
from csta.messages.call_data import CSTACommonArguments
from csta.messages.common import DeviceID, PrivateData, TypeOfNumber
from csta.messages.logical_device import ReqAgentState, SetAgentState
from csta.messages.monitoring import MonitorStop
from csta.messages.system import SystemStatus, SystemStatusValue
from csta.messages.vendor_specific import Escape

SAME = True
Outcome = bool | str | Message
Row = tuple[str, Apdu, Outcome, Outcome]

ANNA = DeviceID(number="2001")
ONE = PrivateData(string=Octets(b"1"))


def stop(cross_reference: str, *private: PrivateData) -> MonitorStop:
    """A short message with an identifier, and perhaps private data."""
    extensions = CSTACommonArguments(private_data=private) if private else None
    return MonitorStop(monitor_cross_ref_id=cross_reference, extensions=extensions)


def call(called: DeviceID) -> MakeCall:
    """A message with a device identifier."""
    return MakeCall(calling_device=ANNA, called_directory_number=called)


ROWS: tuple[Row, ...] = (
    # only one standard has it
    ("associations of ACSE are of ASN.1", Associate(application_context="1.3.12.0.218"), "no form in XML", SAME),
    ("ROSE rejects are of ASN.1", Reject(1, "general", 0), "no form in XML", SAME),
    (
        "application sessions are of XML",
        Invoke(1, StopApplicationSession(session_id="1")),
        SAME,
        "StopApplicationSession",
    ),
    (
        "an event that is not known has its tags, not a name",
        Invoke(1, UnknownEvent(monitor_cross_ref_id="01", tags=(9, 9), raw=b"\x30\x00")),
        "known by its ASN.1 tags only",
        SAME,
    ),
    # private data
    (
        "XML has room for one privateData",
        Invoke(1, stop("01", ONE, ONE)),
        "room for one privateData",
        SAME,
    ),
    (
        "an element for private data holds one",
        Invoke(1, MonitorStop(monitor_cross_ref_id="01", extensions=CSTACommonArguments(private_data=()))),
        "room for one privateData",
        SAME,
    ),
    (
        "private data of an ASN.1 link is a value of a schema XML has not",
        Invoke(1, Escape(private_data=PrivateData(private=Octets(b"\x02\x01\x05")))),
        "no form in XML",
        SAME,
    ),
    (
        "private data of an XML link is elements ASN.1 has not",
        Invoke(1, Escape(private_data=PrivateData(xml="<a/>"))),
        SAME,
        "no form in ASN.1",
    ),
    # identifiers are octets there and text here
    ("a name that is no hexadecimal digits goes as its characters", Invoke(1, stop("Anna")), SAME, stop("416e6e61")),
    ("an odd number of digits goes as its characters", Invoke(1, stop("123")), SAME, stop("313233")),
    ("hexadecimal digits have no case in octets", Invoke(1, stop("0A")), SAME, stop("0a")),
    (
        "an agent's id is characters in XML",
        Invoke(1, SetAgentState(device=ANNA, requested_agent_state=ReqAgentState.READY, agent_id=Octets(b"\xff"))),
        "no characters",
        SAME,
    ),
    # device identifiers
    (
        "space around a number is white space in XML",
        Invoke(1, call(DeviceID(number=" 1 "))),
        call(DeviceID(number="1")),
        SAME,
    ),
    ("XML has no control characters", Invoke(1, call(DeviceID(number="\x01"))), "XML cannot carry", SAME),
    (
        "that a number or name is private is an attribute ASN.1 has not",
        Invoke(1, call(DeviceID(number="2002", number_restricted=True))),
        SAME,
        call(DeviceID(number="2002")),
    ),
    (
        "ASN.1 has dynamic identifiers in connections only",
        Invoke(1, call(DeviceID(number="0a", type_of_number=TypeOfNumber.DYNAMIC))),
        SAME,
        "no form in ECMA-285",
    ),
    # values the standards do not name
    (
        "a word that is not known has no number",
        Invoke(1, SystemStatus(system_status=SystemStatusValue("newWord"))),
        SAME,
        "no number in ECMA-285",
    ),
)

CONNECTION = "<callID>01</callID><deviceID>2001</deviceID>"
ENTRY = "<DeviceHistoryListItem><oldDeviceID><notKnown/></oldDeviceID></DeviceHistoryListItem>"
XML_ONLY: tuple[tuple[str, str, str], ...] = (
    (
        "the words that were recognised",
        f"<RecognizedEvent><monitorCrossRefID>01</monitorCrossRefID><overConnection>{CONNECTION}</overConnection>"
        "<result>yes</result><text>yes</text></RecognizedEvent>",
        "unknown element",
    ),
    (
        "an error of the vendor's own",
        "<CSTAErrorCode><privateErrorCode>77</privateErrorCode></CSTAErrorCode>",
        "nothing known inside",
    ),
    (
        "devices before the last one",
        f"<FailedEvent><monitorCrossRefID>01</monitorCrossRefID><failedConnection>{CONNECTION}"
        "</failedConnection><failingDevice><deviceIdentifier>2002</deviceIdentifier></failingDevice><callingDevice><deviceIdentifier>2001</deviceIdentifier></callingDevice><calledDevice>"
        f"<deviceIdentifier>2002</deviceIdentifier></calledDevice><lastRedirectionDevice><notRequired/></lastRedirectionDevice><cause>busy</cause><deviceHistory>{ENTRY}{ENTRY}"
        "</deviceHistory></FailedEvent>",
        "entries after the first",
    ),
)
"""What ASN.1 has no place for: read past, and told. What it is; a document with it; words of the deviation."""
