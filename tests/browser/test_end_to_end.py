"""The real gateway, simulated switch and demo CRM in two browsers: from the ring to the finished transfer."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.browser

START_PATIENCE = 60.0
"""Seconds until the gateway must have said where it listens."""
RING_PATIENCE = 90_000
"""Milliseconds until somebody outside calls: time for a second call, should the first end too soon."""


class Demo(NamedTuple):
    """A running gateway: its address and the passwords it printed."""

    address: str
    passwords: dict[str, str]


@pytest.fixture(params=["xml"])
def demo(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """`csta-gateway run --demo` on a free port with databases of its own; the parameter is the wire to the switch."""
    output, log = tmp_path / "output", tmp_path / "log"
    command = [sys.executable, "-m", "csta_gateway", "run", "--demo", "--data", str(tmp_path / "data"), "--port", "0"]
    command += ["--protocol", request.param]
    with output.open("w") as out, log.open("w") as err, subprocess.Popen(command, stdout=out, stderr=err) as process:
        try:
            yield wait_for_welcome(process, output, log)
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for_welcome(process: subprocess.Popen[bytes], output: Path, log: Path) -> Demo:
    """Read address and passwords once the gateway has printed them."""
    end = time.monotonic() + START_PATIENCE
    while time.monotonic() < end and process.poll() is None:
        text = output.read_text()
        address = re.search(r"http://\S+", text)
        passwords = dict(re.findall(r"^ +(anna|jonas) +(\S+)$", text, re.MULTILINE))
        if address and len(passwords) == 2:
            return Demo(address.group(), passwords)
        time.sleep(0.1)
    raise AssertionError(f"the gateway did not start:\n{output.read_text()}\n{log.read_text()}")


def log_in(context: BrowserContext, demo: Demo, user: str) -> Page:
    """A page on which a user has logged in, in the user's own language."""
    page = context.new_page()
    page.goto(demo.address)
    page.locator("#login-user").fill(user)
    page.locator("#login-password").fill(demo.passwords[user])
    page.locator(".login__button").click()
    expect(page.locator(".dot")).to_have_attribute("data-tone", "good", timeout=20_000)
    return page


@pytest.mark.parametrize("demo", ["xml", "asn1"], indirect=True)
def test_from_the_ring_to_the_finished_transfer(
    demo: Demo, new_context: Callable[..., BrowserContext], picture: Callable[[Page, str], None]
) -> None:
    anna = log_in(new_context(), demo, "anna")
    jonas = log_in(new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark"), demo, "jonas")

    # The name stands there before anybody answers, and only on the screen of the user it is for.
    caller = anna.locator(".card", has_text="Erika Mustermann")
    expect(caller).to_contain_text("ruft an", timeout=RING_PATIENCE)
    expect(caller).to_contain_text("Muster GmbH")
    expect(caller.get_by_role("button", name="Antworten")).to_be_visible()
    expect(jonas.locator(".card")).to_have_count(0)
    picture(anna, "1-ringing")

    caller.get_by_role("button", name="Antworten").click()
    expect(caller).to_contain_text("verbunden")
    caller.get_by_role("button", name="Halten").click()
    expect(caller).to_contain_text("Wird gehalten")
    caller.get_by_role("button", name="Wiederaufnehmen").click()
    expect(caller).to_contain_text("verbunden")
    picture(anna, "2-connected")

    caller.get_by_role("button", name="Rückfrage").click()
    caller.get_by_role("combobox").fill("Jonas")
    expect(anna.get_by_role("option", name="Jonas Weber")).to_be_visible()
    caller.get_by_role("combobox").press("Enter")
    caller.get_by_role("combobox").press("Enter")
    expect(caller).to_contain_text("Zu bearbeiten")

    colleague = jonas.locator(".card", has_text="Anna Berger")
    expect(colleague).to_contain_text("is calling")
    expect(colleague).to_contain_text("internal")
    picture(jonas, "3-colleague")
    colleague.get_by_role("button", name="Answer").click()
    consultation = anna.locator(".card", has_text="Jonas Weber")
    expect(consultation).to_contain_text("Rückfrage")
    expect(consultation).to_contain_text("intern")
    picture(anna, "4-consultation")

    consultation.get_by_role("button", name="Weiterleitung abschließen").click()
    expect(anna.locator(".card")).to_have_count(0)
    expect(anna.get_by_role("tabpanel", name="Anrufe")).to_contain_text("Erika Mustermann")
    transferred = jonas.locator(".card", has_text="Erika Mustermann")
    expect(transferred).to_contain_text("connected")
    picture(jonas, "5-transferred")
    transferred.get_by_role("button", name="Hang up").click()
    expect(jonas.locator(".card")).to_have_count(0)


def test_a_number_is_dialled_as_announced_and_hung_up(
    demo: Demo, new_context: Callable[..., BrowserContext], picture: Callable[[Page, str], None]
) -> None:
    anna = log_in(new_context(), demo, "anna")
    anna.get_by_role("combobox", name="Name oder Nummer").fill("0044 161 4960142")
    expect(anna.locator(".dial__hint")).to_contain_text("wählt 000441614960142")
    expect(anna.locator(".dial__hint")).to_contain_text("Emily Clarke")
    picture(anna, "prepared")
    anna.get_by_role("button", name="Wählen").click()
    call = anna.locator(".card", has_text="Emily Clarke")
    expect(call).to_be_visible()
    call.get_by_role("button", name="Auflegen").click()
    expect(call).to_have_count(0)
    expect(anna.get_by_role("tabpanel", name="Anrufe")).to_contain_text("Emily Clarke")


def test_an_impossible_number_is_refused_in_words(demo: Demo, new_context: Callable[..., BrowserContext]) -> None:
    anna = log_in(new_context(), demo, "anna")
    anna.get_by_role("combobox", name="Name oder Nummer").fill("0044 161 5527789123456789")
    expect(anna.locator(".dial__hint")).to_have_attribute("data-tone", "stop")
    expect(anna.locator(".card")).to_have_count(0)


def test_a_note_outlives_the_call_and_goes_with_it_when_it_is_deleted(
    demo: Demo, new_context: Callable[..., BrowserContext], tmp_path: Path, picture: Callable[[Page, str], None]
) -> None:
    anna = log_in(new_context(), demo, "anna")
    anna.get_by_role("combobox", name="Name oder Nummer").fill("0044 161 4960142")
    anna.get_by_role("button", name="Wählen").click()
    call = anna.locator(".card", has_text="Emily Clarke")
    expect(call).to_be_visible()
    anna.keyboard.press("Control+m")
    expect(call.locator("textarea")).to_be_focused()
    anna.keyboard.type("Lieferung bis Freitag")
    expect(call.get_by_role("status")).to_have_text("Gespeichert")
    picture(anna, "1-note")
    call.get_by_role("button", name="Auflegen").click()
    entry = anna.locator(".entry", has_text="Emily Clarke")
    expect(entry).to_contain_text("Lieferung bis Freitag")
    picture(anna, "2-journal")

    settings = tmp_path / "gateway.toml"
    settings.write_text(SETTINGS.format(data=tmp_path / "data"))
    command = [sys.executable, "-m", "csta_gateway", "journal"]
    person = ["--number", "+44 (161) 496-0142", "--config", str(settings)]
    subprocess.run([*command, "export", *person, "-o", str(tmp_path / "calls.csv")], check=True)
    assert "Lieferung bis Freitag" in (tmp_path / "calls.csv").read_text("utf-8-sig")
    subprocess.run([*command, "purge", *person], check=True)
    anna.reload()
    expect(anna.locator(".dot")).to_have_attribute("data-tone", "good", timeout=20_000)
    expect(anna.locator(".entry", has_text="Emily Clarke")).to_have_count(0)


SETTINGS = """\
[[links]]
name = "Demo"
endpoint = "tcp:127.0.0.1:9"
[[sources]]
name = "crm"
type = "sql"
url = "sqlite:///{data}/crm.db"
[users]
source = "crm"
[audit]
folder = "{data}/audit"
[journal]
url = "sqlite:///{data}/journal.db"
"""
"""Where the demo keeps its databases, for a command beside it."""
