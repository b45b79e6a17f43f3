"""One PDU ↔ one APDU on an ASN.1 link (ECMA-285 in ROSE and ACSE)."""

from __future__ import annotations

import msgspec

from csta.apdu import Apdu, Error, Frame, Invoke, Reject, Result
from csta.asn1 import acse, ber, deviations, rose, tolerance
from csta.errors import DecodeError


def decode(pdu: bytes, *, exact: bool = False) -> Apdu:
    """Decode one PDU.

    What the schema does not know is passed over and kept in the APDU's ``deviations``.

    :param exact: also keep what only has another form than ours (a default that is said, a length longer than need be),
        so that :func:`encode` gives the same octets for any PDU of definite lengths. Costs an encoding.

    :raises DecodeError: with path and offset, for anything that is not a whole Phase III message; nothing else.
    """
    try:
        try:
            apdu = _decode(pdu + ber.PAD, len(pdu))
        except ber.Indefinite:
            tolerance.unusual.clear()
            came, pdu = pdu, tolerance.definite(pdu)
            apdu = _decode_rewritten(came, pdu)
    except DecodeError:
        tolerance.unusual.clear()
        raise
    except ber.Indefinite as place:
        tolerance.unusual.clear()
        raise DecodeError("indefinite length inside a primitive element", "PDU", place.args[0]) from None
    return _with_deviations(pdu, apdu) if exact or tolerance.unusual.decoded else apdu


def _decode_rewritten(came: bytes, rewritten: bytes) -> Apdu:
    try:
        return _decode(rewritten + ber.PAD, len(rewritten))
    except DecodeError as error:
        if error.offset is not None:
            error.offset = tolerance.origin(came, rewritten, error.offset)
        raise


def _with_deviations(pdu: bytes, apdu: Apdu) -> Apdu:
    found = deviations.between(pdu, _encode(apdu), tolerance.unusual.skipped)
    tolerance.unusual.clear()
    return msgspec.structs.replace(apdu, deviations=found) if found else apdu


def _decode(data: bytes, end: int) -> Apdu:
    octet, length, pos = data[0], data[1], 2
    if length > 127 or pos + length != end:
        octet, pos, stop = ber.header(data, 0, end, "PDU")
        if stop != end:
            raise DecodeError("octets behind the PDU", "PDU", stop)
    if rose.INVOKE <= octet <= rose.REJECT:
        return rose.decode(data, octet, pos, end)
    if acse.AARQ <= octet <= acse.ABRT:
        return acse.decode(data, octet, pos, end)
    raise DecodeError(f"0x{octet:02x} opens neither a ROSE nor an ACSE PDU", "PDU", 0)


def encode(apdu: Apdu) -> bytes:
    """Encode one APDU with definite lengths; raises LocalProtocolError for a value the wire has no form for."""
    return deviations.put_back(_encode(apdu), apdu.deviations) if apdu.deviations else _encode(apdu)


def _encode(apdu: Apdu) -> bytes:
    if isinstance(apdu, Invoke | Result | Error | Reject):
        return rose.encode(apdu)
    return acse.encode(apdu)


class Codec:
    """The two functions as the session takes them."""

    namespace = ""  # the wire knows no editions
    foreign: str | None = None

    def decode(self, frame: Frame) -> Apdu:
        """Decode a frame; see :func:`decode`."""
        return decode(frame.payload)

    def encode(self, apdu: Apdu) -> Frame:
        """Encode into a frame; see :func:`encode`."""
        return Frame(encode(apdu))
