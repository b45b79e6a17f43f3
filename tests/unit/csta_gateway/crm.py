"""A CRM in memory: one person, the users of the tests, and what it is told of calls."""

from __future__ import annotations

from collections.abc import Callable

from crm_adapter.directory import Activity, Contact, LabelledNumber, Match
from crm_adapter.errors import DirectoryError, WriteRefused
from crm_adapter.newnumber import NewNumber
from crm_adapter.numbers import Number
from crm_adapter.users import User

ERIKA = Match(kind="person", record_id="7", name="Erika Mustermann", company="Muster GmbH", person_id="7", source="crm")
USERS = (
    User(login="anna", name="Anna Berger", devices=("2001",), extension="2001", call_screen="case", password_hash="a"),
    User(login="jonas", name="Jonas Weber", devices=("2002",), extension="2002", language="en", password_hash="j"),
    User(login="chef", name="Cora Hefter", role="admin", devices=("2003", "2004"), extension="2003", password_hash="c"),
    User(login="lager", name="Lager", devices=("2009",), extension="2009", cti_enabled=False, password_hash="l"),
)


class Crm:
    """A source that knows one person."""

    name = "crm"
    broken = False

    def __init__(self) -> None:
        self.written: list[Activity] = []
        self.updated: list[Activity] = []
        self.added: list[tuple[Contact, NewNumber]] = []

    @property
    def activities(self) -> Crm:
        return self

    @property
    def takes_calls(self) -> bool:
        return True

    async def write(self, activity: Activity) -> None:
        if self.broken:
            raise DirectoryError("the CRM is away")
        self.written.append(activity)

    @property
    def takes_notes(self) -> bool:
        return True

    async def update(self, activity: Activity) -> None:
        if self.broken:
            raise DirectoryError("the CRM is away")
        self.updated.append(activity)

    @property
    def numbers(self) -> Crm:
        return self

    @property
    def number_kinds(self) -> tuple[str, ...]:
        return ("business", "mobile")

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        if self.broken:
            raise DirectoryError("the CRM is away")
        if contact.record_id != ERIKA.record_id:
            raise WriteRefused("gone", "no such contact")
        self.added.append((contact, number))

    async def start(self) -> None: ...

    def subscribe(self, listener: Callable[[], None]) -> None: ...

    async def lookup(self, number: Number) -> tuple[Match, ...]:
        return (ERIKA,) if number.e164 == "+498999123" else ()

    async def search(self, text: str, limit: int) -> tuple[Contact, ...]:
        if self.broken:
            raise ConnectionError("the database is away")
        numbers = (LabelledNumber(label="business", raw="089/99-123"), LabelledNumber(label="?", raw="ask Eva"))
        erika = Contact(
            kind="person", record_id="7", name=ERIKA.name, company=ERIKA.company, person_id="7", numbers=numbers
        )
        return (erika,) if text.casefold() in erika.name.casefold() else ()

    async def users(self) -> tuple[User, ...]:
        return USERS

    def close(self) -> None: ...
