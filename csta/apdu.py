"""What one frame of a link carries, the same for both wires.

ROSE (X.880) gives the four kinds of application protocol data unit; the XML binding has the same four in
other clothes (ECMA-323: request, response, ``CSTAErrorCode``), so everything right of the codecs sees these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

if TYPE_CHECKING:  # the types are for readers and checkers; no chapter is loaded for them
    from csta.messages.base import Message
    from csta.messages.errors import UniversalFailure

EVENT_INVOKE_ID = 9999
"""Invoke id of every event on an XML link (ECMA-323 Annex J)."""


class Frame(NamedTuple):
    """One message cut out of the octet stream.

    :param payload: the BER PDU or the XML document, without its framing header.
    :param invoke_id: the id in the framing header (XML links); None where the PDU itself holds it.
    """

    payload: bytes
    invoke_id: int | None = None


class Deviation(msgspec.Struct, frozen=True):
    """Where received BER is not what the encoder makes of the same APDU.

    :param path: which element inside which, counted from 0 in the received PDU; empty for the PDU itself.
    :param octets: the element as it was received.
    :param instead_of: what the encoder puts there; empty where it puts nothing (an element unknown to the schema).
    :param where: the type that does not know the element; empty where only the form is another.
    """

    path: tuple[int, ...]
    octets: bytes
    instead_of: bytes = b""
    where: str = ""


class DataUnit(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the APDUs.

    :param deviations: kept so that an APDU that is passed on gives the octets it came in. They belong to the APDU and
        not to the types of the message: a field in each of a thousand types would cost every message something, and a
        newer peer's elements mean nothing in a message made here. The XML binding has no use for them.
    """

    deviations: tuple[Deviation, ...] = ()


class Invoke(DataUnit, frozen=True):
    """A request or an event report."""

    invoke_id: int
    message: Message
    linked_id: int | None = None


class Result(DataUnit, frozen=True):
    """A positive answer; :attr:`message` is None where the peer sent an answer without a value."""

    invoke_id: int
    message: Message | None = None


class Error(DataUnit, frozen=True):
    """A negative answer (universal failure)."""

    invoke_id: int
    message: UniversalFailure


class Reject(DataUnit, frozen=True):
    """The peer could not process an APDU (X.880 §8.5); ``invoke_id`` is None when it could not even read that."""

    invoke_id: int | None
    category: Literal["general", "invoke", "returnResult", "returnError"]
    problem: int


class Associate(DataUnit, frozen=True):
    """Opens an application association (ACSE AARQ, X.227 §9.1).

    :param application_context: object identifier in dotted form.
    :param protocol_version: contents of the version bit string; empty when the peer sent none.
    :param authentication: the elements between context and user information as BER, as they stand (requirements,
        mechanism, value).
    :param user_information: contents of the user information, an EXTERNAL with CSTA version and functions.
    """

    application_context: str
    protocol_version: bytes = b"\x07\x80"
    authentication: bytes = b""
    user_information: bytes = b""


class AssociateResponse(DataUnit, frozen=True):
    """Answers :class:`Associate` (ACSE AARE, X.227 §9.2).

    :param result: 0 accepts, 1 refuses for good, 2 refuses for now.
    :param source: who says so: 1 the peer's application, 2 its ACSE provider.
    :param diagnostic: reason, 0 for none.
    """

    application_context: str
    result: int
    source: int = 1
    diagnostic: int = 0
    protocol_version: bytes = b"\x07\x80"
    authentication: bytes = b""
    user_information: bytes = b""


class Release(DataUnit, frozen=True):
    """Asks to end the association in order (ACSE RLRQ)."""


class ReleaseResponse(DataUnit, frozen=True):
    """Agrees to end the association (ACSE RLRE)."""


class Abort(DataUnit, frozen=True):
    """Ends the association at once (ACSE ABRT); :attr:`source` 0 is the peer application, 1 its ACSE provider."""

    source: int = 0


Rose = Invoke | Result | Error | Reject
Acse = Associate | AssociateResponse | Release | ReleaseResponse | Abort
Apdu = Rose | Acse
