"""Our look-up of a caller beside the ways often met: what each takes in the same table, and which callers it finds."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import phonenumbers
from sqlalchemy import Connection, create_engine, event, text

from crm_adapter.directory import Contact
from crm_adapter.indexqueries import find_matches
from crm_adapter.indexschema import METADATA
from crm_adapter.indexwriting import Rules, put, token_of
from crm_adapter.location import Location
from crm_adapter.numbers import Number, normalise
from crm_adapter.phoneindex import candidates

CALLERS = 20
"""Callers looked up in each way; the slow ways take a second for each."""

LAST = 8

Find = Callable[[Connection, str], Sequence[str]]
"""Keys of the contacts with an E.164 number."""


class Way(NamedTuple):
    """What a way of looking up takes.

    :param seconds: of a look-up, the median.
    :param found: share of the callers for whom their own contact was found.
    :param wrong: share for whom another one was.
    """

    name: str
    seconds: float
    found: float
    wrong: float


def like(connection: Connection, e164: str) -> Sequence[str]:
    """The last digits, with the blanks taken out of what is stored."""
    query = text("SELECT id FROM people WHERE replace(raw, ' ', '') LIKE :pattern")
    return [str(key) for key in connection.scalars(query, {"pattern": f"%{e164[-LAST:]}"})]


def without_separators(connection: Connection, e164: str) -> Sequence[str]:
    """The last digits, with all that is no digit taken out of what is stored."""
    query = text("SELECT id FROM people WHERE digits(raw) LIKE :pattern")
    return [str(key) for key in connection.scalars(query, {"pattern": f"%{e164[-LAST:]}"})]


def each_number_parsed(connection: Connection, e164: str) -> Sequence[str]:
    """Every stored number read for every caller, and compared as E.164."""
    rows = connection.execute(text("SELECT id, raw FROM people"))
    return [str(key) for key, raw in rows if phonenumbers.format_number(phonenumbers.parse(raw, "DE"), 0) == e164]


def ours(connection: Connection, e164: str) -> Sequence[str]:
    """The index of numbers, read once when they are stored."""
    return [match.record_id for match in find_matches(connection, "crm", candidates(Number(e164=e164)), None)]


WAYS: dict[str, Find] = {
    "index by E.164 (ours)": ours,
    f"LIKE '%last {LAST} digits'": like,
    f"regex, last {LAST} digits": without_separators,
    "parse every number": each_number_parsed,
}


def compared(folder: Path, people: Sequence[Contact], location: Location) -> Iterator[Way]:
    """Each way in one table of the same people."""
    engine = create_engine(f"sqlite:///{folder / 'ways.db'}")
    event.listen(engine, "connect", _with_digits)
    METADATA.create_all(engine)
    rules = Rules(location)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE people (id TEXT PRIMARY KEY, raw TEXT)"))
        rows = [{"id": each.record_id, "raw": each.numbers[0].raw} for each in people]
        connection.execute(text("INSERT INTO people VALUES (:id, :raw)"), rows)
        token_of(connection, "crm", rules)
        put(connection, "crm", rules, people)
    callers = random.Random("callers").sample(list(people), CALLERS)  # noqa: S311 -- no secret
    with engine.connect() as connection:
        for name, find in WAYS.items():
            yield _measured(name, find, connection, callers, location)


def _measured(name: str, find: Find, connection: Connection, callers: Sequence[Contact], location: Location) -> Way:
    taken, found, wrong = [], 0, 0
    for caller in callers:
        e164 = normalise(caller.numbers[0].raw, location, "stored").e164 or ""
        begun = perf_counter()
        keys = find(connection, e164)
        taken.append(perf_counter() - begun)
        found += caller.record_id in keys
        wrong += any(key != caller.record_id for key in keys)
    return Way(name, median(taken), found / len(callers), wrong / len(callers))


def _with_digits(connection: Any, record: object) -> None:  # noqa: ANN401 -- of the driver
    connection.create_function("digits", 1, lambda raw: re.sub(r"\D", "", raw), deterministic=True)
