"""Turns a record of a CRM, whatever it came in, into a contact or a user."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Literal, cast

import phonenumbers

from crm_adapter.directory import Contact, LabelledNumber
from crm_adapter.errors import DirectoryError
from crm_adapter.texts import Language
from crm_adapter.users import User, UserRole

Record = Mapping[str, Any]
"""Field name → value. Names: ``kind``, ``id``, ``name`` or ``first_name`` and ``last_name``, ``company``,
``person_id``, ``company_id``, ``label``, ``number``, or its parts ``country_code``, ``area_code`` and ``number``."""

MOST_TEXT = 250
"""Characters of a field that are kept."""

ROLES: tuple[UserRole, ...] = ("user", "supervisor", "admin")


def contact(record: Record, numbers: Iterable[LabelledNumber] = ()) -> Contact | None:
    """The contact of a record, or None when the record names nobody.

    :param numbers: of the contact, in any writing; one nobody can call from is only shown.
    """
    company, name = text(record, "company"), _name(record)
    kind = _kind(text(record, "kind"), name)
    name = name or company
    record_id = text(record, "id")
    if not name or not record_id:
        return None
    return Contact(
        kind=kind,
        record_id=record_id,
        name=name,
        company=company or None if kind == "person" else None,
        person_id=text(record, "person_id") or (record_id if kind == "person" else None),
        company_id=text(record, "company_id") or (record_id if kind == "company" else None),
        numbers=tuple(numbers),
    )


def contacts(rows: Iterable[Record], calling_code: int) -> Iterator[Contact]:
    """Contacts of rows with one number each; the rows of a contact follow each other.

    :param calling_code: country of numbers that are stored in parts and say none.
    """
    for _, some in groupby(rows, key=lambda row: (row.get("kind"), row["id"])):
        same = list(some)
        found = contact(same[0], (number for row in same if (number := number_of(row, calling_code))))
        if found is not None:
            yield found


def number_of(record: Record, calling_code: int) -> LabelledNumber | None:
    """The number of a row, put together where it is stored in parts, or None when it has none."""
    number, area = text(record, "number"), text(record, "area_code")
    if not number:
        return None
    if area and not number.startswith(("+", "00")):
        code = text(record, "country_code").lstrip("+0 ") or str(calling_code)
        keeps_zero = not phonenumbers.ndd_prefix_for_region(_region(code), True)  # in Italy it is part of the number
        number = f"+{code} {area if keeps_zero else area.lstrip('0')} {number}"
    return LabelledNumber(label=text(record, "label"), raw=number)


def users(rows: Iterable[Record]) -> tuple[User, ...]:
    """Users of rows with one device each; the rows of a user follow each other.

    :raises DirectoryError: a row has no login, or a role nobody knows.
    """
    found = []
    for login, some in groupby(rows, key=lambda row: text(row, "login")):
        same = list(some)
        found.append(user(same[0], login, tuple(device for row in same if (device := text(row, "device")))))
    return tuple(found)


def user(record: Record, login: str, devices: tuple[str, ...]) -> User:
    """The user of a record.

    :raises DirectoryError: it has no login, or a role nobody knows.
    """
    role = text(record, "role") or "user"
    if not login or role not in ROLES:
        raise DirectoryError(f"user {login or _name(record)!r}: needs `login`, and as `role` one of {', '.join(ROLES)}")
    return User(
        login=login,
        name=_name(record) or login,
        language=_language(text(record, "language")),
        role=role,
        groups=_groups(record.get("groups")),
        devices=devices,
        extension=text(record, "extension"),
        cti_enabled=flag(record.get("cti_enabled", True)),
        call_screen=text(record, "call_screen"),
        password_hash=text(record, "password_hash"),
        site=text(record, "site"),
        area_code=text(record, "area_code"),
        outside_prefix=text(record, "outside_prefix"),
    )


def _groups(value: object) -> tuple[str, ...]:
    """Several values of an attribute, or names with commas between; of an LDAP name (RFC 4514) its first part."""
    values = value if isinstance(value, list | tuple) else str(value or "").split(",")
    named = ((str(each), _FIRST_PART.match(str(each))) for each in values)
    names = (re.sub(r"\\(.)", r"\1", part[1]) if part else name for name, part in named)
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


_FIRST_PART = re.compile(r"\s*\w+=((?:\\.|[^,\\])*)")


def _language(name: str) -> Language:
    """German unless another one is named: the call screen has two."""
    return "en" if name and not name.casefold().startswith(("de", "ger")) else "de"


def _kind(kind: str, name: str) -> Literal["person", "company"]:
    known = kind.casefold()
    if known in ("person", "company"):
        return cast("Literal['person', 'company']", known)
    return "person" if name else "company"


def _name(record: Record) -> str:
    return text(record, "name") or f"{text(record, 'first_name')} {text(record, 'last_name')}".strip()


def text(record: Record, field: str) -> str:
    """A field as one line, empty when it is missing."""
    value = record.get(field)
    if isinstance(value, list | tuple):  # of several values the first is the main one
        value = value[0] if value else None
    return "" if value is None else " ".join(str(value).split())[:MOST_TEXT]


def flag(value: object) -> bool:
    """Whether a field says yes, which databases write in many ways."""
    return str(value).strip().casefold() in ("y", "yes", "j", "ja", "1", "true", "t", "on")


def _region(code: str) -> str:
    return phonenumbers.region_code_for_country_code(int(code)) if code.isdecimal() else ""
