"""What a site can say about its numbers: rules of the switch, prefixes, blocks, area codes, and the way all is told."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_adapter.location import Location
from crm_adapter.numberrules import AreaCodeRule, NumberRule, Role
from crm_adapter.numbers import NumberInvalid, canonical, dial, explain, normalise
from crm_adapter.numbersteps import Step, StepName
from crm_adapter.texts import NUMBER_STEPS

MUNICH = Location(area_code="089", main_numbers=("+49 89 1234", "+49 89 777"))
ROUTED = Location(
    area_code="040",
    internal_length=3,
    rules=(
        NumberRule(pattern=r"L\d#(0\d+)", replace=r"\1", roles=("incoming",)),
        NumberRule(pattern=r"77(\d{5})", replace=r"\1", internal=True),
        NumberRule(pattern=r"(\d+)\*\d+", replace=r"\1"),
        NumberRule(pattern=r"7.*", replace="0800 0000000"),
    ),
)


@pytest.mark.parametrize(
    ("raw", "role", "e164", "internal"),
    [
        pytest.param("L0#040123456", "incoming", "+4940123456", None, id="route of the switch before the number"),
        pytest.param("L0#040123456", "connected", None, None, id="a rule is for its roles only"),
        pytest.param("7712345", "incoming", None, "12345", id="an extension of another length"),
        pytest.param("tel:7712345", "connected", None, "12345", id="URI taken off before"),
        pytest.param("040123456*17", "redirecting", "+4940123456", None, id="tail of the switch"),
        pytest.param("7700000*1", "incoming", "+49407700000", None, id="the first rule that fits is the only one"),
        pytest.param("7712345", "stored", "+49407712345", None, id="not for numbers of a CRM"),
    ],
)
def test_rules_of_the_switch(raw: str, role: Role, e164: str | None, internal: str | None) -> None:
    number = normalise(raw, ROUTED, role)
    assert (number.e164, number.internal) == (e164, internal)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"pattern": "(", "replace": ""}, "missing )"),
        ({"pattern": "a", "replace": r"\1"}, "invalid group reference"),
        ({"pattern": "a", "replace": "", "roles": ["caller"]}, "Invalid enum value 'caller'"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(rule: dict[str, object], reason: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert({"rules": [rule]}, Location)
    assert reason in str(raised.value)


@pytest.mark.parametrize(
    ("raw", "internal", "e164"),
    [
        ("+49 89 1234 2001", "2001", "+498912342001"),
        ("+49 89 777 2001", "2001", "+49897772001"),
        ("2001", "2001", "+498912342001"),
        ("+49 89 777 20", None, "+498977720"),
    ],
)
def test_several_blocks_of_own_numbers(raw: str, internal: str | None, e164: str) -> None:
    number = normalise(raw, MUNICH)
    assert (number.internal, number.e164) == (internal, e164)


def area_rules(*rules: AreaCodeRule, **more: object) -> Location:
    return msgspec.convert({"area_code": "089", "area_code_rules": rules, **more}, Location, from_attributes=True)


@pytest.mark.parametrize(
    ("text", "location", "digits"),
    [
        pytest.param("089 7654321", area_rules(), "00897654321", id="S12 no rule: trunk prefix and area code"),
        pytest.param(
            "089 7654321",
            area_rules(AreaCodeRule(area_code="89", dial_area_code=False, dial_trunk_prefix=False)),
            "07654321",
            id="S12 own area without its code",
        ),
        pytest.param(
            "089 7654321",
            area_rules(AreaCodeRule(area_code="089", prefixes=("5", "6"), dial_area_code=False)),
            "00897654321",
            id="S12 a rule for other prefixes",
        ),
        pytest.param(
            "089 6654321",
            area_rules(AreaCodeRule(area_code="089", prefixes=("5", "6"), dial_area_code=False)),
            "006654321",
            id="S12 with trunk prefix, without area code",
        ),
        pytest.param(
            "(212) 555-1234",
            Location(
                country="US",
                area_code="212",
                outside_prefixes=("9",),
                area_code_rules=(AreaCodeRule(area_code="212", dial_trunk_prefix=False),),
            ),
            "92125551234",
            id="S12 ten digits in the NANP",
        ),
        pytest.param("030 1234567", Location(trunk_prefix="010330"), "0010330301234567", id="own trunk prefix"),
        pytest.param("+44 161 5527789", Location(international_prefix="01033000"), "001033000441615527789"),
        pytest.param("+44 161 5527789", Location(dial_e164=True), "+441615527789", id="the switch takes E.164"),
        pytest.param("2001", Location(dial_e164=True), "2001", id="extensions stay extensions"),
        pytest.param("+49 89 777 2001", MUNICH, "2001", id="D06 in the second block"),
    ],
)
def test_dialling_by_the_rules_of_the_site(text: str, location: Location, digits: str) -> None:
    assert dial(text, location).digits == digits


@pytest.mark.parametrize(
    ("text", "digits", "post_dial"),
    [
        ("089 7654321", "00897654321", ""),
        ("089 7654321 DW 12", "00897654321", "12"),
        ("089 7654321 Durchwahl: 12", "00897654321", "12"),
        ("089 7654321 App. 12", "00897654321", "12"),
        ("089 7654321 Nst. 12", "00897654321", "12"),
        ("089 7654321-Kl. 12", "00897654321", "12"),
        ("089 7654321,,12", "00897654321", "12"),
        ("089 7654321;12", "00897654321", "12"),
        ("tel:+49-89-7654321;ext=12", "00897654321", "12"),
        ("0800 CALLNOW", "008002255669", ""),
    ],
)
def test_what_is_sent_after_the_answer(text: str, digits: str, post_dial: str) -> None:
    dialable = dial(text, MUNICH)
    assert (dialable.digits, dialable.post_dial) == (digits, post_dial)


def test_codes_of_the_switch_are_dialled_only_when_allowed() -> None:
    assert dial("*21*2002#", MUNICH, feature_codes=True).digits == "*21*2002#"
    for text, allowed in (("*21#", False), ("Anna*", True)):
        with pytest.raises(NumberInvalid, match="feature_code"):
            dial(text, MUNICH, feature_codes=allowed)


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("089 7654321", "+49 (89) 7654321"),
        ("0171 1234567", "+49 (171) 1234567"),
        ("+44 161 5527789", "+44 (161) 5527789"),
        ("+390612345678", "+39 (06) 12345678"),
        ("2001", "+49 (89) 1234-2001"),
        ("+49 89 777 2001", "+49 (89) 777-2001"),
        ("+45 32 12 34 56", "+45 32123456"),
        ("112", "112"),
    ],
)
def test_the_canonical_form_of_windows_telephony(raw: str, written: str) -> None:
    number = normalise(raw, MUNICH)
    assert canonical(number, MUNICH) == written
    again = normalise(written, MUNICH)
    assert (again.e164, again.internal) == (number.e164, number.internal)


def test_the_rest_of_a_canonical_address_is_no_part_of_the_number() -> None:
    assert normalise("+49 (89) 7654321|4711^Erika Mustermann", MUNICH).e164 == "+49897654321"


def test_every_step_is_told() -> None:
    number, steps = explain("sip:L0#0401234@pbx", ROUTED, "incoming")
    assert number.e164 == "+49401234"
    assert steps == (
        Step("identifier", "L0#0401234"),
        Step("rule", "0401234", r"1 'L\\d#(0\\d+)'"),
        Step("plan", "+49401234", "DE"),
    )
    assert [step.name for step in explain("0" + "12342001", MUNICH, "outgoing")[1]] == [
        "identifier",
        "outside",
        "area",
        "plan",
        "own",
    ]
    assert explain("+49", MUNICH, "incoming")[1][-1] == ("refused", "not_a_number", "")
    assert explain("anonymous", MUNICH, "incoming")[1] == (Step("withheld", "restricted"),)


def test_every_step_has_its_words_in_both_languages() -> None:
    assert set(NUMBER_STEPS) == set(get_args(StepName))
    assert all(set(words) == {"de", "en"} and all(words.values()) for words in NUMBER_STEPS.values())


SITES = st.builds(
    Location,
    country=st.sampled_from(["DE", "AT", "CH", "GB", "US", "FR", "IT"]),
    outside_prefixes=st.sampled_from([(), ("0",), ("9",), ("00",), ("0", "1")]),
    internal_length=st.integers(2, 5),
    dial_e164=st.booleans(),
    emergency_with_prefix=st.booleans(),
)


@settings(max_examples=60)
@given(SITES, st.text("0123456789", min_size=7, max_size=12))
def test_dialling_what_was_understood_is_stable(location: Location, digits: str) -> None:
    try:
        first = dial(f"+{digits}", location)
    except NumberInvalid:
        return
    if first.number.verified:  # of a number no plan has, a formatter may make anything
        again = dial(first.number.e164 or first.number.display, location)
        assert (again.digits, again.number.e164) == (first.digits, first.number.e164)
        if not location.dial_e164:
            assert normalise(first.digits, location, "outgoing").e164 == first.number.e164
