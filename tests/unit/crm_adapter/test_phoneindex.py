from __future__ import annotations

import pytest

from crm_adapter.numbers import Location, normalise
from crm_adapter.phoneindex import IndexEntry, candidates, index_entry

MUNICH = Location(area_code="089", main_numbers=("+49 89 99998",))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("089/1234-0", IndexEntry(e164="+498912340", main=True)),
        ("+43 1 512345-0", IndexEntry(e164="+4315123450", main=True)),
        ("030-1234-0", IndexEntry(e164="+493012340", main=True)),
        ("+49 89 1234-567", IndexEntry(e164="+49891234567", main=False)),
        ("+1 425-555-0100", IndexEntry(e164="+14255550100", main=False)),
        ("+44 161 496-0", IndexEntry(e164="+441614960", main=False)),
        ("+44 20 7946 000-0", IndexEntry(e164="+442079460000", main=False)),
        ("call after five", None),
        ("", None),
        ("112", None),
    ],
)
def test_index_entry(raw: str, expected: IndexEntry | None) -> None:
    assert index_entry(raw, MUNICH) == expected


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("+49691234567", 3),
        ("+4315123456", 5),
        ("+491713920014", 0),
        ("+12125551234", 0),
        ("+49301234", 3),
        ("+4940123", 2),
    ],
)
def test_only_open_number_plans_have_extensions(number: str, digits: int) -> None:
    found = candidates(normalise(number, MUNICH))
    assert found[0].e164 == number
    assert max(each.extension_digits for each in found) == digits
    assert len(found) <= 1 + 3 * digits
    assert len({each.e164 for each in found}) == len(found)
