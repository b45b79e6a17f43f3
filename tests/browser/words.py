"""What a person finds on the call screen: the seed's words in both languages, and the parts they stand in."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.office import Office

LOOKS: dict[str, Any] = {"de": {}, "en": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}}}
"""A light panel for the German screens and a dark window for the English ones, so that all of them are seen."""

ERIKA = "06990009123"
"""A person of the CRM."""
KRUEGER = "03023125200"
"""Two people and their company."""
LUKAS = "004319999817"
"""A person whose record has the number twice."""
STRANGER = "0152228817386"
"""Nobody."""

WORDS = {
    "answer": {"de": "Antworten", "en": "Answer"},
    "back": {"de": "Zurück zum ersten", "en": "Back to first"},
    "busy": {"de": "besetzt", "en": "busy"},
    "colleagues": {"de": "Kollegen", "en": "Colleagues"},
    "complete": {"de": "Weiterleitung abschließen", "en": "Complete transfer"},
    "conference": {"de": "Konferenz", "en": "Conference"},
    "connected": {"de": "verbunden", "en": "connected"},
    "consult": {"de": "Rückfrage", "en": "Consult"},
    "consultation": {"de": "Rückfrage", "en": "consultation"},
    "contacts": {"de": "Kontakte", "en": "Contacts"},
    "decline": {"de": "Ablehnen", "en": "Decline"},
    "dial": {"de": "Wählen", "en": "Dial"},
    "dialing": {"de": "wird gewählt", "en": "dialling"},
    "dials": {"de": "wählt", "en": "dials"},
    "directly": {"de": "Direkt weiterleiten", "en": "Transfer directly"},
    "hang up": {"de": "Auflegen", "en": "Hang up"},
    "held": {"de": "Wird gehalten", "en": "on hold"},
    "hold": {"de": "Halten", "en": "Hold"},
    "internal": {"de": "intern", "en": "internal"},
    "invalid": {"de": "ungültig", "en": "invalid"},
    "keypad": {"de": "Tasten", "en": "Keypad"},
    "more": {"de": "2 weitere Treffer", "en": "2 more matches"},
    "new person": {"de": "Neue Person", "en": "New person"},
    "no call": {"de": "Kein aktiver Anruf", "en": "No active call"},
    "no telephone": {"de": "Ihnen ist kein Telefon zugeordnet.", "en": "No telephone is assigned to you."},
    "number": {"de": "Name oder Nummer", "en": "Name or number"},
    "out of service": {"de": "außer Betrieb", "en": "out of service"},
    "pending": {"de": "Zu bearbeiten", "en": "pending"},
    "redirect": {"de": "Umleiten", "en": "Redirect"},
    "resume": {"de": "Wiederaufnehmen", "en": "Resume"},
    "ringing": {"de": "ruft an", "en": "is calling"},
    "search": {"de": "Kontakte suchen", "en": "Search contacts"},
    "swap": {"de": "Makeln", "en": "Swap"},
    "transfer": {"de": "Weiterleiten", "en": "Transfer"},
    "transferring": {"de": "Weiterleiten", "en": "transferring"},
    "without CTI": {"de": "CTI ist für Sie nicht eingeschaltet.", "en": "CTI is not switched on for you."},
}


def card(page: Page, name: str = "") -> Locator:
    return page.locator(".card", has_text=name)


def rings(page: Page, language: str, name: str = "") -> Locator:
    """The card of a call, once it says that it rings."""
    ringing = card(page, name)
    expect(ringing).to_contain_text(WORDS["ringing"][language])
    return ringing


def says(call: Locator, word: str, language: str) -> None:
    """Wait until the label of a call is this one and no other."""
    expect(call.locator(".chip")).to_have_text(WORDS[word][language])


def button(place: Locator | Page, word: str, language: str) -> Locator:
    return place.get_by_role("button", name=WORDS[word][language], exact=True)


def buttons(call: Locator) -> Locator:
    """All that can be done with a call."""
    return call.locator(".actions button")


def field(page: Page, language: str) -> Locator:
    """Where numbers are typed."""
    return page.get_by_role("combobox", name=WORDS["number"][language])


def dial(page: Page, language: str, number: str) -> Locator:
    """Type a number and press the button; the card of the call."""
    field(page, language).fill(number)
    button(page, "dial", language).click()
    return card(page)


def talk(office: Office, page: Page, language: str) -> Locator:
    """The card of Erika's call to Anna, answered."""
    office.order("ring", ERIKA, "2001")
    call = rings(page, language, "Erika Mustermann")
    office.order("lift", "2001")
    says(call, "connected", language)
    return call


def consult(office: Office, page: Page, language: str) -> tuple[Locator, Locator]:
    """The cards of Erika's call and of the one to Jonas that is made about it."""
    first = talk(office, page, language)
    button(first, "consult", language).click()
    first.get_by_role("combobox").fill("2002")
    first.get_by_role("combobox").press("Enter")
    says(first, "pending", language)
    return first, card(page, "Jonas Weber")
