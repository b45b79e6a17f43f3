from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_adapter.numberrules import AreaCodeRule, Role
from crm_adapter.numbers import Location, Number, NumberInvalid, NumberKind, dial, normalise
from crm_adapter.texts import NUMBER_INVALID
from csta.model.call import Presentation

MUNICH = Location(
    country="DE", area_code="089", outside_prefixes=("0",), internal_length=4, main_numbers=("+49 89 1234",)
)
VIENNA = Location(country="AT", area_code="01", internal_length=3)
NEW_YORK = Location(country="US", area_code="212", outside_prefixes=("9",), internal_length=4)
MILAN = Location(country="IT", area_code="02", internal_length=3)
PREFIXED = Location(prefixed_roles=("outgoing", "incoming", "redirecting", "connected"))
LOCAL = AreaCodeRule(area_code="089", dial_area_code=False, dial_trunk_prefix=False)

E164_DIGITS = st.text("0123456789", min_size=1, max_size=14)


# What other people's software makes of these inputs, and we must not.
@pytest.mark.parametrize(
    ("raw", "e164"),
    [
        ("0044 161 5527789", "+441615527789"),
        ("+ 44 (161) 5527789", "+441615527789"),
        ("+44 (0)161 5527789", "+441615527789"),
        ("+49 (89) 1234-567", "+49891234567"),
        ("089/1234-567", "+49891234567"),
        ("(089) 12 34 567", "+49891234567"),
        ("+49 89 1234-0", "+498912340"),
        ("1234567", "+49891234567"),
        ("0800 CALLNOW", "+498002255669"),
        ("+39 06 12345678", "+390612345678"),
        ("+49 89 1234567 ext. 12", "+49891234567"),
        ("+49 89 1234567 x12", "+49891234567"),
        ("tel:+49-89-1234567;ext=12", "+49891234567"),
        ("+49 89 1234567 DW 12", "+49891234567"),
        ("+49 89 1234567 Durchwahl 12", "+49891234567"),
        ("٠٨٩ ١٢٣٤٥٦٧", "+49891234567"),
        ("０８９１２３４５６７", "+49891234567"),  # noqa: RUF001 -- full-width digits are the point
        ("sip:+49891234567@gateway.example;user=phone", "+49891234567"),
        ("N<0891234567>Muster GmbH;noa=nk", "+49891234567"),
    ],
)
def test_a_stored_number_in_any_writing(raw: str, e164: str) -> None:
    assert normalise(raw, MUNICH, "stored").e164 == e164


@pytest.mark.parametrize(
    ("role", "raw", "location", "e164"),
    [
        ("incoming", "0891234567", MUNICH, "+49891234567"),
        ("incoming", "1234567", MUNICH, "+49891234567"),
        ("incoming", "00441615527789", MUNICH, "+441615527789"),
        ("incoming", "+441615527789", MUNICH, "+441615527789"),
        ("outgoing", "00891234567", MUNICH, "+49891234567"),
        ("outgoing", "01234567", MUNICH, "+49891234567"),
        ("outgoing", "000441615527789", MUNICH, "+441615527789"),
        ("outgoing", "001711234567", MUNICH, "+491711234567"),
        ("outgoing", "0+49891234567", MUNICH, "+49891234567"),
        ("connected", "0891234567", MUNICH, "+49891234567"),
        ("incoming", "00891234567", PREFIXED, "+49891234567"),
        ("incoming", "+49891234567", PREFIXED, "+49891234567"),
        ("redirecting", "000441615527789", PREFIXED, "+441615527789"),
        ("incoming", "491711234567", Location(plus_missing=True), "+491711234567"),
        ("incoming", "441615527789", Location(plus_missing=True), "+441615527789"),
        ("incoming", "004930123456", Location(plus_missing=True), "+4930123456"),
        ("stored", "491711234567", Location(plus_missing=True, area_code="89"), "+4989491711234567"),
        ("outgoing", "90891234567", Location(outside_prefixes=("9",)), "+49891234567"),
        ("incoming", "5551234", NEW_YORK, "+12125551234"),
        ("incoming", "2125551234", NEW_YORK, "+12125551234"),
        ("incoming", "0212345678", MILAN, "+390212345678"),
        ("incoming", "5123456", VIENNA, "+4315123456"),
    ],
)
def test_prefixes_depend_on_role_and_site(role: Role, raw: str, location: Location, e164: str) -> None:
    assert normalise(raw, location, role).e164 == e164


@pytest.mark.parametrize(
    ("raw", "kind", "display", "verified"),
    [
        ("0891234567", "national", "089 1234567", True),
        ("00441615527789", "international", "+44 161 552 7789", True),
        ("2001", "internal", "2001", True),
        ("+49 89 1234 2001", "internal", "2001", True),
        ("112", "emergency", "112", True),
        ("110", "emergency", "110", True),
        ("116117", "service", "116117", True),
        ("11833", "service", "11833", True),
        ("08002255669", "service", "0800 2255669", True),
        ("1120", "internal", "1120", True),
        ("12", "national", "08912", False),
        ("017139200", "national", "017139200", False),  # too short for a pattern, not without its 0
        ("anna", "unknown", "anna", False),
        ("*21#", "feature", "*21#", False),
        ("0" * 40, "unknown", "0" * 40, False),
    ],
)
def test_kind_and_writing(raw: str, kind: NumberKind, display: str, verified: bool) -> None:
    number = normalise(raw, MUNICH)
    assert (number.kind, number.display, number.verified) == (kind, display, verified)


@pytest.mark.parametrize(
    ("raw", "presentation"),
    [
        (None, Presentation.NOT_KNOWN),
        ("", Presentation.NOT_KNOWN),
        ("notKnown", Presentation.NOT_KNOWN),
        ("anonymous", Presentation.RESTRICTED),
    ],
)
def test_a_withheld_number(raw: str | None, presentation: Presentation) -> None:
    assert normalise(raw, MUNICH) == Number(raw=raw or "", presentation=presentation)


@pytest.mark.parametrize(
    ("location", "raw", "internal"),
    [
        (MUNICH, "200", None),
        (MUNICH, "2001", "2001"),
        (MUNICH, "20011", None),
        (MUNICH, "0123", None),  # asks for an outside line
        (Location(internal_length=3), "112", None),
        (Location(internal_length=3), "115", None),  # a service of the country
        (Location(internal_length=3, internal_ranges=((115, 119),)), "115", "115"),
        (Location(internal_ranges=((200, 299), (70000, 70999))), "250", "250"),
        (Location(internal_ranges=((200, 299), (70000, 70999))), "70123", "70123"),
        (Location(internal_ranges=((200, 299),)), "300", None),
        (Location(internal_ranges=((200, 299),)), "0250", None),
        (MUNICH, "+49 89 1234 200", None),
        (MUNICH, "+49 89 12342001", "2001"),
        (MUNICH, "0891234 0", None),
        (Location(), "+49 89 12342001", None),
    ],
)
@pytest.mark.parametrize("role", ["incoming", "connected", "stored", "typed"])
def test_extensions(location: Location, raw: str, internal: str | None, role: Role) -> None:
    assert normalise(raw, location, role).internal == internal


def test_an_extension_has_its_full_number_where_the_own_block_is_known() -> None:
    assert normalise("2001", MUNICH).e164 == "+498912342001"
    assert normalise("2001", Location()).e164 is None


@given(st.integers(1, 9), st.data())
def test_the_length_decides_in_both_directions(length: int, data: st.DataObject) -> None:
    location = Location(internal_length=length, outside_prefixes=("0",))
    digits = data.draw(st.text("0123456789", min_size=max(1, length - 1), max_size=length + 1))
    number = normalise(digits, location)
    internal = len(digits) == length and not digits.startswith("0") and number.kind not in ("emergency", "service")
    assert (number.internal == digits) is internal
    if internal:
        assert dial(digits, location).digits == digits


@pytest.mark.parametrize(
    ("text", "location", "digits"),
    [
        pytest.param("0044 161 5527789", MUNICH, "000441615527789", id="D01"),
        pytest.param("+ 44 (161) 5527789", MUNICH, "000441615527789", id="D02"),
        pytest.param("030 1234567", MUNICH, "00301234567", id="D03"),
        pytest.param("1234567", MUNICH, "00891234567", id="D04 with area code"),
        pytest.param("1234567", Location(area_code="89", area_code_rules=(LOCAL,)), "01234567", id="D04 without"),
        pytest.param("1234", MUNICH, "1234", id="D05"),
        pytest.param("+49 89 1234 1234", MUNICH, "1234", id="D06"),
        pytest.param("089/7654-321", MUNICH, "00897654321", id="F03 slash and dash"),
        pytest.param("(089) 76 54 321", MUNICH, "00897654321", id="F03 brackets"),
        pytest.param("+49 (89) 7654321", MUNICH, "00897654321", id="F03 canonical"),
        pytest.param("+49 (0)89 7654321", MUNICH, "00897654321", id="F03 trunk prefix in brackets"),
        pytest.param("112", MUNICH, "112", id="emergency"),
        pytest.param("0112", MUNICH, "112", id="emergency as dialled here"),
        pytest.param("112", Location(emergency_with_prefix=True), "0112", id="emergency over an outside line"),
        pytest.param("116117", MUNICH, "0116117", id="short number"),
        pytest.param("0800 CALLNOW", MUNICH, "008002255669", id="vanity"),
        pytest.param("555-1234", NEW_YORK, "912125551234", id="US local"),
        pytest.param("+49 89 1234567", NEW_YORK, "901149891234567", id="US abroad"),
        pytest.param("06 12345678", MILAN, "00612345678", id="Italian zero"),
        pytest.param("tel:+49-89-7654321", MUNICH, "00897654321", id="tel URI"),
    ],
)
def test_dialling(text: str, location: Location, digits: str) -> None:
    assert dial(text, location).digits == digits


@pytest.mark.parametrize(
    ("prefixes", "digits"),
    [((), "0301234567"), (("",), "0301234567"), (("9",), "90301234567"), (("00", "1"), "000301234567")],
)
def test_the_outside_prefix_stands_before_external_numbers(prefixes: tuple[str, ...], digits: str) -> None:
    assert dial("030 1234567", Location(area_code="089", outside_prefixes=prefixes)).digits == digits


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("anonymous", "not_a_number"),
        ("Anna", "not_a_number"),
        ("*21#", "feature_code"),
        ("+999 123456", "country_unknown"),
        ("+49", "not_a_number"),
        ("+49 1", "too_short"),
        ("+44 1", "too_short"),
        ("089 12345678901234567", "too_long"),
        ("1" * 300, "too_long"),
        ("+44 161 55277", "too_short"),
        ("+41 44 123 45 67 89", "not_possible"),
    ],
)
def test_an_impossible_number_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(NumberInvalid) as raised:
        dial(text, MUNICH)
    assert raised.value.reason == reason


@pytest.mark.parametrize("text", ["0044 161 5527789", "+ 44 (161) 5527789", "+44 161 5527789", "2001"])
def test_the_strict_field_takes_the_two_forms(text: str) -> None:
    assert dial(text, MUNICH, strict=True) == dial(text, MUNICH)


@pytest.mark.parametrize("text", ["0044-161/5527789", "(089) 1234567", "0800 CALLNOW", "+44-161-5527789"])
def test_the_strict_field_refuses_other_forms(text: str) -> None:
    assert dial(text, MUNICH).digits
    with pytest.raises(NumberInvalid, match="format"):
        dial(text, MUNICH, strict=True)


def test_every_reason_has_its_sentence_in_both_languages() -> None:
    assert all(set(sentences) == {"de", "en"} and all(sentences.values()) for sentences in NUMBER_INVALID.values())


@given(st.text(max_size=40) | E164_DIGITS.map("+{}".format) | st.text("0123456789 +()/-.*#", max_size=40))
def test_any_text_is_dialled_or_refused_with_a_known_reason(text: str) -> None:
    digits, reason = "0", next(iter(NUMBER_INVALID))
    try:
        digits = dial(text, MUNICH).digits
    except NumberInvalid as refused:
        reason = refused.reason
    assert digits.isascii()
    assert digits.isdecimal()
    assert reason in NUMBER_INVALID


@given(
    st.one_of(st.none(), st.text(max_size=300), st.text("0123456789+<>N;:@", max_size=40)),
    st.sampled_from([MUNICH, VIENNA, NEW_YORK, MILAN]),
)
def test_any_identifier_is_normalised(raw: str | None, location: Location) -> None:
    for role in ("incoming", "outgoing", "stored"):
        number = normalise(raw, location, role)
        assert number.e164 is None or number.e164[1:].isdecimal()


@given(E164_DIGITS, st.sampled_from([MUNICH, VIENNA, NEW_YORK, MILAN]))
def test_what_was_dialled_is_recognised_and_dialled_the_same_again(digits: str, location: Location) -> None:
    try:
        first = dial(f"+{digits}", location)
    except NumberInvalid:
        return
    seen = normalise(first.digits, location, "outgoing")
    if not first.number.verified:
        return  # of a number no plan has, a formatter may make anything
    assert seen.e164 == first.number.e164
    assert dial(seen.e164 or seen.display, location).digits == first.digits
