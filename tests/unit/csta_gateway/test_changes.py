"""What is said about settings that were read again."""

from __future__ import annotations

import pytest
from msgspec import structs

from crm_adapter.location import Location
from csta_gateway.changes import changes
from csta_gateway.config import Journal, Link, Log, Server
from csta_gateway.config_agents import Agents
from csta_gateway.config_login import LogIn
from tests.unit.csta_gateway.conftest import SETTINGS

HQ = SETTINGS.links[0]
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
        ({"server": Server(port=9)}, f"{NOTHING}; needs a restart: [server] port, [server] origins"),
        ({"login": LogIn(logout_url="/out")}, f"{NOTHING}; needs a restart: [login] logout_url"),
        ({"agents": Agents(host="cti.example.org")}, f"{NOTHING}; needs a restart: [agents] as a whole"),
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
    assert (changed.config.server, changed.config.journal.url) == (SETTINGS.server, SETTINGS.journal.url)
    assert str(changes(changed.config, after)).endswith("; ".join(words.split("; ")[1:]))
