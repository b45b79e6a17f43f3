"""What tests tell the stand-in and ask it, besides the functions of the telephony library."""

from __future__ import annotations

import ctypes
from enum import IntEnum, IntFlag
from pathlib import Path

from tapi_adapter.binding import wide


class Lie(IntFlag):
    """What is wrong with the driver of a line; the meanings stand in standin.h."""

    NONE = 0
    HOLE = 1
    ZERO_LINE = 2
    ZERO_CALL = 4
    ODD_NAME = 8
    EMPTY_NAME = 0x10
    WILD_OFFSET = 0x20
    NO_END = 0x40
    NEW_MODES = 0x80
    NO_REPLY = 0x100
    GROWS = 0x200
    GROWS_ON = 0x400
    VERSION = 0x800
    HANGS = 0x1000
    MANY = 0x2000
    OLD = 0x4000


class Count(IntEnum):
    """What the stand-in counts."""

    APPS = 0
    LINES = 1
    CALLS = 2
    DEAD = 3
    MISUSED = 4
    WAITING = 5
    WRITTEN = 6
    IDLE = 7
    """Applications that wait for a message, and there is none."""


class StandIn:
    """The stand-in of a process; there is one."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self._library = ctypes.CDLL(self.path)
        self._library.standin_misuse.restype = ctypes.c_char_p

    def reset(self, seed: int = 1, lines: int = 3) -> None:
        self._library.standin_reset(seed, lines)

    def count(self, what: Count) -> int:
        return int(self._library.standin_count(what))

    def misuse(self) -> str:
        """The first rule that was broken, or nothing."""
        return str(self._library.standin_misuse().decode())

    def lie(self, device: int, lies: Lie) -> None:
        self._library.standin_lie(device, lies)

    def plan(self, function: str, error: int, times: int = 1) -> None:
        """Let the next calls of a function fail."""
        self._library.standin_plan(function.encode(), ctypes.c_int32(error), times)

    def delay(self, milliseconds: int) -> None:
        """Let functions return that long after their reply can be fetched."""
        self._library.standin_delay(milliseconds)

    def let_go(self, forget: bool = False) -> None:
        """Replies that were kept back come now, or never."""
        self._library.standin_let_go(int(forget))

    def message(self, device: int, kind: int, *parameters: int) -> None:
        """Any message at all, to every application."""
        self._library.standin_message(device, kind, *map(ctypes.c_uint64, (*parameters, 0, 0, 0)[:3]))

    def reinit(self) -> None:
        self._library.standin_reinit()

    def offer(self, device: int, caller: str = "004989123", name: str = "", called: str = "") -> int:
        """A call from outside; gives the end at the telephone."""
        return int(self._library.standin_offer(device, wide(caller), wide(name), wide(called)))

    def last(self, device: int) -> int:
        """The newest end at a telephone, or -1."""
        return int(self._library.standin_last(device))

    def states(self, device: int) -> list[int]:
        """The states of the calls at a telephone."""
        states = (ctypes.c_uint32 * 64)()
        return states[: self._library.standin_states(device, states, len(states))]

    def far_answers(self, end: int) -> None:
        self._library.standin_far_answers(end)

    def far_hangs_up(self, end: int, mode: int = 0) -> None:
        self._library.standin_far_hangs_up(end, mode)

    def answers(self, end: int) -> None:
        """Somebody lifts the handset of this telephone."""
        self._library.standin_answers(end)

    def caller(self, end: int, number: str, name: str = "") -> None:
        """Who calls becomes known."""
        self._library.standin_caller(end, wide(number), wide(name))

    def tell(self, end: int, state: int, mode: int = 0) -> None:
        """A state as a driver may make it up."""
        self._library.standin_tell(end, state, mode)

    def busy_line(self, device: int, count: int) -> None:
        """Many messages."""
        self._library.standin_busy_line(device, count)

    def line_state(self, device: int, state: int) -> None:
        self._library.standin_line_state(device, state)

    def close(self, device: int) -> None:
        """The line is closed under its applications."""
        self._library.standin_close(device)

    def create(self) -> int:
        return int(self._library.standin_create())

    def remove(self, device: int) -> None:
        self._library.standin_remove(device)
