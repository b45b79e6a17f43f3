"""The links to the switches, for those who run the gateway."""

from __future__ import annotations

from datetime import UTC, datetime

from csta.recorder import trace
from csta_gateway.api.exchange import Answer, Download, Route, Visit
from csta_gateway.failures import ApiError
from csta_gateway.links import SwitchLink
from csta_gateway.policy import Action
from csta_gateway.traces import MOST_MESSAGES, file_name

MESSAGES = 500
"""Messages of a trace when nobody says how many."""

RETRY = 5
"""Seconds after which a trace can be asked for again while another one is made."""


async def list_links(visit: Visit) -> Answer:
    """Every link, and whether it works."""
    states = [link.state for link in visit.gateway.links]
    return Answer(200, {"links": [{"name": state.name, "up": state.up} for state in states]})


async def download_trace(visit: Visit, link: str) -> Answer:
    """The last messages of a link with pseudonyms, and their chart, as a ZIP file."""
    chosen, count = _link(visit, link), _count(visit.argument("messages"))
    support = visit.gateway.support
    if support.busy:
        raise ApiError("too_many_attempts", retry_after=RETRY)
    entries = trace.last(chosen.recording.recent(), count)
    visit.gateway.audit.write("trace_downloaded", visit.user.login, link=link, messages=count)
    now = datetime.fromtimestamp(visit.gateway.clock.seconds(), UTC)
    name = file_name(link, f"{now:%Y%m%d-%H%M%S}")
    return Answer(200, Download(name, "application/zip", await support.archive(link, entries)))


def _link(visit: Visit, name: str) -> SwitchLink:
    for link in visit.gateway.links:
        if link.state.name == name:
            return link
    raise ApiError("not_found")


def _count(text: str | None) -> int:
    if text is None:
        return MESSAGES
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and int(text)):
        raise ApiError("bad_request")
    if int(text) > MOST_MESSAGES:
        raise ApiError("too_large")
    return int(text)


ROUTES = (
    Route("GET", "/links", Action.SEE_LINKS, list_links),
    Route("GET", "/links/<link>/trace", Action.SEE_LINKS, download_trace),
)
