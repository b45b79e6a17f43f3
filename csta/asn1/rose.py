"""ROSE (X.880): which operation, which answer, whose."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from csta.apdu import Error, Invoke, Reject, Result, Rose
from csta.asn1 import ber, tolerance
from csta.errors import DecodeError, LocalProtocolError, UnknownMessage
from csta.messages import _index
from csta.messages.base import Event, Message, Request, Response, UnknownEvent

EVENT_REPORT = 21
"""Operation code of cSTAEventReport (ECMA-285)."""

UNIVERSAL_FAILURE = 1
"""Error code of universalFailure (ECMA-285)."""

INVOKE, RESULT, ERROR, REJECT = 0xA1, 0xA2, 0xA3, 0xA4

_PROBLEMS = {0x80: "general", 0x81: "invoke", 0x82: "returnResult", 0x83: "returnError"}
_REFERENCE_PIECES = frozenset((0x75 | ber.STRING_IN_PIECES,))
_EVENT_TAGS = {name: tags for tags, (_, name) in _index.EVENTS.items()}
_FAILURE = "UniversalFailure"


# --- which functions read and write a message; a chapter is loaded at its first message ------------------------------


def _codec(chapter: str, name: str) -> tuple[int | None, Callable[..., Any], Callable[..., bytes]]:
    codecs: ber.Codecs = import_module(f"csta.asn1.generated.{chapter}").MESSAGES
    return codecs[name]


class _Readers(dict[int, tuple[str, int | None, Callable[..., Any]]]):
    """Operation code → path, octet and decoder of the argument, or of the ``Response``; raises KeyError."""

    def __init__(self, suffix: str = "") -> None:
        super().__init__()
        self._suffix = suffix

    def __missing__(self, code: int) -> tuple[str, int | None, Callable[..., Any]]:
        chapter, name = _index.OPERATIONS[code]
        if self._suffix and f"{name}{self._suffix}" not in _index.CHAPTERS:
            raise KeyError(code)
        octet, decode, _ = _codec(chapter, f"{name}{self._suffix}")
        self[code] = found = (f"{chapter}.{name}{self._suffix}", octet, decode)
        return found


class _EventReaders(dict[tuple[int, int], Callable[..., Event]]):
    """Tags in the event report → decoder of the event; raises KeyError."""

    def __missing__(self, tags: tuple[int, int]) -> Callable[..., Event]:
        _, self[tags], _ = _codec(*_index.EVENTS[tags])
        return self[tags]


class _Writers(dict[type[Message], tuple[bytes, int | None, Callable[..., bytes]]]):
    """Class of a message → its operation code in BER (of an event: its tags), octet and encoder."""

    def __missing__(self, kind: type[Message]) -> tuple[bytes, int | None, Callable[..., bytes]]:
        name = kind.__name__
        if name not in _index.CHAPTERS:  # ECMA-354 exists in XML only
            raise LocalProtocolError("has no form in ASN.1", name)
        octet, _, encode = _codec(_index.CHAPTERS[name], name)
        before = b""
        if issubclass(kind, Request | Response):
            before = ber.tlv(0x02, ber.encode_integer(kind.operation))
        elif issubclass(kind, Event):
            before = bytes(_EVENT_TAGS[name])
        self[kind] = found = (before, octet, encode)
        return found


_ARGUMENTS, _ANSWERS, _EVENTS, _WRITERS = _Readers(), _Readers("Response"), _EventReaders(), _Writers()


# --- decoding --------------------------------------------------------------------------------------------------------


def decode(pdu: bytes, octet: int, pos: int, end: int) -> Rose:
    """Decode the contents of a ROSE PDU whose identifier octet is ``octet``."""
    invoke_id: int | None
    if pdu[pos] == 0x02 and pdu[pos + 1] == 1 and pdu[pos + 2] < 128 and pos + 3 <= end:
        invoke_id, pos = pdu[pos + 2], pos + 3
    else:
        invoke_id, pos = _invoke_id(pdu, octet, pos, end)
    try:
        if octet == INVOKE:
            return _decode_invoke(pdu, invoke_id or 0, pos, end)
        if octet == RESULT:
            return _decode_result(pdu, invoke_id or 0, pos, end)
        if octet == ERROR:
            return _decode_error(pdu, invoke_id or 0, pos, end)
        return _decode_reject(pdu, invoke_id, pos, end)
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
    return ber.unexpected(octet, where, content, stop)


def _opcode(pdu: bytes, pos: int, end: int, where: str) -> tuple[int, int]:
    if pdu[pos] == 0x02 and pdu[pos + 1] == 1 and pdu[pos + 2] < 128 and pos + 3 <= end:
        return pdu[pos + 2], pos + 3
    octet, content, stop = ber.following(pdu, pos, end, where)
    if octet == 0x06:
        raise DecodeError("global operation codes are not used by CSTA", where, pos)
    if octet != 0x02:
        ber.unexpected(octet, where, content, stop)
    return ber.integer(pdu, content, stop, where), stop


def _decode_invoke(pdu: bytes, invoke_id: int, pos: int, end: int) -> Invoke:
    linked: int | None = None
    if pdu[pos] in (0x80, 0x81) and pos < end:
        octet, content, pos = ber.following(pdu, pos, end, "ROSE.linkedId")
        linked = ber.integer(pdu, content, pos, "ROSE.linkedId") if octet == 0x80 else None
    code, start = _opcode(pdu, pos, end, "ROSE.opcode")
    if code == EVENT_REPORT:
        return Invoke(invoke_id, _decode_event(pdu, start, end), linked)
    try:
        path, expected, decode_contents = _ARGUMENTS[code]
    except KeyError:
        raise UnknownMessage(f"operation {code} is not known", "ROSE.opcode", pos) from None
    return Invoke(invoke_id, _decode_message(pdu, path, expected, decode_contents, start, end), linked)


def _decode_message(
    pdu: bytes, path: str, expected: int | None, decode_contents: Callable[..., Any], pos: int, end: int
) -> Any:  # noqa: ANN401 - the message that the decoder makes
    if pos >= end:
        raise DecodeError("message missing", path, pos)
    octet, length, content = pdu[pos], pdu[pos + 1], pos + 2
    if length > 127 or content + length != end:
        octet, content, stop = ber.header(pdu, pos, end, path)
        if stop != end:
            raise DecodeError("octets behind the message", path, stop)
    if expected is None:
        return decode_contents(pdu, octet, content, end)
    if octet != expected:
        ber.unexpected(octet, path, content, end)
    return decode_contents(pdu, content, end)


def _decode_event(pdu: bytes, pos: int, end: int) -> Event:
    where = "event_report.CSTAEventReport"
    if pos >= end:
        raise DecodeError("message missing", where, pos)
    octet, pos, _ = ber.inner(pdu, pos, end, where)
    if octet != 0x30:
        ber.unexpected(octet, where, pos, end)
    octet, content, stop = ber.following(pdu, pos, end, f"{where}.crossRefIdentifier")
    if octet == 0x55:
        reference = pdu[content:stop].hex()
    else:
        whole, primitive, start, last = tolerance.in_one_piece(
            pdu, octet, content, stop, _REFERENCE_PIECES, f"{where}.crossRefIdentifier"
        )
        if primitive != 0x55:
            ber.unexpected(octet, f"{where}.crossRefIdentifier", content, stop)
        reference = whole[start:last].hex()
    group, pos, _ = ber.inner(pdu, stop, end, f"{where}.eventSpecificInfo")
    if group & 0xE0 != 0xA0:
        ber.unexpected(group, f"{where}.eventSpecificInfo", pos, end)
    event, content, _ = ber.inner(pdu, pos, end, f"{where}.eventSpecificInfo")
    if event & 0xE0 != 0xA0:
        ber.unexpected(event, f"{where}.eventSpecificInfo", content, end)
    tags = (group & 0x1F, event & 0x1F)
    if tags not in _index.EVENTS:
        return UnknownEvent(monitor_cross_ref_id=reference, tags=tags, raw=pdu[content:end])
    return _EVENTS[tags](pdu, content, end, reference)


def _decode_result(pdu: bytes, invoke_id: int, pos: int, end: int) -> Result:
    if pos == end:
        return Result(invoke_id)
    octet, pos, _ = ber.inner(pdu, pos, end, "ROSE.result")
    if octet != 0x30:
        ber.unexpected(octet, "ROSE.result", pos, end)
    code, start = _opcode(pdu, pos, end, "ROSE.result.opcode")
    try:
        path, expected, decode_contents = _ANSWERS[code]
    except KeyError:
        raise UnknownMessage(f"answer of operation {code} is not known", "ROSE.result.opcode", pos) from None
    return Result(invoke_id, _decode_message(pdu, path, expected, decode_contents, start, end))


def _decode_error(pdu: bytes, invoke_id: int, pos: int, end: int) -> Error:
    code, start = _opcode(pdu, pos, end, "ROSE.errcode")
    if code != UNIVERSAL_FAILURE:
        raise DecodeError(f"error {code} is not known", "ROSE.errcode", pos)
    expected, decode_contents, _ = _codec("errors", _FAILURE)
    return Error(invoke_id, _decode_message(pdu, f"errors.{_FAILURE}", expected, decode_contents, start, end))


def _decode_reject(pdu: bytes, invoke_id: int | None, pos: int, end: int) -> Reject:
    where = "ROSE.problem"
    if pos >= end:
        raise DecodeError("element missing", where, pos)
    octet, content, _ = ber.inner(pdu, pos, end, where)
    category = _PROBLEMS.get(octet)
    if category is None:
        ber.unexpected(octet, where, content, end)
    return Reject(invoke_id, category, ber.integer(pdu, content, end, where))  # type: ignore[arg-type] # the table's


# --- encoding --------------------------------------------------------------------------------------------------------

_IDENTIFIER, _SEQUENCE, _REFERENCE = ber.headers(0x02), ber.headers(0x30), ber.headers(0x55)
_INVOKE, _RESULT = ber.headers(INVOKE), ber.headers(RESULT)
_REPORT = ber.tlv(0x02, bytes((EVENT_REPORT,)))


def encode(apdu: Rose) -> bytes:
    """Encode a ROSE PDU."""
    if apdu.invoke_id is None:
        identifier = b"\x05\x00"
    else:
        identifier = ber.encode_integer(apdu.invoke_id)
        identifier = _IDENTIFIER[len(identifier)] + identifier
    if isinstance(apdu, Invoke):
        if apdu.linked_id is not None:
            identifier += ber.tlv(0x80, ber.encode_integer(apdu.linked_id))
        content = identifier + _encode_invoked(apdu.message)
        return _INVOKE[len(content)] + content
    if isinstance(apdu, Result):
        content = identifier if apdu.message is None else identifier + _encode_result(apdu.message)
        return _RESULT[len(content)] + content
    if isinstance(apdu, Error):
        return ber.tlv(ERROR, identifier + ber.tlv(0x02, bytes((UNIVERSAL_FAILURE,))) + encode_message(apdu.message))
    octet = next(octet for octet, category in _PROBLEMS.items() if category == apdu.category)
    return ber.tlv(REJECT, identifier + ber.tlv(octet, ber.encode_integer(apdu.problem)))


def _encode_invoked(message: Message) -> bytes:
    if isinstance(message, Request):
        operation, octet, encode_contents = _WRITERS[type(message)]
        contents = encode_contents(message)
        return operation + contents if octet is None else operation + _SEQUENCE[len(contents)] + contents
    if isinstance(message, Event):
        contents = _encode_event(message)
        return _REPORT + _SEQUENCE[len(contents)] + contents
    raise LocalProtocolError("only a request or an event can be invoked", type(message).__name__)


def _encode_result(message: Message) -> bytes:
    if not isinstance(message, Response):
        raise LocalProtocolError("not an answer", type(message).__name__)
    contents = _WRITERS[type(message)][0] + encode_message(message)
    return _SEQUENCE[len(contents)] + contents


def encode_message(message: Message) -> bytes:
    """A message as it stands in its APDU, with its own tag; an event without the tags of the event report."""
    _, octet, encode_contents = _WRITERS[type(message)]
    contents = encode_contents(message)
    return contents if octet is None else _SEQUENCE[len(contents)] + contents


def _encode_event(event: Event) -> bytes:
    if isinstance(event, UnknownEvent):
        (group, number), contents = event.tags, event.raw
    else:
        (group, number), _, encode_contents = _WRITERS[type(event)]
        contents = encode_contents(event)
    contents = ber.headers(0xA0 | number)[len(contents)] + contents
    contents = ber.headers(0xA0 | group)[len(contents)] + contents
    reference = ber.encode_identifier(event.monitor_cross_ref_id)
    return _REFERENCE[len(reference)] + reference + contents
