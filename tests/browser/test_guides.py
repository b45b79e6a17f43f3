"""The pictures of the guides for users: each is made here, under artefacts/guides, and a copy lies beside the text."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from tests.browser.conftest import ARTEFACTS, ROOT

if TYPE_CHECKING:
    from tests.browser.conftest import ScriptedGateway as Gateway

pytestmark = pytest.mark.browser

Make = Callable[..., Any]
Scene = Callable[["Gateway", Make], Page]
GUIDES = ROOT / "docs" / "guides"
LARGEST = 60_000
"""Octets of a picture."""
NOW = datetime(2026, 11, 30, 12, 41, tzinfo=ZoneInfo("Europe/Berlin"))
PANEL: ViewportSize = {"width": 380, "height": 640}
WIDE: ViewportSize = {"width": 1080, "height": 640}


def ago(seconds: int) -> int:
    """Unix milliseconds before the time in the pictures."""
    return int((NOW.timestamp() - seconds) * 1000)


def entries(make: Make) -> list[Any]:
    """A morning."""
    jonas = {"name": "Jonas Weber", "company": None, "number": make("number", "2002"), "internal": True}
    answered = {"result": "answered", "duration": 134}
    note = "Angebot 4711, Rückruf am Freitag"
    return [
        make("entry", id="1", began=ago(1_200)),
        make("entry", id="2", began=ago(5_880), direction="outgoing", **answered, **jonas),
        make("entry", id="3", began=ago(9_000), note=note, disposition="order", crm="written", **answered),
    ]


def caller(make: Make, **changes: Any) -> Any:  # noqa: ANN401 -- a call of the contract
    """Erika Mustermann, who may be somebody else of her company."""
    page = "https://crm.example.org/person/1"
    matches = [make("match", name, url=page) for name in ("Erika Mustermann", "Max Muster")]
    began = {"since": ago(7), "began": ago(7)}
    return make("call", **{**began, "matches": matches, "url": page, **changes})


def ringing(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    gateway.send("call", call=caller(make))
    page.locator("details.card__matches summary").click()
    return page


def consultation(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    gateway.send("call", call=caller(make, label="pending", since=ago(21), actions=[], primary=None))
    actions = ["complete", "alternate", "conference", "reconnect", "clear"]
    jonas = {"name": "Jonas Weber", "company": None, "number": make("number", "2002"), "internal": True, "matches": []}
    call = {"label": "consultation", "consultation_of": "c1", "actions": actions, "primary": "complete"}
    gateway.send(
        "call", call=make("call", id="c2", since=ago(12), began=ago(21), direction="outgoing", **call, **jonas)
    )
    return page


def dialling(gateway: Gateway, make: Make) -> Page:
    preview = {"display": "+44 161 4960142", "dial": "000441614960142", "kind": "international"}
    emily = {**make("match", "Emily Clarke"), "company": "Clarke & Sons"}
    gateway.answers["dial/preview"] = 200, {**preview, "matches": [emily]}
    page = gateway.open()
    page.get_by_role("combobox").fill("0044 161 4960142")
    expect(page.locator(".dial__hint")).to_contain_text("000441614960142")
    return page


def wide(gateway: Gateway, make: Make) -> Page:
    page = gateway.open()
    page.set_viewport_size(WIDE)
    actions = ["hold", "consult", "transfer", "digits", "clear"]
    gateway.send("call", call=caller(make, label="connected", since=ago(97), actions=actions, primary=None))
    return page


WEBP = """async (png) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
    const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    return canvas.toDataURL("image/webp", 0.9).split(",")[1];
}"""


def as_webp(blank: Page, png: bytes) -> bytes:
    """The same picture in a third of the octets."""
    return base64.b64decode(blank.evaluate(WEBP, base64.b64encode(png).decode()))


SCENES: list[Scene] = [ringing, consultation, dialling, wide]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("scene", SCENES, ids=[scene.__name__ for scene in SCENES])
def test_a_picture_of_the_guide(
    new_context: Callable[..., BrowserContext], make: Make, scene: Scene, language: str
) -> None:
    context = new_context(viewport=PANEL, locale=language, timezone_id="Europe/Berlin")
    page = context.new_page()
    page.clock.set_fixed_time(NOW)
    gateway = make("gateway", page)
    gateway.answers["me"] = 200, make("session", language)
    gateway.answers["journal"] = 200, {"entries": entries(make), "more": False}
    scene(gateway, make)
    expect(page.locator(".entry").first).to_be_attached()
    page.evaluate("document.activeElement.blur()")
    name = f"user-{scene.__name__}.{language}.webp"
    picture = as_webp(context.new_page(), page.screenshot())
    (ARTEFACTS / "guides").mkdir(parents=True, exist_ok=True)
    (ARTEFACTS / "guides" / name).write_bytes(picture)
    assert len(picture) <= LARGEST
    assert len((GUIDES / "images" / name).read_bytes()) <= LARGEST


@pytest.mark.parametrize(("guide", "language"), [("user.de.md", "de"), ("user.md", "en")], ids=["de", "en"])
def test_the_guide_shows_every_picture(guide: str, language: str) -> None:
    shown = set(re.findall(r"images/([\w.-]+)", (GUIDES / guide).read_text("utf-8")))
    assert shown == {f"user-{scene.__name__}.{language}.webp" for scene in SCENES}
