"""Numbers as people write them into a CRM, and as networks deliver them: a corpus to find callers in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple


class Spelling(NamedTuple):
    """A stored number and the caller it belongs to, both for a site in Munich."""

    raw: str
    e164: str


# Area code and subscriber, country code, the national trunk prefix: landlines, mobiles and numbers abroad.
NUMBERS = [
    ("49", "0", "89", "1234567"),
    ("49", "0", "30", "23125200"),
    ("49", "0", "40", "66969123"),
    ("49", "0", "69", "90009123"),
    ("49", "0", "221", "4710123"),
    ("49", "0", "7071", "29123"),
    ("49", "0", "171", "3920014"),
    ("49", "0", "1512", "3456789"),
    ("43", "0", "1", "5123456"),
    ("43", "0", "664", "1234567"),
    ("41", "0", "44", "6681800"),
    ("44", "0", "161", "4960123"),
    ("33", "0", "1", "42682000"),
]


def grouped(digits: str, separator: str) -> str:
    """Digits in pairs from the right, as DIN 5008 once had it."""
    head = len(digits) % 2 or 2
    return separator.join([digits[:head], *(digits[at : at + 2] for at in range(head, len(digits), 2))])


def spellings() -> Iterator[Spelling]:
    """Every number in every form; national forms only of numbers at home."""
    for country, trunk, area, subscriber in NUMBERS:
        e164 = f"+{country}{area}{subscriber}"
        pairs, half = grouped(subscriber, " "), len(subscriber) // 2
        forms = [
            e164,
            f"+{country} {area} {subscriber}",
            f"+{country} {area} {pairs}",
            f"+{country} ({area}) {subscriber}",
            f"+ {country} ({area}) {pairs}",
            f"+{country} ({trunk}) {area} / {subscriber}",
            f"+{country} ({trunk}){area} {pairs}",
            f"+{country}-{area}-{subscriber}",
            f"+{country}.{area}.{subscriber}",
            f"+{country}/{area}/{subscriber}",
            f"00{country} {area} {subscriber}",
            f"00{country}/{area}/{pairs}",
            f"00{country}-({area})-{subscriber[:half]}-{subscriber[half:]}",
            f"tel:{e164}",
            f"tel:+{country}-{area}-{subscriber}",
            f"  {e164}  ",
            f"+{country}\N{NO-BREAK SPACE}{area}\N{NO-BREAK SPACE}{subscriber}",
            f"+{country} {area} {subscriber[:half]}\N{EN DASH}{subscriber[half:]}",
            f"{e164} ext. 12",
            f"{e164} DW 12",
            f"{e164},,12",
            f"\N{FULLWIDTH PLUS SIGN}{country} {area} {subscriber}",
        ]
        if country == "49":
            forms += [
                f"{trunk}{area}{subscriber}",
                f"{trunk}{area} {subscriber}",
                f"{trunk}{area}/{subscriber}",
                f"{trunk}{area} / {pairs}",
                f"({trunk}{area}) {subscriber}",
                f"({trunk}{area}) {pairs}",
                f"{trunk}{area}-{subscriber}",
                f"{trunk}{area}.{subscriber[:half]}.{subscriber[half:]}",
                f"{trunk} {area} {pairs}",
                f"({trunk} {area}) {subscriber[:half]} - {subscriber[half:]}",
                f"[{trunk}{area}] {subscriber}",
                "".join(chr(0x660 + int(digit)) for digit in f"{trunk}{area}{subscriber}"),  # Arabic-Indic digits
            ]
        yield from (Spelling(form, e164) for form in forms)
    yield from (
        Spelling(raw, "+49891234567") for raw in ("1234567", "123 45 67", "12345-67", "123.4567", "1 2 3 4 5 6 7")
    )


CALLERS = [f"+{country}{area}{subscriber}" for country, _, area, subscriber in NUMBERS]

STRANGERS = [
    "+49891234568",
    "+49301234567",
    "+493023125201",
    "+498966969123",
    "+4969123",
    "+491713920015",
    "+49713920014",
    "+4315123457",
    "+4366412345678",
    "+41446681801",
    "+441614960124",
    "+4916149601233",
    "+33142682001",
    "+390612345678",
    "+12125551234",
]
"""Callers who are nobody in the corpus, though their numbers look alike."""

HOPELESS = [
    "",
    "-",
    "n/a",
    "siehe Zentrale",
    "call after five",
    "anonymous",
    "*21#",
    "0",
    "00",
    "+",
    "+49",
    "++49 89 1234567 oder 0171 3920014",
    "info@example.org",
    "1234567890123456789012345678901234567890",
]
"""What also stands in number fields."""
