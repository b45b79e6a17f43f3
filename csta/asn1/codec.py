"""One PDU ↔ one APDU on an ASN.1 link (ECMA-285 in ROSE and ACSE)."""

from __future__ import annotations

import msgspec

from csta.apdu import Abort, Apdu, Associate, AssociateResponse, Frame, Release, ReleaseResponse
from csta.asn1 import acse, ber, deviations, rose, tolerance
from csta.errors import DecodeError


def decode(pdu: bytes, *, exact: bool = False) -> Apdu:
    """Decode one PDU.

    What the schema does not know is passed over; :data:`csta.asn1.ber.report` lists it until the next call, and the
    APDU keeps it in its ``deviations``.

    :param exact: also keep what only has another form than ours (a default that is said, a length longer than need be),
        so that :func:`encode` gives the same octets for any PDU of definite lengths. Costs an encoding.

    :raises DecodeError: with path and offset, for anything that is not a whole Phase III message; nothing else.
        Offsets in a PDU that used indefinite lengths count in its definite-length form.
    """
    if ber.report.decoded:
        ber.report.clear()
    try:
        apdu = _decode(pdu)
    except ber.Indefinite:
        ber.report.clear()
        pdu = tolerance.definite(pdu)
        apdu = _decode(pdu)
    if exact or ber.report.skipped:
        found = deviations.between(pdu, _encode(apdu))
        return msgspec.structs.replace(apdu, deviations=found) if found else apdu
    return apdu


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
    return deviations.put_back(_encode(apdu), apdu.deviations) if apdu.deviations else _encode(apdu)


def _encode(apdu: Apdu) -> bytes:
    if isinstance(apdu, Associate | AssociateResponse | Release | ReleaseResponse | Abort):
        return acse.encode(apdu)
    return rose.encode(apdu)


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
