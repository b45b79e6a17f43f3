"""Every row of what is asked of numbers, and what holds of all numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_adapter.location import Location
from crm_adapter.numbers import NumberInvalid, canonical, dial, explain, normalise
from crm_adapter.phoneindex import candidates, index_entry
from csta.model.call import Presentation
from tests.unit.crm_adapter.number_rows import (
    DIALLING,
    FIELDS,
    FORMS,
    GUESSING,
    MUNICH,
    NO_NUMBER,
    ORDER,
    SETTINGS,
    STEPS,
    Dialled,
    Understood,
)


@pytest.mark.parametrize("row", SETTINGS.values(), ids=SETTINGS)
def test_settings_of_a_site(row: Dialled) -> None:
    assert dial(row.text, row.site).digits == row.digits


@pytest.mark.parametrize("row", FIELDS.values(), ids=FIELDS)
def test_phone_fields(row: Dialled) -> None:
    assert dial(row.text, row.site).digits == row.digits


@pytest.mark.parametrize("row", DIALLING.values(), ids=DIALLING)
def test_dialling(row: Dialled) -> None:
    assert dial(row.text, row.site).digits == row.digits


@pytest.mark.parametrize("row", ORDER.values(), ids=ORDER)
def test_the_way_back(row: Dialled) -> None:
    assert dial(row.text, row.site).digits == row.digits


@pytest.mark.parametrize("row", FORMS.values(), ids=FORMS)
def test_forms(row: Understood) -> None:
    assert normalise(row.raw, row.site, row.role).e164 == row.e164


@pytest.mark.parametrize(("raw", "presentation"), NO_NUMBER.items(), ids=lambda each: str(each) or "empty")
def test_words_instead_of_a_number(raw: str, presentation: Presentation) -> None:
    number = normalise(raw, MUNICH)
    assert (number.e164, number.display, number.presentation) == (None, "", presentation)


@pytest.mark.parametrize(("row", "names"), STEPS.values(), ids=STEPS)
def test_the_order_of_the_steps(row: Understood, names: tuple[str, ...]) -> None:
    number, steps = explain(row.raw, row.site, row.role)
    assert number.e164 == row.e164
    assert tuple(step.name for step in steps) == names


@pytest.mark.parametrize(
    ("text", "strict"),
    [
        pytest.param("0044 161 5527789", True, id="F05 digits with spaces"),
        pytest.param("+ 44 (161) 5527789", True, id="F05 + country (area) number"),
        pytest.param("0044-161/5527789", False, id="F05 symbols"),
        pytest.param("(089) 1234567", False, id="F05 brackets around an area code at home"),
        pytest.param("089 1234567 DW 12", False, id="F05 words"),
        pytest.param("0800 CALLNOW", False, id="F05 vanity"),
    ],
)
def test_the_free_field_is_strict_or_lenient(text: str, strict: bool) -> None:
    lenient = dial(text, MUNICH)
    if strict:
        assert dial(text, MUNICH, strict=True) == lenient
    else:
        with pytest.raises(NumberInvalid, match="format"):
            dial(text, MUNICH, strict=True)


@pytest.mark.parametrize("digits", ["1120", "1101", "1103"])
def test_an_extension_that_begins_like_an_emergency_number_is_none(digits: str) -> None:
    assert normalise(digits, MUNICH).kind == "internal"
    assert dial(digits, MUNICH).digits == digits


@pytest.mark.parametrize(
    ("country", "number"), [("DE", "112"), ("DE", "110"), ("US", "911"), ("GB", "999"), ("AT", "144"), ("CH", "117")]
)
@pytest.mark.parametrize("length", [2, 3, 4])
@pytest.mark.parametrize("outside", ["", "0", "9", "00"])
def test_emergency_numbers_are_never_rewritten(country: str, number: str, length: int, outside: str) -> None:
    site = Location(country=country, area_code="30", internal_length=length, outside_prefixes=(outside,))
    for text in (number, outside + number):
        assert normalise(text, site, "typed").kind == "emergency"
        assert dial(text, site).digits == number


@pytest.mark.parametrize(
    ("raw", "main"),
    [
        pytest.param("030-1234-0", True, id="area code with a dash"),
        pytest.param("089/1234-0", True, id="operator"),
        pytest.param("089/1234-00", True, id="operator 00"),
        pytest.param("+43 1 512345-0", True, id="AT"),
        pytest.param("+1 425-555-0100", False, id="not in the NANP"),
        pytest.param("+49 89 1234-567", False, id="a direct number"),
        pytest.param("+49 89 12340", False, id="no dash"),
    ],
)
def test_main_numbers_as_they_are_written(raw: str, main: bool) -> None:
    entry = index_entry(raw, MUNICH)
    assert entry is not None
    assert entry.main is main


@pytest.mark.parametrize(
    ("number", "tried"),
    [
        pytest.param("+498976543", {0: 1, 1: 3, 2: 3, 3: 3}, id="DE, three digits"),
        pytest.param("+43151234567", {0: 1, 1: 3, 2: 3, 3: 3, 4: 3, 5: 3}, id="AT, five digits"),
        pytest.param("+14255550100", {0: 1}, id="NANP, none"),
        pytest.param("+4930123", {0: 1, 1: 3, 2: 3}, id="never less than three digits are left"),
    ],
)
def test_main_numbers_that_are_looked_for(number: str, tried: dict[int, int]) -> None:
    found = candidates(normalise(number, Location()))
    counts = [each.extension_digits for each in found]
    assert len(found) <= 16
    assert {digits: counts.count(digits) for digits in counts} == tried


def test_a_guessed_number_is_looked_for_in_all_its_readings() -> None:
    number = normalise("491711234567", GUESSING)
    assert number.others == ("+491711234567",)
    assert [each.e164 for each in candidates(number) if each.extension_digits == 0] == [number.e164, *number.others]


COUNTRIES = st.sampled_from(["DE", "AT", "CH", "GB", "US", "FR", "IT", "HU", "PL", "ES"])
SITES = st.builds(
    Location,
    country=COUNTRIES,
    area_code=st.sampled_from(["", "89", "30"]),
    outside_prefixes=st.sampled_from([(), ("",), ("0",), ("9",), ("00",), ("0", "1")]),
    internal_length=st.integers(1, 6),
    internal_ranges=st.sampled_from([(), ((10, 99),), ((200, 299), (70000, 79999))]),
    prefixed_roles=st.sampled_from([(), ("outgoing",), ("outgoing", "incoming")]),
    plus_missing=st.booleans(),
    guess=st.booleans(),
    dial_e164=st.booleans(),
    emergency_with_prefix=st.booleans(),
    short_with_prefix=st.booleans(),
)
TEXTS = (
    st.text(max_size=60)
    | st.text("0123456789 +()/-.*#,;", max_size=60)
    | st.from_regex(r"\+?[0-9 ]{3,16}( (ext|DW|App\.|x) ?[0-9]{1,5})?", fullmatch=True)
)
ROLES = st.sampled_from(["incoming", "outgoing", "redirecting", "connected", "stored", "typed"])


@given(TEXTS, SITES, ROLES)
def test_any_text_is_understood_within_limits(text: str, site: Location, role: str) -> None:
    number = normalise(text, site, role)  # type: ignore[arg-type]
    assert number.e164 is None or (number.e164[1:].isdecimal() and len(number.e164) <= 18)
    assert len(number.display) <= 2 * 250
    assert number.internal is None or number.kind == "internal"
    assert canonical(number, site) or not number.display


@given(TEXTS, SITES)
def test_what_is_dialled_has_only_digits_and_is_stable(text: str, site: Location) -> None:
    try:
        first = dial(text, site, feature_codes=True)
    except NumberInvalid:
        return
    assert first.digits.strip("0123456789*#") in ("", "+")
    assert first.post_dial.strip("0123456789*#") == ""
    number = first.number
    if not number.verified:  # of a number no plan has, a formatter may make anything
        return
    written = number.internal or number.e164 or number.display
    again = dial(written, site)
    assert (again.digits, again.number.e164) == (first.digits, number.e164)
