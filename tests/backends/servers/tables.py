"""Tables of three kinds in any database: the gateway's own, those of Sage CRM, and those of somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from itertools import count
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import Engine, create_engine, text

from crm_adapter.migrations import History, upgrade
from crm_adapter.sources.database import PlainDatabase
from csta_gateway.config_sources import Source, SqlSource
from tests.backends.crm import PASSWORD, Entry
from tests.backends.network import Way
from tests.backends.servers.mariadb import MariaDb
from tests.backends.servers.postgresql import PostgreSql
from tests.backends.servers.sqlite import Sqlite

Database = PostgreSql | MariaDb | Sqlite

CALLS = "CREATE TABLE calls (call_key VARCHAR(80) PRIMARY KEY, record_id VARCHAR(80), subject VARCHAR(250))"
LOG = "INSERT INTO calls (call_key, record_id, subject) VALUES (:key, :record_id, :subject)"


class Tables:
    """People in tables; what differs is which."""

    preset: Literal["embedded", "sagecrm", "none"] = "none"
    settings: Mapping[str, Any] = MappingProxyType({})
    create: tuple[str, ...] = ()
    has_users = True

    def __init__(self, database: Database) -> None:
        self.database = database
        self.port = database.port
        self.refusal = database.refusal
        self.keys = count(1)
        self.engine: Engine = create_engine(database.url())
        self.do(*(each.replace("IDENTITY", database.identity) for each in self.create), CALLS)

    def put(self, entry: Entry) -> str:
        key = str(next(self.keys))
        self.insert(key, entry)
        return key

    def change(self, key: str, entry: Entry) -> None:
        self.delete(key)
        self.insert(key, entry)

    def drop(self, key: str) -> None:
        self.delete(key)

    def insert(self, key: str, entry: Entry) -> None:
        raise NotImplementedError

    def delete(self, key: str) -> None:
        raise NotImplementedError

    def source(self, way: Way | None, password: str = PASSWORD) -> Source:
        return self._source(self.database.url(way.port if way is not None else None, password))

    def read_only(self, way: Way) -> Source:
        return self._source(self.database.url_of_reader(way.port))

    def _source(self, url: str) -> Source:
        return SqlSource(name="crm", url=url, preset=self.preset, log=LOG, **self.settings)

    def busy(self, way: Way) -> AbstractContextManager[None]:
        return self.database.busy()

    def calls(self, key: str) -> list[str]:
        with self.engine.connect() as connection:
            found = connection.execute(text("SELECT subject FROM calls WHERE record_id = :key"), {"key": key})
            return list(found.scalars())

    def do(self, *statements: str, **values: object) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def close(self) -> None:
        self.engine.dispose()
        self.database.close()


class Embedded(Tables):
    """The gateway's own tables."""

    preset = "embedded"

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        tables = PlainDatabase(database.url())
        tables.do(upgrade, History.EMBEDDED)
        tables.close()
        self.do(
            "INSERT INTO users (login, name, language, role, extension, site, cti_enabled, call_screen, password_hash)"
            " VALUES ('anna', 'Anna Berger', 'de', 'user', '2001', '', true, '', '')"
        )
        for position, device in enumerate(("2001", "2901")):
            self.do("INSERT INTO user_devices VALUES ('anna', :position, :device)", position=position, device=device)

    def insert(self, key: str, entry: Entry) -> None:
        self.do("INSERT INTO people (id, name) VALUES (:id, :name)", id=int(key), name=entry.name)
        for label, numbers in entry.numbers.items():
            for raw in numbers:
                self.do(
                    "INSERT INTO phones (person_id, label, raw) VALUES (:person, :label, :raw)",
                    person=int(key),
                    label=label,
                    raw=raw,
                )

    def delete(self, key: str) -> None:
        self.do("DELETE FROM phones WHERE person_id = :id", "DELETE FROM people WHERE id = :id", id=int(key))


_STAFF = """SELECT 'person' AS kind, p.no AS id, p.name AS name, p.changed_at AS updated, p.gone AS deleted,
                    t.kind AS label, t.number AS number
               FROM staff p LEFT JOIN telephone t ON t.staff = p.no"""


class Own(Tables):
    """Somebody's tables, with the moment of the last change, and a mark for what is deleted."""

    settings = MappingProxyType(
        {
            "contacts": f"{_STAFF} ORDER BY p.no",
            "changed": f"{_STAFF} WHERE p.changed_at >= :since ORDER BY p.no",
            "add_number": (
                "UPDATE staff SET changed_at = CURRENT_TIMESTAMP WHERE no = :record_id AND gone = 0",
                "INSERT INTO telephone SELECT no, :label, :number FROM staff WHERE no = :record_id AND gone = 0",
            ),
            "number_kinds": ("business", "mobile"),
        }
    )
    create = (
        """CREATE TABLE staff (no INTEGER PRIMARY KEY, name VARCHAR(80), gone INTEGER,
                               changed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)""",
        "CREATE TABLE telephone (staff INTEGER, kind VARCHAR(20), number VARCHAR(80))",
    )
    has_users = False

    def insert(self, key: str, entry: Entry) -> None:
        self.do("INSERT INTO staff (no, name, gone) VALUES (:no, :name, 0)", no=int(key), name=entry.name)
        for label, numbers in entry.numbers.items():
            for raw in numbers:
                self.do("INSERT INTO telephone VALUES (:no, :kind, :number)", no=int(key), kind=label, number=raw)

    def change(self, key: str, entry: Entry) -> None:
        self.do("DELETE FROM telephone WHERE staff = :no", "DELETE FROM staff WHERE no = :no", no=int(key))
        self.insert(key, entry)

    def delete(self, key: str) -> None:
        self.do("UPDATE staff SET gone = 1, changed_at = CURRENT_TIMESTAMP WHERE no = :no", no=int(key))
