"""A trace as an application: what it asked is asked again, and what comes back is compared.

A switch names calls and monitors anew each time. The names of the trace are learnt to stand for those of the live
switch where the two say the same thing, in answers and in events.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from csta.messages.base import Message
from csta.messages.common import DeviceID, TypeOfNumber

IDENTIFIERS = frozenset({"call_id", "monitor_cross_ref_id", "service_cross_ref_id", "sys_stat_register_id"})
"""Fields whose value the switch makes up."""

VOLATILE = frozenset({"time_stamp", "current_time", "call_linkage_data", "thread_data", "media_call_characteristics"})
"""Fields that differ each time and mean nothing by it."""


class Difference(NamedTuple):
    """Where the live switch did something else than the recorded one.

    :param number: of the message in the trace, 0 for something the trace does not have.
    :param what: the message it is about.
    :param path: the field, by its Python name; empty for the whole message.
    """

    number: int
    what: str
    path: str
    recorded: str
    live: str

    def __str__(self) -> str:
        place = f"{self.what}.{self.path}" if self.path else self.what
        before = f"message {self.number}: " if self.number else ""
        return f"{before}{place}: recorded {self.recorded}, now {self.live}"


class Names:
    """What the identifiers of the trace are called at the live switch."""

    def __init__(self) -> None:
        self._live: dict[tuple[str, str], str] = {}

    def known(self, kind: str, recorded: str) -> str | None:
        """The live name of an identifier, None where it has not come up yet."""
        return self._live.get((kind, recorded))

    def translate(self, message: Message) -> tuple[Message, list[str]]:
        """A recorded message with the live names, and the identifiers in it that are not known yet."""
        unknown: list[str] = []
        return self._translated(message, unknown), unknown

    def compare(self, recorded: Message, live: Message) -> Iterator[tuple[str, str, str]]:
        """Where two messages differ: path, recorded value, live value. Names that come up together are learnt."""
        if type(recorded) is not type(live):
            yield "", type(recorded).__name__, type(live).__name__
        else:
            yield from self._differences("", recorded, live)

    def _translated(self, value: Any, unknown: list[str]) -> Any:  # noqa: ANN401 -- any part of any message
        if isinstance(value, tuple):
            return tuple(self._translated(each, unknown) for each in value)
        if not isinstance(value, msgspec.Struct):
            return value
        changed = {}
        for name in value.__struct_fields__:
            old = getattr(value, name)
            if isinstance(old, str) and _is_identifier(value, name):
                new = self.known(name, old)
                if new is None:
                    unknown.append(f"{name} {old}")
                    continue
            else:
                new = self._translated(old, unknown)
            if new is not old:
                changed[name] = new
        return msgspec.structs.replace(value, **changed) if changed else value

    def _differences(self, path: str, recorded: Any, live: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401
        if isinstance(recorded, msgspec.Struct) and type(recorded) is type(live):
            for name in recorded.__struct_fields__:
                old, new = getattr(recorded, name), getattr(live, name)
                if isinstance(old, str) and isinstance(new, str) and _is_identifier(recorded, name):
                    self._live.setdefault((name, old), new)
                    new = old if self._live[name, old] == new else new
                if name not in VOLATILE:
                    yield from self._differences(f"{path}.{name}".lstrip("."), old, new)
        elif isinstance(recorded, tuple) and isinstance(live, tuple) and len(recorded) == len(live):
            for place, (old, new) in enumerate(zip(recorded, live, strict=True)):
                yield from self._differences(f"{path}[{place}]", old, new)
        elif recorded != live:
            yield path, _said(recorded), _said(live)


def _is_identifier(value: msgspec.Struct, name: str) -> bool:
    if isinstance(value, DeviceID):
        return name == "number" and value.type_of_number is TypeOfNumber.DYNAMIC
    return name in IDENTIFIERS


def _said(value: object) -> str:
    if value is None:
        return "nothing"
    return str(getattr(value, "value", value))
