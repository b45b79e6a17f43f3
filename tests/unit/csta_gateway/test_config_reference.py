"""The reference of the settings and the example: every key of every table is there, and what is there can be used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from csta_gateway import config_file
from csta_gateway.config import Config

if TYPE_CHECKING:
    from csta_gateway.config_screen import Screen

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples" / "gateway" / "gateway.toml"


def structures(described: Any) -> Iterator[type[msgspec.Struct]]:  # noqa: ANN401 -- types of msgspec and what is in them
    """Every structure a value of the settings can have in it."""
    if isinstance(described, msgspec.inspect.StructType):
        yield described.cls
        for field in described.fields:
            yield from structures(field.type)
    for part in ("item_type", "value_type", "type"):
        if (inner := getattr(described, part, None)) is not None:
            yield from structures(inner)
    for each in (*getattr(described, "types", ()), *getattr(described, "item_types", ())):
        yield from structures(each)


TABLES = sorted(set(structures(msgspec.inspect.type_info(Config))) - {Config}, key=lambda each: each.__qualname__)


@pytest.fixture(scope="module")
def reference() -> str:
    """The sections of the page, as the documentation is made from them."""
    pytest.importorskip("sphinx")
    from docs._extensions import program_tables

    return "\n".join(line for name in Config.__struct_fields__ for line in program_tables._section(name))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__qualname__)
def test_every_key_of_every_table_is_in_the_reference(reference: str, table: type[msgspec.Struct]) -> None:
    rows = set(re.findall(r"^\| `(\w+)` \| .+ \| \S.* \|$", reference, re.MULTILINE))
    assert {field.encode_name for field in msgspec.structs.fields(table)} <= rows


@pytest.mark.parametrize(
    "header",
    [
        "[screen.incoming]",
        "[screen.users.NAME]",
        "[screen.templates.NAME]",
        "[sites.NAME]",
        "[[location.rules]]",
        '[[device_lists]] type = "csv"',
    ],
)
def test_tables_within_tables_have_a_section(reference: str, header: str) -> None:
    assert f"### `{header}`" in reference


def uncommented(text: str) -> str:
    """The example with the sections switched on that are commented out as a whole."""
    sections = text.split("\n\n")
    return "\n\n".join(
        re.sub(r"^# ", "", each, flags=re.MULTILINE) if each.startswith("# [") else each for each in sections
    )


def test_the_example_is_right_as_it_is_and_with_everything_switched_on() -> None:
    text = EXAMPLE.read_text("utf-8")
    plain = config_file.parse(text, "gateway.toml")
    assert ([each.name for each in plain.device_lists], plain.screen.users) == (["phones"], {})
    whole = config_file.parse(uncommented(text), "gateway.toml")
    assert [each.name for each in whole.device_lists] == ["phones", "directory"]
    assert whole.sites["vienna"].country == "AT"
    screen: Screen = whole.screen
    assert screen.users["anna"].incoming.trigger == "answer"
    assert (screen.outgoing.trigger, screen.internal.trigger) == ("click", "never")
