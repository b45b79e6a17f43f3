"""Which line of Windows Telephony a device of ours is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct

from tapi_adapter.descriptions import LineDescription


class LineChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the manual table: the line that a device is. What is given has to fit, one of it at least.

    :param device: the device, by the extension that users know.
    :param permanent_id: permanent line identifier, good with ``provider`` where there are several drivers.
    :param provider: a part of the driver's provider information.
    :param guid: permanent line GUID, in any case, with or without braces.
    :param name: line name.
    :param address: which address of the line, from 0.
    """

    device: str
    permanent_id: int | None = None
    provider: str | None = None
    guid: str | None = None
    name: str | None = None
    address: int = 0

    def __post_init__(self) -> None:
        if self.permanent_id is None and self.guid is None and self.name is None:
            raise ValueError(f"device {self.device}: which line it is says permanent_id, guid or name")

    def fits(self, line: LineDescription) -> bool:
        """Whether a line is the one."""
        return (
            (self.permanent_id is None or line.permanent_id == self.permanent_id)
            and (self.provider is None or self.provider.casefold() in line.provider.casefold())
            and (self.guid is None or _guid(line.guid) == _guid(self.guid))
            and (self.name is None or line.name == self.name)
            and self.address < max(len(line.addresses), 1)
        )


class Place(NamedTuple):
    """Where a device is: an address of a line."""

    line: LineDescription
    address: int


class Directory:
    """Finds lines: by the manual table, else by the extension on the line, else by its name.

    :param table: rows of the manual table.
    :param pattern: finds the extension in the name of a line, as its first group (``Ext (\\d+)``).
    :raises ValueError: a device stands twice in the table, or the pattern is none.
    """

    def __init__(self, table: Iterable[LineChoice] = (), pattern: str | None = None) -> None:
        self._table: dict[str, LineChoice] = {}
        for choice in table:
            if self._table.setdefault(choice.device, choice) is not choice:
                raise ValueError(f"device {choice.device} stands twice in the table of lines")
        self._pattern = _compiled(pattern) if pattern is not None else None

    def find(self, device: str, lines: Sequence[LineDescription]) -> Place:
        """The line of a device.

        :raises LookupError: there is none, or there are several.
        """
        choice = self._table.get(device)
        ways = [self._chosen(choice, lines)] if choice is not None else self._guesses(device, lines)
        for way in ways:
            found = list(way)
            if len(found) == 1:
                return found[0]
            if found:
                names = ", ".join(repr(place.line.name) for place in found)
                raise LookupError(f"{len(found)} lines could be device {device}: {names}; say which in the table")
        known = ", ".join(repr(line.name) for line in lines[:20]) or "there are no lines at all"
        raise LookupError(f"no line is device {device} (lines: {known})")

    def devices(self, line: LineDescription) -> tuple[str, ...]:
        """What a line may be called, for lists: by the table, the extensions on it, or its name."""
        chosen = [device for device, choice in self._table.items() if choice.fits(line)]
        numbers = [address.number for address in line.addresses if address.number]
        named = self._named(line)
        return tuple(dict.fromkeys([*chosen, *numbers, *([named] if named else [])]))

    @staticmethod
    def _chosen(choice: LineChoice, lines: Sequence[LineDescription]) -> Iterator[Place]:
        return (Place(line, choice.address) for line in lines if choice.fits(line))

    def _guesses(self, device: str, lines: Sequence[LineDescription]) -> list[Iterator[Place]]:
        return [
            (
                Place(line, index)
                for line in lines
                for index, each in enumerate(line.addresses)
                if each.number == device
            ),
            (Place(line, 0) for line in lines if self._named(line) == device),
            (Place(line, 0) for line in lines if line.name == device),
        ]

    def _named(self, line: LineDescription) -> str | None:
        found = self._pattern.search(line.name) if self._pattern is not None else None
        return found[1] if found is not None else None


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from None
    if compiled.groups < 1:
        raise ValueError(f"{pattern!r} has no group (…) that the extension would be")
    return compiled


def _guid(text: str) -> str:
    return text.strip("{} ").casefold()
