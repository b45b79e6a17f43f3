"""Past calls are deleted when they are old enough."""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.task import Clock

from crm_adapter.erasure import Subject
from csta_gateway.retention import DAY, EVERY, Retention


class Journal:
    """Hears what is to be deleted."""

    def __init__(self) -> None:
        self.purged: list[int | None] = []
        self.broken = False

    async def purge(self, subject: Subject) -> int:
        if self.broken:
            raise OSError("disk full")
        self.purged.append(subject.before)
        return 1


@pytest.fixture
def journal() -> Journal:
    return Journal()


def retention(journal: Journal, days: int) -> tuple[Retention, Clock]:
    clock = Clock()
    clock.advance(100 * DAY)
    made = Retention(cast(Any, journal), clock, days)
    made.start()
    return made, clock


def test_old_calls_go_at_once_and_every_hour(journal: Journal) -> None:
    _, clock = retention(journal, 90)
    clock.advance(EVERY)
    assert journal.purged == [round(10 * DAY * 1000), round((10 * DAY + EVERY) * 1000)]


def test_with_no_days_everything_stays_until_it_is_some(journal: Journal) -> None:
    made, clock = retention(journal, 0)
    clock.advance(EVERY)
    assert not journal.purged
    made.days = 90
    clock.advance(EVERY)
    assert len(journal.purged) == 1


def test_a_broken_journal_is_tried_again(journal: Journal) -> None:
    journal.broken = True
    _, clock = retention(journal, 90)
    journal.broken = False
    clock.advance(EVERY)
    assert len(journal.purged) == 1


def test_stopped_means_stopped(journal: Journal) -> None:
    made, clock = retention(journal, 90)
    made.stop()
    assert not clock.getDelayedCalls()
