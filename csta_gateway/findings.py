"""What is wrong with users and lists of devices, told once and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from twisted.logger import Logger

from crm_adapter.devicelist import Finding
from csta_gateway.metrics import Metrics

log = Logger()

MOST_LINES = 100
"""Findings of one reading that get a line of the log each."""


class Findings:
    """Follows one reading after the other.

    :ivar now: what is wrong at present.
    """

    def __init__(self, metrics: Metrics) -> None:
        self.now: tuple[Finding, ...] = ()
        self._metrics = metrics

    def follow(self, found: Sequence[Finding]) -> None:
        """Tell what is new, and how much has been put right."""
        before, self.now = set(self.now), tuple(found)
        new = [each for each in self.now if each not in before]
        for finding in new[:MOST_LINES]:
            log.warn("{place}: {text}", place=finding.place, text=finding.text)
        if len(new) > MOST_LINES:
            log.warn("and {count} more; `csta-gateway user check` prints all", count=len(new) - MOST_LINES)
        if settled := len(before - set(self.now)):
            log.info("{count} findings about users and devices are settled", count=settled)
        self._metrics.findings.clear()
        for kind, count in Counter(each.kind for each in self.now).items():
            self._metrics.findings.labels(kind).set(count)
