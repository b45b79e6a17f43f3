"""Private data by a vendor's schema, and the example that asks a Panasonic switch for its extensions."""

from __future__ import annotations

import contextlib
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csta import asn1
from csta.apdu import Invoke
from csta.asn1.private_data import PrivateSchema
from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import Octets
from csta.messages.common import PrivateData
from csta.messages.vendor_specific import Escape

ROOT = Path(__file__).parents[2]
EXAMPLE = runpy.run_path(str(ROOT / "examples/private_data.py"))
TREE = """
Vendor DEFINITIONS AUTOMATIC TAGS ::= BEGIN
Tree ::= CHOICE { leaf Leaf, branch SEQUENCE OF Tree }
Leaf ::= SEQUENCE { name IA5String, colour ENUMERATED { red(0), green(1) }, weight INTEGER OPTIONAL }
END
"""
LEAVES = st.fixed_dictionaries(
    {"name": st.text(st.characters(max_codepoint=0x7E), max_size=5), "colour": st.sampled_from(["red", "green"])},
    optional={"weight": st.integers()},
)
TREES = st.recursive(
    st.tuples(st.just("leaf"), LEAVES), lambda trees: st.tuples(st.just("branch"), st.lists(trees, max_size=4))
)


@pytest.fixture(scope="module")
def panasonic() -> PrivateSchema:
    return PrivateSchema.from_text(EXAMPLE["PANASONIC"], "KmeSpecificPrivateData")


@pytest.fixture(scope="module")
def trees() -> PrivateSchema:
    return PrivateSchema.from_text(TREE, "Tree")


@pytest.mark.parametrize(
    ("pdu", "category"),
    [
        ("a11602020602020133300da40ba009a407a105a0030a0105", "station"),
        ("a116020200e0020133300da40ba009a407a105a0030a0102", "networkInterface"),
    ],
)
def test_escape_as_it_stands_on_links_of_panasonic(pdu: str, category: str, panasonic: PrivateSchema) -> None:
    apdu = asn1.decode(bytes.fromhex(pdu))
    assert isinstance(apdu, Invoke)
    assert isinstance(apdu.message, Escape)
    value = panasonic.read(apdu.message.private_data)
    asked = ("deviceList", {"category": ("standardDevice", category)})
    assert value == ("systemData", ("getSystemData", asked))
    again = Invoke(apdu.invoke_id, Escape(private_data=panasonic.write(value)))
    assert asn1.encode(again).hex() == pdu


def test_the_example_runs() -> None:
    command = [sys.executable, "examples/private_data.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    octets, value = done.stdout.splitlines()
    assert octets == "a11602020602020133300da40ba009a407a105a0030a0105"
    assert value == str(EXAMPLE["EXTENSIONS"])


def test_data_inside_an_octet_string_is_read_too(panasonic: PrivateSchema) -> None:
    assert panasonic.read(PrivateData(string=panasonic.encode(EXAMPLE["EXTENSIONS"]))) == EXAMPLE["EXTENSIONS"]


@given(TREES)
@settings(deadline=None)
def test_every_value_comes_back(trees: PrivateSchema, tree: object) -> None:
    assert trees.read(trees.write(tree)) == tree


@given(st.binary(max_size=40), TREES, st.data())
@settings(max_examples=300, deadline=None)
def test_damage_raises_decode_error_or_nothing(
    trees: PrivateSchema, noise: bytes, tree: object, data: st.DataObject
) -> None:
    octets = bytearray(trees.encode(tree))
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    for damaged in (noise, b"\xa0" + noise, bytes(octets)):
        with contextlib.suppress(DecodeError):
            trees.decode(damaged)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("", "Ran out of data"),
        ("a40ba009a407a105a0030a01", "Expected at least 11 contents byte"),
        ("a40ba009a407a105a0030a010500", "octets behind the value"),
    ],
)
def test_octets_that_are_no_value(octets: str, reason: str, panasonic: PrivateSchema) -> None:
    with pytest.raises(DecodeError, match=reason) as caught:
        panasonic.decode(bytes.fromhex(octets))
    assert caught.value.where == "KmeSpecificPrivateData"


def test_nesting_without_end_is_refused(trees: PrivateSchema) -> None:
    octets = b""
    for _ in range(3000):
        octets = b"\xa1\x84" + len(octets).to_bytes(4, "big") + octets
    with pytest.raises(DecodeError):
        trees.decode(octets)


def test_private_data_of_an_xml_link_is_no_ber(panasonic: PrivateSchema) -> None:
    with pytest.raises(DecodeError, match="XML link"):
        panasonic.read(PrivateData(xml="<a/>"))


@pytest.mark.parametrize(
    ("text", "type_name", "reason"),
    [
        ("Vendor DEFINITIONS ::= BEGIN A ::= SEQUENCE { a INTEGER b INTEGER } END", "A", "line 1, column 57"),
        ("Vendor DEFINITIONS ::= BEGIN A ::= B END", "A", "'B' not found"),
        ("Vendor DEFINITIONS ::= BEGIN A ::= INTEGER END", "B", "no such type"),
        ("A DEFINITIONS ::= BEGIN X ::= NULL END B DEFINITIONS ::= BEGIN X ::= NULL END", "X", "two of this name"),
        ("", "A", "line 1, column 1"),
    ],
)
def test_a_schema_that_is_none(text: str, type_name: str, reason: str) -> None:
    with pytest.raises(LocalProtocolError, match=reason):
        PrivateSchema.from_text(text, type_name)


@pytest.mark.parametrize("value", [None, ("leaf", {}), ("leaf", {"name": 1, "colour": "red"}), ("root", {})])
def test_a_value_that_does_not_fit(value: object, trees: PrivateSchema) -> None:
    with pytest.raises(LocalProtocolError):
        trees.encode(value)


def test_octets_of_a_value_are_octets_of_a_message(trees: PrivateSchema) -> None:
    assert isinstance(trees.encode(("branch", [])), Octets)
