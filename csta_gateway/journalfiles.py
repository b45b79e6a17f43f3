"""Past calls as files for people and programs: JSON and CSV (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import structs

from crm_adapter.erasure import ExportedCall
from csta_gateway.log import masked

COLUMNS = tuple(field.name for field in structs.fields(ExportedCall))

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"\+?[\d ()/.-]*")

File = tuple[bytes, int]
"""A file and how many calls are in it."""


def as_json(calls: Iterable[ExportedCall]) -> File:
    """``{"calls": […]}``, with the fields of :class:`~crm_adapter.erasure.ExportedCall` and ISO 8601 times."""
    rows = [_row(call) for call in calls]
    return msgspec.json.format(msgspec.json.encode({"calls": rows}), indent=1) + b"\n", len(rows)


def as_csv(calls: Iterable[ExportedCall]) -> File:
    """A table with a line of headings, as spreadsheets read it: UTF-8 with its mark, and no formula in any cell."""
    output = io.StringIO(newline="")
    writer = csv.DictWriter(output, COLUMNS)
    writer.writeheader()
    rows = [{name: _cell(value) for name, value in _row(call).items()} for call in calls]
    writer.writerows(rows)
    return output.getvalue().encode("utf-8-sig"), len(rows)


FORMS: Mapping[str, Callable[[Iterable[ExportedCall]], File]] = {"json": as_json, "csv": as_csv}
"""By the name of the form, which is also how the file's name ends."""

MEDIA_TYPES = {"json": "application/json", "csv": "text/csv; charset=utf-8"}


def masked_calls(calls: Iterable[ExportedCall]) -> Iterator[ExportedCall]:
    """The calls as roles see them that may not see numbers."""
    for call in calls:
        name = masked(call.name) if call.name else call.name
        yield structs.replace(call, number=masked(call.number), e164=None, raw="", name=name)


def of_whom(user: str | None, numbers: Iterable[str]) -> str:
    """Whose calls, in words for the log; never a number in full."""
    return f"of {user}" if user is not None else f"with {', '.join(map(_beginning, numbers))}"


def _beginning(number: str) -> str:
    """The first half of a number, however it is spelled."""
    return f"{number[: len(number) // 2]}****"


def _row(call: ExportedCall) -> dict[str, Any]:
    began = datetime.fromtimestamp(call.began / 1000, UTC).isoformat(timespec="seconds")
    return {**structs.asdict(call), "began": began}


def _cell(value: object) -> object:
    """A value a spreadsheet takes for what it is: names come from outside and may look like formulas."""
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value
