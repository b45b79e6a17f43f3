"""How the gateway is doing, for those who run it: links, sources, what is wrong with users, and the last look-ups."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from crm_adapter.directory import Certainty, Match
from crm_adapter.lookup import Asked
from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Route
from csta_gateway.links import SwitchLink
from csta_gateway.log import masked
from csta_gateway.policy import Action
from csta_gateway.texts import Words
from csta_gateway.views import milliseconds


class LinkReport(Struct, frozen=True, kw_only=True):
    """A link and what is watched on it.

    :param reason: why it is down; empty while it is up.
    :param since: when it went up or down, Unix ms.
    :param retry_at: when it is tried again, Unix ms, or null.
    :param monitors: how many devices are watched.
    :param out_of_service: devices the switch refuses or reports as broken.
    """

    name: str
    up: bool
    reason: str
    since: int
    retry_at: int | None
    monitors: int
    out_of_service: tuple[str, ...]


class SourceReport(Struct, frozen=True, kw_only=True):
    """A source of contacts.

    :param failures: how often in a row it has not answered; 0: it works, as far as it was asked.
    """

    name: str
    failures: int


class FindingReport(Struct, frozen=True, kw_only=True):
    """Something wrong with users or lists of devices."""

    place: str
    text: str


class MatchReport(Struct, frozen=True, kw_only=True):
    """A match and why it is one.

    :param certainty: ``exact``: the number stands at the record; ``main_number``: it is an extension behind one that
        does; ``uncertain``: only the last digits agree.
    """

    kind: Literal["person", "company", "user"]
    name: str
    company: str | None
    certainty: Certainty
    source: str


class LookupReport(Struct, frozen=True, kw_only=True):
    """A number the sources were asked about.

    :param asked: when, Unix ms.
    :param took: milliseconds until the last source had answered.
    :param number: its first digits; the rest is nobody's business here.
    :param matches: best first.
    :param failed: sources that could not answer.
    """

    asked: int
    took: int
    number: str
    matches: tuple[MatchReport, ...]
    failed: tuple[str, ...]


class Status(Struct, frozen=True, kw_only=True):
    """Everything about the gateway that is worth a look.

    :param screens: call screens that are open.
    :param lookups: the last ones that were no answer from memory, newest first.
    """

    version: str
    screens: int
    links: tuple[LinkReport, ...]
    sources: tuple[SourceReport, ...]
    findings: tuple[FindingReport, ...]
    lookups: tuple[LookupReport, ...]


async def show_status(visit: Visit) -> Status:
    """Links, sources, findings and the last look-ups with the reason of each match."""
    gateway = visit.gateway
    excluded = gateway.board.excluded  # who was called there is told nowhere, not even here
    return Status(
        version=gateway.version,
        screens=len(gateway.streams.all()),
        links=tuple(_link(link) for link in gateway.links),
        sources=tuple(SourceReport(name=name, failures=count) for name, count in gateway.lookup.failures().items()),
        findings=tuple(FindingReport(place=each.place, text=each.text) for each in gateway.findings.now),
        lookups=tuple(_lookup(each) for each in reversed(gateway.lookup.recent) if each.number not in excluded),
    )


def _link(link: SwitchLink) -> LinkReport:
    state = link.state
    return LinkReport(
        name=state.name,
        up=state.up,
        reason=state.reason,
        since=milliseconds(state.since),
        retry_at=None if state.retry_at is None else milliseconds(state.retry_at),
        monitors=len(link.devices),
        out_of_service=tuple(device.id for device in link.devices.values() if not device.in_service),
    )


def _lookup(asked: Asked) -> LookupReport:
    return LookupReport(
        asked=milliseconds(asked.at),
        took=milliseconds(asked.took),
        number=masked(asked.number.display or asked.number.raw),
        matches=tuple(_match(match) for match in asked.result.matches),
        failed=asked.result.failed,
    )


def _match(match: Match) -> MatchReport:
    return MatchReport(
        kind=match.kind, name=match.name, company=match.company, certainty=match.certainty, source=match.source
    )


ROUTES = (
    Route(
        method="GET",
        path="/status",
        name="showStatus",
        title=Words("Wie es dem Gateway geht", "How the gateway is doing"),
        action=Action.SEE_LINKS,
        handler=show_status,
    ),
)
