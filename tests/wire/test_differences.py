"""Each difference of the two wires that is listed is one."""

from __future__ import annotations

import msgspec
import pytest

from csta import asn1, xml
from csta.apdu import Apdu
from csta.errors import LocalProtocolError
from tests.wire.differences import ROWS, SAME, XML_ONLY, Outcome


def by_xml(apdu: Apdu) -> Apdu:
    return xml.decode(xml.encode(apdu), 1)


def by_asn1(apdu: Apdu) -> Apdu:
    return asn1.decode(asn1.encode(apdu))


@pytest.mark.parametrize(("reason", "apdu", "in_xml", "in_asn1"), ROWS, ids=[row[0] for row in ROWS])
def test_difference(reason: str, apdu: Apdu, in_xml: Outcome, in_asn1: Outcome) -> None:
    assert (in_xml, in_asn1).count(SAME) == 1
    for through, outcome in ((by_xml, in_xml), (by_asn1, in_asn1)):
        if isinstance(outcome, str):
            with pytest.raises(LocalProtocolError, match=outcome):
                through(apdu)
        elif outcome is SAME:
            assert through(apdu) == apdu
        else:
            assert through(apdu) == msgspec.structs.replace(apdu, message=outcome)


@pytest.mark.parametrize(("reason", "document", "what"), XML_ONLY, ids=[row[0] for row in XML_ONLY])
def test_what_only_xml_has_is_read_past(reason: str, document: str, what: str) -> None:
    apdu = xml.decode(document.encode(), 1)
    assert what in [each.what for each in xml.deviations()]
    assert by_asn1(apdu) == by_xml(apdu) == apdu
