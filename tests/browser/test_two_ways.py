"""A telephone that is reached by another way than usual: what its user is told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("language", "way", "missing"),
    [
        (
            "de",
            "Das Telefon 2001 ist über Empfang-PC statt über die Anlage HQ erreichbar.",
            "Solange nicht verfügbar: Halten, Nicht stören.",
        ),
        (
            "en",
            "Telephone 2001 is reached by Empfang-PC instead of switch HQ.",
            "Not available meanwhile: Hold, Do not disturb.",
        ),
    ],
    ids=["de", "en"],
)
def test_what_cannot_be_done_is_told_while_it_lasts(
    gateway: Gateway, make: Callable[..., Any], language: str, way: str, missing: str
) -> None:
    gateway.answers["me"] = (200, make("session", language))
    page = gateway.open()
    notice = page.locator(".notice").first
    expect(notice).to_be_hidden()
    gateway.send("device", device=make("device", via="Empfang-PC", lacks=["holdCall", "parkCall", "setDoNotDisturb"]))
    expect(notice).to_have_text(f"{way} {missing}")
    expect(page.locator(".dot")).to_have_attribute("data-tone", "waiting")
    gateway.send("device", device=make("device", via="Empfang-PC", lacks=["parkCall"]))
    expect(notice).to_be_hidden()
    expect(page.locator(".me")).to_have_attribute("title", way)
    gateway.send("device", device=make("device"))
    expect(page.locator(".dot")).to_have_attribute("data-tone", "good")
