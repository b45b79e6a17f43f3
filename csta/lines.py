"""An APDU as a line of JSON, and back.

``{"kind": "event", "name": "DeliveredEvent", "invokeId": 9999, "content": {…}}``, names as in ECMA-323.
"""

from __future__ import annotations

from typing import Any

import msgspec

from csta.apdu import (
    Abort,
    Acse,
    Apdu,
    Associate,
    AssociateResponse,
    Deviation,
    Error,
    Invoke,
    Reject,
    Release,
    ReleaseResponse,
    Result,
)
from csta.errors import LocalProtocolError
from csta.messages import message_class
from csta.messages.base import (
    Event,
    Message,
    Request,
    Response,
    UnknownEvent,
    from_json_value,
    to_json_value,
)
from csta.messages.errors import UniversalFailure

FAILURE = "CSTAErrorCode"
"""Name of the universal failure in ECMA-323."""

_ACSE = {each.__name__: each for each in (Associate, AssociateResponse, Release, ReleaseResponse, Abort)}
_OCTETS = ("protocol_version", "authentication", "user_information")


class DeviationLine(msgspec.Struct, rename="camel", omit_defaults=True):
    """The shape of a deviation: octets as hexadecimal digits."""

    path: tuple[int, ...]
    octets: str
    instead_of: str = ""
    where: str = ""


class Line(msgspec.Struct, rename="camel", omit_defaults=True):
    """The shape of a line.

    :param deviations: makes ``csta encode`` give the octets that were decoded; leave it out in a line of your own.
    """

    kind: str
    name: str
    invoke_id: int | None = None
    linked_id: int | None = None
    content: dict[str, Any] = {}
    deviations: tuple[DeviationLine, ...] = ()


def to_line(apdu: Apdu) -> bytes:
    """An APDU as JSON, without a line end."""
    line = _line(apdu)
    fields = {"kind": line.kind, "name": line.name, "invokeId": line.invoke_id, "linkedId": line.linked_id}
    said = {key: value for key, value in fields.items() if value is not None}
    kept = [DeviationLine(each.path, each.octets.hex(), each.instead_of.hex(), each.where) for each in apdu.deviations]
    return msgspec.json.encode(said | {"content": line.content} | ({"deviations": kept} if kept else {}))


def _line(apdu: Apdu) -> Line:
    if isinstance(apdu, Invoke):
        name = type(apdu.message).__name__
        return Line(_kind(apdu.message), name, apdu.invoke_id, apdu.linked_id, _content(apdu.message))
    if isinstance(apdu, Result):
        name = "" if apdu.message is None else type(apdu.message).__name__
        return Line("response", name, apdu.invoke_id, None, _content(apdu.message))
    if isinstance(apdu, Error):
        return Line("error", FAILURE, apdu.invoke_id, None, _content(apdu.message))
    if isinstance(apdu, Reject):
        return Line("reject", "Reject", apdu.invoke_id, None, {"category": apdu.category, "problem": apdu.problem})
    content = {
        key: value.hex() if isinstance(value, bytes) else value
        for key, value in msgspec.structs.asdict(apdu).items()
        if key != "deviations"
    }
    return Line("association", type(apdu).__name__, None, None, content)


def _kind(message: Message) -> str:
    if isinstance(message, UnknownEvent):
        return "unknown"
    return "event" if isinstance(message, Event) else "request"


def _content(message: Message | None) -> dict[str, Any]:
    if message is None:
        return {}
    content: dict[str, Any] = msgspec.to_builtins(message, enc_hook=to_json_value, builtin_types=(bytes,))
    if isinstance(message, UnknownEvent):
        content["raw"] = message.raw.hex()
    return content


def from_line(text: bytes) -> Apdu:
    """The APDU of a line.

    :raises LocalProtocolError: with the place in the JSON, when the line says none.
    """
    try:
        line = msgspec.json.decode(text, type=Line)
        apdu = _KINDS[line.kind](line)
        return msgspec.structs.replace(apdu, deviations=_deviations(line)) if line.deviations else apdu
    except msgspec.MsgspecError as error:
        raise LocalProtocolError(str(error)) from None
    except KeyError as error:
        raise LocalProtocolError(f"{error.args[0]!r} names nothing known here") from None
    except ValueError as error:
        raise LocalProtocolError(str(error), "content") from None


def _deviations(line: Line) -> tuple[Deviation, ...]:
    return tuple(
        Deviation(each.path, bytes.fromhex(each.octets), bytes.fromhex(each.instead_of), each.where)
        for each in line.deviations
    )


def _message(line: Line, name: str) -> Message:
    return msgspec.convert(line.content, message_class(name), dec_hook=from_json_value)


def _invoke(line: Line) -> Apdu:
    message = _message(line, line.name)
    if not isinstance(message, Event if line.kind == "event" else Request):
        raise ValueError(f"{line.name} is no {line.kind}")
    return Invoke(_id(line), message, line.linked_id)


def _unknown(line: Line) -> Apdu:
    content = line.content | {"raw": bytes.fromhex(line.content["raw"])}
    return Invoke(_id(line), msgspec.convert(content, UnknownEvent))


def _result(line: Line) -> Apdu:
    message = _message(line, line.name) if line.name else None
    if message is not None and not isinstance(message, Response):
        raise ValueError(f"{line.name} is no response")
    return Result(_id(line), message)


def _error(line: Line) -> Apdu:
    return Error(_id(line), msgspec.convert(line.content, UniversalFailure))


def _reject(line: Line) -> Apdu:
    return msgspec.convert(line.content | {"invoke_id": line.invoke_id}, Reject)


def _association(line: Line) -> Apdu:
    kind: type[Acse] = _ACSE[line.name]
    content = {key: bytes.fromhex(value) if key in _OCTETS else value for key, value in line.content.items()}
    return msgspec.convert(content, kind)


def _id(line: Line) -> int:
    return 0 if line.invoke_id is None else line.invoke_id


_KINDS = {
    "request": _invoke,
    "event": _invoke,
    "unknown": _unknown,
    "response": _result,
    "error": _error,
    "reject": _reject,
    "association": _association,
}
