"""Where in a document a tag stands; found out only when it is to be told."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

_START_TAGS = re.compile(r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?=[^/!?])", re.DOTALL)


class Place(NamedTuple):
    """A place in a document.

    :param path: names of the elements around, ``DeliveredEvent.connection``.
    :param line: line of the start tag, from 1.
    :param column: column of the start tag, from 1.
    """

    path: str = ""
    line: int = 1
    column: int = 1


def places(text: str, tags: list[str], positions: Collection[int]) -> dict[int, Place]:
    """The places of some tags.

    :param text: the document as it came.
    :param tags: its tags, as :mod:`csta.xml.document` has them; the first one is what stands before the first tag.
    :param positions: which of them.
    """
    paths = _paths(tags, frozenset(positions))
    spots = _spots(text, frozenset(number for _, number in paths.values()))
    return {position: Place(path, *spots[number]) for position, (path, number) in paths.items() if number in spots}


def _paths(tags: list[str], wanted: frozenset[int]) -> dict[int, tuple[str, int]]:
    """Path of each tag that is wanted, and which element of the document it belongs to, from 1."""
    found: dict[int, tuple[str, int]] = {}
    inside: list[tuple[str, int]] = []
    number = 0
    for position in range(1, max(wanted, default=0) + 1):
        head = tags[position].partition(">")[0]
        if head.startswith("?"):
            continue
        if not head.startswith("/"):
            number += 1
            inside.append((local_name(head), number))
        if position in wanted and inside:
            found[position] = ".".join(name for name, _ in inside), inside[-1][1]
        if head.startswith("/") or head.endswith("/"):
            del inside[-1:]
    return found


def _spots(text: str, wanted: frozenset[int]) -> dict[int, tuple[int, int]]:
    """Line and column of the elements that are wanted."""
    spots: dict[int, tuple[int, int]] = {}
    number, line, last = 0, 1, 0
    for found in _START_TAGS.finditer(text):
        at = found.start()
        number += found.end() - at == 1
        if number in wanted and number not in spots:
            line, last = line + text.count("\n", last, at), at
            spots[number] = line, at - text.rfind("\n", 0, at)
    return spots


def local_name(head: str) -> str:
    """Element name without attributes and prefix: peers use any edition's namespace, or none."""
    name = head.split(None, 1)[0].rstrip("/") if head else ""
    return name.rpartition(":")[2].partition(">")[0]
