"""A file of contacts with one more number in it: written beside itself and put in its place, never half a file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeGuard

from crm_adapter.directory import Contact
from crm_adapter.errors import WriteRefused
from crm_adapter.newnumber import NewNumber
from crm_adapter.sources import vcards
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.sources.spreadsheet import Sheet

Writer = Callable[[bytes, FieldMap, Contact, NewNumber], bytes | None]
"""The octets of the file with the number; None when it is there already. Raises WriteRefused."""


def add_number(path: Path, fields: FieldMap, contact: Contact, number: NewNumber) -> None:
    """Write a number at a contact of a file.

    :raises WriteRefused: the contact is not in its place, or has no room for the number, or somebody else was writing.
    """
    before = path.stat()
    octets = WRITERS[path.suffix.lower()](path.read_bytes(), fields, contact, number)
    if octets is None:
        return
    now = path.stat()
    if (now.st_mtime_ns, now.st_size, now.st_ino) != (before.st_mtime_ns, before.st_size, before.st_ino):
        raise WriteRefused("changed", f"{path} was changed by somebody else meanwhile")
    put_in_place(path, octets)


def put_in_place(path: Path, octets: bytes) -> None:
    """Make ``octets`` the content of a file, for whoever reads it all at once."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_bytes(octets)
    if path.exists():
        shutil.copymode(path, beside)
    beside.replace(path)


def _csv(octets: bytes, fields: FieldMap, contact: Contact, number: NewNumber) -> bytes | None:
    sheet = Sheet(octets)
    for row in sheet.rows():
        record = sheet.record(row)
        found = fields.contact(record, str(row.position))
        if not _is(found, contact):
            continue
        if number.is_one_of(found):
            return None
        column = fields.numbers[number.label]
        if column not in sheet.columns or record.get(column, "").strip():
            raise WriteRefused("full", f"row {row.position} has no room in the column {column}")
        return sheet.changed(row, column, number.raw)
    raise _gone(contact)


def _json(octets: bytes, fields: FieldMap, contact: Contact, number: NewNumber) -> bytes | None:
    content = json.loads(octets)
    for position, record in enumerate(content if isinstance(content, list) else (), 1):
        found = fields.contact(record, str(position)) if isinstance(record, dict) else None
        if not _is(found, contact):
            continue
        if number.is_one_of(found):
            return None
        key = fields.numbers[number.label]
        record[key] = _joined(record.get(key), number.raw)
        return json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n"
    raise _gone(contact)


def _vcards(octets: bytes, fields: FieldMap, contact: Contact, number: NewNumber) -> bytes | None:
    text, start = octets.decode("utf-8", "surrogateescape"), 0  # what is no text in other cards stays as it is
    for position, (part, card) in enumerate(zip(vcards.texts(text), vcards.cards(text), strict=True), 1):
        start = text.index(part, start)
        found = vcards.vcard(card, str(position)) if card is not None else None
        if _is(found, contact):
            if number.is_one_of(found):
                return None
            changed = f"{text[:start]}{vcards.with_number(part, number)}{text[start + len(part) :]}"
            return changed.encode("utf-8", "surrogateescape")
        start += len(part)
    raise _gone(contact)


def _is(found: Contact | None, contact: Contact) -> TypeGuard[Contact]:
    """Whether this is the record. Raises WriteRefused when somebody else has taken its place."""
    if found is None or (found.kind, found.record_id) != (contact.kind, contact.record_id):
        return False
    if found.name != contact.name:
        raise WriteRefused("changed", f"record {contact.record_id} is another contact's now")
    return True


def _gone(contact: Contact) -> WriteRefused:
    return WriteRefused("gone", f"record {contact.record_id} is not in the file any more")


def _joined(value: Any, raw: str) -> Any:  # noqa: ANN401 -- JSON
    """A field with one more number: the number itself, or a list when there is one already."""
    if isinstance(value, list):
        return [*value, raw]
    return raw if value in (None, "") else [value, raw]


WRITERS: dict[str, Writer] = {".csv": _csv, ".vcf": _vcards, ".json": _json}
"""By the end of the file's name."""
