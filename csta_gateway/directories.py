"""The sources of contacts of a running gateway, and the index most of them are copied into."""

from __future__ import annotations

from typing import Any

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import DirectorySource
from crm_adapter.location import Location
from csta_gateway.config import Config
from csta_gateway.config_sources import Source
from csta_gateway.namedfiles import names_any
from csta_gateway.sources import Sources


class Directories:
    """All sources of some settings; what an earlier edition has open is shared where it is the same.

    :param reactor: Twisted's reactor.
    :param before: the edition that is in use.
    :param rewritten: paths of files that hold something else than before; sources they belong to are made anew.
    :ivar made: makes device lists, too.
    :raises DirectoryError: a file with a secret cannot be read, or a driver is missing.
    :raises TemplateInvalid: a template of a request has an unknown variable.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 -- all of its interfaces
        config: Config,
        before: Directories | None = None,
        rewritten: frozenset[str] = frozenset(),
    ) -> None:
        self._basis = _basis(config)
        self._index: ContactIndex
        self.made: Sources
        self._sources: list[tuple[Source, DirectorySource]] = []
        known: list[tuple[Source, DirectorySource]] = []
        if before is not None and before._basis == self._basis:
            self._index, self.made = before._index, before.made
            known = [(settings, source) for settings, source in before._sources if not names_any(settings, rewritten)]
        else:
            uncertain = config.lookup.uncertain
            self._index = ContactIndex(config.lookup.index, config.location, reactor, uncertain=uncertain)
            self.made = Sources(reactor, self._index, config.location)
        try:
            for each in config.sources:
                same = next((source for settings, source in known if settings == each), None)
                self._sources.append((each, same or self.made.make(each)))
        except Exception:
            self.close(before)
            raise

    def all(self) -> tuple[DirectorySource, ...]:
        """In the order of the settings."""
        return tuple(source for _, source in self._sources)

    def named(self, name: str) -> DirectorySource:
        """The source of this name."""
        return next(source for source in self.all() if source.name == name)

    async def open(self, before: Directories | None = None) -> None:
        """Open the index, unless ``before`` has.

        :raises DirectoryError: it cannot be used.
        """
        if before is None or self._index is not before._index:
            await self._index.start()

    async def start(self, before: Directories | None = None) -> None:
        """Let the sources begin that ``before`` does not have.

        :raises DirectoryError: one of them cannot be used.
        """
        for source in self.all():
            if before is None or source not in before.all():
                await source.start()

    def close(self, but: Directories | None = None) -> None:
        """Give everything back that ``but`` does not have."""
        for source in self.all():
            if but is None or source not in but.all():
                source.close()
        if but is None or self._index is not but._index:
            self._index.close()


def _basis(config: Config) -> tuple[str, Location, bool]:
    """What every source depends on: with another one all of them are made anew."""
    return config.lookup.index, config.location, config.lookup.uncertain
