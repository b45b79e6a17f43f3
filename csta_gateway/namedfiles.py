"""Files the settings name instead of holding what is in them: secrets and certificates. They are read once, so whoever
reads the settings again has to know which of them hold something else by now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from csta_gateway.config import Config

KEYS = ("password_file", "token_file", "url_file", "secret_file", "certificate", "private_key")
"""Keys of any table that name such a file."""

Contents = Mapping[str, bytes]
"""Path → hash of what is in the file; empty when it cannot be read."""


def named_by(table: Struct) -> dict[str, str]:
    """Key → path of the files a table names."""
    return {key: path for key in KEYS if (path := getattr(table, key, None)) is not None}


def names_any(table: Struct, paths: frozenset[str]) -> bool:
    """Whether a table names one of these files."""
    return not paths.isdisjoint(named_by(table).values())


def contents(config: Config) -> Contents:
    """What is in the files now."""
    return {path: _hash(Path(path)) for table in _tables(config) for path in named_by(table).values()}


def rewritten(before: Contents, after: Contents) -> frozenset[str]:
    """Paths of the files that hold something else than before."""
    return frozenset(path for path, hashed in after.items() if before.get(path, hashed) != hashed)


def _tables(config: Config) -> Iterator[Struct]:
    for name in config.__struct_fields__:
        value = getattr(config, name)
        yield from (each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, Struct))


def _hash(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return b""
