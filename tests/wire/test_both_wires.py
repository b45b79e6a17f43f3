"""The wires as tables: value, BER octets, XML text; what is tolerated; what is refused and how it is said."""

from __future__ import annotations

import pytest

from csta import asn1, xml
from csta.apdu import (
    Abort,
    Apdu,
    Associate,
    AssociateResponse,
    Error,
    Invoke,
    Reject,
    Release,
    ReleaseResponse,
    Result,
)
from csta.asn1 import ber
from csta.errors import DecodeError, LocalProtocolError
from csta.messages.application_session import StopApplicationSession, StopApplicationSessionPosResponse
from csta.messages.base import Octets, UnknownEvent
from csta.messages.call_control import HoldCallResponse, MakeCall, MakeCallResponse
from csta.messages.call_control_events import DeliveredEvent
from csta.messages.call_data import AutoOriginate, EventCause, LocalConnectionState
from csta.messages.common import ConnectionID, DeviceID, TypeOfNumber
from csta.messages.errors import StateIncompatibilityErrors, UniversalFailure
from csta.messages.identifiers import CalledDeviceID, CallingDeviceID, RedirectionDeviceID, SubjectDeviceID
from csta.messages.monitoring import CallControlEventFilter, MonitorFilter, MonitorStop
from csta.messages.system import SystemStatus, SystemStatusResponse, SystemStatusValue


def device(number: str) -> DeviceID:
    return DeviceID(number=number)


OFFICE = device("2001")
CONNECTION = ConnectionID(call_id="0a1b", device_id=OFFICE)
DELIVERED = DeliveredEvent(
    monitor_cross_ref_id="0001",
    connection=CONNECTION,
    alerting_device=SubjectDeviceID(device_identifier=OFFICE),
    calling_device=CallingDeviceID(device_identifier=device("00441615527789")),
    called_device=CalledDeviceID(device_identifier=OFFICE),
    last_redirection_device=RedirectionDeviceID(not_required=True),
    local_connection_info=LocalConnectionState.ALERTING,
    cause=EventCause.NEW_CALL,
)
DELIVERED_BER = (
    "a154020107020115304c55020001a046a444"
    "6b10300e80020a1ba1083006800432303031"
    "63083006800432303031"
    "61123010800e3030343431363135353237373839"
    "62083006800432303031"
    "64028800"
    "4e0102"
    "0a0116"
)

TABLE: list[tuple[Apdu, str, str]] = [
    (
        Invoke(
            1,
            MakeCall(
                calling_device=OFFICE,
                called_directory_number=device("0891234567"),
                auto_originate=AutoOriginate.DO_NOT_PROMPT,
            ),
        ),
        "a12102010102010a30193006800432303031300c800a30383931323334353637830101",
        "<MakeCall><callingDevice>2001</callingDevice><calledDirectoryNumber>0891234567</calledDirectoryNumber>"
        "<autoOriginate>doNotPrompt</autoOriginate></MakeCall>",
    ),
    (
        Result(1, MakeCallResponse(calling_device=CONNECTION)),
        "a21c020101301702010a30126b10300e80020a1ba1083006800432303031",
        "<MakeCallResponse><callingDevice><callID>0a1b</callID><deviceID>2001</deviceID></callingDevice></MakeCallResponse>",
    ),
    (
        Invoke(9999, DELIVERED),
        DELIVERED_BER.replace("a154020107", "a1550202270f"),
        "<DeliveredEvent><monitorCrossRefID>0001</monitorCrossRefID>"
        "<connection><callID>0a1b</callID><deviceID>2001</deviceID></connection>"
        "<alertingDevice><deviceIdentifier>2001</deviceIdentifier></alertingDevice>"
        "<callingDevice><deviceIdentifier>00441615527789</deviceIdentifier></callingDevice>"
        "<calledDevice><deviceIdentifier>2001</deviceIdentifier></calledDevice>"
        "<lastRedirectionDevice><notRequired/></lastRedirectionDevice>"
        "<localConnectionInfo>alerting</localConnectionInfo><cause>newCall</cause></DeliveredEvent>",
    ),
    (
        Error(3, UniversalFailure(state_incompatibility=StateIncompatibilityErrors.NO_CALL_TO_ANSWER)),
        "a30b020103020101a2030a0108",
        "<CSTAErrorCode><stateIncompatibility>noCallToAnswer</stateIncompatibility></CSTAErrorCode>",
    ),
    (Result(4, HoldCallResponse()), "a20a02010430050201090500", "<HoldCallResponse></HoldCallResponse>"),
    (
        Invoke(2, SystemStatus(system_status=SystemStatusValue.NORMAL)),
        "a10c020102020200d330030a0102",
        "<SystemStatus><systemStatus>normal</systemStatus></SystemStatus>",
    ),
    (
        Result(2, SystemStatusResponse()),
        "a20b0201023006020200d30500",
        "<SystemStatusResponse></SystemStatusResponse>",
    ),
    (
        Invoke(3, MonitorStop(monitor_cross_ref_id="0142f900")),
        "a10e020103020149300655040142f900",
        "<MonitorStop><monitorCrossRefID>0142f900</monitorCrossRefID></MonitorStop>",
    ),
]


@pytest.mark.parametrize(("apdu", "octets", "_"), TABLE)
def test_ber(apdu: Apdu, octets: str, _: str) -> None:
    assert asn1.encode(apdu).hex() == octets
    assert asn1.decode(bytes.fromhex(octets)) == apdu


@pytest.mark.parametrize(("apdu", "_", "document"), TABLE)
def test_xml(apdu: Apdu, _: str, document: str) -> None:
    assert isinstance(apdu, Invoke | Result | Error)
    assert xml.encode(apdu, namespace="") == b'<?xml version="1.0" encoding="UTF-8"?>' + document.encode()
    assert xml.decode(document.encode(), apdu.invoke_id) == apdu


@pytest.mark.parametrize(
    ("apdu", "octets"),
    [
        (Reject(5, "invoke", 1), "a406020105810101"),
        (Reject(None, "general", 0), "a4050500800100"),
        (Result(6), "a203020106"),
        (Release(), "6203800100"),
        (ReleaseResponse(), "6303800100"),
        (Abort(1), "6403800101"),
        (Associate("1.3.12.0.218"), "600d80020780a10706052b0c00815a"),
        (AssociateResponse("1.3.12.0.218", 1, 1, 2), "611980020780a10706052b0c00815aa203020101a305a103020102"),
    ],
)
def test_what_only_asn1_links_have(apdu: Apdu, octets: str) -> None:
    assert asn1.encode(apdu).hex() == octets
    assert asn1.decode(bytes.fromhex(octets)) == apdu
    with pytest.raises(LocalProtocolError):
        xml.encode(apdu)


# --- tolerated -------------------------------------------------------------------------------------------------------


def tlv(octet: int, *content: bytes) -> bytes:
    return ber.tlv(octet, b"".join(content))


def test_an_unknown_element_is_passed_over_and_reported() -> None:
    known = bytes.fromhex("30068004323030313006800432303032")
    pdu = tlv(0xA1, b"\x02\x01\x01\x02\x01\x0a", tlv(0x30, known, b"\x9f"[:0], b"\x8e\x01\x07"))
    apdu = asn1.decode(pdu)
    assert isinstance(apdu, Invoke)
    assert apdu.message == MakeCall(calling_device=OFFICE, called_directory_number=device("2002"))
    assert [(each.where, each.octets) for each in apdu.deviations] == [("call_control.MakeCall", b"\x8e\x01\x07")]


def test_an_unknown_enumeration_number_is_kept() -> None:
    pdu = bytes.fromhex(DELIVERED_BER.replace("0a0116", "0a017a"))
    apdu = asn1.decode(pdu)
    assert isinstance(apdu, Invoke)
    assert isinstance(apdu.message, DeliveredEvent)
    assert apdu.message.cause == "122"
    assert asn1.encode(apdu) == pdu


def test_an_unknown_event_is_kept() -> None:
    pdu = tlv(0xA1, b"\x02\x01\x07\x02\x01\x15", tlv(0x30, b"\x55\x02\x00\x01", tlv(0xA0, tlv(0xBE, b"\x05\x00"))))
    apdu = asn1.decode(pdu)
    assert apdu == Invoke(7, UnknownEvent(monitor_cross_ref_id="0001", tags=(0, 30), raw=b"\x05\x00"))
    assert asn1.encode(apdu) == pdu


def test_indefinite_lengths_are_read() -> None:
    pdu = bytes.fromhex("a1800201020202 00d3 3080 0a0102 0000 0000".replace(" ", ""))
    assert asn1.decode(pdu) == Invoke(2, SystemStatus(system_status=SystemStatusValue.NORMAL))


def test_long_form_lengths_are_read() -> None:
    pdu = bytes.fromhex("a1810d 020102 020200d3 308103 0a0102".replace(" ", ""))
    assert asn1.decode(pdu) == Invoke(2, SystemStatus(system_status=SystemStatusValue.NORMAL))


def test_the_width_of_a_bit_string_is_kept() -> None:
    wide = CallControlEventFilter(["callCleared"], width=18)
    assert ber.encode_bits(wide).hex() == "06800000"
    assert ber.encode_bits(CallControlEventFilter(["callCleared"])).hex() == "0780"
    assert ber.bits(b"\x06\x80\x00\x00", 0, 4, CallControlEventFilter, "").width == 18


@pytest.mark.parametrize(
    ("document", "what"),
    [
        ("<SystemStatus><systemStatus>normal</systemStatus><new>1</new></SystemStatus>", "unknown element"),
        (
            "<SystemStatus><systemStatus>normal</systemStatus><systemStatus>enabled</systemStatus></SystemStatus>",
            "repeated element",
        ),
    ],
)
def test_xml_deviations_are_reported(document: str, what: str) -> None:
    assert xml.decode(document.encode()) == Invoke(0, SystemStatus(system_status=SystemStatusValue.NORMAL))
    assert [each.what for each in xml.deviations()] == ["no XML declaration", what]


@pytest.mark.parametrize(
    "document",
    [
        '<SystemStatus xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed6">'
        "<systemStatus>normal</systemStatus></SystemStatus>",
        '<x:SystemStatus xmlns:x="http://www.ecma.ch/standards/ecma-323/csta/ed2">'
        "<x:systemStatus>normal</x:systemStatus></x:SystemStatus>",
        "<!-- c --><SystemStatus><?p?><systemStatus> normal\n</systemStatus><!-- c --></SystemStatus>",
    ],
)
def test_any_edition_is_read(document: str) -> None:
    assert xml.decode(document.encode()) == Invoke(0, SystemStatus(system_status=SystemStatusValue.NORMAL))
    assert [each.what for each in xml.deviations()] == ["no XML declaration"]


# --- refused ---------------------------------------------------------------------------------------------------------


DEEP = "<a>" * 300 + "</a>" * 300
ENTITIES = "<!DOCTYPE x [%s]><SystemStatus><systemStatus>&b;</systemStatus></SystemStatus>"
LAUGHS = ENTITIES % '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">'
FILE = ENTITIES % '<!ENTITY b SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "not well-formed"),
        ("<SystemStatus>", "not well-formed"),
        ("keepalive", "not well-formed"),
        ("<presence/>", "not a message of ECMA-323"),
        ("<SystemStatus/>", "<systemStatus> missing"),
        ("<SystemStatus><systemStatus/></SystemStatus>", "<systemStatus> missing"),
        (
            "<MonitorStartResponse><monitorExistingCalls>yes</monitorExistingCalls></MonitorStartResponse>",
            "true or false",
        ),
        (LAUGHS, "document type declaration"),
        (FILE, "document type declaration"),
        (DEEP, "not well-formed"),
        ("<SystemStatus>" + "x" * (1 << 20), "at most"),
        ("<?xml version='1.0' encoding='nonsense'?><SystemStatus/>", "not"),
    ],
)
def test_bad_xml(document: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        xml.decode(document.encode())


def test_xml_path_and_line() -> None:
    with pytest.raises(DecodeError) as caught:
        xml.decode(
            b"<DeliveredEvent>\n<monitorCrossRefID>1</monitorCrossRefID>\n<connection>\n<callID>1</callID></connection>\n"
            b"<servicesPermitted><callControlServices><answerCall>x</answerCall></callControlServices></servicesPermitted>"
            b"</DeliveredEvent>"
        )
    assert caught.value.reason == "'x' is not true or false"
    assert caught.value.where == "DeliveredEvent.servicesPermitted.callControlServices.answerCall, line 5, column 41"


@pytest.mark.parametrize(
    ("apdu", "reason"),
    [
        (Invoke(1, HoldCallResponse()), "only a request or an event"),
        (Result(1, MonitorStop(monitor_cross_ref_id="01")), "not an answer"),
        (Error(1, UniversalFailure()), "no alternative is chosen"),
        (
            Invoke(
                1,
                MakeCall(
                    calling_device=DeviceID(number="x", type_of_number=TypeOfNumber.DEVICE_NUMBER),
                    called_directory_number=OFFICE,
                ),
            ),
            "'x' is no deviceNumber",
        ),
        (Invoke(1, SystemStatus(system_status=SystemStatusValue("odd"))), "has no number in ECMA-285"),
        (Invoke(1, StopApplicationSession(session_id="1")), "has no form in ASN.1"),
        (Result(1, StopApplicationSessionPosResponse()), "has no form in ASN.1"),
    ],
)
def test_what_cannot_be_sent_is_refused(apdu: Apdu, reason: str) -> None:
    with pytest.raises(LocalProtocolError, match=reason):
        asn1.encode(apdu)


def test_control_characters_cannot_go_into_xml() -> None:
    with pytest.raises(LocalProtocolError, match="cannot carry"):
        xml.encode(Invoke(1, MakeCall(calling_device=device("\x00"), called_directory_number=OFFICE)))


def test_markup_in_a_number_stays_text() -> None:
    odd = Invoke(1, MakeCall(calling_device=device('<a>&"'), called_directory_number=device("N<1>x;y")))
    assert xml.decode(xml.encode(odd), 1) == odd


def test_filter_reads_as_names() -> None:
    shown = MonitorFilter(call_control=CallControlEventFilter(["held", "delivered"]))
    assert list(shown.call_control) == ["delivered", "held"]
    with pytest.raises(ValueError, match="not a bit"):
        CallControlEventFilter(["nonsense"])


def test_octets_are_bytes() -> None:
    assert Octets(b"\x01") == b"\x01"
