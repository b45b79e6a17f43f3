"""What is said about settings that were read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from crm_adapter.location import Location
from csta_gateway.changes import changes
from csta_gateway.config import Journal, Link, Log, Server
from csta_gateway.config_agents import Agents
from csta_gateway.config_login import LogIn
from csta_gateway.config_webhooks import Webhook
from csta_gateway.namedfiles import contents, rewritten
from tests.unit.csta_gateway.conftest import SETTINGS

HQ = SETTINGS.links[0]
HOOK = Webhook(name="desk", url="https://desk.example.org/", secret_file="/etc/secret")
BERLIN = Link(name="Berlin", endpoint="tcp:berlin:1")
NOTHING = "nothing has changed that holds at once"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({}, NOTHING),
        ({"links": (HQ, BERLIN)}, "link Berlin is new"),
        ({"links": (BERLIN,)}, "link HQ is gone, link Berlin is new"),
        ({"links": (structs.replace(HQ, devices=("2*",)),)}, "link HQ is changed"),
        ({"sites": {"vienna": Location(country="AT")}}, "site vienna is new"),
        (
            {"location": Location(country="DE"), "log": Log(level="debug")},
            "[location] area_code, [log] level",
        ),
        ({"journal": Journal(retention_days=3)}, "[journal] retention_days"),
        ({"server": Server(port=9)}, "[server] port, origins"),
        ({"login": LogIn(logout_url="/out")}, "[login] logout_url"),
        ({"agents": Agents(host="cti.example.org")}, "[agents] is new"),
        ({"webhooks": (HOOK,)}, "webhook desk is new"),
        (
            {"journal": Journal(url="sqlite:///other.db", masked_for=("user",))},
            "[journal] masked_for; needs a restart: [journal] url",
        ),
    ],
)
def test_what_changed_is_told_and_what_needs_a_restart_stays(other: dict[str, object], words: str) -> None:
    after = structs.replace(SETTINGS, **other)
    changed = changes(SETTINGS, after)
    assert str(changed) == words
    assert changed.config.journal.url == SETTINGS.journal.url
    assert str(changes(changed.config, after)) == "; ".join([NOTHING, *words.split("; ")[1:]])


def test_files_that_hold_something_else_are_told_where_the_settings_are_the_same(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("before")
    secret, other, certificate = (str(tmp_path / name) for name in ("a", "b", "c"))
    links = (
        structs.replace(HQ, dialect="hipath-3000", user="app", password_file=secret),
        structs.replace(BERLIN, dialect="hipath-3000", user="app", password_file=other),
    )
    settings = structs.replace(
        SETTINGS,
        links=links,
        webhooks=(structs.replace(HOOK, secret_file=secret),),
        server=structs.replace(SETTINGS.server, certificate=certificate),
    )
    before = contents(settings)
    assert rewritten(before, contents(settings)) == frozenset()
    (tmp_path / "a").write_text("after")
    (tmp_path / "c").unlink()
    changed = rewritten(before, contents(settings))
    assert changed == {secret, certificate}
    assert changes(settings, settings, changed).told == (
        "link HQ password_file has new contents",
        "webhook desk secret_file has new contents",
        "[server] certificate has new contents",
    )
