"""The last messages of a link for support: pseudonyms for numbers and names, and the chart beside the trace."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Iterator
from typing import cast
from zipfile import ZIP_DEFLATED, ZipFile

from twisted.internet.interfaces import IDelayedCall
from twisted.internet.task import Cooperator

from crm_adapter.clock import Clock
from csta.errors import CSTAError
from csta.recorder import trace
from csta.recorder.chart.page import draw
from csta.recorder.chart.sequence import Builder, Selection
from csta.recorder.dialogue import follow
from csta.recorder.live import KEY_OCTETS, Recording
from csta.recorder.redaction import Redaction, redacted
from csta_gateway import config
from csta_gateway.config_tapi import Tapi

RECENT = 8.0
"""Megabytes of messages of each link that are kept in memory."""

MOST_MESSAGES = 2000
"""Messages of one download."""


class RecordingFailed(CSTAError):
    """A link cannot be recorded as its settings want it."""


def recording(link: config.Link | Tapi) -> Recording:
    """Keeps the last messages of a link, and all of them in files where its settings name one.

    Windows Telephony has no messages to keep.

    :raises RecordingFailed: the file cannot be made.
    """
    if isinstance(link, Tapi):
        return Recording(None)
    try:
        return Recording(link.record, redact=not link.record_names, recent=RECENT)
    except OSError as error:
        raise RecordingFailed(f"link {link.name}: `record` cannot be written: {error}") from error


class Support:
    """Makes what support gets, one at a time and piece by piece: calls go on meanwhile."""

    def __init__(self, clock: Clock) -> None:
        self._cooperator = Cooperator(scheduler=lambda work: cast(IDelayedCall, clock.callLater(0, work)))
        self.busy = False

    async def archive(self, name: str, entries: list[trace.Entry]) -> bytes:
        """A ZIP file with the trace and its chart.

        :param name: what the link is called.
        """
        self.busy = True
        try:
            told: list[trace.Entry] = []
            chart = Builder()
            await self._cooperator.coiterate(_work(entries, told, chart))
            return _zip(told, draw(chart.finish(Selection(), name)))
        finally:
            self.busy = False


def _work(entries: list[trace.Entry], told: list[trace.Entry], chart: Builder) -> Iterator[None]:
    for entry in redacted(entries, Redaction(secrets.token_bytes(KEY_OCTETS))):
        told.append(entry)
        yield
    for happened in follow(told):
        chart.take(happened)
        yield


def _zip(entries: list[trace.Entry], chart: str) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("trace.jsonl", b"".join(map(trace.encode, entries)))
        archive.writestr("chart.html", chart)
    return packed.getvalue()


def file_name(link: str, at: str) -> str:
    """The name a browser saves it under: letters and digits, whatever the link is called."""
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', link).strip('-') or 'link'}-{at}.zip"
