"""BER of the hand-written types of :mod:`csta.messages.common` (ECMA-285 device and call-connection identifiers)."""

from __future__ import annotations

from csta.asn1 import ber, tolerance
from csta.asn1.generated.media import (
    decode_media_call_characteristics,
    encode_media_call_characteristics,
)
from csta.asn1.remembered import Remembered
from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import Octets
from csta.messages.common import ConnectionID, DeviceID, PrivateData, TypeOfNumber
from csta.messages.media import MediaCallCharacteristics

_PLAIN = {
    0x80: TypeOfNumber.DIALING_NUMBER,
    0x82: TypeOfNumber.IMPLICIT_PUBLIC,
    0x84: TypeOfNumber.IMPLICIT_PRIVATE,
}
_PUBLIC = {
    0x80: TypeOfNumber.EXPLICIT_PUBLIC_UNKNOWN,
    0x81: TypeOfNumber.EXPLICIT_PUBLIC_INTERNATIONAL,
    0x82: TypeOfNumber.EXPLICIT_PUBLIC_NATIONAL,
    0x83: TypeOfNumber.EXPLICIT_PUBLIC_NETWORK_SPECIFIC,
    0x84: TypeOfNumber.EXPLICIT_PUBLIC_SUBSCRIBER,
    0x85: TypeOfNumber.EXPLICIT_PUBLIC_ABBREVIATED,
}
_PRIVATE = {
    0x80: TypeOfNumber.EXPLICIT_PRIVATE_UNKNOWN,
    0x81: TypeOfNumber.EXPLICIT_PRIVATE_LEVEL_3,
    0x82: TypeOfNumber.EXPLICIT_PRIVATE_LEVEL_2,
    0x83: TypeOfNumber.EXPLICIT_PRIVATE_LEVEL_1,
    0x84: TypeOfNumber.EXPLICIT_PRIVATE_PTN_SPECIFIC,
    0x85: TypeOfNumber.EXPLICIT_PRIVATE_LOCAL,
    0x86: TypeOfNumber.EXPLICIT_PRIVATE_ABBREVIATED,
}
_WRAPPED = {0xA3: _PUBLIC, 0xA5: _PRIVATE}
_TAGS = {
    **{kind: (0, octet) for octet, kind in _PLAIN.items()},
    **{kind: (wrapper, octet) for wrapper, table in _WRAPPED.items() for octet, kind in table.items()},
}
_DIALED = _CALL = ber.headers(0x80)
_STATIC = _BOTH = ber.headers(0x30)
_DEVICE = ber.headers(0xA1)
_PIECES = frozenset(octet | ber.STRING_IN_PIECES for octet in (0xA0, 0xA2, 0xA4, 0xA6))
_WRAPPED_PIECES = frozenset(octet | ber.STRING_IN_PIECES for octet in range(0xA0, 0xA7))
_CALL_ID = (0x80, 0xA0)
_CALL_ID_PIECES = frozenset((0xA0 | ber.STRING_IN_PIECES,))
_DYNAMIC_ID_PIECES = frozenset((0xA3 | ber.STRING_IN_PIECES,))


def decode_device_id(data: bytes, pos: int, end: int) -> DeviceID:
    """Contents of DeviceID, a SEQUENCE of the numbering and three options."""
    octet, length, content = data[pos], data[pos + 1], pos + 2
    if length > 127 or (stop := content + length) > end:
        octet, content, stop = ber.following(data, pos, end, "identifiers.DeviceID")
    kind = _PLAIN.get(octet)
    if kind is not None:
        number = ber.text(data, content, stop)
    else:
        number, kind = _other_numbering(data, octet, content, stop)
    if stop == end:
        return DeviceID(number=number, type_of_number=kind)
    return _with_options(data, pos, stop, end, number, kind)


_DEVICE_ID = tolerance.Known(decode_device_id, "identifiers.DeviceID", "80 81 82 84 86 a0 a1 a3 a5 30")


def _other_numbering(data: bytes, octet: int, content: int, stop: int) -> tuple[str, TypeOfNumber]:
    where = "identifiers.DeviceID.deviceIdentifier"
    start, last = content, stop
    data, octet, content, stop = tolerance.in_one_piece(data, octet, content, stop, _PIECES, where)
    if octet in _PLAIN:
        return ber.text(data, content, stop), _PLAIN[octet]
    if octet == 0x81:
        return str(ber.integer(data, content, stop, where)), TypeOfNumber.DEVICE_NUMBER
    if octet == 0x86:  # OtherPlan: octets that mean something to the switch only; Latin-1 keeps each
        return data[content:stop].decode("latin-1"), TypeOfNumber.OTHER
    if octet in _WRAPPED:
        inner, content, stop = ber.inner(data, content, stop, where)
        data, inner, content, stop = tolerance.in_one_piece(data, inner, content, stop, _WRAPPED_PIECES, where)
        if inner in _WRAPPED[octet]:
            return ber.text(data, content, stop), _WRAPPED[octet][inner]
        octet, start, last = inner, content, stop
    return ber.unexpected(octet, where, start, last)


def _with_options(data: bytes, start: int, pos: int, end: int, number: str, kind: TypeOfNumber) -> DeviceID:
    where = "identifiers.DeviceID"
    private_number: str | None = None
    private_name: str | None = None
    media: MediaCallCharacteristics | None = None
    octet, content, stop = ber.header(data, pos, end, where)
    if octet == 0xA0:
        private_number = _wrapped_text(data, content, stop)
        octet, content, stop = ber.following(data, stop, end, where)
    if octet == 0xA1:
        private_name = _wrapped_text(data, content, stop)
        octet, content, stop = ber.following(data, stop, end, where)
    if octet == 0x30:
        media = decode_media_call_characteristics(data, content, stop)
        octet, content, stop = ber.following(data, stop, end, where)
    if octet != ber.END:
        return _DEVICE_ID.again(data, start, end, "", content)
    return DeviceID(
        number=number,
        type_of_number=kind,
        private_number=private_number,
        private_name=private_name,
        media_call_characteristics=media,
    )


def _wrapped_text(data: bytes, pos: int, stop: int) -> str:
    where = "identifiers.DeviceID"
    octet, content, _ = ber.inner(data, pos, stop, where)
    if octet != 0x16:
        ber.unexpected(octet, where, content, stop)
    return ber.text(data, content, stop)


def encode_device_id(device: DeviceID) -> bytes:
    """Contents of DeviceID."""
    out = (
        _DIALED[len(content := device.number.encode())] + content
        if device.type_of_number is TypeOfNumber.DIALING_NUMBER
        else _numbering(device)
    )
    if device.private_number is not None:
        out += ber.tlv(0xA0, ber.tlv(0x16, ber.encode_text(device.private_number)))
    if device.private_name is not None:
        out += ber.tlv(0xA1, ber.tlv(0x16, ber.encode_text(device.private_name)))
    if device.media_call_characteristics is not None:
        out += ber.tlv(0x30, encode_media_call_characteristics(device.media_call_characteristics))
    return out


def _numbering(device: DeviceID) -> bytes:
    kind = device.type_of_number
    found = _TAGS.get(kind)
    if found is not None:
        wrapper, octet = found
        out = ber.tlv(octet, ber.encode_text(device.number))
        return ber.tlv(wrapper, out) if wrapper else out
    try:
        if kind == TypeOfNumber.DEVICE_NUMBER:
            return ber.tlv(0x81, ber.encode_integer(int(device.number)))
        if kind == TypeOfNumber.OTHER:
            return ber.tlv(0x86, device.number.encode("latin-1"))
    except ValueError:
        raise LocalProtocolError(f"{device.number!r} is no {kind.value}", "identifiers.DeviceID.number") from None
    raise LocalProtocolError(
        f"{kind.value!r} has no form in ECMA-285 here",
        "identifiers.DeviceID.typeOfNumber",
    )


def decode_local_device_id(data: bytes, octet: int, pos: int, end: int) -> DeviceID:
    """LocalDeviceID, a CHOICE of static and dynamic identifier (§12.3.11)."""
    if octet == 0x30:
        return decode_device_id(data, pos, end)
    where = "identifiers.LocalDeviceID"
    whole, primitive, start, stop = tolerance.in_one_piece(data, octet, pos, end, _DYNAMIC_ID_PIECES, where)
    if primitive == 0x83:
        return DeviceID(number=whole[start:stop].hex(), type_of_number=TypeOfNumber.DYNAMIC)
    return ber.unexpected(octet, where, pos, end)


_LOCAL_DEVICES = Remembered(decode_local_device_id)


def encode_local_device_id(device: DeviceID) -> bytes:
    """LocalDeviceID with its tag."""
    if device.type_of_number == TypeOfNumber.DYNAMIC:
        return ber.tlv(0x83, ber.encode_identifier(device.number))
    content = encode_device_id(device)
    return _STATIC[len(content)] + content


def decode_connection_id(data: bytes, octet: int, pos: int, end: int) -> ConnectionID:
    """ConnectionID, a CHOICE of call id, device id or both (§12.3.9); the [APPLICATION 11] around it is off already."""
    where = "identifiers.ConnectionID"
    if octet == 0x30:
        octet, length, content = data[pos], data[pos + 1], pos + 2
        if length > 127 or (stop := content + length) >= end:
            octet, content, stop = ber.following(data, pos, end, where)
        if octet not in _CALL_ID or stop == end:
            raise DecodeError("a call id and a device id are expected", where, pos)
        call_id = data[content:stop].hex() if octet == 0x80 else _call_id(data, octet, content, stop)
        octet, length, content = data[stop], data[stop + 1], stop + 2
        if length > 127 or content + length != end:
            octet, content, _ = ber.inner(data, stop, end, where)
        if octet != 0xA1:
            ber.unexpected(octet, where, content, end)
        return ConnectionID(call_id=call_id, device_id=_device_of(data, content, end))
    if octet in _CALL_ID:
        return ConnectionID(call_id=_call_id(data, octet, pos, end))
    if octet == 0xA1:
        return ConnectionID(device_id=_device_of(data, pos, end))
    return ber.unexpected(octet, where, pos, end)


def _call_id(data: bytes, octet: int, pos: int, stop: int) -> str:
    data, _, pos, stop = tolerance.in_one_piece(
        data, octet, pos, stop, _CALL_ID_PIECES, "identifiers.ConnectionID.callID"
    )
    return data[pos:stop].hex()


def _device_of(data: bytes, pos: int, end: int) -> DeviceID:
    return _LOCAL_DEVICES.get(data[pos:end]) or _LOCAL_DEVICES.inside(
        data, pos, end, "identifiers.ConnectionID.deviceID"
    )


def encode_connection_id(connection: ConnectionID) -> bytes:
    """The chosen alternative of ConnectionID, without the [APPLICATION 11] around it."""
    call = b""
    if connection.call_id is not None:
        content = ber.encode_identifier(connection.call_id)
        call = _CALL[len(content)] + content
    if connection.device_id is None:
        return call or ber.none_chosen("identifiers.ConnectionID")
    content = encode_local_device_id(connection.device_id)
    device = _DEVICE[len(content)] + content
    return _BOTH[len(call) + len(device)] + call + device if call else device


def decode_private_data(data: bytes, start: int, pos: int, end: int) -> PrivateData:
    """CSTAPrivateData and SecurityInfo: octets, or any one value in place of the NULL of ECMA-285 (§12.2.11).

    The value begins at ``start``, its content at ``pos``.
    """
    octet = data[start]
    if octet in ber.UNIVERSAL_PIECES:  # maybe an optional element before this one, for which any value is right
        ber.unexpected(octet, "CSTAPrivateData", pos, end)
    if octet == 0x04:
        return PrivateData(string=Octets(data[pos:end]))
    return PrivateData(private=Octets(data[start:end]))


def encode_private_data(value: PrivateData) -> bytes:
    """The chosen alternative with its tag."""
    if value.string is not None:
        return ber.tlv(0x04, value.string)
    if value.private is not None:
        return bytes(value.private)
    raise LocalProtocolError("private data of an XML link has no form in ASN.1", "CSTAPrivateData")
