"""Cards of address books (vCard, RFC 6350 and RFC 2426): read as contacts, and given another number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

import vobject

from crm_adapter.directory import Contact, LabelledNumber
from crm_adapter.newnumber import NewNumber
from crm_adapter.sources import records

KINDS = MappingProxyType({"work": "WORK", "cell": "CELL", "home": "HOME"})
"""Kinds of numbers a card can be given, and the type of its line (RFC 6350 §6.4.1)."""

_BEGIN = "BEGIN:VCARD"
_END = re.compile(r"^END:VCARD", re.MULTILINE | re.IGNORECASE)


def texts(text: str) -> list[str]:
    """The cards of a text, each with its beginning; what stands before the first one is none."""
    return [f"{_BEGIN}{part}" for part in text.split(_BEGIN)[1:]]


def cards(text: str) -> Iterator[Any]:
    """The vCards of a text; None for one that cannot be read."""
    for part in texts(text):
        try:
            yield vobject.readOne(part)
        except (vobject.base.VObjectError, ValueError, KeyError, IndexError):
            yield None


def vcard(card: Any, record_id: str = "") -> Contact | None:  # noqa: ANN401 -- a component of vobject
    """The contact of a vCard, or None when it names nobody."""
    values = card.contents
    company = next((part for each in values.get("org", ()) for part in each.value if part), "")
    uid = values["uid"][0].value if "uid" in values else ""
    name = values["fn"][0].value if "fn" in values else ""
    record = {
        "id": record_id or uid or name,
        "person_id": uid or None,
        "name": "" if name == company else name,
        "company": company,
    }
    return records.contact(record, (number for each in values.get("tel", ()) if (number := _telephone(each))))


def with_number(card: str, number: NewNumber) -> str:
    """The text of a card with one more number, and everything else as it was."""
    line_end = "\r\n" if "\r\n" in card else "\n"
    line = f"TEL;TYPE={KINDS.get(number.label, 'VOICE')}:{number.raw}{line_end}"
    return _END.sub(lambda end: line + end[0], card, count=1)


def _telephone(line: Any) -> LabelledNumber | None:  # noqa: ANN401 -- a line of vobject
    kinds = [kind.lower() for kind in line.params.get("TYPE", ()) if kind.lower() not in ("voice", "pref")]
    return records.number_of({"label": " ".join(kinds), "number": line.value}, 0)
