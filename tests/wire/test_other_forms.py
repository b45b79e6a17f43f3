"""The forms BER allows besides the one we write: indefinite and long lengths, strings in pieces, long tags."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csta import asn1
from csta.apdu import Invoke, Result
from csta.asn1 import ber, rose
from csta.codegen.schema import CONSTRUCTED, Schema, Type, load
from csta.errors import DecodeError
from csta.messages._index import OPERATIONS
from csta.messages.base import Message, Octets
from csta.messages.call_control import ClearCall
from csta.messages.common import ConnectionID
from csta.messages.monitoring import ChangeMonitorFilter, MonitorFilter
from csta.messages.system import SystemStatus, SystemStatusValue
from tests.wire.values import MESSAGES, messages

STRINGS = ("OCTET STRING", "IA5String", "GeneralizedTime")
END_OF_CONTENTS = b"\0\0"

AMBIGUOUS = {"SendData.ioRegisterReqID", "GetSwitchingFunctionCapsResponse.callLinkageOptions"}
"""In pieces they begin like another component before them; they are read in one piece only."""

schema = cache(load)


class Forms:
    """Writes a value that we encoded in another form, choosing at random for each element."""

    def __init__(self, seed: int, schema: Schema) -> None:
        self.random = Random(seed)  # noqa: S311 - makes test data
        self.schema = schema

    def element(self, name: str, octets: bytes) -> bytes:
        """The other form of a value of the type ``name`` without tags of its own use."""
        return self.tagged(self.schema.layers(name).wrappers, self.schema.layers(name).base, octets)

    def tagged(self, wrappers: tuple[int, ...], base: Type, octets: bytes) -> bytes:
        octet, pos, stop = ber.header(octets, 0, len(octets), "")
        content = octets[pos:stop]
        if wrappers:
            return self.form(octet, self.tagged(wrappers[1:], base, content))
        if base.kind == "CHOICE":
            return self.components(base, [octets])[0]
        if base.kind == "SEQUENCE":
            return self.form(octet, b"".join(self.components(base, children(content))))
        if base.kind == "SEQUENCE OF":
            return self.form(octet, b"".join(self.element(base.target, each) for each in children(content)))
        if base.kind == "BIT STRING":
            return self.string(octet, content, bits=True)
        if base.target in STRINGS:
            return self.string(octet, content)
        return octets

    def components(self, owner: Type, elements: list[bytes]) -> list[bytes]:
        made = []
        members = iter(owner.members)
        for octets in elements:
            member = next(each for each in members if octets[0] in self.schema.octets(each.type, each.tag))
            layers = self.schema.layers(member.type, member.tag)
            ambiguous = f"{owner.name}.{member.name}" in AMBIGUOUS
            made.append(octets if ambiguous else self.tagged(layers.wrappers, layers.base, octets))
        return made

    def string(self, octet: int, content: bytes, bits: bool = False) -> bytes:
        if self.random.random() < 0.5:
            return ber.tlv(octet, content)
        piece = 0x03 if bits else 0x04
        unused, body = (content[:1], content[1:]) if bits else (b"", content)
        middle = self.random.randint(0, len(body))
        first = ber.tlv(piece, (b"\0" if bits else b"") + body[:middle])
        if self.random.random() < 0.5:
            first = self.form(piece | CONSTRUCTED, first)
        return self.form(octet | CONSTRUCTED, first + ber.tlv(piece, unused + body[middle:]))

    def form(self, octet: int, content: bytes) -> bytes:
        length = self.random.choice(("minimal", "long", "indefinite"))
        if length == "indefinite":
            return bytes((octet, 0x80)) + content + END_OF_CONTENTS
        if length == "long":
            return bytes((octet, 0x83)) + len(content).to_bytes(3, "big") + content
        return ber.tlv(octet, content)


def children(content: bytes) -> list[bytes]:
    found, pos = [], 0
    while pos < len(content):
        _, _, stop = ber.header(content, pos, len(content), "")
        found.append(content[pos:stop])
        pos = stop
    return found


REQUESTS = {name: code for code, (_, name) in OPERATIONS.items()}
ANSWERS = {f"{name}Response": code for name, code in REQUESTS.items()}


def said(pdu: bytes) -> Message | None:
    apdu = asn1.decode(pdu)
    assert isinstance(apdu, Invoke | Result)
    return apdu.message


def invoke(code: int, argument: bytes) -> bytes:
    return ber.tlv(0xA1, b"\x02\x01\x01" + ber.tlv(0x02, ber.encode_integer(code)) + argument)


def result(code: int, value: bytes) -> bytes:
    return ber.tlv(0xA2, b"\x02\x01\x01" + ber.tlv(0x30, ber.tlv(0x02, ber.encode_integer(code)) + value))


@pytest.mark.parametrize("name", [name for name in MESSAGES if name != "UniversalFailure"])
def test_any_form_of_a_message_says_the_same(name: str) -> None:
    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
    @given(messages(name), st.integers(0, 2**32))
    def check(message: Message, seed: int) -> None:
        forms = Forms(seed, schema())
        if name in REQUESTS:
            pdu = invoke(REQUESTS[name], forms.element(name, rose.encode_message(message)))
        elif name in ANSWERS:
            pdu = result(ANSWERS[name], forms.element(name, rose.encode_message(message)))
        else:
            octets = asn1.encode(Invoke(1, message))
            _, contents, _ = ber.header(octets, 0, len(octets), "")
            *_, report = children(octets[contents:])
            pdu = invoke(rose.EVENT_REPORT, forms.element("CSTAEventReport", report))
        assert said(pdu) == message

    check()


CLEARED = ClearCall(call_to_be_cleared=ConnectionID(call_id="0a1b"), user_data=Octets(b"hello"))


@pytest.mark.parametrize(
    "argument",
    [
        "300f 6b04 80020a1b 7d07 040568656c6c6f",  # as we write it
        "3015 6b0a a008 0402 0a1b 0400 0400 7d07 040568656c6c6f",  # call id, [0] IMPLICIT, in three pieces
        "3015 6b04 80020a1b 7d0d 240b 0402 6865 0403 6c6c6f 2400",  # X
        "3080 6b80 a080 04010a 2480 04011b 0000 0000 0000 7d80 2480 04026865 04036c6c6f 0000 0000 0000",
    ],
)
def test_strings_in_pieces(argument: str) -> None:
    assert said(invoke(4, bytes.fromhex(argument))) == CLEARED


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("3009 6b07 a005 02030a1b1c", "unexpected tag 0x02"),  # a piece of another type
        ("3008 6b06 a004 0403 0a1b", "element longer than its surroundings"),
        ("300a 6b08 a006 8004 0a1b1c1d", "unexpected tag 0x80"),
        ("3006 6b04 a102 0400", "unexpected tag 0x04"),
    ],
)
def test_what_is_no_string_in_pieces_is_refused(argument: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        said(invoke(4, bytes.fromhex(argument)))


def test_an_enumeration_in_more_octets_than_needed() -> None:
    assert said(invoke(211, bytes.fromhex("3004 0a020001"))) == SystemStatus(system_status=SystemStatusValue.ENABLED)


def test_an_integer_has_one_piece() -> None:
    started = bytes.fromhex("3019 3006 8004 32303031 3006 8004 32303031 a303 0a0101 830101".replace("3019", "3017"))
    with pytest.raises(DecodeError):
        said(invoke(10, started))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("a008 0302 0780 0302 0780", "only the last piece of a bit string"),
        ("a002 0300", "only the last piece of a bit string"),
        ("a003 040107", "unexpected tag 0x04"),
        ("a000", None),
    ],
)
def test_pieces_of_bit_strings(content: str, reason: str | None) -> None:
    octets = bytes.fromhex(content)
    filters = ber.tlv(0x30, b"\x55\x01\x01" + ber.tlv(0x30, octets))
    if reason is None:
        assert said(invoke(72, filters)) == ChangeMonitorFilter(
            monitor_cross_ref_id="01", requested_filter_list=MonitorFilter()
        )
        return
    with pytest.raises(DecodeError, match=reason):
        said(invoke(72, filters))


def test_an_unknown_element_with_a_long_tag_is_passed_over() -> None:
    pdu = invoke(
        211, bytes.fromhex("3007 0a0102 9f2101 07".replace("3007", "3008").replace("9f2101 07", "9f8021 0107"))
    )
    assert said(pdu) == SystemStatus(system_status=SystemStatusValue.NORMAL)
    assert [each.octets.hex() for each in asn1.decode(pdu).deviations] == ["9f80210107"]
