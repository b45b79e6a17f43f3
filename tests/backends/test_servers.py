"""What only one kind of server does: its own ways to store numbers, to refuse, and to forget."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs
from sqlalchemy import Table, text
from sqlalchemy.dialects import mssql
from sqlalchemy.schema import CreateTable

from crm_adapter.directory import DirectorySource
from crm_adapter.sources import tryton as tryton_source
from crm_adapter.sources.presets import PRESETS
from crm_adapter.sources.schema import METADATA
from tests.backends.crm import PASSWORD, WRONG, Entry
from tests.backends.network import Network, Way
from tests.backends.servers.sage import COMPANY, PERSON, Sage
from tests.backends.servers.slapd import Slapd
from tests.backends.test_contract import CALL, ERIKA, MAX, failure, found, names, refresh

if TYPE_CHECKING:
    from tests.backends.servers.radicale import Radicale
    from tests.backends.servers.tryton import Tryton

SAGE = pytest.mark.parametrize("crm", ["sagecrm-sqlite", "sagecrm-postgresql", "sagecrm-mariadb"], indirect=True)
MSSQL: Any = mssql.dialect
TRYTON = pytest.mark.parametrize("crm", ["tryton"], indirect=True)


@SAGE
def test_numbers_in_parts_of_persons_and_companies(crm: Sage, source: DirectorySource, network: Network) -> None:
    crm.do("INSERT INTO Company VALUES (70, 'Muster GmbH', 80, NULL), (71, 'Weg AG', NULL, 1)")
    crm.do("INSERT INTO Person VALUES (80, 70, 'Erika', 'Mustermann', NULL), (81, 71, 'Max', 'Ohnesorg', NULL)")
    crm.phone(COMPANY, 70, "Business", "49", "89", number="1234-0")
    crm.phone(COMPANY, 71, "Business", "49", "89", number="999999")
    crm.phone(PERSON, 80, "Mobile", None, "0171", number="392 00 14")
    crm.phone(PERSON, 80, "Business", "+39", "06", number="698 12345")
    crm.phone(PERSON, 81, "Home", number="0043 1 5012345")
    refresh(network, source)
    (main,) = found(network, source, "+4989123417")
    assert (main.kind, main.name, main.certainty, main.company_id) == ("company", "Muster GmbH", "main_number", "70")
    assert main.person_id == "80"  # whom the CRM calls first there
    (mobile,) = found(network, source, "+491713920014")
    assert (mobile.name, mobile.company, mobile.person_id, mobile.company_id) == (
        "Erika Mustermann",
        "Muster GmbH",
        "80",
        "70",
    )
    assert names(network, source, "+390669812345") == ["Erika Mustermann"]
    (other,) = found(network, source, "+4315012345")
    assert (other.name, other.company) == ("Max Ohnesorg", None)  # the company is deleted
    assert found(network, source, "+4989999999") == ()


@SAGE
def test_what_is_marked_as_deleted_is_gone(crm: Sage, source: DirectorySource, network: Network) -> None:
    key = crm.put(ERIKA)
    crm.put(MAX)
    refresh(network, source)
    crm.do("UPDATE Phone SET Phon_Deleted = 1 WHERE Phon_Number = '+49 171 3920014'")
    refresh(network, source)
    assert names(network, source, "0171 3920014") == []
    crm.do("UPDATE PhoneLink SET PLink_Deleted = 1 WHERE PLink_RecordID = :key", key=int(key))
    refresh(network, source)
    assert names(network, source, "089 1234567") == [MAX.name]


@pytest.mark.parametrize("name", PRESETS)
def test_queries_are_compiled_for_microsoft_sql_server(name: str) -> None:
    preset = PRESETS[name]
    for query in filter(None, (preset.contacts, preset.changed, preset.users, preset.log, *preset.add_number)):
        compiled = str(text(query).compile(dialect=MSSQL()))
        assert not re.search(r"\b(LIMIT|TRUE|FALSE|ILIKE)\b|\|\||::", compiled)


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=str)
def test_tables_are_compiled_for_microsoft_sql_server(table: Table) -> None:
    assert str(CreateTable(table).compile(dialect=MSSQL())).lstrip().startswith("CREATE TABLE")


@TRYTON
def test_parties_put_away_and_numbers_deleted_are_gone(crm: Tryton, source: DirectorySource, network: Network) -> None:
    key, other = crm.put(ERIKA), crm.put(MAX)
    refresh(network, source)
    (number,) = crm.do("party.contact_mechanism", "search", [["value", "=", "+49 171 3920014"]], 0, None, None)
    crm.do("party.contact_mechanism", "delete", [number])
    refresh(network, source)
    assert names(network, source, "0171 3920014") == []
    crm.put_away(key)
    refresh(network, source)
    assert names(network, source, "089 1234567") == [MAX.name]
    crm.drop(other)
    refresh(network, source)
    assert names(network, source, "089 1234567") == []


@TRYTON
def test_a_party_with_an_identifier_is_a_company(crm: Tryton, source: DirectorySource, network: Network) -> None:
    key = crm.put(Entry(name="Muster GmbH", numbers={"business": ("089 1234-0",)}))
    refresh(network, source)
    assert [match.kind for match in found(network, source, "089 12340")] == ["person"]
    crm.do("party.identifier", "create", [{"party": int(key), "type": "eu_vat", "code": "DE136695976"}])
    refresh(network, source)
    (match,) = found(network, source, "089 123417")
    assert (match.kind, match.certainty, match.company_id) == ("company", "main_number", key)


@TRYTON
def test_parties_are_read_page_by_page(
    crm: Tryton, source: DirectorySource, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tryton_source, "PARTIES", 2)
    for each in range(5):
        crm.put(Entry(name=f"Person {each}", numbers={"business": (f"+49 89 123456{each}",)}))
    refresh(network, source)
    assert [names(network, source, f"089 123456{each}") for each in range(5)] == [
        [f"Person {each}"] for each in range(5)
    ]


@TRYTON
def test_a_note_is_changed_where_it_stands(crm: Tryton, source: DirectorySource, network: Network) -> None:
    log = source.activities
    assert log is not None
    call = structs.replace(CALL, record_id=crm.put(ERIKA))

    async def update(note: str) -> None:
        await log.write(call)
        await log.update(structs.replace(call, note=note))

    network.run(update("Will ein Angebot"))
    network.run(update("Hat ein Angebot"))
    (note,) = crm.calls(call.record_id)
    assert note.splitlines() == [CALL.subject, "Hat ein Angebot", f"[{CALL.key}]"]


@TRYTON
def test_tryton_refuses_log_ins_after_many_wrong_ones(
    crm: Tryton, open_source: Callable[..., DirectorySource], network: Network
) -> None:
    told = ""
    for _ in range(20):
        told = failure(network, open_source(WRONG))
        if "429" in told:
            break
    assert "asks to be left alone for a while (429)" in told
    assert "429" in failure(network, open_source(PASSWORD))


@pytest.mark.parametrize("crm", ["slapd"], indirect=True)
@pytest.mark.parametrize(
    "stored", ["+49 89 1234567", "089/1234-567", "(089) 12.34.567", "0049 (89) 123 45 67", "+49 (0)89 1234567"]
)
def test_whatever_stands_between_the_digits_in_a_directory(
    crm: Slapd, source: DirectorySource, network: Network, stored: str
) -> None:
    crm.put(Entry(name="Erika Mustermann", numbers={"business": (stored,)}))
    crm.put(Entry(name="Max Ohnesorg", numbers={"business": ("+49 30 1234567",)}))
    assert names(network, source, "089 1234567") == ["Erika Mustermann"]


@pytest.mark.parametrize("crm", ["slapd"], indirect=True)
def test_users_of_a_directory_have_their_telephones_in_order(
    crm: Slapd, source: DirectorySource, network: Network
) -> None:
    crm.put(ERIKA)
    crm.add_user("anna", "2001", "2901")

    async def users() -> list[tuple[str, str, tuple[str, ...]]]:
        return [(user.login, user.name, user.devices) for user in await source.users()]

    assert network.run(users()) == [("anna", "Anna Berger", ("2001", "2901"))]


@pytest.mark.parametrize("crm", ["slapd"], indirect=True)
def test_more_people_than_a_directory_gives_at_once_are_no_error(
    crm: Slapd, source: DirectorySource, network: Network
) -> None:
    for each in range(25):  # the server is told to give 20
        crm.put(Entry(name=f"Person {each}", numbers={"business": ("+49 89 1234567",)}))
    assert len(names(network, source, "089 1234567")) == 20


@pytest.mark.parametrize("crm", ["radicale"], indirect=True)
def test_cards_of_other_editions_and_with_unknown_parts(
    crm: Radicale, source: DirectorySource, network: Network
) -> None:
    key = crm.put(ERIKA)
    folder = str(Path(key).parent)
    crm.put_card(
        f"{folder}/uri.vcf", ["UID:uri", "FN:Max Ohnesorg", "N:Ohnesorg;Max;;;", "TEL;VALUE=uri:tel:+49-171-392-00-99"]
    )
    crm.put_card(
        f"{folder}/firm.vcf",
        ["UID:firm", "FN:Muster GmbH", "N:;;;;", "ORG:Muster GmbH;Einkauf", "item1.TEL:089 1234-0", "X-OWN;X=1:yes"],
    )
    refresh(network, source)
    assert names(network, source, "+491713920099") == ["Max Ohnesorg"]
    (firm,) = found(network, source, "089 123417")
    assert (firm.kind, firm.name) == ("company", "Muster GmbH")


@pytest.mark.parametrize("crm", ["radicale"], indirect=True)
def test_an_address_book_that_is_gone_is_told(
    crm: Radicale, source: DirectorySource, network: Network, way: Way
) -> None:
    crm.put(ERIKA)
    refresh(network, source)
    crm.close()
    try:
        assert "404" in failure(network, source)
        assert names(network, source, "089 1234567") == [ERIKA.name]
    finally:
        crm.make()
    refresh(network, source)  # a new one at the same address knows no token of the old one
    assert names(network, source, "089 1234567") == []
