"""The links to the switches, for those who run the gateway."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct
from twisted.logger import Logger

from csta.recorder import trace
from csta_gateway.api.exchange import Download, Visit
from csta_gateway.api.route import Route
from csta_gateway.failures import ApiError
from csta_gateway.links import SwitchLink
from csta_gateway.policy import Action
from csta_gateway.texts import Words
from csta_gateway.traces import MOST_MESSAGES, file_name

log = Logger()

MESSAGES = 500
"""Messages of a trace when nobody says how many."""

RETRY = 5
"""Seconds after which a trace can be asked for again while another one is made."""


LinkName = Annotated[str, Meta(description="The link's `name`.")]


class LinkStatus(Struct, frozen=True, kw_only=True):
    """A link and whether it works."""

    name: str
    up: bool


class LinkList(Struct, frozen=True, kw_only=True):
    """All links to switches."""

    links: tuple[LinkStatus, ...]


class TraceWish(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of the last messages of a link.

    :param messages: at most so many, counted from the last one.
    """

    messages: Annotated[int, Meta(ge=1, le=MOST_MESSAGES)] = MESSAGES


async def list_links(visit: Visit) -> LinkList:
    """Every link, and whether it works."""
    states = [link.state for link in visit.gateway.links]
    return LinkList(links=tuple(LinkStatus(name=state.name, up=state.up) for state in states))


async def download_trace(visit: Visit, link: LinkName, query: TraceWish) -> Download:
    """The last messages of a link with pseudonyms, and their chart, as a ZIP file."""
    chosen = _link(visit, link)
    support = visit.gateway.support
    if support.busy:
        raise ApiError("too_many_attempts", retry_after=RETRY)
    entries = trace.last(chosen.recording.recent(), query.messages)
    log.info("{user} takes the last messages of {link} for support", user=visit.user.login, link=link)
    now = datetime.fromtimestamp(visit.gateway.clock.seconds(), UTC)
    name = file_name(link, f"{now:%Y%m%d-%H%M%S}")
    return Download(name, "application/zip", await support.archive(link, entries))


def _link(visit: Visit, name: str) -> SwitchLink:
    for link in visit.gateway.links:
        if link.state.name == name:
            return link
    raise ApiError("not_found")


ROUTES = (
    Route(
        method="GET",
        path="/links",
        name="listLinks",
        title=Words("Verbindungen zu Telefonanlagen", "Links to switches"),
        action=Action.SEE_LINKS,
        handler=list_links,
    ),
    Route(
        method="GET",
        path="/links/<link>/trace",
        name="downloadTrace",
        title=Words("Letzte Nachrichten einer Verbindung", "Last messages of a link"),
        action=Action.SEE_LINKS,
        handler=download_trace,
        media=("application/zip",),
        problems=("not_found", "too_many_attempts"),
    ),
)
