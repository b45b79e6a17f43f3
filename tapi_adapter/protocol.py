"""What an agent and the gateway say to each other: AMP (Twisted's ``twisted.protocols.amp``), values in MessagePack.

The agent dials. Its first word is :class:`Hello`; from the answer on it tells what its telephony service tells
(:class:`Tell`), and answers the gateway's questions, one command for each method of
:class:`tapi_adapter.telephony.Telephony`. Both sides send a :class:`Beat` now and then. What lives on a connection ends
with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
from msgspec import Struct
from twisted.protocols import amp

from csta.errors import CSTAError, LinkLost, RequestTimeout
from tapi_adapter.descriptions import AddressStatus, CallInfo, CallStatus, LineDescription
from tapi_adapter.errors import LineError
from tapi_adapter.messages import Message
from tapi_adapter.requests import Reply, Request

VERSIONS = (1,)
"""Versions of this protocol that this side speaks."""

LONGEST_PIECE = 0xFFFF
"""Octets that one value of AMP can have."""

_encode = msgspec.msgpack.Encoder().encode


class Value(amp.Argument):
    """A value of one type. One that is longer than a value of AMP may be stands in pieces: ``name``, ``name.1``, …

    :param kind: its type; anything else that comes is refused with :class:`msgspec.ValidationError`.
    """

    def __init__(self, kind: Any) -> None:  # noqa: ANN401 -- a type or a union of types
        super().__init__()  # type: ignore[no-untyped-call] # Twisted annotates only a part
        self._decode = msgspec.msgpack.Decoder(kind).decode

    def toBox(self, name: bytes, strings: dict[bytes, bytes], objects: dict[str, object], proto: object) -> None:
        """Twisted: put the value of ``name`` into a box."""
        octets = _encode(objects[name.decode()])
        for number, start in enumerate(range(0, len(octets), LONGEST_PIECE)):
            strings[_piece(name, number)] = octets[start : start + LONGEST_PIECE]

    def fromBox(self, name: bytes, strings: dict[bytes, bytes], objects: dict[str, object], proto: object) -> None:
        """Twisted: take the value of ``name`` from a box; raises KeyError and ValidationError."""
        pieces = [strings[name]]
        while (more := strings.get(_piece(name, len(pieces)))) is not None:
            pieces.append(more)
        objects[name.decode()] = self._decode(b"".join(pieces))


def values(**kinds: Any) -> list[tuple[bytes, amp.Argument]]:  # noqa: ANN401 -- types
    """The values of a command by name, as Twisted wants them."""
    return [(name.encode(), Value(kind)) for name, kind in kinds.items()]


def _piece(name: bytes, number: int) -> bytes:
    return b"%s.%d" % (name, number) if number else name


# What a question fails with


class Refused(Struct, frozen=True, kw_only=True, tag=True):
    """A :class:`tapi_adapter.errors.LineError`."""

    function: str
    code: int
    detail: str


class Late(Struct, frozen=True, kw_only=True, tag=True):
    """A :class:`csta.errors.RequestTimeout`."""

    request: str
    seconds: float


class Lost(Struct, frozen=True, kw_only=True, tag=True):
    """A :class:`csta.errors.LinkLost`."""

    request: str
    reason: str


LONGEST_WORDS = 1000
"""Characters of an error that cross."""

_TOLD: dict[type[Exception], Callable[[Any], Refused | Late | Lost]] = {
    LineError: lambda error: Refused(function=error.function, code=error.code, detail=error.detail[:LONGEST_WORDS]),
    RequestTimeout: lambda error: Late(request=error.request, seconds=error.seconds),
    LinkLost: lambda error: Lost(request=error.request, reason=error.reason[:LONGEST_WORDS]),
}
_MEANT: dict[type[Struct], Callable[[Any], CSTAError]] = {
    Refused: lambda told: LineError(told.function, told.code, told.detail),
    Late: lambda told: RequestTimeout(told.request, told.seconds),
    Lost: lambda told: LinkLost(told.request, told.reason),
}
CROSSING = tuple(_TOLD)
"""Errors that cross as they are; all others are faults of the agent."""


class Failed(Exception):
    """What a question failed with, as its text: :class:`Refused`, :class:`Late` or :class:`Lost` in JSON."""

    @classmethod
    def of(cls, error: Exception) -> Failed:
        """For one of the errors :data:`CROSSING`."""
        told = next(tell for kind, tell in _TOLD.items() if isinstance(error, kind))
        return cls(msgspec.json.encode(told(error)).decode())

    def error(self) -> CSTAError:
        """The error it was; raises :class:`msgspec.MsgspecError` when it is none."""
        told = msgspec.json.decode(str(self), type=Refused | Late | Lost)
        return _MEANT[type(told)](told)


class NotServed(Exception):
    """The gateway does not take this agent; says why."""


# Both ways


class Beat(amp.Command):
    """This side is there."""

    requiresAnswer = False


class Bye(amp.Command):
    """This side ends the connection.

    :param reason: why, in words.
    """

    arguments = values(reason=str)
    requiresAnswer = False


# To the gateway


class Hello(amp.Command):
    """The first word of an agent, which its certificate names.

    :param versions: those of this protocol that it speaks.
    :param program: its release.
    :returns: the version to be spoken.
    """

    arguments = values(versions=tuple[int, ...], program=str)
    response = values(version=int)
    fatalErrors: ClassVar[dict[type[Exception], bytes]] = {NotServed: b"NOT_SERVED"}


class Tell(amp.Command):
    """What the telephony service tells, in its order."""

    arguments = values(messages=tuple[Message, ...])
    requiresAnswer = False


# To the agent


class Question(amp.Command):
    """A method of :class:`tapi_adapter.telephony.Telephony`."""

    errors: ClassVar[dict[type[Exception], bytes]] = {Failed: b"FAILED"}


class Lines(Question):
    """``lines``."""

    response = values(result=tuple[LineDescription, ...])


class OpenLine(Question):
    """``open_line``."""

    arguments = values(device=int, privileges=int, media_modes=int)
    response = values(result=int)


class CloseLine(Question):
    """``close_line``."""

    arguments = values(line=int)
    response = values(result=None)


class NewCalls(Question):
    """``new_calls``."""

    arguments = values(line=int)
    response = values(result=tuple[int, ...])


class GetCallInfo(Question):
    """``call_info``."""

    arguments = values(call=int)
    response = values(result=CallInfo)


class GetCallStatus(Question):
    """``call_status``."""

    arguments = values(call=int)
    response = values(result=CallStatus)


class GetAddressStatus(Question):
    """``address_status``."""

    arguments = values(line=int, address=int)
    response = values(result=AddressStatus)


class SetPrivilege(Question):
    """``set_privilege``."""

    arguments = values(call=int, privilege=int)
    response = values(result=None)


class Release(Question):
    """``release``."""

    arguments = values(call=int)
    response = values(result=None)


class Do(Question):
    """``request``."""

    arguments = values(request=Request)
    response = values(result=Reply)
