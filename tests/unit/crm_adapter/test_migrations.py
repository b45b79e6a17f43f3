"""The histories of our tables: what they come to, from nothing and from databases of earlier versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from io import StringIO
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.exc import IntegrityError

from crm_adapter import indexschema, journalschema, migrations
from crm_adapter.errors import DirectoryError
from crm_adapter.migrations import History, current, newest, upgrade
from crm_adapter.sources import schema

TABLES = {
    History.JOURNAL: journalschema.METADATA,
    History.EMBEDDED: schema.METADATA,
    History.INDEX: indexschema.METADATA,
}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def differences(connection: Connection, history: History) -> list[object]:
    """What a database has or lacks beside the tables the code works with."""
    tables: MetaData = TABLES[history]
    options = {
        "version_table": history.version_table,
        "include_name": lambda name, kind, parents: kind != "table" or name in tables.tables,
        "compare_type": True,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), tables))


@pytest.mark.parametrize("history", History)
def test_a_history_comes_to_the_tables_the_code_works_with(connection: Connection, history: History) -> None:
    assert upgrade(connection, history) == newest(history) == current(connection, history)
    assert differences(connection, history) == []


@pytest.mark.parametrize("history", History)
def test_a_second_time_nothing_happens(connection: Connection, history: History) -> None:
    upgrade(connection, history)
    before = connection.execute(text("select * from sqlite_master order by name")).all()
    upgrade(connection, history)
    assert connection.execute(text("select * from sqlite_master order by name")).all() == before


def test_histories_share_a_database(connection: Connection) -> None:
    for history in History:
        upgrade(connection, history)
    assert [differences(connection, history) for history in History] == [[]] * len(History)


def test_a_database_of_a_newer_version_is_left_alone(connection: Connection) -> None:
    upgrade(connection, History.JOURNAL)
    connection.execute(text("update journal_version set version_num = '9999'"))
    with pytest.raises(DirectoryError, match=r"x\.db was written by a newer version \(step 9999 of journal\)"):
        upgrade(connection, History.JOURNAL)


def statements_for_microsoft(history: History) -> str:
    """What the steps of a history come to on Microsoft SQL Server."""
    _, script = migrations._script(history)
    written = StringIO()
    options = {
        "as_sql": True,
        "output_buffer": written,
        "version_table": history.version_table,
        "fn": lambda revision, context: script._upgrade_revs("head", revision),
    }
    context = MigrationContext.configure(dialect_name="mssql", opts=options)
    with Operations.context(context):
        context.run_migrations()
    return written.getvalue()


@pytest.mark.parametrize("history", History)
def test_the_steps_are_ones_of_microsoft_sql_server(history: History) -> None:
    statements = statements_for_microsoft(history)
    for table in TABLES[history].tables:
        assert f"CREATE TABLE {table} " in statements
    assert not re.search(r"IF NOT EXISTS|NULL\) *(<>|!=|=)|\bBOOLEAN\b|\bTRUE\b|\bFALSE\b|\bSERIAL\b", statements)


@pytest.mark.parametrize(
    ("person", "company", "taken"), [(1, None, True), (None, 1, True), (1, 1, False), (None, None, False)]
)
def test_a_number_belongs_to_a_person_or_a_company(
    connection: Connection, person: int | None, company: int | None, taken: bool
) -> None:
    upgrade(connection, History.EMBEDDED)
    connection.execute(text("insert into companies (id, name) values (1, 'Muster GmbH')"))
    connection.execute(text("insert into people (id, name) values (1, 'Erika Mustermann')"))
    values = {"person": person, "company": company}
    put = text("insert into phones (person_id, company_id, label, raw) values (:person, :company, 'business', '1')")
    with nullcontext() if taken else pytest.raises(IntegrityError, match="phone_belongs_to_one"):
        connection.execute(put, values)


FIRST = (Path(__file__).with_name("first_version.sql")).read_text("utf-8")
"""The tables as the first version made them, without a history, and a row in each."""


@pytest.mark.parametrize("history", History)
def test_a_database_from_before_the_history_keeps_what_is_in_it(connection: Connection, history: History) -> None:
    for statement in filter(str.strip, FIRST.split(";\n")):
        connection.execute(text(statement))
    kept = {table: rows(connection, table) for table in TABLES[history].tables if exists(connection, table)}
    assert kept
    upgrade(connection, history)
    assert differences(connection, history) == []
    for table, before in kept.items():
        after = rows(connection, table)
        assert [{name: row[name] for name in before[0]} for row in after] == before


def exists(connection: Connection, table: str) -> bool:
    return bool(connection.execute(text("select 1 from sqlite_master where name = :name"), {"name": table}).all())


def rows(connection: Connection, table: str) -> list[dict[str, object]]:
    return [dict(row) for row in connection.execute(text(f"select * from {table}")).mappings()]  # noqa: S608 -- our own names
