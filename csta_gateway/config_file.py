"""Reads the settings: the file, the drop-in files beside it and the environment, each over the one before.

How a mistake is told stands in :mod:`csta.toml_file`; here is where each key came from.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeGuard, get_origin

from csta import toml_file
from csta.toml_file import ConfigError, Document, Problem
from csta_gateway.config import Config

__all__ = ["ConfigError", "parse", "read"]

DROP_INS = "conf.d"
"""Folder beside the file; its ``*.toml`` are read in the order of their names."""

PREFIX = "CSTA__"
"""``CSTA__SERVER__PORT`` is ``port`` in ``[server]``, ``CSTA__LINKS__0__ENDPOINT`` that of the first link, and
``CSTA__LOCATION__OUTSIDE_PREFIXES__0`` the first of them; the position after the last one adds one."""


def read(path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """The settings of a file, its drop-in files and the environment. Raises :class:`ConfigError`."""
    settings = Layers()
    for each in (path, *sorted((path.parent / DROP_INS).glob("*.toml"))):
        settings.add(toml_file.read_document(each))
    for name in sorted(environment or {}, key=_order):
        if name.startswith(PREFIX):
            settings.override(name, (environment or {})[name])
    return toml_file.structure(settings.data, Config, settings.place)


def parse(text: str, file: str) -> Config:
    """The settings in a text. Raises :class:`csta.toml_file.ConfigError`."""
    return toml_file.parse(text, file, Config)


class Layers:
    """Settings from several places.

    Tables are joined and lists of tables grow; any other value takes the place of an earlier one.
    """

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self._places: dict[str, tuple[str, int]] = {}

    def add(self, document: Document) -> None:
        """Put a file over what is there."""
        self._places.setdefault("", (document.file, 0))
        self._join(self.data, document.data, "", document, "")

    def override(self, name: str, value: str) -> None:
        """Put the value of an environment variable over what is there. Raises :class:`ConfigError`."""
        *around, last = keys = name.removeprefix(PREFIX).lower().split("__")
        path = re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", ".".join(keys))
        inside: Any = self.data
        for depth, key in enumerate(around, 1):
            is_list = any(get_origin(kind) is tuple for kind in toml_file.kinds_at(Config, keys[:depth]))
            inside = _entered(inside, key, [] if is_list else {})
        if not _has_room(inside, last):
            free = f"no position of the list; the next free one is {len(inside)}" if isinstance(inside, list) else ""
            raise ConfigError([Problem(name, 0, path, free or "no such table in the files")])
        _put(inside, last, _typed(value, toml_file.kinds_at(Config, keys)))
        self._places[path] = (name, 0)

    def place(self, key: str) -> tuple[str, int]:
        """File and line of a key, or of the nearest table around it; the variable for what the environment said."""
        return toml_file.nearest(self._places, key) or self._places[""]

    def _join(self, into: dict[str, Any], data: dict[str, Any], path: str, document: Document, origin: str) -> None:
        for key, value in data.items():
            where, came = toml_file.joined(path, key), toml_file.joined(origin, key)
            known = into.get(key)
            if isinstance(known, dict) and isinstance(value, dict):
                self._join(known, value, where, document, came)
            elif known is not None and _tables(known) and _tables(value):
                for position, each in enumerate(value):
                    self._came(f"{where}[{len(known)}]", document, f"{came}[{position}]")
                    known.append(each)
            else:
                into[key] = value
                self._came(where, document, came)

    def _came(self, path: str, document: Document, origin: str) -> None:
        """Remember that ``path`` and all within it stand at ``origin`` of a file."""
        self._places[path] = document.place(origin)
        for key, line in document.lines.items():
            if key.startswith((f"{origin}.", f"{origin}[")):
                self._places[path + key.removeprefix(origin)] = (document.file, line)


def _tables(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _order(name: str) -> list[tuple[int, str]]:
    """Environment variables in the order of their names, positions in lists as the numbers they are."""
    return [(int(part) if part.isdecimal() else -1, part) for part in name.split("__")]


def _has_room(inside: Any, key: str) -> bool:  # noqa: ANN401 -- any TOML value
    """Whether ``key`` can stand there: any in a table, in a list a position that is taken or the next one."""
    if isinstance(inside, list):
        return key.isdecimal() and int(key) <= len(inside)
    return isinstance(inside, dict)


def _put(inside: Any, key: str, value: Any) -> None:  # noqa: ANN401 -- any TOML value
    if isinstance(inside, dict):
        inside[key] = value
    else:
        inside[int(key) : int(key) + 1] = [value]


def _entered(inside: Any, key: str, missing: Any) -> Any:  # noqa: ANN401 -- any TOML value
    """What ``key`` names in a table or list, put there where it is ``missing``; None when it cannot stand there."""
    if not _has_room(inside, key):
        return None
    known = inside.get(key) if isinstance(inside, dict) else next(iter(inside[int(key) :]), None)
    if known is None:
        _put(inside, key, missing)
    return missing if known is None else known


def _typed(text: str, kinds: list[Any]) -> Any:  # noqa: ANN401 -- any TOML value
    """The value an environment variable means: text where the settings want text, else as TOML writes it."""
    if str in kinds:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
