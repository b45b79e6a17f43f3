from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csta.apdu import Frame
from csta.errors import FramingError, LocalProtocolError
from csta.framing import (
    FRAMINGS,
    MAX_FRAME,
    MAX_LONG_FRAME,
    Framing,
    HiPathFraming,
    LengthFraming,
    LongXmlHeaderFraming,
    NoFraming,
    XmlHeaderFraming,
    detect,
)


def frames(framing: Framing) -> list[Frame]:
    found = []
    while (frame := framing.next_frame()) is not None:
        found.append(frame)
    return found


WRAPPED = [
    (LengthFraming, Frame(b"\xa1\x00"), "0002a100"),
    (HiPathFraming, Frame(b"\xa1\x00"), "268002a100"),
    (HiPathFraming, Frame(b"\xa1" + bytes(999)), "2683e8a1" + "00" * 999),
    (NoFraming, Frame(b"\xa1\x00"), "a100"),
    (NoFraming, Frame(bytes.fromhex("a180020101 0000")), "a1800201010000"),
    (XmlHeaderFraming, Frame(b"<A/>", 7), "0000000c303030373c412f3e"),
    (XmlHeaderFraming, Frame(b"<A/>", 0), "0000000c303030303c412f3e"),
    (XmlHeaderFraming, Frame(b"<A/>", 9999), "0000000c393939393c412f3e"),
    (LongXmlHeaderFraming, Frame(b"<A/>", 7), "0000000c303030373c412f3e"),
    (LongXmlHeaderFraming, Frame(b"<" * 0x10000, 7), "0001000830303037" + "3c" * 0x10000),
]


@pytest.mark.parametrize(("kind", "frame", "octets"), WRAPPED)
def test_octets_of_a_frame(kind: type[Framing], frame: Frame, octets: str) -> None:
    assert kind().encode(frame).hex() == octets
    framing = kind()
    framing.receive(bytes.fromhex(octets))
    assert frames(framing) == [frame]
    assert framing.pending == 0


READ = [
    (XmlHeaderFraming, "3030000c303030373c412f3e", Frame(b"<A/>", 7), "ASCII zeros as format indicator"),
    (XmlHeaderFraming, "0000000c000000073c412f3e", Frame(b"<A/>", None), "binary invoke id"),
    (NoFraming, "a1818002017f" + "00" * 0x7D, Frame(bytes.fromhex("a1818002017f" + "00" * 0x7D)), "long form"),
    (NoFraming, "a180bf82800180000002010000", None, "cut off inside"),
    (NoFraming, "a180bf828001800000" + "0000", Frame(bytes.fromhex("a180bf8280018000000000")), "high tag number"),
    (NoFraming, "a180a48002010000000000", Frame(bytes.fromhex("a180a48002010000000000")), "indefinite, nested"),
    (NoFraming, "a1", None, "a tag alone"),
    (NoFraming, "a182", None, "a length cut off"),
    (NoFraming, "a180", None, "an indefinite length alone"),
    (LengthFraming, "0003a101", None, "one octet missing"),
    (HiPathFraming, "26", None, "the mark alone"),
    (HiPathFraming, "268003a101", None, "one octet missing"),
    (LongXmlHeaderFraming, "0000000c000000073c412f3e", Frame(b"<A/>", None), "binary invoke id"),
    (XmlHeaderFraming, "0000000c30303037", None, "the header alone"),
]


@pytest.mark.parametrize(("kind", "octets", "frame", "why"), READ)
def test_what_is_read(kind: type[Framing], octets: str, frame: Frame | None, why: str) -> None:
    framing = kind()
    framing.receive(bytes.fromhex(octets))
    assert framing.next_frame() == frame, why


BAD = [
    (LengthFraming, "0000a1", "length of zero"),
    (LengthFraming, "474554", "begins no PDU"),
    (LengthFraming, "0002ff", "begins no PDU"),
    (HiPathFraming, "0002a100", "where 26 begins"),
    (HiPathFraming, "260002a1", "highest bit"),
    (HiPathFraming, "268000a1", "highest bit"),
    (HiPathFraming, "26800230", "begins no PDU"),
    (LongXmlHeaderFraming, "0000000830303031", "leaves no document"),
    (LongXmlHeaderFraming, "0010000130303031", "length of 1048577; at most 1048576"),
    (LongXmlHeaderFraming, "ffffffff30303031", "at most 1048576"),
    (NoFraming, "3c", "begins no PDU"),
    (NoFraming, "a185", "length of 5 octets"),
    (NoFraming, "a18400010000", "longer than 65535"),
    (NoFraming, "a180" + "0500" * 32_770, "longer than 65535"),
    (XmlHeaderFraming, "474554202f204854", "begin no CSTA XML"),
    (XmlHeaderFraming, "010000ff30303031", "SOAP"),
    (XmlHeaderFraming, "0000000830303031", "leaves no document"),
]


@pytest.mark.parametrize(("kind", "octets", "reason"), BAD)
def test_a_stream_that_cannot_be_followed(kind: type[Framing], octets: str, reason: str) -> None:
    framing = kind()
    framing.receive(bytes.fromhex(octets))
    for _ in range(2):
        with pytest.raises(FramingError, match=reason):
            framing.next_frame()


@pytest.mark.parametrize(
    ("kind", "frame", "reason"),
    [
        (XmlHeaderFraming, Frame(b"<A/>"), "invoke id None"),
        (XmlHeaderFraming, Frame(b"<A/>", 10_000), "invoke id 10000"),
        (XmlHeaderFraming, Frame(b"<" * (MAX_FRAME - 7), 1), "at most 65535"),
        (LengthFraming, Frame(b"\xa1" * (MAX_FRAME + 1)), "at most 65535"),
        (HiPathFraming, Frame(b"\xa1" * 0x8000), "at most 32767"),
        (LongXmlHeaderFraming, Frame(b"<" * (MAX_LONG_FRAME - 7), 1), "at most 1048576"),
        (NoFraming, Frame(b"\xa1" * (MAX_FRAME + 1)), "at most 65535"),
    ],
)
def test_a_frame_that_does_not_fit(kind: type[Framing], frame: Frame, reason: str) -> None:
    with pytest.raises(LocalProtocolError, match=reason):
        kind().encode(frame)


def test_the_longest_frame_passes() -> None:
    for framing, frame in (
        (LengthFraming(), Frame(b"\xa1" + bytes(MAX_FRAME - 1))),
        (HiPathFraming(), Frame(b"\xa1" + bytes(0x7FFE))),
        (XmlHeaderFraming(), Frame(b"<" + bytes(MAX_FRAME - 9), 1)),
        (LongXmlHeaderFraming(), Frame(b"<" + bytes(MAX_LONG_FRAME - 9), 1)),
    ):
        framing.receive(framing.encode(frame))
        assert framing.next_frame() == frame


def test_a_peer_that_takes_less_is_sent_less() -> None:
    framing = LengthFraming(limit=240)
    assert len(framing.encode(Frame(bytes(240)))) == 242
    with pytest.raises(LocalProtocolError, match="241 octets, but a message has at most 240"):
        framing.encode(Frame(bytes(241)))
    assert HiPathFraming(limit=MAX_FRAME).limit == 0x7FFF


def test_an_absurd_length_is_refused_with_the_header() -> None:
    framing = LongXmlHeaderFraming()
    framing.receive(bytes.fromhex("7fffffff30303031"))
    with pytest.raises(FramingError):
        framing.next_frame()
    assert framing.pending == 8


pdus = st.binary(max_size=300).map(lambda content: b"\xa1" + _length(len(content)) + content)


def _length(octets: int) -> bytes:
    return bytes([octets]) if octets < 128 else b"\x82" + octets.to_bytes(2, "big")


SOME_FRAMES = {
    "length": pdus.map(Frame),
    "hipath": pdus.map(Frame),
    "none": pdus.map(Frame),
    "xml-tcp": st.builds(Frame, st.binary(min_size=1, max_size=300), st.integers(0, 9999)),
    "xml-tcp-32": st.builds(Frame, st.binary(min_size=1, max_size=300), st.integers(0, 9999)),
}


@pytest.mark.parametrize("name", FRAMINGS)
@given(data=st.data())
def test_any_split_of_the_stream_gives_the_same_frames(name: str, data: st.DataObject) -> None:
    sent = data.draw(st.lists(SOME_FRAMES[name], max_size=5))
    framing = FRAMINGS[name]()
    stream = b"".join(framing.encode(frame) for frame in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    received = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        framing.receive(stream[start:end])
        received += frames(framing)
    assert received == sent


@pytest.mark.parametrize("name", FRAMINGS)
@given(st.binary(max_size=200))
def test_any_octets_give_frames_or_a_framing_error(name: str, octets: bytes) -> None:
    framing = FRAMINGS[name]()
    framing.receive(octets)
    try:
        cut = sum(len(frame.payload) for frame in frames(framing))
    except FramingError:
        return
    assert cut + framing.pending <= len(octets)


DETECTED = [
    ("a1", NoFraming),
    ("60", NoFraming),
    ("000ca1", LengthFraming),
    ("26800c", HiPathFraming),
    ("2680", None),
    ("2610a1", LengthFraming),
    ("0001000c30303037", LongXmlHeaderFraming),
    ("01f0600a0b0c0d0e", LengthFraming),
    ("0000000c303030373c", XmlHeaderFraming),
    ("3030000c30303037", XmlHeaderFraming),
    ("00", None),
    ("00000000", None),
    ("", None),
    ("0000a1003030303", None),
    ("0000006030303031", XmlHeaderFraming),
]


@pytest.mark.parametrize(("first", "kind"), DETECTED)
def test_the_framing_is_told_from_the_first_octets(first: str, kind: type[Framing] | None) -> None:
    assert detect(bytes.fromhex(first[: len(first) & ~1])) is kind


@pytest.mark.parametrize("first", ["474554202f204854", "160301020001fc03", "0000000c00000007", "0020000c30303037"])
def test_a_link_of_another_kind_is_told_at_once(first: str) -> None:
    with pytest.raises(FramingError, match="begin no link"):
        detect(bytes.fromhex(first))


@pytest.mark.parametrize("name", [name for name in FRAMINGS if name != "xml-tcp-32"])
@given(data=st.data())
def test_the_first_octets_of_any_frame_tell_its_framing(name: str, data: st.DataObject) -> None:
    stream = FRAMINGS[name]().encode(data.draw(SOME_FRAMES[name]))
    told = [kind for end in range(len(stream) + 1) if (kind := detect(stream[:end])) is not None]
    assert set(told) <= {FRAMINGS[name]}
    assert told or len(stream) < 8
