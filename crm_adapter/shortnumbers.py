"""Emergency and other short numbers of a country, which are never rewritten and had better be nobody's extension."""

from __future__ import annotations

from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumber

from crm_adapter.location import Location

LONGEST = 6
"""Digits of a short number; what is longer has an area code."""

MOST_LOOKED_AT = 10_000
"""Extensions of one range that are looked at; nobody has more."""

MOST_NAMED = 10
"""Numbers named in one warning."""


def is_emergency(digits: str, location: Location) -> bool:
    """Whether ``digits`` is exactly an emergency number; by its beginning, extension 1120 would be a call to 112."""
    return bool(phonenumbers.is_emergency_number(digits, location.country))


def is_short(digits: str, location: Location) -> bool:
    """Whether ``digits`` is a short number of the country, an emergency number or another."""
    if not digits.isdecimal() or digits.startswith("0") or len(digits) > LONGEST:
        return False
    number = PhoneNumber(country_code=location.calling_code, national_number=int(digits))
    return bool(phonenumbers.is_valid_short_number_for_region(number, location.country))


def collisions(location: Location) -> Iterator[str]:
    """Sentences about extensions of the site that are short numbers as well."""
    length = location.internal_length
    ranges = {f"internal_ranges [{first}, {last}]": range(first, last + 1) for first, last in location.internal_ranges}
    for place, numbers in {f"internal_length {length}": range(10 ** (length - 1), 10**length), **ranges}.items():
        short = [digits for digits in map(str, numbers[:MOST_LOOKED_AT]) if is_short(digits, location)]
        emergency = [digits for digits in short if is_emergency(digits, location)]
        if emergency:
            yield f"{place}: never an extension, because it is an emergency number: {_named(emergency)}"
        others = [digits for digits in short if digits not in emergency]
        if others and place in ranges:  # one that only has the length is not taken for an extension
            yield f"{place}: dialled as an extension, though it is a short number of the country: {_named(others)}"


def _named(numbers: list[str]) -> str:
    shown = ", ".join(numbers[:MOST_NAMED])
    return shown if len(numbers) <= MOST_NAMED else f"{shown} … ({len(numbers)} in all)"
