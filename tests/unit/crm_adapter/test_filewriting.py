"""A number written into a file of contacts: where it goes, what stays as it is, and when nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crm_adapter.directory import Contact, LabelledNumber
from crm_adapter.errors import DirectoryError, WriteRefused
from crm_adapter.newnumber import NewNumber
from crm_adapter.numbers import normalise
from crm_adapter.sources import filewriting
from crm_adapter.sources.file import FileFeed
from crm_adapter.sources.mapping import FieldMap
from tests.unit.crm_adapter.sources import MUNICH, World

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done

FIELDS = FieldMap(fields={"id": "Nr", "name": "Name"}, numbers={"business": "Telefon", "mobile": "Handy"})
ERIKA = Contact(kind="person", record_id="7", name="Erika Müller")
NEW, WRITTEN = "+498955512345", "+49 89 55512345"
MOBILE = NewNumber(label="mobile", e164=NEW)

CSV = (
    'Nr;Name;Telefon;Handy;Notiz\r\n6;Max;"089 6";;"zwei\r\nZeilen; und mehr"\r\n\r\n'
    '7;"Erika Müller";089 7\r\n8;Ida;;;x\r\n'
)
CSV_AFTER = CSV.replace('7;"Erika Müller";089 7\r\n', f"7;Erika Müller;089 7;{WRITTEN};\r\n")
PEOPLE = [{"Nr": 6, "Name": "Max"}, "nonsense", {"Nr": 7, "Name": "Erika Müller", "Handy": "0171 7", "extra": [1]}]
CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Max\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nrubbish\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Erika Müller\r\nX-OWN:stays\r\nEND:VCARD\r\n"
)


def write(path: Path, octets: bytes, contact: Contact = ERIKA, number: NewNumber = MOBILE) -> bytes:
    path.write_bytes(octets)
    filewriting.add_number(path, FIELDS, contact, number)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    return path.read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_row_of_a_spreadsheet_gets_the_number_and_the_others_stay(tmp_path: Path, encoding: str) -> None:
    assert write(tmp_path / "c.csv", CSV.encode(encoding)) == CSV_AFTER.encode(encoding)


def test_a_record_of_json_gets_one_more_number(tmp_path: Path) -> None:
    after = json.loads(write(tmp_path / "c.json", json.dumps(PEOPLE).encode()))
    assert after == [*PEOPLE[:2], {**PEOPLE[2], "Handy": ["0171 7", WRITTEN]}]  # type: ignore[dict-item]
    again = write(tmp_path / "c.json", json.dumps(after).encode(), number=NewNumber(label="mobile", e164="+4989777"))
    assert json.loads(again)[2]["Handy"] == ["0171 7", WRITTEN, "+49 89 777"]


def test_a_card_gets_a_line_and_the_others_stay(tmp_path: Path) -> None:
    third = ERIKA.__class__(kind="person", record_id="3", name="Erika Müller")
    octets = CARDS.encode().replace(b"FN:Max", b"FN:M\xffx")
    after = write(tmp_path / "c.vcf", octets, third, NewNumber(label="cell", e164=NEW))
    assert after == octets.replace(b"stays\r\n", f"stays\r\nTEL;TYPE=CELL:{WRITTEN}\r\n".encode())


@pytest.mark.parametrize(
    ("name", "content", "contact", "reason"),
    [
        ("c.csv", CSV.replace("089 7", "089 7;0171 7"), ERIKA, "full"),
        ("c.csv", "Nr;Name\n7;Erika Müller\n", ERIKA, "full"),
        ("c.csv", CSV.replace("Erika", "Eva"), ERIKA, "changed"),
        ("c.csv", "", ERIKA, "gone"),
        ("c.json", json.dumps([{"Nr": 7, "Name": "Eva"}]), ERIKA, "changed"),
        ("c.json", "{}", ERIKA, "gone"),
        ("c.vcf", CARDS, Contact(kind="person", record_id="1", name="Erika Müller"), "changed"),
        ("c.vcf", CARDS, ERIKA, "gone"),
    ],
    ids=[
        "csv-full",
        "csv-no-column",
        "csv-changed",
        "csv-gone",
        "json-changed",
        "json-gone",
        "vcf-changed",
        "vcf-gone",
    ],
)
def test_a_record_that_is_not_what_it_was_or_has_no_room(
    tmp_path: Path, name: str, content: str, contact: Contact, reason: str
) -> None:
    with pytest.raises(WriteRefused) as raised:
        write(tmp_path / name, content.encode(), contact)
    assert raised.value.reason == reason
    assert (tmp_path / name).read_bytes() == content.encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.csv", CSV.replace("089 7", "+49 (89) 555-12345")),
        ("c.json", json.dumps([{"Nr": 7, "Name": "Erika Müller", "Telefon": [WRITTEN]}])),
    ],
    ids=["csv", "json"],
)
def test_a_number_that_is_there_is_not_written_again(tmp_path: Path, name: str, content: str) -> None:
    assert write(tmp_path / name, content.encode()) == content.encode()


def test_somebody_else_who_writes_at_the_same_time_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.csv"
    read = Path.read_bytes

    def slowly(self: Path) -> bytes:
        octets = read(self)
        path.write_text("Nr;Name\n7;Erika Müller, neu\n")
        return octets

    path.write_text(CSV)
    monkeypatch.setattr(Path, "read_bytes", slowly)
    with pytest.raises(WriteRefused) as raised:
        filewriting.add_number(path, FIELDS, ERIKA, MOBILE)
    assert raised.value.reason == "changed"
    assert path.read_text() == "Nr;Name\n7;Erika Müller, neu\n"


def test_the_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.touch()
    path.chmod(0o640)
    write(path, CSV.encode())
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(("writable", "kinds"), [(True, ("business", "mobile")), (False, ())])
def test_a_file_is_written_only_when_it_may_be(
    world: World, done: Done, writable: bool, kinds: tuple[str, ...]
) -> None:
    path = world.folder / "c.csv"
    path.write_text(CSV, newline="")
    source = world.indexed(FileFeed(path, FIELDS, world.reactor, world.pool, name="crm", writable=writable))
    done(source.refresh())
    assert source.number_kinds == kinds
    assert (source.numbers is not None) is writable
    if writable:
        done(source.add_number(ERIKA, MOBILE))
        (match,) = done(source.lookup(normalise(NEW, MUNICH)))
        assert match.name == ERIKA.name
        path.unlink()
        with pytest.raises(DirectoryError):
            done(source.add_number(ERIKA, NewNumber(label="business", e164="+4989777")))
        assert done(source.lookup(normalise("+4989777", MUNICH))) == ()


@pytest.mark.parametrize(
    ("e164", "raw", "parts"),
    [
        ("+498955512345", "+49 89 55512345", ("49", "89", "55512345")),
        ("+491713920014", "+49 171 3920014", ("49", "171", "3920014")),
        ("+390669812345", "+39 06 6981 2345", ("39", "06", "69812345")),
        ("+14255550100", "+1 425-555-0100", ("1", "425", "5550100")),
        ("+35312345678", "+353 1 234 5678", ("353", "1", "2345678")),
    ],
)
def test_a_number_is_read_again_as_it_was_meant_however_it_is_kept(
    e164: str, raw: str, parts: tuple[str, str, str]
) -> None:
    number = NewNumber(label="business", e164=e164)
    values = number.variables(ERIKA)
    assert (number.raw, (values["country_code"], values["area_code"], values["local_number"])) == (raw, parts)
    assert normalise(raw, MUNICH, "stored").e164 == e164
    assert number.is_one_of(
        Contact(kind="person", record_id="1", name="x", numbers=(LabelledNumber(label="", raw=raw),))
    )
