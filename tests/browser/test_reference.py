"""The readable description of the API, drawn by a real browser from what the gateway says about itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from crm_adapter.texts import Language
from csta_gateway.api.application import ROUTES
from csta_gateway.api.openapi import document


@pytest.mark.parametrize(
    ("language", "locale", "title", "other", "changed"),
    [
        ("de", "de-DE", "Anruf annehmen", "English", "Answer a call"),
        ("en", "en-US", "Answer a call", "Deutsch", "Anruf annehmen"),
    ],
)
def test_every_call_of_the_api_can_be_read_in_both_languages(
    new_context: Callable[..., BrowserContext],
    make: Callable[..., Any],
    picture: Callable[[Page, str], None],
    language: Language,
    locale: str,
    title: str,
    other: str,
    changed: str,
) -> None:
    gateway = make("gateway", new_context(locale=locale).new_page())
    gateway.answers["openapi.json"] = (200, document(ROUTES, "1.0", language))
    page = gateway.page
    page.goto("https://screen.test/reference/index.html#answerCall")
    expect(page.locator("details")).to_have_count(len(ROUTES))
    answer = page.locator("#answerCall")
    expect(answer).to_be_in_viewport()
    answer.locator("summary", has_text=title).click()
    expect(answer).to_contain_text("call_unknown")
    page.locator("#makeCall summary").click()
    page.locator("#makeCall").get_by_role("link", name="NewCallId").click()
    expect(page.locator("#type-NewCallId")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    picture(page, language)
    gateway.answers["openapi.json"] = (200, document(ROUTES, "1.0", "en" if language == "de" else "de"))
    page.get_by_role("button", name=other).click()
    expect(page.locator("#answerCall summary")).to_contain_text(changed)
