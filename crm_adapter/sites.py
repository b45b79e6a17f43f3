"""Sites of a company that share a gateway: the numbers of each user follow the user's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from msgspec import structs

from crm_adapter.location import Location
from crm_adapter.users import User


class Sites:
    """Locations by the name users have them under.

    :param main: of everybody whose site is not named, or unknown.
    :param others: by name.
    """

    def __init__(self, main: Location, others: Mapping[str, Location] = MappingProxyType({})) -> None:
        self.main = main
        self._others = dict(others)

    def replace(self, main: Location, others: Mapping[str, Location]) -> bool:
        """Other locations from now on; gives whether any differs."""
        before = self.main, self._others
        self.main, self._others = main, dict(others)
        return before != (main, others)

    def __contains__(self, name: str) -> bool:
        return name in self._others

    def all(self) -> tuple[Location, ...]:
        """Every location, the main one first."""
        return (self.main, *self._others.values())

    def of(self, user: User) -> Location:
        """Where a user's numbers are dialled and understood: the site, with what the user has otherwise.

        What makes no sense as area code or outside prefix is passed over; :meth:`objection` says so.
        """
        site = self._others.get(user.site, self.main)
        try:
            return _located(site, user.area_code, user.outside_prefix)
        except ValueError:
            return site

    def objection(self, user: User) -> str | None:
        """What is wrong with the user's own area code or outside prefix, or None."""
        try:
            _located(self._others.get(user.site, self.main), user.area_code, user.outside_prefix)
        except ValueError as problem:
            return str(problem)
        return None

    def own_numbers(self, e164: str) -> Iterator[tuple[str, str]]:
        """Every direct dialling block of any site that the number lies in, with the extension it is there."""
        for block in dict.fromkeys(block for site in (self.main, *self._others.values()) for block in site.blocks):
            if e164.startswith(block) and e164 != block:
                yield block, e164.removeprefix(block)


@lru_cache(maxsize=1024)
def _located(site: Location, area_code: str, outside_prefix: str) -> Location:
    """A site with another area code or outside prefix. Raises ValueError where these make no sense."""
    own: dict[str, object] = {}
    if area_code:
        own["area_code"] = area_code
    if outside_prefix:
        own["outside_prefixes"] = (outside_prefix,)
    return structs.replace(site, **own) if own else site
