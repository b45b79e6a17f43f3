"""ACSE (X.227): opening and ending an application association."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from csta.apdu import Abort, Acse, Associate, AssociateResponse, Release, ReleaseResponse
from csta.asn1 import ber, tolerance
from csta.dialect import Login
from csta.errors import DecodeError, LocalProtocolError

AARQ, AARE, RLRQ, RLRE, ABRT = 0x60, 0x61, 0x62, 0x63, 0x64

_OTHER_EXTERNAL = 0xA2  # Authentication-value: the alternative `external` (X.227 §9.1)
_ENCODED, _EXTERNAL, _SEQUENCE, _OBJECT_IDENTIFIER, _BIT_STRING, _OCTET_STRING = 0xA0, 0x28, 0x30, 0x06, 0x03, 0x04
_LOG_IN, _IDENTITY = 0xA0, 0xA1
_VERSION_BITS = 16
_LONGEST_IDENTIFIER = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """What a HiPath 3000 says of itself when it accepts a log-in.

    :param stamp: marks the state of its database (16 octets).
    :param system_version: its software, as it writes it.
    """

    stamp: bytes
    system_version: str


@dataclass(frozen=True, slots=True)
class UserInformation:
    """The versions of CSTA an application speaks (ECMA-285, ACSEUserInformationForCSTA).

    :param versions: their numbers; Phase III begins with 3.
    :param reference: object identifier of the definition, empty where the switch wants none.
    """

    versions: frozenset[int]
    reference: str = ""


def encode_login(login: Login) -> bytes:
    """A log-in as :attr:`csta.apdu.Associate.authentication`."""
    return _requirements(0x8A) + _authentication(0xAC, _LOG_IN, login.name.encode(), login.password.encode())


def login_of(asked: Associate) -> Login | None:
    """The log-in in an association request; None where there is none, or one of another kind.

    :raises DecodeError: it is damaged.
    """
    found = _authentication_of(asked.authentication, 0xAC, _LOG_IN)
    return None if found is None else Login(ber.text(found[0], 0, len(found[0])), ber.text(found[1], 0, len(found[1])))


def encode_identity(identity: Identity) -> bytes:
    """The switch's identity as :attr:`csta.apdu.AssociateResponse.authentication`."""
    return _requirements(0x88) + _authentication(0xAA, _IDENTITY, identity.stamp, identity.system_version.encode())


def identity_of(answer: AssociateResponse) -> Identity | None:
    """The switch's identity in the answer to a log-in; None where it tells none.

    :raises DecodeError: it is damaged.
    """
    found = _authentication_of(answer.authentication, 0xAA, _IDENTITY)
    return None if found is None else Identity(found[0], ber.text(found[1], 0, len(found[1])))


def encode_user_information(information: UserInformation) -> bytes:
    """The versions in the new definition, as :attr:`csta.apdu.Associate.user_information`."""
    versions = ber.tlv(_BIT_STRING, b"\0" + _version_octets(information.versions))
    reference = _encode_object_identifier(information.reference) if information.reference else b""
    return ber.tlv(_EXTERNAL, reference + ber.tlv(_ENCODED, ber.tlv(_ENCODED, versions)))


def user_information_of(apdu: Associate | AssociateResponse) -> UserInformation | None:
    """The versions of CSTA in an association request or its answer; None where it says nothing of them.

    The old definition (Phase II) is read too: its versions come first.

    :raises DecodeError: they are damaged.
    """
    where = "ACSE.user-information"
    external = _content(apdu.user_information, where, _EXTERNAL)
    if external is None:
        return None
    elements = _elements(external, 0, len(external))
    value = elements.get(_ENCODED, b"")
    versions = _content(value, where, _ENCODED, _BIT_STRING) or _content(value, where, _SEQUENCE, _BIT_STRING)
    if not versions:
        return None
    reference = elements.get(_OBJECT_IDENTIFIER, b"")
    return UserInformation(_versions(versions[1:]), _dotted(reference, where) if reference else "")


def _requirements(octet: int) -> bytes:
    return ber.tlv(octet, b"\x06\x80")  # the functional unit `authentication` (X.227 §9.1)


def _authentication(octet: int, kind: int, first: bytes, second: bytes) -> bytes:
    both = ber.tlv(_OCTET_STRING, first) + ber.tlv(_OCTET_STRING, second)
    return ber.tlv(octet, ber.tlv(_OTHER_EXTERNAL, ber.tlv(_ENCODED, ber.tlv(kind, both))))


def _authentication_of(elements: bytes, octet: int, kind: int) -> tuple[bytes, bytes] | None:
    where = "ACSE.authentication-value"
    value = _content(elements, where, octet, _OTHER_EXTERNAL, _ENCODED, kind)
    if value is None:
        return None
    first, start, middle = ber.header(value, 0, len(value), where)
    second, begin, end = ber.header(value, middle, len(value), where)
    if first != _OCTET_STRING or second != _OCTET_STRING:
        raise DecodeError("not two octet strings", where, start)
    return value[start:middle], value[begin:end]


def _content(elements: bytes, where: str, *path: int) -> bytes | None:
    """What stands within elements within each other; None where the path leads nowhere."""
    value: bytes | None = elements
    for octet in path:
        if value is None:
            return None
        whole = tolerance.definite(ber.tlv(_SEQUENCE, value))
        _, start, stop = ber.header(whole, 0, len(whole), where)
        value = _elements(whole, start, stop).get(octet)
    return value


def _version_octets(versions: Collection[int]) -> bytes:
    # versionOne is bit 0, the highest; two octets whatever is set, as HiPath 3000 and KX-TDA write it.
    if not all(0 < version <= _VERSION_BITS for version in versions):
        raise LocalProtocolError(f"CSTA versions {sorted(versions)}: 1 to {_VERSION_BITS} are known", "ACSE")
    return sum(1 << (_VERSION_BITS - version) for version in versions).to_bytes(_VERSION_BITS // 8, "big")


def _versions(octets: bytes) -> frozenset[int]:
    bits = int.from_bytes(octets[: _VERSION_BITS // 8].ljust(_VERSION_BITS // 8, b"\0"), "big")
    return frozenset(version for version in range(1, _VERSION_BITS + 1) if bits >> (_VERSION_BITS - version) & 1)


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
        ber.unexpected(octet, "ACSE", content, stop)
    return ber.integer(pdu, content, stop, "ACSE")


def _object_identifier(pdu: bytes, pos: int, end: int) -> str:
    where = "ACSE.application-context-name"
    octet, content, stop = ber.inner(pdu, pos, end, where)
    if octet != _OBJECT_IDENTIFIER:
        ber.unexpected(octet, where, content, stop)
    return _dotted(pdu[content:stop], where, content)


def _dotted(octets: bytes, where: str, offset: int | None = None) -> str:
    """Octets of an object identifier in dotted form."""
    if not octets or octets[-1] & 0x80 or len(octets) > _LONGEST_IDENTIFIER:
        raise DecodeError("not an object identifier", where, offset)
    arcs: list[int] = []
    value = 0
    for each in octets:
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
