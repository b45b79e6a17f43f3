from __future__ import annotations

import msgspec
import pytest

from crm_adapter.location import Location


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("country", "Germany", "DE, AT or GB"),
        ("country", "", "DE, AT or GB"),
        ("area_code", "München", "089"),
        ("outside_prefixes", ["0,1"], "digits like 0"),
        ("internal_length", 0, "1 to 9"),
        ("internal_length", 10, "1 to 9"),
        ("internal_ranges", [[300, 200]], "[first, last]"),
        ("main_numbers", ["089 1234"], "+49 89 1234"),
        ("main_numbers", ["+44 161 496"], "+49 89 1234"),
        ("main_numbers", ["+49"], "+49 89 1234"),
    ],
)
def test_a_senseless_value_is_refused_with_its_field(field: str, value: object, hint: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert({field: value}, Location)
    assert field in str(raised.value)
    assert hint in str(raised.value)


@pytest.mark.parametrize("area_code", ["089", "89", "0 89", "(089)"])
def test_the_area_code_may_have_its_trunk_prefix(area_code: str) -> None:
    assert Location(area_code=area_code).area == "89"


@pytest.mark.parametrize("main_number", ["+49891234", "+49 89 1234", "+49 (0)89 1234", "+49 (89) 1234"])
def test_the_own_block_in_any_writing(main_number: str) -> None:
    assert Location(main_numbers=(main_number,)).blocks == ("+49891234",)


@pytest.mark.parametrize(
    ("prefixes", "outside"), [((), ""), (("",), ""), (("0",), "0"), (("9",), "9"), (("00",), "00"), (("0", "1"), "0")]
)
def test_the_first_outside_prefix_is_dialled(prefixes: tuple[str, ...], outside: str) -> None:
    assert Location(outside_prefixes=prefixes).outside == outside


@pytest.mark.parametrize(
    ("prefixes", "digits", "rest"),
    [
        ((), "0891", "0891"),
        (("",), "0891", "0891"),
        (("0",), "00891", "0891"),
        (("0", "00"), "00891", "891"),
        (("0", "1"), "1089", "089"),
        (("9",), "089", "089"),
    ],
)
def test_the_longest_outside_prefix_is_taken_off(prefixes: tuple[str, ...], digits: str, rest: str) -> None:
    assert Location(outside_prefixes=prefixes).without_prefix(digits) == rest
