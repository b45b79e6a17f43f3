"""Contacts in files: CSV as people export it, JSON, vCards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from twisted.internet.task import Clock

from crm_adapter.errors import DirectoryError
from crm_adapter.numbers import normalise
from crm_adapter.sources.file import FileFeed
from crm_adapter.sources.mapping import FieldMap
from tests.unit.crm_adapter.servers import CARD, ERIKA_NUMBERS
from tests.unit.crm_adapter.sources import CALL, MUNICH, World, failure

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done


CSV = (
    "Name;Firma;Telefon;Handy;Nr\n"
    "Erika Mustermann;Muster GmbH;(089) 12 34-567;0171/3920014;7\n"
    ";Muster GmbH;089 1234-0;;8\n"
    ";;;;\n"
    "Jürgen Krüger;;call after five;;9\n"
)
JSON = json.dumps(
    [
        {"Nr": 7, "Name": "Erika Mustermann", "Firma": "Muster GmbH", "Telefon": ERIKA_NUMBERS},
        {"Nr": 8, "Firma": "Muster GmbH", "Telefon": "089 1234-0"},
        {"Nr": 9, "Name": "Jürgen Krüger"},
        {},
        "nonsense",
    ]
)
VCARDS = (
    CARD.format(uid="7", name="Erika Mustermann", company="Muster GmbH", numbers="TEL;TYPE=CELL:(089) 12 34-567\r\n")
    + CARD.format(uid="8", name="Muster GmbH", company="Muster GmbH", numbers="TEL:tel:+49-89-1234-0\r\n")
    + "BEGIN:VCARD\r\nrubbish\r\nEND:VCARD\r\n"
    + CARD.format(uid="9", name="Jürgen Krüger", company="", numbers="")
)
FILES = pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.csv", CSV.encode()),
        ("c.csv", CSV.replace(";", ",").encode("utf-8-sig")),
        ("c.csv", CSV.replace(";", "\t").encode("cp1252")),
        ("c.json", JSON.encode()),
        ("c.vcf", VCARDS.encode()),
    ],
)


def file_feed(world: World, name: str) -> FileFeed:
    fields = FieldMap(fields={"id": "Nr", "name": "Name", "company": "Firma"}, numbers={"b": "Telefon", "m": "Handy"})
    calls = world.folder / "calls.jsonl"
    return FileFeed(world.folder / name, fields, world.reactor, world.pool, name="crm", calls=calls)


@FILES
def test_a_file_of_contacts(world: World, done: Done, name: str, content: bytes) -> None:
    (world.folder / name).write_bytes(content)
    source = world.indexed(file_feed(world, name))
    assert done(source.refresh()) == 3
    assert done(source.refresh()) == 0
    found = done(source.lookup(normalise("0891234567", MUNICH)))
    assert [(match.name, match.company) for match in found] == [("Erika Mustermann", "Muster GmbH")]
    main = done(source.lookup(normalise("0891234999", MUNICH)))
    assert [(match.kind, match.name, match.certainty) for match in main] == [("company", "Muster GmbH", "main_number")]
    assert [each.name for each in done(source.search("krüger", 9))] == ["Jürgen Krüger"]


def test_a_file_that_changed_is_read_again_and_what_is_not_in_it_is_gone(world: World, done: Done) -> None:
    path = world.folder / "c.csv"
    path.write_text(CSV)
    source = world.indexed(file_feed(world, "c.csv"))
    done(source.refresh())
    path.write_text("Nr;Name;Telefon\n7;Erika Neu;089 1234567\n")
    assert done(source.refresh()) == 3
    assert [match.name for match in done(source.lookup(normalise("0891234567", MUNICH)))] == ["Erika Neu"]
    assert done(source.search("krüger", 9)) == ()


def test_a_file_that_is_away_leaves_contacts_as_they_were(world: World, done: Done, clock: Clock) -> None:
    path = world.folder / "c.csv"
    path.write_text(CSV)
    source = world.indexed(file_feed(world, "c.csv"))
    done(source.start())
    path.unlink()
    assert "No such file" in failure(source, clock)
    clock.advance(60.0)
    assert done(source.lookup(normalise("0891234567", MUNICH)))
    path.write_text("Nr;Name;Telefon\n7;Erika Neu;089 1234567\n")
    clock.advance(60.0)
    assert [match.name for match in done(source.lookup(normalise("0891234567", MUNICH)))] == ["Erika Neu"]


@pytest.mark.parametrize(("name", "content"), [("c.json", b"{}"), ("c.json", b"[1,"), ("c.json", b"\xff")])
def test_a_file_that_cannot_be_read_is_told(world: World, clock: Clock, name: str, content: bytes) -> None:
    (world.folder / name).write_bytes(content)
    assert str(world.folder / name) in failure(world.indexed(file_feed(world, name)), clock)


def test_a_file_of_another_kind_is_refused(world: World) -> None:
    with pytest.raises(DirectoryError, match=r"must end in one of \.csv, \.vcf, \.json"):
        file_feed(world, "contacts.xls")


def test_calls_are_appended_to_a_file_once(world: World, done: Done) -> None:
    feed = file_feed(world, "c.csv")
    for _ in range(2):
        done(feed.write(CALL))
    (line,) = (world.folder / "calls.jsonl").read_text().splitlines()
    assert json.loads(line)["key"] == CALL.key


@pytest.mark.parametrize("fields", [{"nam": "Name"}, {"phone": "Telefon"}])
def test_a_field_nobody_knows_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="unknown field"):
        FieldMap(fields=fields)
