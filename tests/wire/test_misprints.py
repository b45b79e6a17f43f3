"""Names that the standards misspell: right in Python and JSON, as printed on an XML link."""

from __future__ import annotations

from csta import xml
from csta.apdu import Invoke
from csta.messages.call_control import MakeCall
from csta.messages.call_data import CallCharacteristics
from csta.messages.common import DeviceID


def test_a_bit_that_ecma_323_misspells() -> None:
    request = MakeCall(
        calling_device=DeviceID(number="1"),
        called_directory_number=DeviceID(number="2"),
        call_characteristics=CallCharacteristics(["maintenanceCall"]),
    )
    document = xml.encode(Invoke(1, request))
    assert b"<maintainanceCall>true</maintainanceCall>" in document
    assert xml.decode(document, 1) == Invoke(1, request)
