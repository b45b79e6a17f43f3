"""What is different in settings that were read again, in words for the log, and what needs a restart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import Struct, structs

from csta_gateway.config import Config
from csta_gateway.namedfiles import named_by

NAMED = {
    "links": "link",
    "tapi": "Windows Telephony",
    "sources": "source",
    "device_lists": "device list",
    "webhooks": "webhook",
}
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


def changes(before: Config, after: Config, rewritten: frozenset[str] = frozenset()) -> Changes:
    """What is different between the settings in force and others.

    :param rewritten: paths of the files named in them that hold something else than before.
    """
    # A running gateway cannot change the journal: calls of now would be in one, those of before in another. No rule
    # joins this key with another one, so that the mixture is as good as both are.
    held = structs.replace(after, journal=structs.replace(after.journal, url=before.journal.url))
    restart = ("[journal] url",) if after.journal.url != before.journal.url else ()
    told: list[str] = []
    for table, kind in NAMED.items():
        told += _parts(kind, getattr(before, table), getattr(held, table), rewritten)
    told += [f"site {name} is {what}" for name, what in _fate(before.sites, held.sites)]
    for table in Config.__struct_fields__:
        if table not in (*NAMED, "sites"):
            told += _keys(table, getattr(before, table), getattr(held, table), rewritten)
    return Changes(tuple(told), restart, held)


def _keys(table: str, before: Struct | None, after: Struct | None, rewritten: frozenset[str]) -> Iterator[str]:
    """What is different in a table, or that it comes or goes."""
    if before is None or after is None:
        if before is not after:
            yield f"[{table}] is {'new' if before is None else 'gone'}"
        return
    if keys := ", ".join(key for key in after.__struct_fields__ if getattr(before, key) != getattr(after, key)):
        yield f"[{table}] {keys}"
    yield from _refilled(f"[{table}]", before, after, rewritten)


def _parts(kind: str, before: Iterable[Any], after: Iterable[Any], rewritten: frozenset[str]) -> Iterator[str]:
    old, new = ({each.name: each for each in them} for them in (before, after))
    yield from (f"{kind} {name} is {what}" for name, what in _fate(old, new))
    for name in (name for name in new if name in old):
        yield from _refilled(f"{kind} {name}", old[name], new[name], rewritten)


def _refilled(what: str, before: Struct, after: Struct, rewritten: frozenset[str]) -> Iterator[str]:
    """Which files are the same ones and hold something else."""
    files = named_by(before).items() & named_by(after).items()
    return (f"{what} {key} has new contents" for key, path in sorted(files) if path in rewritten)


def _fate(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield name, "gone"
        elif name not in before:
            yield name, "new"
        elif before[name] != after[name]:
            yield name, "changed"
