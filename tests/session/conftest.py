from __future__ import annotations

import re
from typing import Literal

import pytest

from csta import asn1, xml
from csta.apdu import Associate, Frame
from csta.framing import LengthFraming, XmlHeaderFraming
from csta.messages.call_control import HoldCall, MakeCall
from csta.messages.call_control_events import HeldEvent
from csta.messages.call_data import CSTAObject, EventCause
from csta.messages.common import ConnectionID, DeviceID
from csta.messages.identifiers import SubjectDeviceID
from csta.messages.monitoring import MonitorStart, MonitorStartResponse
from csta.session import AcseAssociation, Role, Session, SessionEvent, Settings

Category = Literal["general", "invoke", "returnResult", "returnError"]

DEVICE = DeviceID(number="2001")
CONNECTION = ConnectionID(call_id="0a01", device_id=DEVICE)
HOLD = HoldCall(call_to_be_held=CONNECTION)
MAKE = MakeCall(calling_device=DEVICE, called_directory_number=DeviceID(number="2002"))
HELD = HeldEvent(
    monitor_cross_ref_id="0007",
    held_connection=CONNECTION,
    holding_device=SubjectDeviceID(device_identifier=DEVICE),
    cause=EventCause.NORMAL,
)

MONITOR = MonitorStart(monitor_object=CSTAObject(device_object=DEVICE))

KINDS = ["xml", "asn1", "acse"]


def make_session(kind: str, role: Role, settings: Settings | None = None) -> Session:
    if kind == "xml":
        return Session(role, xml.Codec(), XmlHeaderFraming(), settings=settings)
    association = AcseAssociation(Associate("1.3.12.0.218")) if kind == "acse" else None
    return Session(role, asn1.Codec(), LengthFraming(), association=association, settings=settings)


def length(pdu: str) -> bytes:
    """A PDU in hexadecimal digits, framed."""
    return LengthFraming().encode(Frame(bytes.fromhex(pdu)))


def document(text: str, invoke_id: int) -> bytes:
    """An XML document of the edition the link has, framed."""
    named = re.sub(r"^<(\w+)", rf'<\1 xmlns="{xml.codec.ED4}"', text)
    return XmlHeaderFraming().encode(Frame(named.encode(), invoke_id))


def events(session: Session) -> list[SessionEvent]:
    found = []
    while (event := session.next_event()) is not None:
        found.append(event)
    return found


class Joined:
    """Both ends of a link with nothing between them; octets move when told."""

    def __init__(self, kind: str, settings: Settings | None = None) -> None:
        self.now = 0.0
        self.kind = kind
        self.client = make_session(kind, Role.COMPUTING, settings)
        self.switch = make_session(kind, Role.SWITCHING, settings)
        self.heard: dict[Role, list[SessionEvent]] = {Role.COMPUTING: [], Role.SWITCHING: []}

    def open(self) -> Joined:
        self.client.open(self.now)
        self.switch.open(self.now)
        self.exchange()
        self.client.irregularities.follow(MONITOR, MonitorStartResponse(monitor_cross_ref_id="0007"))
        self.take()
        return self

    def exchange(self) -> None:
        """Move octets both ways until none are left."""
        moved = True
        while moved:
            moved = False
            for sender, receiver in ((self.client, self.switch), (self.switch, self.client)):
                self.heard[sender.role] += events(sender)
                octets = sender.data_to_send()
                if octets:
                    moved = True
                    receiver.receive_data(octets, self.now)
                    self.heard[receiver.role] += events(receiver)

    def take(self, role: Role = Role.COMPUTING) -> list[SessionEvent]:
        """What was heard since the last time; forgets it on both sides."""
        heard = self.heard[role]
        self.heard = {Role.COMPUTING: [], Role.SWITCHING: []}
        return heard

    def wait(self, seconds: float) -> None:
        """Let time pass, firing each deadline when it comes."""
        end = self.now + seconds
        while True:
            deadlines = [
                each for each in (self.client.next_deadline(), self.switch.next_deadline()) if each is not None
            ]
            due = min(deadlines, default=end)
            if due > end:
                break
            self.now = max(self.now, due)
            for session in (self.client, self.switch):
                session.on_timer(self.now)
            self.exchange()
            if not deadlines or self.now >= end:
                break
        self.now = end


def joined_ends(kind: str, settings: Settings | None = None) -> Joined:
    """An open link."""
    return Joined(kind, settings).open()


@pytest.fixture(params=KINDS)
def joined(request: pytest.FixtureRequest) -> Joined:
    return joined_ends(request.param)


@pytest.fixture
def joined_acse() -> Joined:
    return Joined("acse")
