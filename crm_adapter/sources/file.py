"""Contacts in a file: CSV with a header, vCards (RFC 6350, RFC 2426) or a JSON list of objects."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncGenerator, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import vobject
from twisted.internet.defer import DeferredLock
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.threadpool import ThreadPool

from crm_adapter.directory import Activity, Contact, Page
from crm_adapter.errors import DirectoryError
from crm_adapter.newnumber import NewNumber
from crm_adapter.sources import filewriting, vcards
from crm_adapter.sources.filewriting import put_in_place
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.sources.spreadsheet import Sheet
from crm_adapter.users import User

CONTACTS = 1_000
"""Contacts in a page."""

log = Logger()

Reader = Callable[[Path, FieldMap], Iterator[Contact | None]]


class FileFeed:
    """Reads a file whenever it has changed.

    :param path: ends in ``.csv``, ``.vcf`` or ``.json``.
    :param fields: columns or keys of contacts; a vCard names its fields itself.
    :param reactor: gives results back from the threads.
    :param pool: threads that read the file; somebody else starts and stops them.
    :param name: in logs and matches.
    :param calls: file calls are written to, one JSON object a line; None: they are not.
    :param writable: numbers are written into the file.
    :raises DirectoryError: nobody knows such files.
    """

    def __init__(
        self,
        path: Path,
        fields: FieldMap,
        reactor: IReactorFromThreads,
        pool: ThreadPool,
        *,
        name: str = "file",
        calls: Path | None = None,
        writable: bool = False,
    ) -> None:
        if path.suffix.lower() not in READERS:
            raise DirectoryError(f"source {name}: {path} must end in one of {', '.join(READERS)}")
        self.name = name
        self._path = path
        self._read = READERS[path.suffix.lower()]
        self._fields = fields
        self._kinds = vcards.KINDS if path.suffix.lower() == ".vcf" else fields.numbers
        self._reactor = reactor
        self._pool = pool
        self._calls = calls
        self._writable = writable
        self._writing = DeferredLock()

    @property
    def takes_calls(self) -> bool:
        """Whether there is a file for them."""
        return self._calls is not None

    async def changes(self, since: str | None) -> AsyncGenerator[Page, None]:
        """The whole file, when it is another one than at ``since``.

        :raises DirectoryError: the file cannot be read.
        """
        token = self._state()
        if token == since:
            return
        yield Page(whole=True)
        found, broken = self._read(self._path, self._fields), 0
        while some := await self._in_thread(lambda: list(islice(found, CONTACTS))):
            contacts = tuple(contact for contact in some if contact is not None)
            broken += len(some) - len(contacts)
            yield Page(contacts=contacts)
        if broken:
            log.warn("{file}: {broken} records without a name are passed over", file=str(self._path), broken=broken)
        yield Page(token=token)

    async def users(self) -> tuple[User, ...]:
        """Nobody: a file of contacts holds none."""
        return ()

    async def write(self, activity: Activity) -> None:
        """Append a call; one that is in the file already is not written again.

        :raises DirectoryError: the file cannot be written.
        """
        if self._calls is not None:
            calls = self._calls
            async with self._writing:
                await self._in_thread(lambda: _append(calls, activity))

    @property
    def takes_notes(self) -> bool:
        """Whether there is a file they can be changed in."""
        return self.takes_calls

    async def update(self, activity: Activity) -> None:
        """Write a call anew in the place of its line.

        :raises DirectoryError: the file cannot be written.
        """
        if self._calls is not None:
            calls = self._calls
            async with self._writing:
                await self._in_thread(lambda: _replace(calls, activity))

    @property
    def number_kinds(self) -> tuple[str, ...]:
        """The kinds there are fields for; empty when the file is only read."""
        return tuple(self._kinds) if self._writable else ()

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        """Write a number at a contact of the file, in a field that is empty or takes several.

        :raises WriteRefused: the contact is not there any more, or has no room for the number.
        :raises DirectoryError: the file cannot be written.
        """
        async with self._writing:
            await self._in_thread(lambda: filewriting.add_number(self._path, self._fields, contact, number))

    def close(self) -> None:
        """Nothing is held."""

    def _state(self) -> str:
        """Changes when the file does."""
        try:
            status = self._path.stat()
        except OSError as problem:
            raise DirectoryError(f"source {self.name}: {self._path}: {problem.strerror}") from problem
        return f"{status.st_mtime_ns} {status.st_size} {status.st_ino}"

    async def _in_thread(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 -- of whatever is done
        try:
            return await deferToThreadPool(self._reactor, self._pool, work)
        except (OSError, ValueError, KeyError, csv.Error, vobject.base.VObjectError) as problem:
            raise DirectoryError(f"source {self.name}: {self._path}: {problem}") from problem


def _csv(path: Path, fields: FieldMap) -> Iterator[Contact | None]:
    sheet = Sheet(path.read_bytes())
    for row in sheet.rows():
        yield fields.contact(sheet.record(row), str(row.position))


def _json(path: Path, fields: FieldMap) -> Iterator[Contact | None]:
    content = json.loads(path.read_text("utf-8"))
    if not isinstance(content, list):
        raise ValueError("must be a list of objects")
    for position, record in enumerate(content, 1):
        yield fields.contact(record, str(position)) if isinstance(record, dict) else None


def _vcards(path: Path, fields: FieldMap) -> Iterator[Contact | None]:
    text = path.read_text("utf-8-sig", errors="replace")
    for position, card in enumerate(vcards.cards(text), 1):
        yield vcards.vcard(card, str(position)) if card is not None else None


def _append(path: Path, activity: Activity) -> None:
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            if any(msgspec.json.decode(line).get("key") == activity.key for line in lines if line.strip()):
                return
    with path.open("ab") as file:
        file.write(msgspec.json.encode(activity) + b"\n")


def _replace(path: Path, activity: Activity) -> None:
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    line = msgspec.json.encode(activity) + b"\n"
    same = [
        at for at, each in enumerate(lines) if each.strip() and msgspec.json.decode(each).get("key") == activity.key
    ]
    for at in same:
        lines[at] = line
    put_in_place(path, b"".join(lines if same else [*lines, line]))


READERS: dict[str, Reader] = {".csv": _csv, ".vcf": _vcards, ".json": _json}
"""By the end of the file's name."""
