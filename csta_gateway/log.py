"""Log lines on standard error: text for people or JSON for machines, with telephone numbers masked.

Events come from :mod:`twisted.logger`. Their :data:`FIELDS` are kept, so ``log.info("up", link=name)`` is searchable:
what is about a link has ``link``, what is about a call also ``call``, its id in the API, and ``device``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TextIO, cast

import msgspec
from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent, globalLogBeginner

from csta_gateway.config import Log

FIELDS = ("link", "call", "device", "line", "agent", "user", "source", "webhook", "address")
"""Fields of an event that every line has, besides time, level, where it comes from and the sentence."""

QUIET = dict.fromkeys(("twisted", "log_legacy", "autobahn", "txaio"), LogLevel.warn)
"""Libraries that tell of every socket and request at "info", which is detail here, and their lowest level."""

NUMBER = re.compile(r"(?<![\w.:-])(\+?\d[\d /()-]{4,}\d)(?![\w:-]|\.\d)")
EXTENSION_LENGTH = 5


def masked(text: str) -> str:
    """``text`` with all but the first digits of each telephone number replaced; extensions stay readable."""
    return NUMBER.sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    number = match[0]
    digits = [position for position, character in enumerate(number) if character.isdigit()]
    if len(digits) <= EXTENSION_LENGTH:
        return number
    return number[: digits[len(digits) // 2]] + "****"


def json_line(event: LogEvent, hide: Callable[[str], str]) -> str:
    """One JSON object."""
    values: dict[str, object] = {
        "ts": _time(event).isoformat(timespec="milliseconds"),
        "level": _level(event),
        "logger": event.get("log_namespace", ""),
        "event": hide(formatEvent(event)),
    }
    values.update((name, hide(value)) for name, value in _fields(event))
    if trace := _trace(event):
        values["trace"] = hide(trace)
    return msgspec.json.encode(values).decode()


def text_line(event: LogEvent, hide: Callable[[str], str]) -> str:
    """One line for people: in brackets what the sentence does not say, a traceback below it where there is one."""
    said = str(event.get("log_format", ""))
    more = ", ".join(f"{name} {value}" for name, value in _fields(event) if not re.search(rf"\{{{name}\b", said))
    sentence = (formatEvent(event) + (f" [{more}]" if more else "")).replace("\n", "\n    ")
    trace = _trace(event)
    words = hide(f"{sentence}\n{trace}" if trace else sentence)
    return f"{_time(event):%Y-%m-%d %H:%M:%S} {_level(event):5} {words}"


FORMATS: Mapping[str, Callable[[LogEvent, Callable[[str], str]], str]] = {"json": json_line, "text": text_line}


class Lines:
    """Takes log events and writes their lines, where they are important enough."""

    def __init__(self, settings: Log, output: TextIO) -> None:
        self._output = output
        self.follow(settings)

    def follow(self, settings: Log) -> None:
        """Write as other settings say from now on."""
        self._line = FORMATS[settings.format]
        self._hide: Callable[[str], str] = masked if settings.numbers == "masked" else str
        self._lowest = LogLevel.levelWithName(settings.level)

    def __call__(self, event: LogEvent) -> None:
        """Take an event."""
        namespace = str(event.get("log_namespace", "")).partition(".")[0]
        if event.get("log_level", LogLevel.info) >= max(self._lowest, QUIET.get(namespace, self._lowest)):
            self._output.write(self._line(event, self._hide) + "\n")
            self._output.flush()


def begin(settings: Log, output: TextIO) -> Lines:
    """Send all log events to ``output`` from now on."""
    lines = Lines(settings, output)
    globalLogBeginner.beginLoggingTo([cast(ILogObserver, lines)], redirectStandardIO=False)
    return lines


def _fields(event: LogEvent) -> Iterator[tuple[str, str]]:
    return ((name, str(event[name])) for name in FIELDS if event.get(name))


def _time(event: LogEvent) -> datetime:
    return datetime.fromtimestamp(event.get("log_time", 0.0), UTC).astimezone()


def _level(event: LogEvent) -> str:
    level = event.get("log_level")
    return level.name if level is not None else "info"


def _trace(event: LogEvent) -> str:
    failure = event.get("log_failure")
    return failure.getTraceback() if failure is not None else ""
