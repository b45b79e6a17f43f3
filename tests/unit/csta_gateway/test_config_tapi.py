from __future__ import annotations

import pytest

from csta.toml_file import ConfigError
from csta_gateway.config import Config
from csta_gateway.config_file import parse

REST = """
[[sources]]
name = "crm"
type = "sql"
url = "sqlite://"

[users]
source = "crm"
"""
LINK = """
[[links]]
name = "HQ"
endpoint = "tcp:pbx:8800"
fallback = "windows"
"""
TAPI = """
[[tapi]]
name = "windows"
"""
LINE = """
[[tapi.lines]]
device = "2001"
name = "Reception"
"""
AGENTS = """
[agents]
host = "cti.example.org"
"""


def names(config: Config) -> list[tuple[str, str | None]]:
    return [(each.name, each.fallback.name if each.fallback else None) for each in config.connections]


def test_windows_telephony_behind_a_link() -> None:
    config = parse(LINK + "fallback_after_seconds = 5\n" + TAPI + LINE + REST, "x")
    assert names(config) == [("HQ", "windows")]
    assert config.links[0].fallback_after_seconds == 5
    assert config.tapi[0].lines[0].name == "Reception"


def test_windows_telephony_alone() -> None:
    config = parse(TAPI + "devices = ['20*']" + REST, "x")
    assert names(config) == [("windows", None)]
    assert [config.connections[0].serves(device) for device in ("2001", "3001")] == [True, False]


def test_windows_telephony_beside_a_link() -> None:
    assert names(parse(LINK + TAPI + TAPI.replace("windows", "branch") + REST, "x")) == [
        ("HQ", "windows"),
        ("branch", None),
    ]


MISTAKES = [
    ("", "there is neither [[links]] nor [[tapi]]"),
    (LINK, "`fallback` names `windows`, which is no [[tapi]] entry"),
    (LINK + LINK.replace("HQ", "Branch") + TAPI, "two links have the fallback `windows`"),
    (LINK.replace("HQ", "windows") + TAPI, "two links are named `windows`"),
    (
        TAPI + "agent = 'desk'\n" + TAPI.replace("windows", "b") + "agent = 'desk'\n" + AGENTS,
        "two [[tapi]] entries have",
    ),
    (TAPI + "agent = 'desk'\n", "`agent` in [[tapi]] needs the table [agents]"),
    (TAPI + "agent = 'desk'\nlibrary = 'a.dll'\n" + AGENTS, "`library` is for Windows Telephony of this machine"),
    (TAPI + LINE + LINE, "device 2001 stands twice in the table of lines"),
    (TAPI + LINE.replace("name =", "names ="), "tapi[0].lines[0].names"),
    (TAPI + "[[tapi.lines]]\ndevice = '1'\n", "which line it is says permanent_id, guid or name"),
    (TAPI + "pattern = 'Ext ('\n", "is no regular expression"),
    (LINK + "fallback_after_seconds = 0\n" + TAPI, "links[0].fallback_after_seconds"),
]


@pytest.mark.parametrize(("text", "told"), MISTAKES, ids=[told for _, told in MISTAKES])
def test_mistakes(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text + REST, "x")
    assert told in str(caught.value)
