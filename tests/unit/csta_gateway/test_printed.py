from __future__ import annotations

import tomllib

from csta_gateway.config_file import parse
from csta_gateway.printed import printed
from tests.unit.csta_gateway.test_config import SMALLEST


def test_what_is_printed_means_the_same() -> None:
    config = parse(SMALLEST, "gateway.toml")
    assert parse(printed(config), "printed.toml") == config


def test_defaults_are_printed_and_secrets_are_not() -> None:
    more = """
[[sources]]
name = "b"
type = "sql"
url = "postgresql://cti:pa:s@s@db.example.org/crm"
[[sources]]
name = "c"
type = "http"
url = "https://crm.example.org"
lookup = "/{number}"
[sources.headers]
X-Api-Key = "secret"
"""
    text = printed(parse(SMALLEST.replace("[users]", f"{more}\n[users]"), "gateway.toml"))
    data = tomllib.loads(text)
    assert data["server"]["port"] == 8080
    assert data["sources"][1]["url"] == "postgresql://cti:***@db.example.org/crm"
    assert data["sources"][2]["headers"] == {"X-Api-Key": "***"}
    assert "pa:s" not in text
    assert "secret" not in text
