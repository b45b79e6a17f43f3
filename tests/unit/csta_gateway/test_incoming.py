"""Incoming calls as the seed wants them (M02–M10), from the event of the switch to the message for the page.

What only a browser can show stands in ``tests/browser``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs
from twisted.internet.defer import Deferred

from crm_adapter.directory import Contact, LabelledNumber, Match
from crm_adapter.location import Location
from crm_adapter.numbers import Number
from crm_adapter.poprules import PopRule
from csta.model.events import CallAnswered
from csta.model.states import ConnectionState
from csta_gateway.config import Config
from csta_gateway.config_screen import Screen, UserRules
from csta_gateway.contacts import Found
from tests.unit.csta_gateway.crm import ERIKA
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import Browser, World

MAX = Match(kind="person", record_id="8", name="Max Beispiel", person_id="8", source="crm")
MUSTER = Match(kind="company", record_id="3", name="Muster GmbH", company_id="3", source="crm")
CENTRAL = structs.replace(MUSTER, certainty="main_number")
DOUBTFUL = structs.replace(MAX, certainty="uncertain")

SCREEN = Screen(
    preset="sagecrm",
    address="https://crm.example.org/CRM",
    incoming=PopRule(screen="summary", trigger="ring"),
    users={"chef": UserRules(incoming=PopRule(screen="new_opportunity"), internal=PopRule(trigger="never"))},
)
SAGE = "https://crm.example.org/CRM/eware.dll/Do?Act="


@pytest.fixture
def world(make_world: Callable[..., World], settings: Config) -> World:
    location = Location(area_code="089", main_numbers=("+49 89 7654",))
    sites = {"Wien": Location(country="AT", area_code="01", main_numbers=("+43 1 99998",))}
    return make_world(structs.replace(settings, location=location, sites=sites, screen=SCREEN))


def knows(world: World, *matches: Match) -> None:
    """The CRM gives these for every number."""

    async def lookup(number: Number) -> tuple[Match, ...]:
        return matches

    world.crm.lookup = lookup  # type: ignore[method-assign] # this is what the CRM holds


def shown(browser: Browser) -> Any:  # noqa: ANN401 -- JSON
    """The one call on a page that opens now."""
    (snapshot,) = Socket(browser).messages()
    (call,) = snapshot["calls"]
    return call


def ring(world: World, user: str = "anna", number: str | None = "08999123", device: str = "2001") -> Any:  # noqa: ANN401 -- JSON
    world.switch.ring(device, number)
    return shown(world.browser(user))


def test_m02_number_and_label_come_with_the_first_event_and_the_matches_below(world: World) -> None:
    socket = Socket(world.browser("anna"))
    socket.messages()
    world.switch.ring()
    first = socket.messages()[0]
    assert (first["type"], first["call"]["label"], first["call"]["number"]["display"]) == (
        "call",
        "ringing",
        "089 99123",
    )


TABLE = [
    ("M03", (ERIKA,), ["Erika Mustermann"], "Erika Mustermann"),
    ("M03", (MUSTER,), ["Muster GmbH"], "Muster GmbH"),
    ("M04", (ERIKA, MAX), ["Erika Mustermann", "Max Beispiel"], "Erika Mustermann"),
    ("M04", (MUSTER, MAX), ["Max Beispiel", "Muster GmbH"], "Max Beispiel"),
    ("M04", (MAX, MAX), ["Max Beispiel"], "Max Beispiel"),  # the number stands in two fields of one record
    ("M04", (CENTRAL, MAX), ["Max Beispiel", "Muster GmbH"], "Max Beispiel"),
    ("M04", (DOUBTFUL, ERIKA), ["Erika Mustermann", "Max Beispiel"], "Erika Mustermann"),
    ("M05", (), [], None),
    ("M05", (DOUBTFUL,), ["Max Beispiel"], None),
]


@pytest.mark.parametrize(("seed", "found", "names", "name"), TABLE)
def test_matches(world: World, seed: str, found: tuple[Match, ...], names: list[str], name: str | None) -> None:
    knows(world, *found)
    call = ring(world)
    assert ([match["name"] for match in call["matches"]], call["name"]) == (names, name), seed
    assert call["pops"] is (name is not None or not found)


def test_m05_an_unknown_caller_can_be_made_a_record_of(world: World) -> None:
    knows(world)
    call = ring(world)
    assert call["stranger"] == {"new_person": f"{SAGE}141", "new_company": f"{SAGE}140", "add_number": True}
    assert call["url"] is None
    knows(world, ERIKA)
    contact = world.browser("anna").post("/api/contacts/search", {"text": "erika", "number": "+498999123"})
    assert contact.json["contacts"][0]["add_number"] == f"{SAGE}220&Key0=2&Key1=&Key2=7"


@pytest.mark.parametrize("number", [None, "anonymous"])
def test_m05_nothing_can_be_done_about_a_withheld_number(world: World, number: str | None) -> None:
    knows(world)
    assert ring(world, number=number)["stranger"] is None


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("2002", "Jonas Weber"),
        ("08976542002", "Jonas Weber"),  # by the full number
        ("+49 89 7654 2009", "Lager"),  # a user without call screen
        ("2990", None),  # an extension of nobody
    ],
)
def test_m06_colleagues_are_internal_and_no_contact_is_asked_for(world: World, number: str, name: str | None) -> None:
    knows(world, ERIKA)
    call = ring(world, number=number)
    assert (call["internal"], call["name"], call["way"]) == (True, name, "internal")
    assert [match["kind"] for match in call["matches"]] == (["user"] if name else [])
    assert (call["url"], call["stranger"]) == (None, None)


def test_m06_a_colleague_of_another_site_is_internal_by_the_full_number(world: World) -> None:
    users = [each if each.login != "jonas" else structs.replace(each, site="Wien") for each in world.gateway.users]
    world.gateway.users.replace(users)
    call = ring(world, number="00431999982002")
    assert (call["internal"], call["name"], call["number"]["display"]) == (True, "Jonas Weber", "+43 1 999982002")


def test_m07_an_answered_call_has_more_buttons(world: World) -> None:
    ringing = world.switch.ring()
    before = shown(world.browser("anna"))
    world.switch.change(ringing, CallAnswered, state=ConnectionState.CONNECTED, answered=1990.0)
    after = shown(world.browser("anna"))
    assert (after["label"], set(after["actions"]) > {"hold", "consult", "clear"}) == ("connected", True)
    assert "hold" not in before["actions"]


@pytest.mark.parametrize(
    ("user", "device", "call_screen", "expected"),
    [
        ("anna", "2001", "new_case", f"{SAGE}282&Key0=2&Key1=3&Key2=7"),  # customer service (U04)
        ("anna", "2001", "new_lead", f"{SAGE}191&Key0=2&Key1=3&Key2=7"),  # telesales (U05)
        ("anna", "2001", "", f"{SAGE}220&Key0=2&Key1=3&Key2=7"),  # nothing of one's own: what all have (U07)
        ("chef", "2003", "new_case", f"{SAGE}261&Key0=2&Key1=3&Key2=7"),  # sales, set for one user (U06)
        ("anna", "2001", "new_csae", None),  # a mistake in the user record
    ],
)
def test_m08_the_call_opens_the_users_own_screen_with_person_and_company(
    world: World, user: str, device: str, call_screen: str, expected: str | None
) -> None:
    knows(world, structs.replace(ERIKA, company_id="3"))
    world.gateway.users.replace(structs.replace(each, call_screen=call_screen) for each in world.gateway.users)
    assert ring(world, user, device=device)["url"] == expected


def test_m09_each_match_opens_its_record_while_it_rings(world: World) -> None:
    knows(world, structs.replace(ERIKA, company_id="3"), MUSTER)
    call = ring(world)
    assert call["label"] == "ringing"
    assert [match["url"] for match in call["matches"]] == [
        f"{SAGE}220&Key0=2&Key1=3&Key2=7",
        f"{SAGE}200&Key0=1&Key1=3",
    ]


def test_m10_details_are_there_before_the_call_is_answered_and_late_ones_follow(world: World) -> None:
    late: Deferred[tuple[Match, ...]] = Deferred()

    async def lookup(number: Number) -> tuple[Match, ...]:
        return await late

    world.crm.lookup = lookup  # type: ignore[method-assign] # the CRM takes its time
    socket = Socket(world.browser("anna"))
    socket.messages()
    world.switch.ring()
    first = socket.messages()[0]["call"]
    assert (first["matches_pending"], first["stranger"], first["name"]) == (True, None, None)
    world.clock.advance(3.0)  # far beyond the budget of a look-up
    socket.messages()
    late.callback((ERIKA,))
    (update,) = socket.messages()
    assert (update["call"]["name"], update["call"]["matches_pending"]) == ("Erika Mustermann", False)


def test_the_page_learns_when_pages_open(world: World) -> None:
    assert world.browser("anna").get("/api/me").json["triggers"] == {
        "incoming": "ring",
        "outgoing": "click",
        "internal": "click",
    }
    assert world.browser("chef").get("/api/me").json["triggers"]["internal"] == "never"


def test_numbers_of_contacts_are_meant_as_at_the_crm_and_written_as_at_the_users_site(world: World) -> None:
    """A number without area code is one of Munich, where the CRM is kept, whoever looks at it."""
    raws = ("5551234", "+49 89 7654 2001", "030 23125 200", "+43 1 99998 3001", "ask Eva")
    contact = Contact(
        kind="person", record_id="7", name="Erika", numbers=tuple(LabelledNumber(label="", raw=raw) for raw in raws)
    )
    anna = world.gateway.users.by_login("anna")
    assert anna is not None

    def seen_from(site: str) -> list[tuple[str, str]]:
        view = world.gateway.pages.contact_view(Found(contact, "crm"), structs.replace(anna, site=site))
        return [(number.display, number.dial) for number in view.numbers]

    assert seen_from("") == [
        ("089 5551234", "+49895551234"),
        ("2001", "2001"),
        ("030 23125200", "+493023125200"),
        ("+43 1 999983001", "+431999983001"),
        ("ask Eva", "ask Eva"),
    ]
    assert seen_from("Wien") == [
        ("+49 89 5551234", "+49895551234"),
        ("+49 89 76542001", "+498976542001"),
        ("+49 30 23125200", "+493023125200"),
        ("3001", "3001"),
        ("ask Eva", "ask Eva"),
    ]
