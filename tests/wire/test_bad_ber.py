"""Every way a PDU can be wrong, at every level: one DecodeError that says what, in which element, at which octet.

The table is ``bad_ber.txt``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from csta import asn1
from csta.errors import DecodeError

LINES = (Path(__file__).parent / "bad_ber.txt").read_text().splitlines()
ROWS = [[cell.strip() for cell in line.split("|")] for line in LINES if line and not line.startswith("#")]


@pytest.mark.parametrize(("octets", "reason", "where", "offset", "what"), ROWS)
def test_bad_ber(octets: str, reason: str, where: str, offset: str, what: str) -> None:
    with pytest.raises(DecodeError) as caught:
        asn1.decode(bytes.fromhex(octets))
    assert (caught.value.reason, caught.value.where, caught.value.offset) == (reason, where, int(offset)), what


def test_a_reason_is_one_line_with_path_and_octet() -> None:
    with pytest.raises(DecodeError) as caught:
        asn1.decode(bytes.fromhex("a112 020101 020109 300a 6b0480020a1b 01020000"))
    assert str(caught.value) == "boolean of 2 octets (call_control.HoldCall.connectionReservation at octet 18)"


def test_the_invoke_id_of_a_bad_request_is_told() -> None:
    with pytest.raises(DecodeError) as caught:
        asn1.decode(bytes.fromhex("a107 020105 0202026f"))
    assert caught.value.invoke_id == 5
