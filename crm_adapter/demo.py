"""A small CRM to try things with: people and companies of three countries, and the colleagues of one office in Munich.

The numbers come from ranges kept free for fiction (of BNetzA in Germany and Ofcom in the United Kingdom) where there
are such ranges, so nobody is called by accident. They are written the way people write them: differently each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from argon2 import PasswordHasher
from msgspec import structs
from sqlalchemy import Connection, Table, create_engine, insert

from crm_adapter import accounts
from crm_adapter.location import Location
from crm_adapter.migrations import History, upgrade
from crm_adapter.sources.schema import COMPANIES, PEOPLE, PHONES
from crm_adapter.users import User

LOCATION = Location(
    country="DE", area_code="089", outside_prefixes=("0",), internal_length=4, main_numbers=("+49 89 99998",)
)
"""The office: Munich, four-digit extensions behind 089 99998, 0 for an outside line."""


class Phone(NamedTuple):
    """A number as somebody typed it into the CRM."""

    label: str
    raw: str


class Person(NamedTuple):
    """A person, at a company or not."""

    name: str
    phones: tuple[Phone, ...]


class Company(NamedTuple):
    """A company and its people; an empty name stands for people without one."""

    name: str
    phones: tuple[Phone, ...]
    people: tuple[Person, ...]


class Caller(NamedTuple):
    """Somebody outside who calls.

    :param number: as the switch delivers it, None when it is withheld.
    :param name: as the network sends it along, mostly nothing.
    """

    number: str | None
    name: str = ""


CONTACTS: tuple[Company, ...] = (
    Company(
        "Muster GmbH",
        (Phone("business", "069/90009-0"), Phone("fax", "069/90009-99")),
        (
            Person(
                "Erika Mustermann",
                (Phone("business", "069 / 900 09 - 123"), Phone("mobile", "+49 (0)171 392 00 14")),
            ),
            Person("Max Mustermann", (Phone("business", "+49 69 90009-124"),)),
        ),
    ),
    Company(
        "Krüger & Söhne Haustechnik",
        (Phone("business", "(030) 23125-200"),),
        (
            Person("Jürgen Krüger", (Phone("business", "030 23125 - 200"), Phone("mobile", "0171/3920045"))),
            Person("Sabine Krüger", (Phone("business", "+493023125200"), Phone("private", "030-23125 314"))),
            Person("Tom Krüger", (Phone("private", "030 23125 314"),)),
        ),
    ),
    Company(
        "Hansekontor Lübbers KG",
        (Phone("business", "+49 (40) 66969-0"),),
        (
            Person("Wiebke Lübbers", (Phone("business", "040-66969-11"),)),
            Person("Ole Petersen", (Phone("business", "0049 40 66969 27"), Phone("mobile", "0176 04069025"))),
        ),
    ),
    Company(
        "Rheinblick Verlag",
        (Phone("business", "0221.4710.300"),),
        (Person("Dr. Annegret Weiß", (Phone("business", "0221 4710-311 "), Phone("mobile", "0152-28817386"))),),
    ),
    Company(
        "Northern Tea Merchants Ltd",
        (Phone("business", "+44 161 496 0100"),),
        (
            Person("Emily Clarke", (Phone("business", "+44 (0)161 496 0142"), Phone("mobile", "0044 7700 900142"))),
            Person("Oliver Hughes", (Phone("business", "00441614960157"),)),
        ),
    ),
    Company(
        "Thames Valley Instruments plc",
        (Phone("business", "+44 20 7946 0000"),),
        (Person("Grace Okafor", (Phone("business", "+44 (20) 7946-0321"),)),),
    ),
    Company(
        "Donau Logistik GmbH",
        (Phone("business", "+43 (1) 99998-0"),),
        (
            Person("Lukas Gruber", (Phone("business", "+43 1 99998-17"),)),
            Person("Magdalena Wögerbauer", (Phone("business", "0043/1/99998 4021"),)),
        ),
    ),
    Company(
        "",
        (),
        (
            Person("Hannelore Schuster", (Phone("private", "(0 30) 23125 731"),)),
            Person("Yusuf Demir", (Phone("mobile", "+49171 3920088"),)),
            Person("Charlotte Evans", (Phone("private", "(+44) 20 7946 0958"),)),
        ),
    ),
)
"""Everybody outside whom the CRM knows."""

COLLEAGUES: tuple[User, ...] = (
    User(login="anna", name="Anna Berger", devices=("2001",), extension="2001", call_screen="case"),
    User(
        login="jonas",
        name="Jonas Weber",
        devices=("2002",),
        extension="2002",
        call_screen="lead",
        language="en",
        role="admin",
    ),
    User(login="miriam", name="Miriam Hofer", devices=("2003",), extension="2003", role="supervisor"),
    User(login="peter", name="Peter Sandner", devices=("2004",), extension="2004"),
    User(login="lena", name="Lena Öztürk", devices=("2005",), extension="2005"),
    User(login="empfang", name="Empfang", extension="2000", cti_enabled=False),
)
"""Everybody inside."""

DEMO_LOGINS = ("anna", "jonas")
"""Users who get a password."""

CALLERS: tuple[Caller, ...] = (
    Caller("06990009123"),  # one person
    Caller("03023125200"),  # two people and their company
    Caller("00441614960142"),  # from abroad
    Caller("06990009417"),  # nobody's number, but behind a main number
    Caller("017139200", "Fam. Lang"),  # unknown; the network knows a name
    Caller("004319999817"),  # from abroad, written with an extension
    Caller(None),  # withheld
    Caller("03023125314"),  # two people who live together
    Caller("0152228817386"),  # a stranger
)
"""Everybody who calls, in turn; between them every case the call screen knows."""


class Demo(NamedTuple):
    """What was made.

    :param url: SQLAlchemy URL of the database.
    :param passwords: login → password, for showing it once.
    """

    url: str
    passwords: Mapping[str, str]


def create(path: Path, passwords: Mapping[str, str] | None = None) -> Demo:
    """Write the demo CRM to a new SQLite file; one that is there is replaced.

    :param passwords: login → password; by default new ones are made up for :data:`DEMO_LOGINS`.
    """
    for old in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        old.unlink(missing_ok=True)
    chosen = dict(passwords) if passwords is not None else {login: secrets.token_urlsafe(6) for login in DEMO_LOGINS}
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, History.EMBEDDED)
        _add_contacts(connection)
        _add_users(connection, chosen)
    engine.dispose()
    return Demo(str(engine.url), MappingProxyType(chosen))


def _add_contacts(connection: Connection) -> None:
    for company in CONTACTS:
        company_id = _add(connection, COMPANIES, name=company.name) if company.name else None
        for phone in company.phones:
            _add(connection, PHONES, company_id=company_id, label=phone.label, raw=phone.raw)
        for person in company.people:
            person_id = _add(connection, PEOPLE, name=person.name, company_id=company_id)
            for phone in person.phones:
                _add(connection, PHONES, person_id=person_id, label=phone.label, raw=phone.raw)


def _add_users(connection: Connection, passwords: Mapping[str, str]) -> None:
    hasher = PasswordHasher()
    for user in COLLEAGUES:
        hashed = hasher.hash(passwords[user.login]) if user.login in passwords else ""
        accounts.add(connection, structs.replace(user, password_hash=hashed))


def _add(connection: Connection, table: Table, **values: object) -> int | None:
    """Insert a row; gives its key where that is a number."""
    key = connection.execute(insert(table).values(values)).inserted_primary_key
    return key[0] if key is not None else None
