"""ROSE (X.880): which operation, which answer, whose."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from csta.apdu import Error, Invoke, Reject, Result, Rose
from csta.asn1 import ber, tolerance
from csta.errors import DecodeError, LocalProtocolError, UnknownMessage
from csta.messages import _index, chapter_of
from csta.messages.base import Event, Message, Request, Response, UnknownEvent

if TYPE_CHECKING:
    from csta.messages.errors import UniversalFailure

EVENT_REPORT = 21
"""Operation code of cSTAEventReport (ECMA-285)."""

UNIVERSAL_FAILURE = 1
"""Error code of universalFailure (ECMA-285)."""

INVOKE, RESULT, ERROR, REJECT = 0xA1, 0xA2, 0xA3, 0xA4

_PROBLEMS = {0x80: "general", 0x81: "invoke", 0x82: "returnResult", 0x83: "returnError"}
_REFERENCE_PIECES = frozenset((0x75 | ber.STRING_IN_PIECES,))
_EVENT_TAGS = {name: tags for tags, (_, name) in _index.EVENTS.items()}


@cache
def _codec(chapter: str, name: str) -> tuple[int | None, Any, Any]:
    module = import_module(f"csta.asn1.generated.{chapter}")
    codecs: ber.Codecs = module.MESSAGES
    return codecs[name]


def decode(pdu: bytes, octet: int, pos: int, end: int) -> Rose:
    """Decode the contents of a ROSE PDU whose identifier octet is ``octet``."""
    invoke_id, pos = _invoke_id(pdu, octet, pos, end)
    try:
        if octet == REJECT:
            return _decode_reject(pdu, invoke_id, pos, end)
        if octet == RESULT:
            return _decode_result(pdu, invoke_id or 0, pos, end)
        if octet == ERROR:
            return _decode_error(pdu, invoke_id or 0, pos, end)
        return _decode_invoke(pdu, invoke_id or 0, pos, end)
    except DecodeError as error:
        error.invoke_id = invoke_id
        raise


def _invoke_id(pdu: bytes, pdu_octet: int, pos: int, end: int) -> tuple[int | None, int]:
    where = "ROSE.invokeId"
    octet, content, stop = ber.following(pdu, pos, end, where)
    if octet == 0x02:
        return ber.integer(pdu, content, stop, where), stop
    if octet == 0x05 and pdu_octet == REJECT:  # the peer could not even read the id it rejects
        return None, stop
    return ber.unexpected(octet, where, pos)


def _opcode(pdu: bytes, pos: int, end: int, where: str) -> tuple[int, int]:
    octet, content, stop = ber.following(pdu, pos, end, where)
    if octet == 0x06:
        raise DecodeError("global operation codes are not used by CSTA", where, pos)
    if octet != 0x02:
        ber.unexpected(octet, where, pos)
    return ber.integer(pdu, content, stop, where), stop


def _decode_invoke(pdu: bytes, invoke_id: int, pos: int, end: int) -> Invoke:
    linked: int | None = None
    if pos < end and pdu[pos] in (0x80, 0x81):
        octet, content, pos = ber.following(pdu, pos, end, "ROSE.linkedId")
        linked = ber.integer(pdu, content, pos, "ROSE.linkedId") if octet == 0x80 else None
    code, pos = _opcode(pdu, pos, end, "ROSE.opcode")
    if code == EVENT_REPORT:
        return Invoke(invoke_id, _decode_event(pdu, pos, end), linked)
    place = _index.OPERATIONS.get(code)
    if place is None:
        raise UnknownMessage(f"operation {code} is not known", "ROSE.opcode", pos)
    return Invoke(invoke_id, _decode_message(pdu, place, pos, end), linked)


def _decode_message(pdu: bytes, place: tuple[str, str], pos: int, end: int) -> Message:
    chapter, name = place
    path = f"{chapter}.{name}"
    expected, decode_contents, _ = _codec(chapter, name)
    if pos >= end:
        raise DecodeError("argument missing", path, pos)
    octet, content, stop = ber.following(pdu, pos, end, path)
    if stop != end:
        raise DecodeError("octets behind the argument", path, stop)
    message: Message
    if expected is None:
        message = decode_contents(pdu, octet, content, stop)
    elif octet == expected:
        message = decode_contents(pdu, content, stop)
    else:
        ber.unexpected(octet, path, pos)
    return message


def _decode_event(pdu: bytes, pos: int, end: int) -> Event:
    where = "event_report.CSTAEventReport"
    octet, pos, stop = ber.inner(pdu, pos, end, where) if pos < end else (ber.END, pos, pos)
    if octet != 0x30:
        ber.unexpected(octet, where, pos)
    octet, content, stop = ber.following(pdu, pos, end, where)
    if octet not in (0x55, 0x75):
        ber.unexpected(octet, f"{where}.crossRefIdentifier", pos)
    whole, _, start, last = tolerance.in_one_piece(
        pdu, octet, content, stop, _REFERENCE_PIECES, f"{where}.crossRefIdentifier"
    )
    reference = ber.identifier(whole, start, last)
    group, content, end = ber.inner(pdu, stop, end, f"{where}.eventSpecificInfo")
    event, content, stop = ber.inner(pdu, content, end, f"{where}.eventSpecificInfo")
    tags = (group & 0x1F, event & 0x1F)
    if group & 0xE0 != 0xA0 or event & 0xC0 != 0x80:
        ber.unexpected(group, f"{where}.eventSpecificInfo", content)
    place = _index.EVENTS.get(tags)
    if place is None:
        return UnknownEvent(monitor_cross_ref_id=reference, tags=tags, raw=pdu[content:stop])
    decoded: Event = _codec(*place)[1](pdu, content, stop, reference)
    return decoded


def _decode_result(pdu: bytes, invoke_id: int, pos: int, end: int) -> Result:
    if pos == end:
        return Result(invoke_id)
    octet, content, stop = ber.inner(pdu, pos, end, "ROSE.result")
    if octet != 0x30:
        ber.unexpected(octet, "ROSE.result", pos)
    code, pos = _opcode(pdu, content, stop, "ROSE.result.opcode")
    chapter, name = _index.OPERATIONS.get(code, ("", ""))
    if f"{name}Response" not in _index.CHAPTERS:
        raise UnknownMessage(f"answer of operation {code} is not known", "ROSE.result.opcode", pos)
    return Result(invoke_id, _decode_message(pdu, (chapter, f"{name}Response"), pos, stop))


def _decode_error(pdu: bytes, invoke_id: int, pos: int, end: int) -> Error:
    code, pos = _opcode(pdu, pos, end, "ROSE.errcode")
    if code != UNIVERSAL_FAILURE:
        raise DecodeError(f"error {code} is not known", "ROSE.errcode", pos)
    failure: UniversalFailure = _decode_message(pdu, ("errors", "UniversalFailure"), pos, end)  # type: ignore[assignment] # by its place
    return Error(invoke_id, failure)


def _decode_reject(pdu: bytes, invoke_id: int | None, pos: int, end: int) -> Reject:
    octet, content, stop = ber.inner(pdu, pos, end, "ROSE.problem")
    category = _PROBLEMS.get(octet)
    if category is None:
        ber.unexpected(octet, "ROSE.problem", pos)
    return Reject(invoke_id, category, ber.integer(pdu, content, stop, "ROSE.problem"))  # type: ignore[arg-type] # the table's


def encode(apdu: Rose) -> bytes:
    """Encode a ROSE PDU."""
    identifier = b"\x05\x00" if apdu.invoke_id is None else ber.tlv(0x02, ber.encode_integer(apdu.invoke_id))
    if isinstance(apdu, Invoke):
        linked = b"" if apdu.linked_id is None else ber.tlv(0x80, ber.encode_integer(apdu.linked_id))
        return ber.tlv(INVOKE, identifier + linked + _encode_invoked(apdu.message))
    if isinstance(apdu, Result):
        return ber.tlv(RESULT, identifier + (b"" if apdu.message is None else _encode_result(apdu.message)))
    if isinstance(apdu, Error):
        return ber.tlv(ERROR, identifier + ber.tlv(0x02, bytes((UNIVERSAL_FAILURE,))) + encode_message(apdu.message))
    octet = next(octet for octet, category in _PROBLEMS.items() if category == apdu.category)
    return ber.tlv(REJECT, identifier + ber.tlv(octet, ber.encode_integer(apdu.problem)))


def _encode_invoked(message: Message) -> bytes:
    if isinstance(message, Event):
        return ber.tlv(0x02, bytes((EVENT_REPORT,))) + ber.tlv(0x30, _encode_event(message))
    if not isinstance(message, Request):
        raise LocalProtocolError("only a request or an event can be invoked", type(message).__name__)
    return _operation(message) + encode_message(message)


def _operation(message: Request[Any] | Response) -> bytes:
    if type(message).__name__ not in _index.CHAPTERS:  # ECMA-354 exists in XML only
        raise LocalProtocolError("has no form in ASN.1", type(message).__name__)
    return ber.tlv(0x02, ber.encode_integer(message.operation))


def _encode_result(message: Message) -> bytes:
    if not isinstance(message, Response):
        raise LocalProtocolError("not an answer", type(message).__name__)
    return ber.tlv(0x30, _operation(message) + encode_message(message))


def encode_message(message: Message) -> bytes:
    """A message as it stands in its APDU, with its own tag; an event without the tags of the event report."""
    octet, _, encode_contents = _codec(chapter_of(message), type(message).__name__)
    contents: bytes = encode_contents(message)
    return contents if octet is None else ber.tlv(octet, contents)


def _encode_event(event: Event) -> bytes:
    if isinstance(event, UnknownEvent):
        (group, number), contents = event.tags, event.raw
    else:
        group, number = _EVENT_TAGS[type(event).__name__]
        contents = _codec(chapter_of(event), type(event).__name__)[2](event)
    reference = ber.tlv(0x55, ber.encode_identifier(event.monitor_cross_ref_id))
    return reference + ber.tlv(0xA0 | group, ber.tlv(0xA0 | number, contents))
