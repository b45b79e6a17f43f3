"""Files that people write: TOML into a typed structure.

Every mistake is told with file, line and key, an unknown key with the nearest known one.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from csta.errors import CSTAError

S = TypeVar("S", bound=msgspec.Struct)
V = TypeVar("V")


class Problem(NamedTuple):
    """One mistake in a file.

    :param line: line of the file, counted from 1; 0 where there is none.
    :param key: the key it is about (``links[0].endpoint``), empty for the file as a whole.
    """

    file: str
    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.reason}" if self.key else f"{place}: {self.reason}"


class ConfigError(CSTAError):
    """The file cannot be used; :attr:`problems` says why, one line each."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class KeyInvalid(ValueError):
    """A structure's own objection to one of its keys, raised while it is made.

    :param key: path of the key within the structure.
    """

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\s\"'-]+?)\s*\]")
KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")


class Document(NamedTuple):
    """A file before its meaning is looked at.

    :param lines: key path → line, as :func:`line_index` gives them.
    """

    file: str
    data: dict[str, Any]
    lines: dict[str, int]

    def place(self, key: str) -> tuple[str, int]:
        """File and line of a key, or of the nearest table around it."""
        return self.file, nearest(self.lines, key) or 0


def read(path: Path, kind: type[S]) -> S:
    """What is in a file. Raises :class:`ConfigError`."""
    return _structure(read_document(path), kind)


def parse(text: str, file: str, kind: type[S]) -> S:
    """What is in the text of a file. Raises :class:`ConfigError`."""
    return _structure(document(text, file), kind)


def _structure(document: Document, kind: type[S]) -> S:
    return structure(document.data, kind, document.place)


def read_document(path: Path) -> Document:
    """A file's tables and where they stand. Raises :class:`ConfigError`."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), 0, "", f"is not UTF-8 (octet {error.start})")]) from error
    return document(text, str(path))


def document(text: str, file: str) -> Document:
    """The tables of a text and where they stand. Raises :class:`ConfigError`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason, line = syntax_error(str(error), text)
        raise ConfigError([Problem(file, line, "", reason)]) from error
    return Document(file, data, line_index(text))


def structure(data: dict[str, Any], kind: type[S], place: Callable[[str], tuple[str, int]]) -> S:
    """The typed structure of tables.

    :param place: gives file and line of a key, for what is wrong with it.
    :raises ConfigError: with everything that is wrong, in the order of files and lines.
    """
    problems = [Problem(*place(key), key, reason) for key, reason in mistakes(data, kind)]
    if problems:
        raise ConfigError(sorted(problems, key=lambda problem: (problem.file, problem.line)))
    return msgspec.convert(data, kind)


def syntax_error(message: str, text: str) -> tuple[str, int]:
    """What TOML does not allow, and the line: the parser only tells it within its sentence."""
    found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    if not found:
        return message, 0
    return message[: found.start()], int(found[1] or text.count("\n") + 1)


def line_index(text: str) -> dict[str, int]:
    """Key path → the line it stands in, the first one when there are several."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix, quoted = "", False
    for number, line in enumerate(text.splitlines(), 1):
        if not quoted and (header := HEADER.match(line)):
            prefix = bare(header[2])
            if header[1] == "[[":
                counts[prefix] = counts.get(prefix, -1) + 1
                lines.setdefault(prefix, number)
            if prefix in counts:
                prefix = f"{prefix}[{counts[prefix]}]"
            lines.setdefault(prefix, number)
        elif not quoted and (key := KEY.match(line)):
            lines.setdefault(joined(prefix, bare(key[1])), number)
        # A multi-line string may hold anything, also what looks like a key.
        quoted ^= (line.count('"""') + line.count("'''")) % 2 == 1
    return lines


def bare(name: str) -> str:
    """A key without quotes and blanks."""
    return re.sub(r"[\s\"']", "", name)


def joined(prefix: str, key: str) -> str:
    """The path of ``key`` within ``prefix``."""
    return f"{prefix}.{key}" if prefix else key


def nearest(places: Mapping[str, V], key: str) -> V | None:
    """The place of a key, or of the nearest table around it; None when it is nowhere."""
    while key and key not in places:
        key = re.sub(r"(\.[^.\[]+|\[\d+\]|^[^.\[]+)$", "", key)
    return places.get(key)


def mistakes(data: dict[str, Any], kind: type[msgspec.Struct]) -> Iterator[tuple[str, str]]:
    """Key and reason of everything that is wrong: unknown keys wherever they are, one other mistake per section."""
    unknown = list(unknown_keys(data, kind, ""))
    yield from unknown
    if unknown:
        return
    hints = get_type_hints(kind, include_extras=True)
    sound = True
    for section, value in data.items():
        for key, reason in conversion_error(value, hints[section], section):
            sound = False
            yield key, reason
    if sound:
        yield from conversion_error(data, kind, "")


def conversion_error(value: Any, kind: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- any TOML value and type
    """Key and reason when ``value`` is not a ``kind``."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, _, where = str(error).partition(" - at `$")
        key = path + where.rstrip("`").replace("[...]", "")
        missing = re.fullmatch(r"Object missing required field `(\w+)`", reason)
        if isinstance(error.__cause__, KeyInvalid):
            yield joined(key.lstrip("."), error.__cause__.key), error.__cause__.reason
        elif missing:
            yield joined(key.lstrip("."), missing[1]), "is missing"
        else:
            yield key.lstrip("."), reason[0].lower() + reason[1:]


def unknown_keys(value: Any, kind: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 -- any TOML value and type
    """Key and reason of each key that no structure has, at any depth."""
    kind = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
    if get_origin(kind) in (Union, UnionType) and isinstance(value, dict):
        kind = _of_type(kind, value)
    if get_origin(kind) is tuple and isinstance(value, list):
        for position, each in enumerate(value):
            yield from unknown_keys(each, get_args(kind)[0], f"{path}[{position}]")
    elif get_origin(kind) is dict and isinstance(value, dict):
        for name, each in value.items():
            yield from unknown_keys(each, get_args(kind)[1], joined(path, name))
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(value, dict):
        hints = get_type_hints(kind, include_extras=True)
        for key, each in value.items():
            if key == kind.__struct_config__.tag_field:
                continue
            if key in hints:
                yield from unknown_keys(each, hints[key], joined(path, key))
            else:
                yield joined(path, key), unknown_key(key, list(hints))


def _of_type(kinds: Any, value: dict[str, Any]) -> Any:  # noqa: ANN401 -- types
    """The only structure among several types, else the one that ``type`` names; None leaves it to the conversion."""
    structures = [kind for kind in get_args(kinds) if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    configs = [(kind, kind.__struct_config__) for kind in structures]
    named = [kind for kind, config in configs if config.tag is None or value.get(config.tag_field or "") == config.tag]
    return named[0] if len(named) == 1 else None


def unknown_key(key: str, known: list[str]) -> str:
    """The sentence about a key that does not exist."""
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(sorted(known))}"
    return f"unknown key; {hint}"


def kinds_at(kind: Any, keys: Iterable[str]) -> list[Any]:  # noqa: ANN401 -- any type
    """The types a value may have, by the way to it from ``kind``: keys of tables, positions in lists."""
    kinds = _alternatives(kind)
    for key in keys:
        kinds = [inner for each in kinds for inner in _within(each, key)]
    return kinds


def _alternatives(kind: Any) -> list[Any]:  # noqa: ANN401 -- any type
    kind = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
    if get_origin(kind) in (Union, UnionType):
        return [inner for each in get_args(kind) if each is not NoneType for inner in _alternatives(each)]
    return [kind]


def _within(kind: Any, key: str) -> list[Any]:  # noqa: ANN401 -- any type
    if get_origin(kind) in (tuple, dict):
        return _alternatives(get_args(kind)[0 if get_origin(kind) is tuple else 1])
    hints = get_type_hints(kind, include_extras=True) if isinstance(kind, type) else {}
    return _alternatives(hints[key]) if key in hints else []
