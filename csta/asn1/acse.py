"""ACSE (X.227): opening and ending an application association."""

from __future__ import annotations

from csta.apdu import Abort, Acse, Associate, AssociateResponse, Release, ReleaseResponse
from csta.asn1 import ber
from csta.errors import DecodeError, LocalProtocolError

AARQ, AARE, RLRQ, RLRE, ABRT = 0x60, 0x61, 0x62, 0x63, 0x64


def decode(pdu: bytes, octet: int, pos: int, end: int) -> Acse:
    """Decode the contents of an ACSE PDU whose identifier octet is ``octet``."""
    if octet in (AARQ, AARE):
        return _decode_association(pdu, octet, pos, end)
    elements = _elements(pdu, pos, end)
    if octet == RLRQ:
        return Release()
    if octet == RLRE:
        return ReleaseResponse()
    return Abort(ber.integer(elements[0x80], 0, len(elements[0x80]), "ACSE.abort-source") if 0x80 in elements else 0)


def _elements(pdu: bytes, pos: int, end: int) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while pos < end:
        octet, content, pos = ber.header(pdu, pos, end, "ACSE")
        found[octet] = pdu[content:pos]
    return found


def _decode_association(pdu: bytes, octet: int, pos: int, end: int) -> Associate | AssociateResponse:
    version, context, others, information = b"", "", b"", b""
    result, source, diagnostic = 0, 1, 0
    while pos < end:
        where = f"ACSE.{'AARQ' if octet == AARQ else 'AARE'}"
        element, content, stop = ber.header(pdu, pos, end, where)
        if element == 0x80:
            version = pdu[content:stop]
        elif element == 0xA1:
            context = _object_identifier(pdu, content, stop)
        elif element == 0xA2 and octet == AARE:
            result = _wrapped_integer(pdu, content, stop)
        elif element == 0xA3 and octet == AARE:
            wrapper, content, _ = ber.inner(pdu, content, stop, where)
            source, diagnostic = wrapper & 0x1F, _wrapped_integer(pdu, content, stop)
        elif element == 0xBE:
            information = pdu[content:stop]
        else:
            others += pdu[pos:stop]
        pos = stop
    if not context:
        raise DecodeError("application context missing", "ACSE", pos)
    if octet == AARQ:
        return Associate(context, version, others, information)
    return AssociateResponse(context, result, source, diagnostic, version, others, information)


def _wrapped_integer(pdu: bytes, pos: int, end: int) -> int:
    octet, content, stop = ber.inner(pdu, pos, end, "ACSE")
    if octet != 0x02:
        ber.unexpected(octet, "ACSE", pos)
    return ber.integer(pdu, content, stop, "ACSE")


def _object_identifier(pdu: bytes, pos: int, end: int) -> str:
    where = "ACSE.application-context-name"
    octet, content, stop = ber.inner(pdu, pos, end, where)
    if octet != 0x06 or content == stop or pdu[stop - 1] & 0x80 or stop - content > 32:
        raise DecodeError("not an object identifier", where, pos)
    arcs: list[int] = []
    value = 0
    for each in pdu[content:stop]:
        value = value << 7 | each & 0x7F
        if not each & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def _encode_object_identifier(dotted: str) -> bytes:
    try:
        first, second, *rest = (int(arc) for arc in dotted.split("."))
    except ValueError:
        raise LocalProtocolError(f"{dotted!r} is no object identifier", "ACSE.application-context-name") from None
    out = b""
    for arc in (40 * first + second, *rest):
        octets = [arc & 0x7F]
        while arc := arc >> 7:
            octets.append(arc & 0x7F | 0x80)
        out += bytes(reversed(octets))
    return ber.tlv(0x06, out)


def encode(apdu: Acse) -> bytes:
    """Encode an ACSE PDU."""
    if isinstance(apdu, Release):
        return ber.tlv(RLRQ, b"\x80\x01\x00")  # reason normal
    if isinstance(apdu, ReleaseResponse):
        return ber.tlv(RLRE, b"\x80\x01\x00")
    if isinstance(apdu, Abort):
        return ber.tlv(ABRT, ber.tlv(0x80, ber.encode_integer(apdu.source)))
    out = ber.tlv(0x80, apdu.protocol_version) if apdu.protocol_version else b""
    out += ber.tlv(0xA1, _encode_object_identifier(apdu.application_context))
    if isinstance(apdu, AssociateResponse):
        out += ber.tlv(0xA2, ber.tlv(0x02, ber.encode_integer(apdu.result)))
        out += ber.tlv(0xA3, ber.tlv(0xA0 | apdu.source, ber.tlv(0x02, ber.encode_integer(apdu.diagnostic))))
    out += apdu.authentication
    out += ber.tlv(0xBE, apdu.user_information) if apdu.user_information else b""
    return ber.tlv(AARE if isinstance(apdu, AssociateResponse) else AARQ, out)
