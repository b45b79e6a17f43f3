"""Calls that become activities of the CRM."""

from __future__ import annotations

from typing import Any, cast

import msgspec
import pytest
from twisted.internet.task import Clock

from crm_adapter.activities import PAUSES, Activities
from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Activity, Match
from crm_adapter.errors import DirectoryError
from tests.unit.crm_adapter.test_journal import MISSED

ERIKA = Match(kind="person", record_id="7", name="Erika Mustermann", source="crm")
CALL = msgspec.structs.replace(MISSED, matches=(ERIKA,))


class Crm:
    """Takes calls unless it is in trouble."""

    name = "crm"

    def __init__(self) -> None:
        self.written: list[Activity] = []
        self.troubles: list[Exception] = []
        self.activities: Crm | None = self

    async def write(self, activity: Activity) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        self.written.append(activity)


@pytest.fixture
def taker() -> Crm:
    return Crm()


@pytest.fixture
def activities(taker: Crm, clock: Clock) -> Activities:
    return Activities([cast(Any, taker)], clock)


def test_a_call_is_written_at_the_record_it_was_with(activities: Activities, taker: Crm) -> None:
    activities.tell("anna", CALL)
    assert taker.written == [
        Activity(
            key="2001/c1/1700000000000",
            subject=f"incoming call from {CALL.number.display}",
            login="anna",
            direction="incoming",
            result="missed",
            number=CALL.number.display,
            began=1_700_000_000,
            duration=0,
            kind="person",
            record_id="7",
        )
    ]


def test_users_who_share_a_device_tell_the_same_call(activities: Activities, taker: Crm) -> None:
    activities.tell("anna", CALL)
    activities.tell("jonas", CALL)
    assert len({activity.key for activity in taker.written}) == 1


@pytest.mark.parametrize(
    "call",
    [
        MISSED,
        msgspec.structs.replace(CALL, matches=(msgspec.structs.replace(ERIKA, certainty="uncertain"),)),
        msgspec.structs.replace(CALL, matches=(msgspec.structs.replace(ERIKA, source="phonebook"),)),
        msgspec.structs.replace(CALL, result="elsewhere"),
        msgspec.structs.replace(CALL, result=None),
    ],
    ids=["stranger", "uncertain", "source without log", "a colleague took it", "not over"],
)
def test_other_calls_are_none_of_the_crm_s(activities: Activities, taker: Crm, call: CallEntry) -> None:
    activities.tell("anna", call)
    assert not taker.written


def test_a_crm_that_is_away_is_told_later(activities: Activities, taker: Crm, clock: Clock) -> None:
    taker.troubles = [DirectoryError("down"), DirectoryError("down")]
    activities.tell("anna", CALL)
    clock.advance(PAUSES[0])
    assert not taker.written
    clock.advance(PAUSES[1])
    assert len(taker.written) == 1
    assert not clock.getDelayedCalls()


def test_a_crm_that_stays_away_is_given_up(activities: Activities, taker: Crm, clock: Clock) -> None:
    taker.troubles = [DirectoryError("down")] * 9
    activities.tell("anna", CALL)
    clock.pump(PAUSES)
    assert len(taker.troubles) == 9 - 1 - len(PAUSES)
    assert not clock.getDelayedCalls()


def test_a_mistake_of_a_source_is_not_repeated(activities: Activities, taker: Crm, clock: Clock) -> None:
    taker.troubles = [KeyError("id")]
    activities.tell("anna", CALL)
    assert not taker.written
    assert not clock.getDelayedCalls()


def test_nothing_is_tried_again_after_the_end(activities: Activities, taker: Crm, clock: Clock) -> None:
    taker.troubles = [DirectoryError("down")]
    activities.tell("anna", CALL)
    activities.close()
    clock.advance(PAUSES[0])
    assert not taker.written
