"""Which page a call opens for whom and when (U03–U07 of the seed), and the pages of the presets."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from msgspec import structs

from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Match
from crm_adapter.location import Location
from crm_adapter.numbers import normalise
from crm_adapter.poprules import PopRule, ScreenPop, opens_by_itself, way
from crm_adapter.screenpop import Subject, Templates
from crm_adapter.screenpresets import PRESETS, PresetName, preset
from crm_adapter.sites import Sites
from crm_adapter.users import User
from csta.model.call import Direction

HERE = Location(area_code="089")
SITES = Sites(HERE, {"Wien": Location(country="AT", area_code="01")})
ANNA = User(login="anna", name="Anna Berger", extension="2001", call_screen="new_case")
ERIKA = Match(kind="person", record_id="7", name="Erika Mustermann", person_id="7", company_id="3", source="crm")
MUSTER = Match(kind="company", record_id="3", name="Muster GmbH", company_id="3", source="crm")
DOUBTFUL = structs.replace(ERIKA, certainty="uncertain")
CALL = CallEntry(
    id="c1",
    device="2001",
    direction=Direction.INCOMING,
    label="ringing",
    since=0,
    began=0,
    number=normalise("06990009123", HERE),
    matches=(ERIKA,),
)
OUTGOING = structs.replace(CALL, direction=Direction.OUTGOING)
COLLEAGUE = structs.replace(CALL, internal=True)
TEMPLATES = Templates(
    {name: f"https://crm.example/{name}" for name in ("new_case", "summary", "new_lead")}, ["crm.example"]
)


def pop(**users: dict[str, PopRule]) -> ScreenPop:
    rules = {"incoming": PopRule(screen="summary", trigger="ring"), "internal": PopRule(trigger="never")}
    return ScreenPop(TEMPLATES, SITES, rules, users)  # type: ignore[arg-type] # the keys are ways


@pytest.mark.parametrize(
    ("call", "expected"),
    [(CALL, "incoming"), (OUTGOING, "outgoing"), (COLLEAGUE, "internal")],
)
def test_the_way_of_a_call(call: CallEntry, expected: str) -> None:
    assert way(call) == expected


@pytest.mark.parametrize(
    ("call_screen", "own", "expected"),
    [
        ("", {}, {"incoming": "summary", "outgoing": "", "internal": ""}),
        ("new_case", {}, {"incoming": "new_case", "outgoing": "new_case", "internal": "new_case"}),
        (
            "new_case",
            {"outgoing": PopRule(screen="new_lead"), "internal": PopRule(screen="")},
            {"incoming": "new_case", "outgoing": "new_lead", "internal": ""},
        ),
    ],
)
def test_a_table_for_the_user_goes_before_the_user_record_and_that_before_the_rest(
    call_screen: str, own: dict[str, PopRule], expected: dict[str, str]
) -> None:
    user = structs.replace(ANNA, call_screen=call_screen)
    rules = pop(anna=own)
    assert {each: rules.screen(user, each) for each in ("incoming", "outgoing", "internal")} == expected


def test_triggers_are_given_for_everybody_and_for_some() -> None:
    rules = pop(anna={"incoming": PopRule(trigger="answer")})
    assert rules.triggers(ANNA) == {"incoming": "answer", "outgoing": "click", "internal": "never"}
    jonas = User(login="jonas", name="Jonas Weber")
    assert rules.triggers(jonas) == {"incoming": "ring", "outgoing": "click", "internal": "never"}


def test_a_user_whose_call_screen_is_not_there_is_warned_about_and_has_no_page() -> None:
    user = structs.replace(ANNA, call_screen="new_csae")
    assert list(pop().warnings(user)) == [
        "anna's call screen 'new_csae' is not in [screen.templates]; calls will not be links"
    ]
    assert pop().url(CALL, user) is None
    assert list(pop().warnings(ANNA)) == []


@pytest.mark.parametrize(
    ("matches", "expected"),
    [((ERIKA,), True), ((MUSTER,), True), ((), True), ((ERIKA, DOUBTFUL), True), ((DOUBTFUL,), False)],
)
def test_an_uncertain_match_never_opens_anything_by_itself(matches: tuple[Match, ...], expected: bool) -> None:
    assert opens_by_itself(structs.replace(CALL, matches=matches)) is expected


SAGE = "https://sage.example/CRM/eware.dll/Do?Act="
PAGES: list[tuple[PresetName, str, str, Match | None, str | None]] = [
    ("sagecrm", "U07", "summary", ERIKA, f"{SAGE}220&Key0=2&Key1=3&Key2=7"),
    ("sagecrm", "U07", "summary", MUSTER, f"{SAGE}200&Key0=1&Key1=3"),
    ("sagecrm", "U07", "summary", None, None),
    ("sagecrm", "U04", "new_case", ERIKA, f"{SAGE}282&Key0=2&Key1=3&Key2=7"),
    ("sagecrm", "U04", "new_case", MUSTER, f"{SAGE}282&Key0=1&Key1=3"),
    ("sagecrm", "U04", "new_case", None, f"{SAGE}282"),
    ("sagecrm", "U05", "new_lead", ERIKA, f"{SAGE}191&Key0=2&Key1=3&Key2=7"),
    ("sagecrm", "U06", "new_opportunity", MUSTER, f"{SAGE}261&Key0=1&Key1=3"),
    ("sagecrm", "M05", "new_person", None, f"{SAGE}141"),
    ("sagecrm", "M05", "new_company", None, f"{SAGE}140"),
    ("tryton", "U07", "summary", ERIKA, "https://tryton.example/#crm/model/party.party/7"),
    ("tryton", "M05", "new_person", None, "https://tryton.example/#crm/model/party.party"),
    ("generic", "U07", "summary", MUSTER, "https://crm.example/company/3"),
    ("generic", "U04", "new_case", ERIKA, "https://crm.example/case/new?person=7&company=3&phone=%2B496990009123"),
    ("generic", "M05", "new_person", None, "https://crm.example/person/new?name=&phone=%2B496990009123"),
    ("generic", "M05", "add_number", ERIKA, "https://crm.example/person/7/edit?phone=%2B496990009123"),
]
ADDRESSES: dict[str, str] = {
    "sagecrm": "https://sage.example/CRM/",
    "tryton": "https://tryton.example/#crm",
    "generic": "https://crm.example",
}


@pytest.mark.parametrize(("name", "seed", "page", "match", "expected"), PAGES)
def test_pages_of_the_presets(
    name: PresetName, seed: str, page: str, match: Match | None, expected: str | None
) -> None:
    templates = Templates(preset(name, ADDRESSES[name]), [urlsplit(ADDRESSES[name]).netloc])
    assert templates.url(page, Subject(ANNA, HERE, CALL, match)) == expected


def test_every_preset_has_what_unknown_callers_need() -> None:
    for name, templates in PRESETS.items():
        assert {"record", "summary", "new_person", "new_company", "add_number"} <= templates.keys(), name
    assert {"new_case", "new_lead", "new_opportunity"} <= PRESETS["sagecrm"].keys()
