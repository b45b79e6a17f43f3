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
    OmniPcxFraming,
    TpktFraming,
    XmlHeaderFraming,
    detect,
    make_framing,
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
    (OmniPcxFraming, Frame(b"\xa1\x00"), "0002a100"),
    (TpktFraming, Frame(b"\xa1\x00"), "0300000902f080a100"),
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
    (OmniPcxFraming, "420002a100", Frame(b"\xa1\x00"), "what a client sends"),
    (OmniPcxFraming, "500002a100", Frame(b"\xa1\x00"), "what a switch sends"),
    (OmniPcxFraming, "50", None, "the identification alone"),
    (TpktFraming, "03", None, "half an indicator"),
    (TpktFraming, "0300000902f080a1", None, "one octet missing"),
    (TpktFraming, "0300000802f000a10300000802f08000", Frame(b"\xa1\x00"), "in two pieces"),
    (TpktFraming, "0300000802f000a1", None, "one of two pieces"),
    (TpktFraming, "0300000b06e000000001000300000902f080a100", Frame(b"\xa1\x00"), "what a client sends"),
    (TpktFraming, "0300000b06d000010001000300000902f080a100", Frame(b"\xa1\x00"), "what a switch sends"),
    (TpktFraming, "03000008a1020101", Frame(bytes.fromhex("a1020101")), "no transport protocol"),
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
    (OmniPcxFraming, "474554", "begins no PDU"),
    (TpktFraming, "474554", "where 0300 begins a packet"),
    (TpktFraming, "0300000601a1", "a packet of 6 octets"),
    (TpktFraming, "030000070680000000", "disconnects"),
    (TpktFraming, "0300000706e000", "octet e0 is no packet"),
    (TpktFraming, "0300000702500000", "octet 50 is no packet"),
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
        (TpktFraming, Frame(b"\xa1" * (MAX_FRAME - 6)), "at most 65528"),
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
        (TpktFraming(), Frame(b"\xa1" + bytes(MAX_FRAME - 8))),
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
    "omnipcx": pdus.map(Frame),
    "tpkt": pdus.map(Frame),
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
    ("42", OmniPcxFraming),
    ("500002a1", OmniPcxFraming),
    ("0300000b06e0", TpktFraming),
    ("0300000902f0", TpktFraming),
    ("03000014a1020101", TpktFraming),
    ("0300a1", LengthFraming),
    ("0300000b06", None),
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


@pytest.mark.parametrize("first", ["474554202f204854", "0000000c00000007", "0020000c30303037", "0300000b06500000"])
def test_a_link_of_another_kind_is_told_at_once(first: str) -> None:
    with pytest.raises(FramingError, match="begin no link"):
        detect(bytes.fromhex(first))


def test_a_peer_that_speaks_tls_is_told_so() -> None:
    with pytest.raises(FramingError, match="the peer speaks TLS"):
        detect(bytes.fromhex("1603010200"))


NOT_TOLD = {"xml-tcp-32", "omnipcx"}  # the first is the same up to 65,535 octets, the second without its greeting


@pytest.mark.parametrize("name", [name for name in FRAMINGS if name not in NOT_TOLD])
@given(data=st.data())
def test_the_first_octets_of_any_frame_tell_its_framing(name: str, data: st.DataObject) -> None:
    stream = FRAMINGS[name]().encode(data.draw(SOME_FRAMES[name]))
    told = [kind for end in range(len(stream) + 1) if (kind := detect(stream[:end])) is not None]
    assert set(told) <= {FRAMINGS[name]}
    assert told or len(stream) < 8


def test_an_identification_is_answered_before_the_first_frame() -> None:
    client, switch = OmniPcxFraming(), OmniPcxFraming()
    assert switch.open(connecting=False) == b""
    switch.receive(client.open(connecting=True))
    assert client.encode(Frame(b"\xa1\x00")) == client.answers() == b""
    assert switch.next_frame() is None
    client.receive(switch.answers())
    assert client.next_frame() is None
    assert client.answers().hex() == "0002a100"
    assert client.answers() == b""
    assert client.encode(Frame(b"\xa2\x00")).hex() == "0002a200"


def test_an_identification_that_is_answered_otherwise() -> None:
    client = OmniPcxFraming()
    client.open(connecting=True)
    client.receive(b"N")
    with pytest.raises(FramingError, match="octet 4e where P"):
        client.next_frame()


def test_a_frame_as_long_as_an_identification_is_none() -> None:
    framing = OmniPcxFraming()
    long = Frame(b"\xa1" + bytes(0x4242 - 1))
    framing.receive(b"B" + framing.encode(Frame(b"\xa1\x00")) + framing.encode(long))
    assert frames(framing) == [Frame(b"\xa1\x00"), long]


def test_a_transport_is_connected_before_the_first_frame() -> None:
    client, switch = TpktFraming(), TpktFraming()
    switch.open(connecting=False)
    switch.receive(client.open(connecting=True))
    assert client.encode(Frame(b"\xa1\x00")) == b""
    assert switch.next_frame() is None
    confirm = switch.answers()
    assert confirm.hex() == "0300000b06d00001000100"
    client.receive(confirm)
    assert client.next_frame() is None
    switch.receive(client.answers())
    assert switch.next_frame() == Frame(b"\xa1\x00")


def test_a_peer_without_the_transport_protocol_is_answered_in_its_way() -> None:
    switch = TpktFraming()
    switch.open(connecting=False)
    switch.receive(bytes.fromhex("03000008a1020101"))
    assert switch.next_frame() is not None
    assert switch.encode(Frame(bytes.fromhex("a2020101"))).hex() == "03000008a2020101"


def test_a_pdu_in_endless_pieces_is_refused() -> None:
    framing = TpktFraming()
    piece = TpktFraming().encode(Frame(bytes(60_000)))
    open_piece = piece[:6] + b"\x00" + piece[7:]
    for _ in range(17):
        framing.receive(open_piece)
        assert framing.next_frame() is None
    framing.receive(open_piece)
    with pytest.raises(FramingError, match="longer than 1048576"):
        framing.next_frame()


@pytest.mark.parametrize("name", FRAMINGS)
@given(data=st.data())
def test_auto_reads_and_answers_in_the_framing_of_the_peer(name: str, data: st.DataObject) -> None:
    protocol = "xml" if FRAMINGS[name].carries_invoke_id else "asn1"
    frame = data.draw(SOME_FRAMES[name])
    peer, auto = FRAMINGS[name](), make_framing("auto", protocol)
    auto.open(connecting=False)
    stream = peer.open(connecting=True) + FRAMINGS[name]().encode(frame)
    cut = data.draw(st.integers(0, len(stream)))
    received = []
    for piece in (stream[:cut], stream[cut:]):
        auto.receive(piece)
        received += frames(auto)
    assert received == [frame]
    assert auto.pending == 0
    peer.receive(auto.answers() + auto.encode(frame))
    assert frames(peer) == [frame]


@pytest.mark.parametrize(
    ("protocol", "octets", "words"),
    [
        ("asn1", "0000000c303030373c412f3e", "the peer speaks XML, which this link does not"),
        ("xml", "0002a100", "the peer speaks ASN.1, which this link does not"),
        ("xml", "1603010200", "the peer speaks TLS"),
    ],
)
def test_auto_tells_a_peer_of_another_wire(protocol: str, octets: str, words: str) -> None:
    auto = make_framing("auto", protocol)
    auto.receive(bytes.fromhex(octets))
    for _ in range(2):
        with pytest.raises(FramingError, match=words):
            auto.next_frame()


@pytest.mark.parametrize(("protocol", "octets"), [("asn1", "0002a100"), ("xml", "0000000c303030373c412f3e")])
def test_auto_writes_the_usual_framing_before_it_has_heard_the_peer(protocol: str, octets: str) -> None:
    frame = Frame(b"\xa1\x00") if protocol == "asn1" else Frame(b"<A/>", 7)
    assert make_framing("auto", protocol).encode(frame).hex() == octets
