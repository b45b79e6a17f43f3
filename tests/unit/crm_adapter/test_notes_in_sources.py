"""A note written after the call was: the activity that is there is changed, in every source that can."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from msgspec import structs
from sqlalchemy import create_engine, text

from crm_adapter.directory import ActivityLog
from crm_adapter.sources.file import FileFeed
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.sources.presets import Queries
from crm_adapter.sources.sql import SqlFeed
from tests.unit.crm_adapter.servers import RestCrm, Tryton
from tests.unit.crm_adapter.sources import CALL, World

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done

LATER = structs.replace(CALL, note="Ordered; calls on Monday", disposition="order")
OTHER = structs.replace(CALL, key="HQ-4711_2", note="of another call")
LOG = "INSERT INTO calls (call_key, subject, note) VALUES (:key, :subject, :note)"
NOTE = "UPDATE calls SET note = :disposition || ': ' || :note WHERE call_key = :key"


class Taker(NamedTuple):
    """A source, and what it has of calls: key and what is written there."""

    log: ActivityLog
    has: Callable[[], dict[str, str]]


def file(world: World) -> Taker:
    path = world.folder / "calls.jsonl"
    fields = FieldMap(fields={"name": "Name"}, numbers={})
    feed = FileFeed(world.folder / "c.csv", fields, world.reactor, world.pool, calls=path)

    def has() -> dict[str, str]:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert not list(Path(world.folder).glob("*.new"))
        return {line["key"]: f"{line['disposition']}: {line['note']}" for line in lines}

    return Taker(feed, has)


def sql(world: World) -> Taker:
    url = f"sqlite:///{world.folder / 'crm.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE calls (call_key TEXT PRIMARY KEY, subject TEXT, note TEXT)"))
    feed = SqlFeed(url, Queries(contacts="", log=LOG, note=NOTE), 49, world.reactor, pool=world.pool)

    def has() -> dict[str, str]:
        with engine.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(text("SELECT call_key, note FROM calls"))}

    return Taker(feed, has)


def rest(world: World) -> Taker:
    server = RestCrm()
    note = "https://crm.example.org/calls/{key}"
    source = world.rest(server, note=note, note_method="PATCH", note_body={"text": "{disposition}: {note}"})

    def has() -> dict[str, str]:
        written = {key: f": {body['note']}" for key, body in server.calls}
        return {**written, **{key: body["text"] for key, body in server.changed}}

    return Taker(source, has)


def tryton(world: World) -> Taker:
    server = Tryton()
    log = world.tryton(server).activities
    assert log is not None

    def has() -> dict[str, str]:
        messages = [note["message"].split("\n") for note in server.tables["ir.note"].values()]
        return {message[-1].strip("[]"): ": ".join(message[1:-1]) for message in messages}

    return Taker(log, has)


SOURCES = [file, sql, rest, tryton]


@pytest.mark.parametrize("make", SOURCES)
def test_the_activity_is_changed_and_no_second_one_written(
    world: World, done: Done, make: Callable[[World], Taker]
) -> None:
    log, has = make(world)
    assert log.takes_notes
    done(log.write(CALL))
    done(log.write(OTHER))
    done(log.update(LATER))
    known = has()
    assert set(known) == {CALL.key, OTHER.key}
    assert known[CALL.key] == "order: Ordered; calls on Monday"
    assert known[OTHER.key].endswith("of another call")
    done(log.update(structs.replace(LATER, note="", disposition="")))
    assert set(has()) == {CALL.key, OTHER.key}


@pytest.mark.parametrize("make", [file, tryton])
def test_a_call_somebody_has_deleted_is_written_again(world: World, done: Done, make: Callable[[World], Taker]) -> None:
    log, has = make(world)
    done(log.update(LATER))
    assert has() == {CALL.key: "order: Ordered; calls on Monday"}


def test_a_source_that_was_not_told_how_cannot_change_notes(world: World) -> None:
    feed = SqlFeed("sqlite://", Queries(contacts="", log=LOG), 49, world.reactor, pool=world.pool)
    assert (feed.takes_notes, world.rest(None).takes_notes) == (False, False)
