"""``LINEMESSAGE`` → :mod:`tapi_adapter.messages`: what each of its parameters means stands in the TAPI reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tapi_adapter.constants import LINE, LINEDEVSTATE, LINEGENERATETERM
from tapi_adapter.layout import LINEMESSAGE
from tapi_adapter.messages import (
    AddressStateChanged,
    CallInfoChanged,
    CallStateChanged,
    GenerateEnded,
    LineClosed,
    LineCreated,
    LineRemoved,
    LineStateChanged,
    Message,
    NewCall,
)

STATES = 0x00FFFFFF  # the upper eight bits of a call state are device specific


class Replied(NamedTuple):
    """``LINE_REPLY``.

    :param result: 0, or a ``LINEERR`` as unsigned 32 bits.
    """

    request: int
    result: int


class Reinitialize(NamedTuple):
    """Every application must shut down and start anew."""


Decoded = Message | Replied | Reinitialize


class Arguments(NamedTuple):
    """The fields of a ``LINEMESSAGE`` as 32-bit values; on x86-64 the upper half of a parameter may be noise."""

    device: int
    instance: int
    first: int
    second: int
    third: int


def line_state(told: Arguments) -> Decoded:
    """LINE_LINEDEVSTATE; the device number comes with it as the instance, see :meth:`Application.open`."""
    if told.first & LINEDEVSTATE.REINIT:
        return Reinitialize()
    if told.first & LINEDEVSTATE.REMOVED:
        return LineRemoved(device=told.instance)
    return LineStateChanged(line=told.device, state=told.first, detail=told.second)


DECODERS: dict[int, Callable[[Arguments], Decoded]] = {
    LINE.ADDRESSSTATE: lambda told: AddressStateChanged(line=told.device, address=told.first, state=told.second),
    LINE.CALLINFO: lambda told: CallInfoChanged(call=told.device, what=told.first),
    LINE.CALLSTATE: lambda told: CallStateChanged(
        call=told.device, state=told.first & STATES, mode=told.second, privilege=told.third
    ),
    LINE.CLOSE: lambda told: LineClosed(line=told.device),
    LINE.GENERATE: lambda told: GenerateEnded(call=told.device, complete=told.first == LINEGENERATETERM.DONE),
    LINE.LINEDEVSTATE: line_state,
    LINE.REPLY: lambda told: Replied(told.first, told.second),
    LINE.CREATE: lambda told: LineCreated(device=told.first),
    LINE.REMOVE: lambda told: LineRemoved(device=told.first),
    LINE.APPNEWCALL: lambda told: NewCall(line=told.device, address=told.first, call=told.second, privilege=told.third),
}
OF_CALLS = frozenset({LINE.CALLINFO, LINE.CALLSTATE, LINE.GENERATE})


def decode(message: LINEMESSAGE) -> Decoded | None:
    """What a message says; none for those that nobody needs here and for those of a handle 0, which no call has."""
    decoder = DECODERS.get(message.dwMessageID)
    if decoder is None:
        return None
    told = Arguments(
        message.hDevice,
        message.dwCallbackInstance & 0xFFFFFFFF,
        message.dwParam1 & 0xFFFFFFFF,
        message.dwParam2 & 0xFFFFFFFF,
        message.dwParam3 & 0xFFFFFFFF,
    )
    if not told.device and message.dwMessageID in OF_CALLS:
        return None
    if message.dwMessageID == LINE.APPNEWCALL and not told.second:
        return None
    return decoder(told)
