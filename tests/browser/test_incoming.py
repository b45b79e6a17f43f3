"""User records (U) and incoming calls (M) as the seed wants them, on the real gateway, in German and in English.

What the gateway makes of them is held, row by row, by ``tests/unit/csta_gateway/test_incoming.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.words import ERIKA, KRUEGER, LUKAS, STRANGER, WORDS, card, field, rings

if TYPE_CHECKING:
    from tests.browser.office import Office

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["de", "en"])]

Enter = Callable[..., Page]
Picture = Callable[[Page, str], None]


def test_u01_only_users_with_cti_have_a_call_screen(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("lager", language)
    expect(page.locator(".desk")).to_contain_text(WORDS["without CTI"][language])
    office.order("ring", ERIKA, "2009")
    page.wait_for_timeout(500)  # in which a call would have been shown
    for part in (".dial", ".calls", ".notice"):
        expect(page.locator(part)).to_be_hidden()
    picture(page, "off")
    with_cti = enter("anna", language)
    for part in (".dial", ".calls"):
        expect(with_cti.locator(part)).to_be_visible()


@pytest.mark.parametrize(
    ("login", "device"), [("lena", "2005"), ("theo", "2006"), ("ida", "2007")], ids=["address", "name", "uri"]
)
def test_u02_a_telephone_is_known_by_any_of_its_names(
    office: Office, enter: Enter, picture: Picture, language: str, login: str, device: str
) -> None:
    page = enter(login, language)
    office.order("ring", ERIKA, device)
    rings(page, language, "Erika Mustermann")
    expect(page.locator(".me__extension")).to_have_text(device)
    picture(page, "ringing")


def test_u02_a_telephone_the_switch_does_not_know_is_told_and_costs_nothing_else(
    enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("nora", language)
    expect(page.locator(".dot")).to_have_attribute("data-tone", "waiting")
    page.locator(".me").click()
    expect(page.locator("#link-menu")).to_contain_text(WORDS["out of service"][language])
    picture(page, "unknown")


@pytest.mark.parametrize(
    ("login", "device", "path", "asked"),
    [
        ("anna", "2001", "/case/new", {"person", "company", "phone"}),
        ("jonas", "2002", "/lead/new", {"person", "company", "name", "phone"}),
        ("miriam", "2003", "/opportunity/new", {"person", "company"}),
        ("peter", "2004", "/person/1", set()),
    ],
    ids=["U04", "U05", "U06", "U07"],
)
def test_u03_the_name_opens_the_users_own_page_of_the_crm(
    office: Office,
    enter: Enter,
    picture: Picture,
    language: str,
    login: str,
    device: str,
    path: str,
    asked: set[str],
) -> None:
    page = enter(login, language)
    office.order("ring", ERIKA, device)
    address = rings(page, language).get_by_role("link", name="Erika Mustermann").get_attribute("href")
    parts = urlsplit(address or "")
    values = parse_qs(parts.query)
    assert (parts.netloc, parts.path, set(values)) == ("crm.example.com", path, asked)
    assert values.get("phone", ["+496990009123"]) == ["+496990009123"]
    picture(page, "page")


@pytest.mark.parametrize("number", ["2002", "08999998" + "2002"], ids=["extension", "full"])
def test_u08_colleagues_are_known_by_extension_and_by_full_number(
    office: Office, enter: Enter, picture: Picture, language: str, number: str
) -> None:
    page = enter("anna", language)
    office.order("ring", number, "2001")
    expect(rings(page, language, "Jonas Weber")).to_contain_text(WORDS["internal"][language])
    picture(page, "colleague")


def test_u09_a_list_says_whose_each_telephone_is_and_double_ones_are_told(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("ute", language)  # has no telephone in the user record
    office.order("ring", ERIKA, "2008")
    rings(page, language, "Erika Mustermann")
    picture(page, "listed")
    told = office.log.read_text().splitlines()
    for line, twice in (("telephones.csv:6", "DN 2008"), ("telephones.csv:7", "TN 1-1-08")):
        assert any(line in row and twice in row for row in told), told


def test_u10_a_telephone_is_one_users_unless_it_is_shared(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    anna, rolf = enter("anna", language), enter("rolf", language)
    expect(rolf.locator(".notice")).to_contain_text(WORDS["no telephone"][language])
    office.order("ring", ERIKA, "2001")
    rings(anna, language)
    expect(card(rolf)).to_have_count(0)
    picture(rolf, "without")
    sharing = [enter("werner", language), enter("wilma", language)]
    office.order("ring", KRUEGER, "2901")
    for page in sharing:
        rings(page, language)


def test_u11_a_browser_is_enough(office: Office, enter: Enter, picture: Picture, language: str) -> None:
    page = enter("anna", language)
    expect(page.locator(".dot")).to_have_attribute("data-tone", "good")
    field(page, language).fill("0044 161 5527789")
    page.keyboard.press("Enter")
    expect(card(page)).to_contain_text(WORDS["dialing"][language])
    office.order("far_end_answers")
    expect(card(page)).to_contain_text(WORDS["connected"][language])
    picture(page, "connected")


def test_u12_a_user_at_another_place_has_an_own_area_code_and_prefix(
    enter: Enter, picture: Picture, language: str
) -> None:
    for login, digits in (("anna", "00891234567"), ("werner", "90301234567")):
        page = enter(login, language)
        field(page, language).fill("1234567")
        expect(page.locator(".dial__hint")).to_contain_text(f"{WORDS['dials'][language]} {digits}")
        picture(page, login)


HIDE = """() => {
    window.told = [];
    window.Notification = class extends EventTarget {
        static permission = "granted";
        constructor(title, { body }) { super(); window.told.push([title, body]); }
        close() {}
    };
    Object.defineProperty(document, "hidden", { value: true });
    Object.defineProperty(document, "visibilityState", { value: "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
"""Makes the page believe that its window is minimised, and notes what it tells the desktop."""


def test_m01_a_call_is_told_while_the_window_is_out_of_sight(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language, notifications=True)
    page.evaluate(HIDE)
    office.order("ring", ERIKA, "2001")
    sentence = f"Erika Mustermann {WORDS['ringing'][language]}"
    page.wait_for_function("sentence => told.at(-1)?.[0] === sentence", arg=sentence)
    assert page.evaluate("told.at(-1)") == [sentence, "Muster GmbH · 069 90009123"]
    page.wait_for_function("sentence => document.title.includes(sentence)", arg=sentence)
    rings(page, language)
    picture(page, "hidden")


def test_m02_number_and_state_stand_in_the_list_and_matches_below(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language)
    office.order("ring", KRUEGER, "2001")
    ringing = rings(page, language)
    expect(ringing).to_contain_text("030 23125200")
    ringing.get_by_text(WORDS["more"][language]).click()
    state, matches = ringing.locator(".card__state").bounding_box(), ringing.locator(".match").first.bounding_box()
    assert state
    assert matches
    assert state["y"] + state["height"] <= matches["y"]
    picture(page, "matches")


@pytest.mark.parametrize(
    ("number", "name"), [(ERIKA, "Erika Mustermann"), ("022147103" + "00", "Rheinblick Verlag")], ids=["person", "firm"]
)
def test_m03_one_match_is_shown(
    office: Office, enter: Enter, picture: Picture, language: str, number: str, name: str
) -> None:
    page = enter("anna", language)
    office.order("ring", number, "2001")
    ringing = rings(page, language)
    expect(ringing.locator(".card__name")).to_have_text(name)
    expect(ringing.locator(".card__matches")).to_be_hidden()
    picture(page, "match")


def test_m04_all_matches_are_listed_each_once(office: Office, enter: Enter, picture: Picture, language: str) -> None:
    page = enter("anna", language)
    office.order("ring", KRUEGER, "2001")
    ringing = rings(page, language)
    ringing.get_by_text(WORDS["more"][language]).click()
    names = {"Jürgen Krüger", "Sabine Krüger", "Krüger & Söhne Haustechnik"}
    expect(ringing.locator(".match")).to_have_count(len(names))
    assert set(ringing.locator(".match .row__name").all_inner_texts()) == names
    picture(page, "all")
    office.order("ring", LUKAS, "2001")  # in two fields of one record
    expect(card(page, "Lukas Gruber").locator(".card__matches")).to_be_hidden()


def test_m05_of_a_stranger_there_is_the_number(office: Office, enter: Enter, picture: Picture, language: str) -> None:
    page = enter("anna", language)
    office.order("ring", STRANGER, "2001")
    ringing = rings(page, language)
    expect(ringing.locator(".card__name")).to_have_text("0152228817386")
    expect(ringing.locator(".card__name a")).to_have_count(0)
    expect(ringing.get_by_role("link", name=WORDS["new person"][language])).to_be_visible()
    picture(page, "stranger")


@pytest.mark.parametrize(("device", "name"), [("2002", "Jonas Weber"), ("2009", "Lager")], ids=["CTI", "without"])
def test_m06_colleagues_are_internal(
    office: Office, enter: Enter, picture: Picture, language: str, device: str, name: str
) -> None:
    page = enter("anna", language)
    office.order("dial", device, "2001")
    ringing = rings(page, language, name)
    expect(ringing.locator(".badge")).to_have_text(WORDS["internal"][language])
    expect(ringing.locator(".card__matches")).to_be_hidden()
    picture(page, "internal")


def test_m07_an_answered_call_is_connected_and_has_more_buttons(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language)
    office.order("ring", ERIKA, "2001")
    ringing = rings(page, language)
    more = [ringing.get_by_role("button", name=WORDS[word][language]) for word in ("hold", "consult")]
    for button in more:
        expect(button).to_have_count(0)
    ringing.get_by_role("button", name=WORDS["answer"][language]).click()
    expect(ringing).to_contain_text(WORDS["connected"][language])
    for button in more:
        expect(button).to_be_visible()
    picture(page, "connected")


def opened(page: Page, link: Locator) -> str:
    """The address a click opens in a page of its own."""
    page.context.route("https://crm.example.com/**", lambda route: route.fulfill(body="<title>CRM</title>"))
    with page.expect_popup() as popup:
        link.click()
    popup.value.wait_for_url("https://crm.example.com/**")
    return popup.value.url.removeprefix("https://crm.example.com")


def test_m08_the_call_opens_the_users_page_with_person_and_company(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language)
    office.order("ring", ERIKA, "2001")
    link = rings(page, language).locator(".card__name a")
    assert opened(page, link) == "/case/new?person=1&company=1&phone=%2B496990009123"
    picture(page, "call")


def test_m09_a_match_opens_its_record_while_it_rings(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language)
    office.order("ring", KRUEGER, "2001")
    ringing = rings(page, language)
    ringing.get_by_text(WORDS["more"][language]).click()
    records = ("Sabine Krüger", "/person/4"), ("Krüger & Söhne Haustechnik", "/company/2")
    for name, address in records:
        assert opened(page, ringing.locator(".match").get_by_role("link", name=name)) == address
    page.bring_to_front()
    expect(ringing).to_contain_text(WORDS["ringing"][language])
    picture(page, "records")


def test_m10_the_name_is_there_before_the_call_is_answered(
    office: Office, enter: Enter, picture: Picture, language: str
) -> None:
    page = enter("anna", language, viewport={"width": 1280, "height": 800})
    office.order("ring", ERIKA, "2001")
    ringing = rings(page, language)
    expect(ringing).to_contain_text("Erika Mustermann")
    expect(page.locator(".detail")).to_contain_text("Muster GmbH")
    expect(ringing.get_by_role("button", name=WORDS["answer"][language])).to_be_visible()
    picture(page, "before")
