"""Search for contacts in all sources at once."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import Logger

from crm_adapter.directory import Contact, DirectorySource

log = Logger()


class Contacts:
    """The contacts of all sources, in order of name. A source that fails costs only its own contacts."""

    def __init__(self, sources: Sequence[DirectorySource]) -> None:
        self.replace(sources)

    def replace(self, sources: Sequence[DirectorySource]) -> None:
        """Ask these from now on."""
        self._sources = tuple(sources)

    async def find(self, text: str, limit: int) -> list[Contact]:
        """Contacts by part of a name, company or number, at most ``limit``."""
        asked = [Deferred.fromCoroutine(_ask(source, text, limit)) for source in self._sources]
        found = [contact for contacts in await gatherResults(asked) for contact in contacts]
        return sorted(found, key=lambda contact: contact.name.casefold())[:limit]


async def _ask(source: DirectorySource, text: str, limit: int) -> tuple[Contact, ...]:
    try:
        return await source.search(text, limit)
    except Exception:  # whatever is wrong with one source, the others still answer
        log.failure("source {source} could not be searched", source=source.name)
        return ()
