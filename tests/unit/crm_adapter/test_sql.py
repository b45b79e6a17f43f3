from __future__ import annotations

import queue
import socket
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import pytest
from sqlalchemy import Executable, Table, create_engine, delete, insert, select, text, update
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.task import Clock

from crm_adapter.directory import LabelledNumber
from crm_adapter.errors import DirectoryError
from crm_adapter.indexed import IndexedSource
from crm_adapter.numbers import Location, normalise
from crm_adapter.sources.database import Database
from crm_adapter.sources.schema import COMPANIES, PEOPLE, PHONES, USER_DEVICES, USERS
from crm_adapter.sources.silence import DRIVERS, Silence, TimeLimit, driver_options
from crm_adapter.sources.sql import ROWS
from crm_adapter.users import User

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done

T = TypeVar("T")
MUNICH = Location(area_code="089", main_numbers=("+49 89 99998",))


def write(url: str, *statements: Executable) -> None:
    """Change the CRM behind the source's back."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(statement)
    engine.dispose()


def row(table: Table, **values: object) -> Executable:
    return insert(table).values(values)


@pytest.fixture
def filled(done: Done, crm: IndexedSource, url: str) -> Iterator[IndexedSource]:
    done(crm.start())
    write(
        url,
        row(COMPANIES, id=1, name="Muster GmbH"),
        row(COMPANIES, id=2, name="Krüger & Söhne 100%"),
        row(PEOPLE, id=1, name="Erika Mustermann", company_id=1),
        row(PEOPLE, id=2, name="Sabine Krüger", company_id=2),
        row(PEOPLE, id=3, name="Tom Krüger"),
        row(PHONES, id=1, company_id=1, label="business", raw="069/90009-0"),
        row(PHONES, id=2, person_id=1, label="business", raw="069 / 900 09 - 123"),
        row(PHONES, id=3, person_id=1, label="mobile", raw="+49 (0)171 392 00 14"),
        row(PHONES, id=4, company_id=2, label="business", raw="(030) 23125-200"),
        row(PHONES, id=5, person_id=2, label="business", raw="0049 30 23125200"),
        row(PHONES, id=6, person_id=2, label="private", raw="030-23125 314"),
        row(PHONES, id=7, person_id=3, label="private", raw="030 23125 314"),
        row(PHONES, id=8, person_id=3, label="note", raw="call after five"),
    )
    done(crm.refresh())
    yield crm
    crm.close()


def names(done: Done, crm: IndexedSource, number: str) -> list[tuple[str, str, str]]:
    matches = done(crm.lookup(normalise(number, MUNICH)))
    return [(match.kind, match.name, match.certainty) for match in matches]


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        pytest.param("06990009123", [("person", "Erika Mustermann", "exact")], id="M03 one person"),
        pytest.param("+491713920014", [("person", "Erika Mustermann", "exact")], id="second number"),
        pytest.param(
            "03023125200",
            [("company", "Krüger & Söhne 100%", "exact"), ("person", "Sabine Krüger", "exact")],
            id="M04 company and person",
        ),
        pytest.param(
            "03023125314",
            [("person", "Sabine Krüger", "exact"), ("person", "Tom Krüger", "exact")],
            id="M04 two people",
        ),
        pytest.param("06990009417", [("company", "Muster GmbH", "main_number")], id="behind the main number"),
        pytest.param("0699000900", [("company", "Muster GmbH", "main_number")], id="operator written with 00"),
        pytest.param(
            "0302312520015", [("company", "Krüger & Söhne 100%", "main_number")], id="behind a company's number"
        ),
        pytest.param("030231253141", [], id="nobody sits behind a private number"),
        pytest.param("0699000", [], id="too short"),
        pytest.param("00441614960142", [], id="M05 unknown"),
        pytest.param("06990008123", [], id="another number of the same length"),
        pytest.param(None, [], id="withheld"),
    ],
)
def test_lookup(done: Done, filled: IndexedSource, caller: str | None, expected: list[tuple[str, str, str]]) -> None:
    matches = done(filled.lookup(normalise(caller, MUNICH)))
    assert sorted((match.kind, match.name, match.certainty) for match in matches) == expected


def test_a_match_names_person_and_company_for_urls(done: Done, filled: IndexedSource) -> None:
    (match,) = done(filled.lookup(normalise("06990009123", MUNICH)))
    assert (match.record_id, match.person_id, match.company_id) == ("1", "1", "1")
    assert (match.company, match.source) == ("Muster GmbH", "crm")
    (main,) = done(filled.lookup(normalise("06990009417", MUNICH)))
    assert (main.record_id, main.person_id, main.company_id, main.company) == ("1", None, "1", None)


@pytest.mark.parametrize(
    ("statement", "number", "expected"),
    [
        (row(PHONES, id=9, person_id=3, label="new", raw="0221.4710.300"), "02214710300", ["Tom Krüger"]),
        (update(PHONES).where(PHONES.c.id == 2).values(raw="069 90009-124"), "06990009124", ["Erika Mustermann"]),
        (update(PHONES).where(PHONES.c.id == 3).values(raw="none"), "01713920014", []),
        (delete(PHONES).where(PHONES.c.id == 3), "01713920014", []),
    ],
)
def test_the_index_follows_every_change_and_says_so(
    done: Done, filled: IndexedSource, url: str, statement: Executable, number: str, expected: list[str]
) -> None:
    told: list[bool] = []
    filled.subscribe(lambda: told.append(True))
    assert done(filled.refresh()) == 0
    write(url, statement)
    assert done(filled.refresh()) > 0
    assert told == [True]
    assert [match.name for match in done(filled.lookup(normalise(number, MUNICH)))] == expected


def test_the_index_is_looked_after_every_minute(done: Done, filled: IndexedSource, url: str, clock: Clock) -> None:
    write(url, row(PHONES, id=9, person_id=3, label="new", raw="0221.4710.300"))
    clock.advance(60.0)
    assert names(done, filled, "02214710300") == [("person", "Tom Krüger", "exact")]
    clock.advance(60.0)
    filled.close()
    assert not clock.getDelayedCalls()


def test_a_database_that_is_away_for_a_while_is_looked_at_again(
    done: Done, filled: IndexedSource, url: str, clock: Clock
) -> None:
    write(url, text("ALTER TABLE phones RENAME TO elsewhere"))
    clock.advance(60.0)
    write(
        url,
        text("ALTER TABLE elsewhere RENAME TO phones"),
        row(PHONES, id=9, person_id=3, label="new", raw="0221.4710.300"),
    )
    clock.advance(60.0)
    assert names(done, filled, "02214710300") == [("person", "Tom Krüger", "exact")]


def test_the_index_is_made_anew_for_another_site(
    done: Done, filled: IndexedSource, url: str, embedded: Callable[..., IndexedSource]
) -> None:
    write(url, row(PHONES, id=9, person_id=3, label="local", raw="4711 300"))
    done(filled.refresh())
    assert names(done, filled, "0894711300")
    elsewhere = embedded(url, Location(area_code="0221"))
    done(elsewhere.start())
    assert names(done, elsewhere, "02214711300") == [("person", "Tom Krüger", "exact")]
    assert names(done, elsewhere, "0894711300") == []


def test_more_contacts_than_are_read_at_once(done: Done, filled: IndexedSource, url: str) -> None:
    write(
        url,
        insert(PEOPLE).values([{"id": each, "name": f"Person {each}"} for each in range(10, ROWS)]),
        insert(PHONES).values([{"person_id": each, "label": "x", "raw": "0221 4710300"} for each in range(10, ROWS)]),
        insert(PHONES).values([{"person_id": 10, "label": "y", "raw": f"0221 47101{each}"} for each in range(99)]),
    )
    assert done(filled.refresh()) == ROWS - 10
    assert done(filled.refresh()) == 0
    (tenth,) = done(filled.lookup(normalise("02214710190", MUNICH)))
    assert tenth.record_id == "10"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("muster", 50, ["Erika Mustermann", "Muster GmbH"]),
        ("erika gmbh", 50, ["Erika Mustermann"]),
        ("krüger", 1, ["Krüger & Söhne 100%"]),
        ("0%", 50, ["Krüger & Söhne 100%", "Sabine Krüger"]),
        ("%", 1, ["Krüger & Söhne 100%"]),
        ("_", 50, []),
        ("23125314", 50, ["Sabine Krüger", "Tom Krüger"]),
        ("030 23125 314", 50, ["Sabine Krüger", "Tom Krüger"]),
        ("14", 50, []),
        ("", 50, []),
        ("   ", 50, []),
        ("'; DROP TABLE people; --", 50, []),
    ],
)
def test_search(done: Done, filled: IndexedSource, text: str, limit: int, expected: list[str]) -> None:
    assert [contact.name for contact in done(filled.search(text, limit))] == expected


def test_a_contact_has_all_its_numbers(done: Done, filled: IndexedSource) -> None:
    (erika,) = done(filled.search("erika", 50))
    assert erika.numbers == (
        LabelledNumber(label="business", raw="069 / 900 09 - 123"),
        LabelledNumber(label="mobile", raw="+49 (0)171 392 00 14"),
    )
    assert (erika.kind, erika.company, erika.person_id, erika.company_id) == ("person", "Muster GmbH", "1", "1")


def test_users_with_their_devices_in_order(done: Done, filled: IndexedSource, url: str) -> None:
    write(
        url,
        row(USERS, login="anna", name="Anna Berger", extension="2001", password_hash="x", role="admin"),
        row(USERS, login="door", name="Empfang", cti_enabled=False, language="en"),
        row(USER_DEVICES, login="anna", position=1, device="2901"),
        row(USER_DEVICES, login="anna", position=0, device="2001"),
    )
    assert done(filled.users()) == (
        User(
            login="anna",
            name="Anna Berger",
            extension="2001",
            password_hash="x",
            role="admin",
            devices=("2001", "2901"),
        ),
        User(login="door", name="Empfang", cti_enabled=False, language="en"),
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [("nonsense", "sqlite:///file.db"), ("nosuchdatabase://u:geheim@h/d", "driver is missing")],
)
def test_a_wrong_url_is_told_without_its_password(url: str, reason: str) -> None:
    with pytest.raises(DirectoryError, match=reason) as raised:
        Database(url, cast(IReactorFromThreads, None))
    assert "geheim" not in str(raised.value)


def test_a_database_that_is_away_is_told_with_the_reason(
    done: Done, tmp_path: Path, embedded: Callable[..., IndexedSource]
) -> None:
    crm = embedded(f"sqlite:///{tmp_path / 'missing' / 'crm.db'}")
    with pytest.raises(DirectoryError, match="unable to open database file"):
        done(crm.refresh())


def test_an_error_tells_no_number(done: Done, filled: IndexedSource, tmp_path: Path) -> None:
    write(f"sqlite:///{tmp_path / 'index.db'}", text("DROP TABLE numbers"))
    with pytest.raises(DirectoryError, match="no such table: numbers") as raised:
        names(done, filled, "06990009123")
    assert "+496990009123" not in "".join(traceback.format_exception(raised.value))


def test_after_closing_nothing_is_asked(done: Done, filled: IndexedSource) -> None:
    filled.close()
    filled.close()
    with pytest.raises(DirectoryError, match="already closed"):
        done(filled.users())


class Loop:
    """The part of a reactor that takes results from other threads; the test turns it by hand."""

    def __init__(self) -> None:
        self.calls: queue.Queue[tuple[Callable[..., None], tuple[object, ...]]] = queue.Queue()

    def callFromThread(self, work: Callable[..., None], *args: object) -> None:
        self.calls.put((work, args))

    def run(self, work: Deferred[T]) -> T:
        results: list[T] = []
        work.addCallback(results.append)
        while not results:
            call, args = self.calls.get(timeout=30)
            call(*args)
        return results[0]


def test_work_is_done_in_threads_of_its_own_and_comes_back_to_the_reactor(tmp_path: Path) -> None:
    loop = Loop()
    database = Database(f"sqlite:///{tmp_path / 'a.db'}", cast(IReactorFromThreads, loop))
    assert loop.run(database.run(lambda connection: connection.scalar(select(1)))) == 1
    assert (
        loop.run(database.run(lambda connection: connection.exec_driver_sql("PRAGMA journal_mode").scalar())) == "wal"
    )
    database.close()


class Driver:
    """A driver's connection that shows its socket."""

    closed = False

    def __init__(self, wire: socket.socket) -> None:
        self.fileno = wire.fileno


def test_who_waits_for_a_silent_database_is_told_that_there_is_no_answer(clock: Clock) -> None:
    ours, theirs = socket.socketpair()
    held: list[Driver] = []
    with ours, theirs:
        silence = Silence(TimeLimit(3.0, clock), held)
        clock.advance(3.0)  # not connected yet: the driver has a limit of its own for that
        assert silence.reason == ""
        held.append(Driver(ours))
        clock.advance(3.0)
        assert ours.recv(1) == b""
        assert silence.reason == "no answer in 3 s"
    assert not clock.getDelayedCalls()


def test_a_database_that_answers_in_time_is_left_alone(clock: Clock) -> None:
    silence = Silence(TimeLimit(3.0, clock), [])
    assert silence.end("an answer") == "an answer"
    assert not clock.getDelayedCalls()


@pytest.mark.parametrize("driver", DRIVERS)
def test_drivers_are_told_the_limit_in_whole_seconds_where_they_want_that(driver: str, clock: Clock) -> None:
    assert driver_options(driver, None) == {}
    assert all(value in (2, 2.5, 3) for value in driver_options(driver, TimeLimit(2.5, clock)).values())
    assert driver_options("pysqlite", TimeLimit(2.5, clock)) == {}
