"""Databases of the gateway's own, kept in a server instead of a file beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import Contact, Match
from crm_adapter.indexed import IndexedSource
from crm_adapter.journal import Journal
from crm_adapter.migrations import History, newest, upgrade
from crm_adapter.numbers import normalise
from crm_adapter.sources.database import PlainDatabase
from csta_gateway.sources import Sources
from tests.backends.crm import MUNICH, Entry
from tests.backends.network import Network
from tests.backends.servers.mariadb import MariaDb
from tests.backends.servers.postgresql import PostgreSql
from tests.backends.servers.sqlite import Sqlite
from tests.backends.servers.tables import Embedded
from tests.backends.sharing import Sharing
from tests.unit.crm_adapter import journal_rows

SERVERS = pytest.mark.parametrize("database", [PostgreSql, MariaDb])


@SERVERS
@pytest.mark.parametrize("history", History)
def test_tables_are_created_and_found_again(
    database: Callable[[Sharing], PostgreSql | MariaDb], history: History, share: Sharing
) -> None:
    where = database(share)
    ours = PlainDatabase(where.url())
    assert ours.do(upgrade, history) == ours.do(upgrade, history) == newest(history)
    ours.close()
    where.close()


@SERVERS
def test_contacts_are_indexed_found_and_swept(
    database: Callable[[Sharing], PostgreSql | MariaDb], share: Sharing, network: Network, tmp_path: Path
) -> None:
    crm, where = Embedded(Sqlite(tmp_path)), database(share)
    keys = [
        crm.put(Entry(name=f"Person {each}", numbers={"business": (f"+49 89 12345{each:02}",)})) for each in range(9)
    ]
    index = ContactIndex(where.url(), MUNICH, network.reactor)
    network.run(_started(index))
    source = Sources(network.reactor, index, MUNICH).make(crm.source(None))
    assert isinstance(source, IndexedSource)

    async def lookup(number: str) -> tuple[Match, ...]:
        return await source.lookup(normalise(number, MUNICH))

    async def search(text: str) -> tuple[Contact, ...]:
        return await source.search(text, 5)

    assert network.run(source.refresh()) == 9
    assert network.run(source.refresh()) == 0
    assert [match.name for match in network.run(lookup("089 1234507"))] == ["Person 7"]
    assert [contact.numbers[0].raw for contact in network.run(search("pers 7"))] == ["+49 89 1234507"]
    crm.drop(keys[7])
    crm.change(keys[8], Entry(name="Jörg Größer", numbers={"mobile": ("0171 3920014",)}))
    assert network.run(source.refresh()) == 2
    assert network.run(lookup("089 1234507")) == ()
    assert [match.name for match in network.run(lookup("+491713920014"))] == ["Jörg Größer"]
    assert [contact.name for contact in network.run(search("größ"))] == ["Jörg Größer"]
    source.close()
    index.close()
    crm.close()
    where.close()


@SERVERS
def test_past_calls_are_found_by_what_they_have(
    database: Callable[[Sharing], PostgreSql | MariaDb], share: Sharing, network: Network
) -> None:
    where = database(share)
    journal = Journal(where.url(), network.reactor)

    async def found() -> object:
        await journal.start()
        return await journal_rows.found(journal)

    try:
        assert network.run(found()) == journal_rows.FOUND
    finally:
        journal.close()  # its threads would keep the process
        where.close()


async def _started(index: ContactIndex) -> None:
    await index.start()
