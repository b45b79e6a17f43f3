"""A CSV file with a header, whatever separates its columns: read, and written again with one row changed."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from typing import NamedTuple

SEPARATORS = ";,\t|"
"""What may stand between two columns; the one the header has most of."""


class Line(NamedTuple):
    """A row that says something.

    :param position: of the row, as a spreadsheet counts that has no empty ones; the header is the first.
    :param cells: as they stand.
    :param span: lines of the text it takes, the first and the one after the last; a cell may hold line ends.
    """

    position: int
    cells: list[str]
    span: tuple[int, int]


class Sheet:
    """The text of a CSV file.

    :param octets: in UTF-8, or else in the code page of Western Windows.
    """

    def __init__(self, octets: bytes) -> None:
        try:
            text, self._encoding = octets.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError:
            text, self._encoding = octets.decode("cp1252", "replace"), "cp1252"
        self._mark = codecs.BOM_UTF8 if octets.startswith(codecs.BOM_UTF8) else b""
        self._lines = text.splitlines(keepends=True)
        header = self._lines[0] if self._lines else ""
        self._separator = max(SEPARATORS, key=header.count)
        self.columns = [name.strip() for name in next(csv.reader(self._lines, delimiter=self._separator), [])]

    def rows(self) -> Iterator[Line]:
        """The rows below the header."""
        reader = csv.reader(self._lines, delimiter=self._separator)
        next(reader, None)
        position, first = 1, reader.line_num
        for cells in reader:
            if cells:
                position += 1
                yield Line(position, cells, (first, reader.line_num))
            first = reader.line_num

    def record(self, row: Line) -> Mapping[str, str]:
        """The cells of a row by column."""
        return dict(zip(self.columns, row.cells, strict=False))

    def changed(self, row: Line, column: str, value: str) -> bytes:
        """The file with another value in a column of a row; every other row as it stands."""
        at = self.columns.index(column)
        cells = [*row.cells, *[""] * (len(self.columns) - len(row.cells))]
        cells[at] = value
        first, after = row.span
        last = self._lines[after - 1]
        written = io.StringIO(newline="")
        end = last[len(last.rstrip("\r\n")) :]
        csv.writer(written, delimiter=self._separator, lineterminator=end).writerow(cells)
        text = "".join((*self._lines[:first], written.getvalue(), *self._lines[after:]))
        return self._mark + text.encode(self._encoding)
