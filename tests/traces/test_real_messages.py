"""Messages captured on real links; skipped where the collection is not at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from csta import asn1, xml
from csta.errors import DecodeError

COLLECTION = Path(__file__).parents[3] / "shared" / "traces" / "real-messages.jsonl"
ROWS: list[dict[str, Any]] = []
if COLLECTION.exists():
    ROWS = [json.loads(line) for line in COLLECTION.read_text().splitlines()]
pytestmark = pytest.mark.skipif(
    not ROWS, reason=f"no collection of captured messages beside the project ({COLLECTION.name})"
)

SAME_IN_EVERY_PHASE = {"aastra5000-009", "aastra5000-017", "aastra5000-018", "oxe-c02", "pythoncsta-001"}
"""ACSE, a ROSE reject, the empty answer of MonitorStop and private data in Escape have no mark of their phase."""

BEYOND = {"panasonic-008"}
"""The last octets of an ACSE PDU."""

NOT_ECMA_323 = {
    "openscape-skarakis-011",
    "avaya-004",
    "avaya-005",
}
"""Vendor services, a message without its mandatory child, and one that is not well-formed."""


ZULTYS = {f"zultys-00{number}" for number in (1, 2, 3, 5, 6, 7)}
"""Of the vendor's messages: keep-alive, log-in and its answer, and what is of ECMA-323."""


def rows(protocol: str) -> list[Any]:
    return [pytest.param(row, id=row["id"]) for row in ROWS if row["protocol"] == protocol]


@pytest.mark.parametrize("row", rows("asn1"))
def test_asn1(row: dict[str, Any]) -> None:
    pdu = bytes.fromhex(row["hex"])[2 if row["framing"].startswith("2-byte") else 0 :]
    third = row["phase"].startswith("III") and row["id"] not in BEYOND
    if third or row["id"] in SAME_IN_EVERY_PHASE:
        assert asn1.encode(asn1.decode(pdu)) == pdu
    else:
        with pytest.raises(DecodeError) as caught:
            asn1.decode(pdu)
        assert caught.value.where


@pytest.mark.parametrize("row", rows("xml"))
def test_xml(row: dict[str, Any]) -> None:
    document = row["xml"].encode() if "xml" in row else bytes.fromhex(row["hex"])[8:]
    vendor = row["id"].startswith("zultys") and row["id"] not in ZULTYS
    if vendor or row["id"] in NOT_ECMA_323:
        with pytest.raises(DecodeError) as caught:
            xml.decode(document)
        assert "line " in caught.value.where
        assert "column " in caught.value.where
    else:
        apdu = xml.decode(document)
        assert xml.decode(xml.encode(apdu)) == apdu
