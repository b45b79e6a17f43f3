"""Several windows of one user, minimised and closed ones (W), on the real gateway: who rings, and what is not lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Worker, expect

if TYPE_CHECKING:
    from tests.browser.office import Office

pytestmark = pytest.mark.browser

ERIKA = "06990009123"
SHOWN = (
    "async () => (await registration.getNotifications()).map(note => [note.title, ...note.actions.map(a => a.title)])"
)
PRESS = """async (action) => {
    const [note] = await registration.getNotifications();
    await pressed(note, action).catch((error) => error.name); // only a real click may show a window
}"""


def second(page: Page, office: Office) -> Page:
    """Another tab of the same user."""
    other = page.context.new_page()
    other.goto(office.address)
    other.locator(".dot[data-tone=good]").wait_for()
    return other


def worker_of(page: Page) -> Worker:
    """The service worker of the call screen, once it is at work."""
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    return page.context.service_workers[0]


def wait_for(page: Page, found: Callable[[], Any], wanted: Any) -> None:  # noqa: ANN401 -- any value
    """Ask until it is so, for five seconds at most."""
    for _ in range(50):
        if found() == wanted:
            return
        page.wait_for_timeout(100)
    assert found() == wanted


@pytest.mark.parametrize(
    ("action", "language", "words", "outcome"),
    [
        ("answer", "de", ["Erika Mustermann ruft an", "Antworten", "Ablehnen"], "verbunden"),
        ("clear", "en", ["Erika Mustermann is calling", "Answer", "Decline"], "declined"),
        ("", "de", ["Erika Mustermann ruft an", "Antworten", "Ablehnen"], "ruft an"),
    ],
    ids=["answer", "decline", "beside"],
)
def test_a_notification_has_buttons_and_one_tab_acts_on_them(
    office: Office,
    new_context: Callable[..., BrowserContext],
    action: str,
    language: str,
    words: list[str],
    outcome: str,
) -> None:
    context = new_context(locale=language)
    context.grant_permissions(["notifications"])
    page = office.enter(context, "anna", language, notifications=True)
    other = second(page, office)
    worker = worker_of(page)
    office.order("ring", ERIKA, "2001")
    wait_for(page, lambda: worker.evaluate(SHOWN), [words])
    worker.evaluate(PRESS, action)
    for window in (page, other):
        expect(window.locator(".card", has_text="Erika Mustermann")).to_contain_text(outcome)
    if action:
        wait_for(page, lambda: worker.evaluate(SHOWN), [])
    expect(page.get_by_role("alert").filter(visible=True)).to_have_count(0)


def test_w01_the_first_visit_asks_about_notifications_and_the_second_does_not(
    office: Office, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    office.enter(context, "anna", "de").evaluate("localStorage.clear()")
    fresh = context.new_page()
    fresh.add_init_script("Object.defineProperty(Notification, 'permission', {get: () => 'default'})")
    fresh.goto(office.address)
    question = fresh.get_by_text("Soll der Browser Anrufe melden")
    expect(question).to_be_visible()
    fresh.locator(".notice[data-key=notify]").get_by_role("button", name="Nein").click()
    expect(question).to_be_hidden()
    fresh.reload()
    fresh.locator(".dot[data-tone=good]").wait_for()
    expect(question).to_be_hidden()


def test_w02_a_minimised_window_stays_connected_and_flashes_its_title(
    office: Office, enter: Callable[..., Page]
) -> None:
    page = enter("anna", "de")
    page.evaluate("""() => {
        Object.defineProperty(document, "visibilityState", { value: "hidden" });
        Object.defineProperty(document, "hidden", { value: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }""")
    office.order("ring", ERIKA, "2001")
    page.wait_for_function("() => document.title === 'Erika Mustermann ruft an'")
    page.wait_for_function("() => document.title === '● Erika Mustermann'")
    expect(page.locator("link[rel=icon]")).to_have_attribute("href", "favicon-ringing.svg")
    office.order("give_up")
    page.wait_for_function("() => document.title === 'Anrufe'")


def closing(page: Page) -> list[str]:
    """What is asked when the user closes the page, who then stays."""
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.close(run_before_unload=True)
    page.context.pages[0].wait_for_timeout(500)
    return asked


def test_w03_only_the_last_window_asks_before_it_is_closed_during_a_call(
    office: Office, enter: Callable[..., Page]
) -> None:
    page = enter("anna", "de")
    other = second(page, office)
    office.order("ring", ERIKA, "2001")
    for window in (page, other):
        window.locator(".card").click()  # browsers ask only where somebody has touched the page
    assert closing(other) == []
    assert closing(page) == ["beforeunload"]
    expect(page.locator(".card")).to_contain_text("ruft an")


def test_w03_a_call_that_nobody_had_a_window_for_is_in_the_journal(
    office: Office, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    office.enter(context, "peter", "de").close()
    office.order("ring", "02285550199", "2004")  # nobody else calls from there
    office.order("give_up")
    page = context.new_page()
    page.goto(office.address)
    expect(page.locator(".entry", has_text="0228 5550199")).to_contain_text("verpasst")
    expect(page.get_by_role("tab", name="Anrufe")).to_contain_text(re.compile(r"\d"))


def test_two_users_in_two_browsers_see_their_own_calls_alone(office: Office, enter: Callable[..., Page]) -> None:
    anna, jonas = enter("anna", "de"), enter("jonas", "en")
    office.order("ring", ERIKA, "2001")
    expect(anna.locator(".card")).to_contain_text("ruft an")
    office.order("ring", "03023125200", "2002")
    expect(jonas.locator(".card")).to_have_count(1)
    expect(jonas.locator(".card")).to_contain_text("is calling")
    expect(anna.locator(".card")).to_have_count(1)
    expect(anna.locator(".card")).to_contain_text("Erika Mustermann")
