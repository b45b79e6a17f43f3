"""The file, the drop-in files beside it and the environment, each over the one before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from csta_gateway.config import Config
from csta_gateway.config_file import ConfigError, read
from tests.unit.csta_gateway.test_config import SMALLEST


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.toml"
    file.write_text(SMALLEST + "[server]\nport = 8080\n[log]\nlevel = 'warn'\n")
    (tmp_path / "conf.d").mkdir()
    return file


def drop_in(file: Path, name: str, text: str) -> Path:
    path = file.parent / "conf.d" / name
    path.write_text(text)
    return path


def test_later_files_win_and_lists_of_tables_grow(file: Path) -> None:
    drop_in(file, "20-links.toml", "[server]\nport = 2\n[[links]]\nname = 'Branch'\nendpoint = 'tcp:b.example.org:1'\n")
    drop_in(file, "10-first.toml", "[server]\nport = 1\n")
    drop_in(file, "30-ignored.toml.bak", "[server]\nport = 3\n")
    config = read(file)
    assert (config.server.port, config.log.level) == (2, "warn")
    assert [link.name for link in config.links] == ["HQ", "Branch"]


ENVIRONMENT = [
    ("CSTA__SERVER__PORT", "9000", lambda config: config.server.port, 9000),
    ("CSTA__SERVER__BEHIND_PROXY", "true", lambda config: config.server.behind_proxy, True),
    ("CSTA__LOG__LEVEL", "debug", lambda config: config.log.level, "debug"),
    ("CSTA__LOCATION__AREA_CODE", "089", lambda config: config.location.area_code, "089"),
    ("CSTA__LOCATION__AREA_CODE", "89", lambda config: config.location.area_code, "89"),
    ("CSTA__LOCATION__OUTSIDE_PREFIXES", '["0", "9"]', lambda config: config.location.outside_prefixes, ("0", "9")),
    ("CSTA__LINKS__0__ENDPOINT", "tcp:other:1", lambda config: config.links[0].endpoint, "tcp:other:1"),
    ("CSTA__SOURCES__0__URL", "sqlite:///x.db", lambda config: config.sources[0].url, "sqlite:///x.db"),
    ("CSTA__SITES__HH__AREA_CODE", "040", lambda config: config.sites["hh"].area_code, "040"),
    ("CSTA__LOCATION__OUTSIDE_PREFIXES__0", "9", lambda config: config.location.outside_prefixes, ("9",)),
    ("CSTA__LINKS__0__DEVICES__0", "20*", lambda config: config.links[0].devices, ("20*",)),
    ("OTHER", "1", lambda config: config.server.port, 8080),
]


@pytest.mark.parametrize(("name", "value", "seen", "expected"), ENVIRONMENT, ids=range(len(ENVIRONMENT)))
def test_the_environment_wins(
    file: Path, name: str, value: str, seen: Callable[[Config], object], expected: object
) -> None:
    assert seen(read(file, {name: value})) == expected


def test_the_environment_sets_lists_by_position_and_adds_to_them(file: Path) -> None:
    drop_in(file, "10-prefixes.toml", "[location]\noutside_prefixes = ['0', '1']\n")
    numbers = {f"CSTA__JOURNAL__EXCLUDED_NUMBERS__{number}": f"20{number:02}" for number in range(12)}
    branch = {"CSTA__LINKS__1__NAME": "Branch", "CSTA__LINKS__1__ENDPOINT": "tcp:b.example.org:1"}
    config = read(file, {**numbers, **branch, "CSTA__LOCATION__OUTSIDE_PREFIXES__1": "9"})
    assert config.journal.excluded_numbers == tuple(numbers.values())
    assert [link.name for link in config.links] == ["HQ", "Branch"]
    assert config.location.outside_prefixes == ("0", "9")


MISTAKES = [
    (
        {"CSTA__LOCATION__OUTSIDE_PREFIXES__1": "9"},
        "CSTA__LOCATION__OUTSIDE_PREFIXES__1: location.outside_prefixes[1]: no position of the list; the next free one",
    ),
    (
        {"CSTA__LINKS__0__DEVICES__0": ""},
        "CSTA__LINKS__0__DEVICES__0: links[0].devices[0]: expected `str`",
    ),
    ({"CSTA__SERVER__PRT": "1"}, "CSTA__SERVER__PRT: server.prt: unknown key; did you mean `port`?"),
    ({"CSTA__SERVER__PORT": "x"}, "CSTA__SERVER__PORT: server.port: expected `int`, got `str`"),
    ({"CSTA__LINKS__7__NAME": "x"}, "CSTA__LINKS__7__NAME: links[7].name: no such table in the files"),
    ({"CSTA__LOG__LEVEL__X": "x"}, "CSTA__LOG__LEVEL__X: log.level.x: no such table in the files"),
    ({"CSTA__LINKS__0": "x"}, "CSTA__LINKS__0: links[0]: expected `object`, got `str`"),
    ({"CSTA__LINKS__X": "x"}, "CSTA__LINKS__X: links.x: no position of the list; the next free one is 1"),
    ({"CSTA__": "x"}, "CSTA__: unknown key; known here"),
]


@pytest.mark.parametrize(("environment", "message"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_in_the_environment_names_the_variable(file: Path, environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(file, environment)
    assert str(raised.value).startswith(message)


def test_a_mistake_in_a_drop_in_file_names_it(file: Path) -> None:
    wrong = drop_in(
        file, "links.toml", "\n[[links]]\nname = 'B'\nendpoint = 'tcp:b:1'\n\n[[links]]\nname = 'C'\nprot = 1\n"
    )
    with pytest.raises(ConfigError) as raised:
        read(file)
    assert str(raised.value).startswith(f"{wrong}:8: links[2].prot: unknown key; did you mean `protocol`?")


def test_a_mistake_across_files_is_told(file: Path) -> None:
    drop_in(file, "links.toml", "[[links]]\nname = 'HQ'\nendpoint = 'tcp:b:1'\n")
    with pytest.raises(ConfigError, match="two links are named `HQ`"):
        read(file)
