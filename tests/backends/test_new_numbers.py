"""A number written at a contact: it is in the real server then, once, and the next call from it is the contact's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from crm_adapter.directory import Contact, DirectorySource
from crm_adapter.errors import DirectoryError, WriteRefused
from crm_adapter.indexed import IndexedSource
from crm_adapter.newnumber import NewNumber
from crm_adapter.sources.webservice import WebService
from tests.backends.crm import IMPATIENT, Crm, Entry
from tests.backends.network import Network, Trouble, Way
from tests.backends.servers.sage import COMPANY, Sage
from tests.backends.test_contract import ERIKA, EVERY, MAX, SERVERS, names, refresh, settle

if TYPE_CHECKING:
    from tests.backends.servers.radicale import Radicale

NEW = "+498955512345"
WRITTEN = "+49 89 55512345"
NAMED = pytest.mark.parametrize("crm", ["slapd", "radicale"], indirect=True)
"""What names the contact by what may belong to another one tomorrow."""


def contact_of(network: Network, source: DirectorySource, name: str = ERIKA.name) -> Contact:
    async def search() -> tuple[Contact, ...]:
        return await source.search(name, 10)

    (found,) = network.run(search())
    return found


def add(network: Network, source: DirectorySource, contact: Contact, e164: str = NEW, kind: int = 0) -> None:
    book = source.numbers
    assert book is not None
    network.run(book.add_number(contact, NewNumber(label=book.number_kinds[kind], e164=e164)))


def refusal(network: Network, source: DirectorySource, contact: Contact) -> str:
    with pytest.raises(WriteRefused) as raised:
        add(network, source, contact)
    assert "555" not in str(raised.value)
    return raised.value.reason


def read_again(network: Network, source: DirectorySource) -> None:
    if isinstance(source, IndexedSource):
        network.run(source.refresh(whole=True))


@EVERY
def test_a_number_is_written_and_the_next_call_is_the_contacts(
    crm: Crm, source: DirectorySource, network: Network
) -> None:
    crm.put(ERIKA)
    crm.put(MAX)
    refresh(network, source)
    assert names(network, source, NEW) == []
    heard: list[bool] = []
    source.subscribe(lambda: heard.append(True))
    add(network, source, contact_of(network, source))
    assert heard
    assert names(network, source, NEW) == [ERIKA.name]
    read_again(network, source)
    assert names(network, source, NEW) == [ERIKA.name]
    assert names(network, source, "0171 3920014") == [ERIKA.name]


@EVERY
def test_the_same_number_is_written_once(crm: Crm, source: DirectorySource, network: Network) -> None:
    crm.put(ERIKA)
    refresh(network, source)
    seen = contact_of(network, source)
    for _ in range(2):
        add(network, source, seen)
        read_again(network, source)
    there = contact_of(network, source)
    digits = ["".join(filter(str.isdecimal, number.raw)) for number in there.numbers]
    assert sorted(digits) == ["491713920014", "49891234567", NEW.removeprefix("+")]


@EVERY
def test_every_kind_of_number_is_read_as_it_was_written(crm: Crm, source: DirectorySource, network: Network) -> None:
    crm.put(Entry(name=ERIKA.name))
    refresh(network, source)
    book = source.numbers
    assert book is not None
    for position, kind in enumerate(book.number_kinds):
        add(network, source, contact_of(network, source), f"+49171392010{position}", position)
        read_again(network, source)
        assert kind in {number.label for number in contact_of(network, source).numbers}


@EVERY
def test_a_contact_that_is_gone_is_told(crm: Crm, source: DirectorySource, network: Network) -> None:
    key = crm.put(ERIKA)
    refresh(network, source)
    seen = contact_of(network, source)
    crm.drop(key)
    assert refusal(network, source, seen) == "gone"
    read_again(network, source)
    assert refusal(network, source, seen) == "gone"


@EVERY
def test_a_user_who_may_only_read_is_told(
    crm: Crm, open_source: Callable[..., DirectorySource], network: Network, way: Way
) -> None:
    crm.put(ERIKA)
    source = open_source(settings=crm.read_only(way))
    refresh(network, source)
    assert refusal(network, source, contact_of(network, source)) in ("forbidden", "refused")
    read_again(network, source)
    assert names(network, source, NEW) == []


@NAMED
def test_a_record_that_is_another_contacts_now_is_left_alone(
    crm: Crm, source: DirectorySource, network: Network
) -> None:
    key = crm.put(ERIKA)
    refresh(network, source)
    seen = contact_of(network, source)
    crm.change(key, MAX)
    assert refusal(network, source, seen) == "changed"


@SERVERS
@pytest.mark.parametrize("trouble", ["down", "silent"])
def test_a_server_that_is_away_is_told_and_nothing_is_known_that_is_not_there(
    crm: Crm, open_source: Callable[..., DirectorySource], network: Network, way: Way, trouble: Trouble
) -> None:
    crm.put(ERIKA)
    source = open_source(seconds=IMPATIENT)
    settle(network, source)
    seen = contact_of(network, source)
    way.set(trouble)
    with pytest.raises(DirectoryError) as raised:
        add(network, source, seen)
    assert not isinstance(raised.value, WriteRefused)
    way.set("")
    settle(network, source)
    assert names(network, source, NEW) == []


@pytest.mark.parametrize("crm", ["radicale"], indirect=True)
def test_of_two_who_change_a_card_at_once_the_second_is_told(
    crm: Radicale, source: DirectorySource, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = crm.put(ERIKA)
    refresh(network, source)
    seen = contact_of(network, source)
    other = Entry(name=ERIKA.name, numbers={"mobile": ("+49 171 3920099",)})
    ask = WebService.ask

    async def slow(
        self: WebService, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        if method == "PUT":
            crm.change(key, other)
        return await ask(self, method, url, body, headers)

    monkeypatch.setattr(WebService, "ask", slow)
    assert refusal(network, source, seen) == "changed"
    read_again(network, source)
    assert names(network, source, "+491713920099") == [ERIKA.name]


@pytest.mark.parametrize("crm", ["slapd"], indirect=True)
def test_an_entry_elsewhere_in_a_directory_is_none_of_its_contacts(
    crm: Crm, source: DirectorySource, network: Network
) -> None:
    crm.put(ERIKA)
    seen = contact_of(network, source)
    for key in ("cn=reader,dc=example,dc=org", "no name at all"):
        assert refusal(network, source, structs.replace(seen, record_id=key, name="reader")) == "gone"


@pytest.mark.parametrize("crm", ["sagecrm-sqlite", "sagecrm-postgresql", "sagecrm-mariadb"], indirect=True)
def test_sage_crm_has_a_number_in_its_three_parts(crm: Sage, source: DirectorySource, network: Network) -> None:
    crm.do("INSERT INTO Company VALUES (70, 'Muster GmbH', NULL, NULL), (71, 'Muster AG', NULL, NULL)")
    crm.put(ERIKA)
    refresh(network, source)
    firm = contact_of(network, source, "Muster GmbH")
    add(network, source, firm, "+4315012345", kind=0)
    assert crm.rows(
        """SELECT PLink_EntityID, PLink_RecordID, PLink_Type, Phon_CountryCode, Phon_AreaCode, Phon_Number
             FROM PhoneLink JOIN Phone ON Phon_PhoneId = PLink_PhoneId WHERE Phon_CountryCode = '43'"""
    ) == [(COMPANY, 70, "Business", "43", "1", "5012345")]
