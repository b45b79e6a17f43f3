"""Contacts of all sources: found in all at once, and given a number in the one they are of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger

from crm_adapter.directory import Contact, DirectorySource
from crm_adapter.errors import DirectoryError, WriteRefused
from crm_adapter.newnumber import NewNumber
from csta_gateway.failures import ApiError

log = Logger()


class Found(NamedTuple):
    """A contact, and where it is from.

    :param number_kinds: kinds of numbers the source can write at it; empty: none.
    """

    contact: Contact
    source: str
    number_kinds: tuple[str, ...] = ()


class Contacts:
    """The contacts of all sources, in order of name. A source that fails costs only its own contacts."""

    def __init__(self, sources: Sequence[DirectorySource]) -> None:
        self.replace(sources)

    def replace(self, sources: Sequence[DirectorySource]) -> None:
        """Ask these from now on."""
        self._sources = {source.name: source for source in sources}

    @property
    def take_numbers(self) -> bool:
        """Whether any source writes numbers."""
        return any(source.numbers is not None for source in self._sources.values())

    async def find(self, text: str, limit: int) -> list[Found]:
        """Contacts by part of a name, company or number, at most ``limit``."""
        asked = [Deferred.fromCoroutine(_ask(source, text, limit)) for source in self._sources.values()]
        found = [each for some in await gatherResults(asked) for each in some]
        return sorted(found, key=lambda each: each.contact.name.casefold())[:limit]

    async def add_number(self, source: str, contact: Contact, number: NewNumber) -> None:
        """Write a number at a contact of a source.

        :raises WriteRefused: the source does not take it.
        :raises ApiError: there is no such kind of number there, or the source cannot be asked.
        """
        book = self._sources[source].numbers if source in self._sources else None
        if book is None:
            raise WriteRefused("forbidden", f"source {source}: takes no numbers; see `writable` in [[sources]]")
        if number.label not in book.number_kinds:
            raise ApiError("bad_request", reason=f"Expected one of {', '.join(book.number_kinds)} - at `$.label`")
        try:
            await book.add_number(contact, number)
        except WriteRefused as problem:
            log.warn("source {source} did not take a number: {problem}", source=source, problem=problem)
            raise
        except DirectoryError as problem:
            log.warn("source {source} was not told a number: {problem}", source=source, problem=problem)
            raise ApiError("crm_down") from problem


async def _ask(source: DirectorySource, text: str, limit: int) -> list[Found]:
    try:
        contacts = await source.search(text, limit)
    except Exception:  # whatever is wrong with one source, the others still answer
        log.failure("source {source} could not be searched", source=source.name)
        return []
    kinds = source.numbers.number_kinds if source.numbers is not None else ()
    return [Found(contact, source.name, kinds) for contact in contacts]
