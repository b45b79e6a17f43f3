"""Callers in an index of many numbers: time of a look-up, memory, rate of indexing, events to users, false matches.

Nothing is asserted: the figures depend on the machine. ``--full`` also takes ten million numbers.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import Engine, create_engine, insert
from twisted.internet.task import Clock

from crm_adapter.calllist import CallList
from crm_adapter.directory import Contact, LabelledNumber
from crm_adapter.indexqueries import find_matches
from crm_adapter.indexschema import CONTACTS, METADATA, NUMBERS
from crm_adapter.indexwriting import BATCH, Rules, put, token_of
from crm_adapter.location import Location
from crm_adapter.lookup import Lookup
from crm_adapter.numbers import Number
from crm_adapter.phoneindex import candidates
from crm_adapter.sites import Sites
from crm_adapter.users import User, Users
from csta.model.call import Call, Direction, Party
from csta.model.events import CallEnded, CallOffered
from csta.model.states import ConnectionState
from tests.bench.ways_to_look_up import compared

SIZES = (1_000_000, 10_000_000)
LOOK_UPS = 20_000
INDEXED = 20_000
USERS = 10_000
BOOK = 200_000
ROWS_AT_ONCE = 50_000
AREAS = ("30", "40", "69", "89", "201", "221", "231", "341", "511", "711", "911", "4131", "6221", "8031")
MUNICH = Location(area_code="089")


def german(chance: random.Random) -> str:
    """A number as a German area has them."""
    area = chance.choice(AREAS)
    length = chance.randint(10, 11) - len(area)
    return f"+49{area}{chance.randint(2, 9)}{chance.randrange(10 ** (length - 1)):0{length - 1}}"


def fill(engine: Engine, count: int) -> None:
    """``count`` people with a number each, put in as rows: reading numbers is measured elsewhere.

    Keys come in their order and the indexes of numbers at the end, or the pages of large ones are written many times.
    """
    chance = random.Random(count)  # noqa: S311 -- no secret
    keys = iter(range(1, count + 1))
    with engine.begin() as connection:
        for index in NUMBERS.indexes:
            index.drop(connection)
        while some := list(islice(keys, ROWS_AT_ONCE)):
            people = [
                {
                    "id": key,
                    "source": "crm",
                    "kind": "person",
                    "record_id": f"{key:08}",
                    "name": f"P {key}",
                    "digest": "",
                }
                for key in some
            ]
            connection.execute(insert(CONTACTS), people)
            numbers = [
                {"contact_id": key, "label": "", "raw": "", "e164": german(chance), "main": False} for key in some
            ]
            connection.execute(insert(NUMBERS), numbers)
        for index in NUMBERS.indexes:
            index.create(connection)


def look_ups(engine: Engine, count: int) -> Iterator[float]:
    """Seconds of each look-up, half of them of numbers that are there."""
    known, stranger = random.Random(count), random.Random("strangers")  # noqa: S311 -- no secret
    with engine.connect() as connection:
        for position in range(LOOK_UPS):
            number = Number(e164=german(stranger if position % 2 else known))
            begun = perf_counter()
            find_matches(connection, "crm", candidates(number), None)
            yield perf_counter() - begun


def contacts(count: int) -> Iterator[Contact]:
    """People as a CRM writes them."""
    chance = random.Random("messy")  # noqa: S311 -- no secret
    for key in range(count):
        digits = german(chance)[3:]
        raw = chance.choice((f"0{digits}", f"+49 (0){digits}", f"0049 {digits}", f"0{digits[:3]}/{digits[3:]}"))
        yield Contact(kind="person", record_id=str(key), name="P", numbers=(LabelledNumber(label="", raw=raw),))


def build_rate(folder: Path) -> float:
    """Contacts a second from the text of a CRM into the index."""
    engine = create_engine(f"sqlite:///{folder / 'built.db'}")
    METADATA.create_all(engine)
    rules, people = Rules(MUNICH), contacts(INDEXED)
    begun = perf_counter()
    with engine.begin() as connection:
        token_of(connection, "crm", rules)
    while some := list(islice(people, BATCH)):
        with engine.begin() as connection:
            put(connection, "crm", rules, some)
    return INDEXED / (perf_counter() - begun)


def event_rate() -> float:
    """Events a second of devices of 10,000 users to the right user's call list."""
    users = Users(
        User(login=f"u{each}", name=f"User {each}", devices=(str(each),), extension=str(each))
        for each in range(10_000, 10_000 + USERS)
    )
    told: list[Any] = []
    clock = Clock()
    listed = CallList(
        users,
        Lookup((), clock, users=users),
        Sites(MUNICH),
        lambda login, entry: told.append(login),
        clock,
        lambda device: frozenset(),
    )
    calls = [
        Call(
            id=str(device),
            call_id=str(device),
            device=str(device),
            direction=Direction.INCOMING,
            state=ConnectionState.ALERTING,
            other=Party(number=f"004989{device}"),
            called=Party(number=str(device)),
        )
        for device in range(10_000, 10_000 + USERS)
    ]
    begun = perf_counter()
    for call in calls:
        listed.apply(CallOffered(call))
        listed.apply(CallEnded(replace(call, state=ConnectionState.NULL)))
    return 2 * USERS / (perf_counter() - begun)


def false_matches() -> Iterator[tuple[str, float]]:
    """Key and share of strangers who would be given somebody's name, in a book of 200,000."""
    chance = random.Random("book")  # noqa: S311 -- no secret
    book = [german(chance) for _ in range(BOOK)]
    owned = set(book)
    strangers = [number for number in (german(chance) for _ in range(BOOK)) if number not in owned]
    for digits in (6, 7, 8, 9, 10):
        tails = {number[-digits:] for number in book}
        yield f"last {digits} digits", sum(number[-digits:] in tails for number in strangers) / len(strangers)
    yield "E.164", sum(number in owned for number in strangers) / len(strangers)


def main() -> None:
    """Measure and print."""
    print("Key for matching a caller: strangers who would be given somebody's name, in a book of 200,000")
    for key, share in false_matches():
        print(f"  {key:<16} {share:8.3%}")
    print(f"Events to users: {event_rate():,.0f} events/s with {USERS:,} users")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"Index built: {build_rate(folder):,.0f} contacts/s (numbers read, SQLite)")
        print(
            f"Ways to look up a caller among {INDEXED:,} numbers as people write them: a look-up, found, others found"
        )
        for way in compared(folder, list(contacts(INDEXED)), MUNICH):
            print(f"  {way.name:<24} {way.seconds * 1e6:>12,.0f} µs {way.found:>7.0%} {way.wrong:>7.0%}")
        for count in SIZES if "--full" in sys.argv else SIZES[:1]:
            engine = create_engine(f"sqlite:///{folder / f'{count}.db'}")
            METADATA.create_all(engine)
            fill(engine, count)
            taken = sorted(look_ups(engine, count))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            size = (folder / f"{count}.db").stat().st_size / 2**20
            print(
                f"Look-up among {count:>10,} numbers: p50 {taken[len(taken) // 2] * 1e6:.0f} µs,"
                f" p99 {taken[len(taken) * 99 // 100] * 1e6:.0f} µs; process {memory:.0f} MB, file {size:,.0f} MB"
            )


if __name__ == "__main__":
    main()
