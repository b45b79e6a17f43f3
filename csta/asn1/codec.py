"""One PDU ↔ one APDU on an ASN.1 link (ECMA-285 in ROSE and ACSE)."""

from __future__ import annotations

from csta.apdu import Abort, Apdu, Associate, AssociateResponse, Frame, Release, ReleaseResponse
from csta.asn1 import acse, ber, rose
from csta.errors import DecodeError


def decode(pdu: bytes) -> Apdu:
    """Decode one PDU.

    What the schema does not know is passed over; :data:`csta.asn1.ber.report` lists it until the next call.

    :raises DecodeError: with path and offset, for anything that is not a whole Phase III message; nothing else.
        Offsets in a PDU that used indefinite lengths count in its definite-length form.
    """
    if ber.report.skipped:
        ber.report.skipped.clear()
    try:
        return _decode(pdu)
    except ber.Indefinite:
        return _decode(ber.definite(pdu))


def _decode(pdu: bytes) -> Apdu:
    try:
        octet, pos, stop = ber.header(pdu, 0, len(pdu), "PDU")
        if stop != len(pdu):
            raise DecodeError("octets behind the PDU", "PDU", stop)
        if rose.INVOKE <= octet <= rose.REJECT:
            return rose.decode(pdu, octet, pos, stop)
        if acse.AARQ <= octet <= acse.ABRT:
            return acse.decode(pdu, octet, pos, stop)
        raise DecodeError(f"0x{octet:02x} opens neither a ROSE nor an ACSE PDU", "PDU", 0)
    except IndexError:
        raise DecodeError("element cut off", "PDU", len(pdu)) from None


def encode(apdu: Apdu) -> bytes:
    """Encode one APDU with definite lengths; raises LocalProtocolError for a value the wire has no form for."""
    if isinstance(apdu, Associate | AssociateResponse | Release | ReleaseResponse | Abort):
        return acse.encode(apdu)
    return rose.encode(apdu)


class Codec:
    """The two functions as the session takes them."""

    def decode(self, frame: Frame) -> Apdu:
        """Decode a frame; see :func:`decode`."""
        return decode(frame.payload)

    def encode(self, apdu: Apdu) -> Frame:
        """Encode into a frame; see :func:`encode`."""
        return Frame(encode(apdu))
