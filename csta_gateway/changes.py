"""What is different in settings that were read again: what holds at once, and what needs a restart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import structs

from csta_gateway.config import Config

SECTIONS = ("users", "location", "lookup", "screen", "log")
"""Tables that hold at once, whatever changes in them."""

NAMED = {"links": "link", "sources": "source", "device_lists": "device list"}
"""Lists of tables whose parts have names, and what one part is called."""


class Changes(NamedTuple):
    """What is different.

    :param told: what holds at once, in words for the log.
    :param restart: keys that hold after a restart.
    :param config: the settings with the old values of those keys.
    """

    told: tuple[str, ...]
    restart: tuple[str, ...]
    config: Config

    def __str__(self) -> str:
        words = ", ".join(self.told) if self.told else "nothing has changed that holds at once"
        return f"{words}; needs a restart: {', '.join(self.restart)}" if self.restart else words


def changes(before: Config, after: Config) -> Changes:
    """What is different between the settings in force and others."""
    journal = structs.replace(after.journal, url=before.journal.url)
    held = structs.replace(after, server=before.server, journal=journal)
    restart = [f"[server] {key}" for key in _different(before.server, after.server)]
    if after.journal.url != before.journal.url:
        restart.append("[journal] url")
    told = [text for key, kind in NAMED.items() for text in _parts(kind, getattr(before, key), getattr(after, key))]
    told += [f"site {name} is {what}" for name, what in _fate(before.sites, after.sites)]
    told += [
        f"[{section}] {', '.join(keys)}"
        for section in (*SECTIONS, "journal")
        if (keys := list(_different(getattr(before, section), getattr(held, section))))
    ]
    return Changes(tuple(told), tuple(restart), held)


def _different(before: Any, after: Any) -> Iterator[str]:  # noqa: ANN401 -- any structure
    """Keys of a table that have another value."""
    return (key for key in before.__struct_fields__ if getattr(before, key) != getattr(after, key))


def _parts(kind: str, before: Iterable[Any], after: Iterable[Any]) -> Iterator[str]:
    old, new = ({each.name: each for each in them} for them in (before, after))
    return (f"{kind} {name} is {what}" for name, what in _fate(old, new))


def _fate(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield name, "gone"
        elif name not in before:
            yield name, "new"
        elif before[name] != after[name]:
            yield name, "changed"
