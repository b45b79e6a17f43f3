"""Lists of telephones: a CSV file, a query of a database, entries of an LDAP directory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, text
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from crm_adapter.devicelist import FIELDS, Finding, FindingKind, Row, Rows
from crm_adapter.errors import DirectoryError
from crm_adapter.sources.database import Database

SEPARATORS = ";,\t|"
"""What may stand between two fields where nothing is said; the one the header has most of."""

LARGEST_FILE = 64 * 1024 * 1024
"""Octets of a file that are read; a list of 100,000 telephones has a tenth of it."""

MOST_ROWS = 200_000
"""Telephones of a database or directory that are read."""

NEEDED = ("id", "dn", "sip")
"""One of these columns must be there: what the switch calls a device."""

BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
"""First octets of a file → its encoding, whatever the settings say."""


class Columns:
    """Our fields, and the columns of a list they are in.

    :param fields: our field → their column; a field that is not listed has the same name. Columns have no case.
    :raises ValueError: a field is none of ours.
    """

    def __init__(self, fields: Mapping[str, str]) -> None:
        unknown = sorted(set(fields) - set(FIELDS))
        if unknown:
            raise ValueError(f"unknown field `{unknown[0]}`; known are {', '.join(FIELDS)}")
        self._theirs = {ours: fields.get(ours, ours).casefold() for ours in FIELDS}

    def missing(self, columns: Sequence[str]) -> str | None:
        """What is wrong with these columns, or None."""
        there = {column.strip().casefold() for column in columns}
        if any(self._theirs[ours] in there for ours in NEEDED):
            return None
        wanted = ", ".join(f"`{self._theirs[ours]}`" for ours in NEEDED)
        found = ", ".join(f"`{column.strip()}`" for column in columns) or "none"
        return f"none of the columns {wanted} is there, only {found}; see `fields`"

    def row(self, place: str, record: Mapping[str, Any]) -> Row:
        """A row under our names."""
        folded = {column.strip().casefold(): value for column, value in record.items()}
        return Row(place, {ours: folded[theirs] for ours, theirs in self._theirs.items() if theirs in folded})


class CsvDevices:
    """A CSV file with a header.

    :param separator: what stands between fields; empty: found out from the header.
    :param encoding: of the file, where no byte order mark says so.
    :param pool: threads that read the file; somebody else starts and stops them.
    """

    def __init__(
        self,
        path: Path,
        columns: Columns,
        reactor: IReactorFromThreads,
        pool: ThreadPool,
        *,
        name: str,
        separator: str = "",
        encoding: str = "utf-8",
    ) -> None:
        self.name = name
        self._path = path
        self._columns = columns
        self._reactor = reactor
        self._pool = pool
        self._separator = separator
        self._encoding = encoding

    async def rows(self) -> Rows:
        """The rows of the file. Raises DirectoryError when there is no such file, or no column of devices in it."""
        return await deferToThreadPool(self._reactor, self._pool, self._read)

    def close(self) -> None:
        """Nothing is held."""

    def _read(self) -> Rows:
        try:
            with self._path.open("rb") as file:
                octets = file.read(LARGEST_FILE + 1)
        except OSError as problem:
            raise DirectoryError(f"{self._path}: {problem.strerror}") from problem
        if len(octets) > LARGEST_FILE:
            raise DirectoryError(f"{self._path}: longer than {LARGEST_FILE} octets; is it a list of telephones?")
        return _Table(self._path, self._columns, self._separator).read(octets, self._encoding)


class _Table:
    """One reading of a CSV file."""

    def __init__(self, path: Path, columns: Columns, separator: str) -> None:
        self._path = path
        self._columns = columns
        self._separator = separator
        self._findings: list[Finding] = []

    def read(self, octets: bytes, encoding: str) -> Rows:
        """All rows that can be read."""
        header, *others = self._lines(self._decoded(octets, encoding)) or [(1, "")]
        separator = self._separator or max(SEPARATORS, key=header[1].count)
        names = next(csv.reader([header[1]], delimiter=separator), [])
        missing = self._columns.missing(names)
        if missing is not None:
            raise DirectoryError(
                f"{self._path}:{header[0]}: {missing}; or set `separator`: {separator!r} was taken for it"
            )
        rows = []
        for number, line in others:
            try:
                cells = next(csv.reader([line], delimiter=separator, strict=True), [])
            except csv.Error as problem:
                self._find("separator", number, f"quotes are not closed or in the wrong place ({problem}); left out")
                continue
            if len(cells) > len(names):
                told = f"{len(cells)} fields under {len(names)} columns; put a field with {separator!r} in it in quotes"
                self._find("separator", number, f"{told}; the row is left out")
            else:
                rows.append(self._columns.row(f"{self._path}:{number}", dict(zip(names, cells, strict=False))))
        return Rows(rows, self._findings)

    def _decoded(self, octets: bytes, encoding: str) -> str:
        """The text; a line that is not in the encoding is told and left empty."""
        marked = next((known for mark, known in BYTE_ORDER_MARKS.items() if octets.startswith(mark)), None)
        try:
            return octets.decode(marked or encoding)
        except UnicodeDecodeError:
            return "".join(self._line(number, line, encoding) for number, line in _numbered(octets))

    def _line(self, number: int, line: bytes, encoding: str) -> str:
        try:
            return line.decode(encoding)
        except UnicodeDecodeError as problem:
            told = f"octet {problem.start + 1} of the line is not {encoding}; set `encoding`, for Excel often cp1252"
            self._find("encoding", number, f"{told}; the row is left out")
            return "\n"

    def _lines(self, decoded: str) -> list[tuple[int, str]]:
        """Lines that say something, with their numbers."""
        return [(number, line) for number, line in enumerate(io.StringIO(decoded), 1) if line.strip()]

    def _find(self, kind: FindingKind, line: int, told: str) -> None:
        self._findings.append(Finding(kind=kind, place=f"{self._path}:{line}", text=told))


def _numbered(octets: bytes) -> Iterator[tuple[int, bytes]]:
    yield from enumerate(octets.splitlines(keepends=True), 1)


class SqlDevices:
    """The rows of a query.

    :raises DirectoryError: the database's URL makes no sense, or its driver is not installed.
    """

    def __init__(
        self,
        url: str,
        query: str,
        columns: Columns,
        reactor: IReactorFromThreads,
        *,
        name: str,
        pool: ThreadPool | None = None,
    ) -> None:
        self.name = name
        self._query = query
        self._columns = columns
        self._database = Database(url, reactor, pool)

    async def rows(self) -> Rows:
        """The rows. Raises DirectoryError when the database cannot be used, or the query gives no column of devices."""
        names, records = await self._database.run(_fetched, self._query)
        missing = self._columns.missing(names)
        if missing is not None:
            raise DirectoryError(f"the query: {missing}")
        if len(records) > MOST_ROWS:
            raise DirectoryError(f"the query gives more than {MOST_ROWS} rows")
        return Rows([self._columns.row(f"{self.name}, row {number}", each) for number, each in enumerate(records, 1)])

    def close(self) -> None:
        """Give back threads and connections."""
        self._database.close()


def _fetched(connection: Connection, query: str) -> tuple[list[str], list[dict[str, Any]]]:
    result = connection.execute(text(query))
    return list(result.keys()), [dict(row) for row in result.mappings().fetchmany(MOST_ROWS + 1)]


class Entries(Protocol):
    """The part of :class:`crm_adapter.sources.ldap.LdapSource` that is needed here."""

    async def entries(self, condition: str, most: int) -> list[tuple[str, dict[str, list[str]]]]:
        """Distinguished name and values of what fits. Raises DirectoryError."""

    def close(self) -> None:
        """Close the connection."""


class LdapDevices:
    """Entries of a directory.

    :param condition: filter (RFC 4515) of the entries.
    """

    def __init__(self, directory: Entries, condition: str, columns: Columns, *, name: str) -> None:
        self.name = name
        self._directory = directory
        self._condition = condition
        self._columns = columns

    async def rows(self) -> Rows:
        """A row for each entry. Raises DirectoryError when the directory cannot be asked, or gives only a part."""
        entries = await self._directory.entries(self._condition, MOST_ROWS)
        return Rows([self._columns.row(place, values) for place, values in entries])

    def close(self) -> None:
        """Close the connection."""
        self._directory.close()
