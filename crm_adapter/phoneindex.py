"""How a stored number is indexed so that a caller is found by it, also through the main number of a company."""

from __future__ import annotations

import re

import phonenumbers
from msgspec import Struct

from crm_adapter.location import Location
from crm_adapter.numbers import Number, normalise

EXTENSION_DIGITS = {"DE": 3, "AT": 5}
"""By country, how many digits of a caller's number may be an extension behind a main number.

Only open number plans are in the table: elsewhere (in the NANP above all) a number without its last digits is just
another number.
"""

SHORTEST_MAIN_NUMBER = 3
"""Digits of a main number without country code below which anything would match."""

TAIL = 9
"""Digits of an uncertain match: fewer would find strangers, more would miss numbers stored without area code."""

_MAIN = re.compile(r".*\d\s*[-\u2013]\s*0{1,2}\s*")  # a dash, then the operator: 089 1234-0


class IndexEntry(Struct, frozen=True, kw_only=True):
    """A stored number as the index holds it.

    :param e164: the number itself.
    :param main: it was written as a main number (``089 1234-0``), whoever it belongs to.
    """

    e164: str
    main: bool


class Candidate(Struct, frozen=True, kw_only=True):
    """A number under which a caller may be stored.

    :param extension_digits: digits of the caller's number that were taken for an extension; 0 is the number itself.
    """

    e164: str
    extension_digits: int


def index_entry(raw: str, location: Location) -> IndexEntry | None:
    """The index entry for a stored number, or None when nobody outside can call from it."""
    number = normalise(raw, location, "stored")
    if number.e164 is None:
        return None
    return IndexEntry(e164=number.e164, main=_MAIN.fullmatch(raw) is not None and _extension_digits(number.e164) > 0)


def candidates(number: Number) -> tuple[Candidate, ...]:
    """Where to look for a caller: its number and what else that may be, then main numbers with and without 0 or 00."""
    if number.e164 is None:
        return ()
    e164 = number.e164
    found = {each: Candidate(e164=each, extension_digits=0) for each in (e164, *number.others)}
    shortest = len(f"+{phonenumbers.parse(e164).country_code}") + SHORTEST_MAIN_NUMBER
    for digits in range(1, _extension_digits(e164) + 1):
        stem = e164[:-digits]
        if len(stem) < shortest:
            break
        for main in (stem, f"{stem}0", f"{stem}00"):
            found.setdefault(main, Candidate(e164=main, extension_digits=digits))
    return tuple(found.values())


def tail(e164: str) -> str | None:
    """The last digits by which an uncertain match is made; None for numbers that have no more than those."""
    return e164[-TAIL:] if len(e164) > TAIL + 1 else None


def _extension_digits(e164: str) -> int:
    parsed = phonenumbers.parse(e164)
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    return 0 if mobile else EXTENSION_DIGITS.get(region, 0)
