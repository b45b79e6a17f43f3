"""What every source does the same against the real server it is meant for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm_adapter.directory import Activity, ActivityLog, DirectorySource, Match
from crm_adapter.errors import DirectoryError
from crm_adapter.indexed import IndexedSource
from crm_adapter.numbers import normalise
from tests.backends.conftest import CRMS
from tests.backends.crm import IMPATIENT, MUNICH, WRONG, Crm, Entry, TakesCalls
from tests.backends.network import Network, Way

WITHOUT_NETWORK = {name for name in CRMS if name.endswith("sqlite")}
STRICT = "tryton-strict"
EVERY = pytest.mark.parametrize("crm", CRMS, indirect=True)
SERVERS = pytest.mark.parametrize("crm", [name for name in CRMS if name not in WITHOUT_NETWORK], indirect=True)
BUSY = pytest.mark.parametrize(
    "crm", [name for name in CRMS if name not in WITHOUT_NETWORK and name != "slapd"], indirect=True
)
WITH_USERS = pytest.mark.parametrize(
    "crm", [name for name in CRMS if name.startswith(("embedded", "sagecrm"))], indirect=True
)
WITH_CALLS = pytest.mark.parametrize("crm", [name for name in CRMS if name not in ("slapd", "radicale")], indirect=True)
LENIENT = pytest.mark.parametrize("crm", [name for name in CRMS if name != STRICT], indirect=True)

ERIKA = Entry(name="Erika Mustermann", numbers={"business": ("+49 (89) 1234567",), "mobile": ("+49 171 3920014",)})
MAX = Entry(name="Max Ohnesorg", numbers={"business": ("+49 89 1234567",)})
CALL = Activity(
    key="HQ-4711_1%",
    subject="Anruf von Erika Müller",
    login="anna",
    direction="incoming",
    result="answered",
    number="089 1234567",
    began=1_800_000_000,
    duration=61,
    kind="person",
    record_id="",
)
TELEPHONE_OF_ERIKA = "089 1234567"


def refresh(network: Network, source: DirectorySource) -> None:
    if isinstance(source, IndexedSource):
        network.run(source.refresh())


def settle(network: Network, source: DirectorySource) -> None:
    """Ask until there is an answer: under load even a server that is well may need more than the little time it has."""
    for _ in range(9):
        try:
            refresh(network, source)
            found(network, source, TELEPHONE_OF_ERIKA)
        except DirectoryError:
            continue
        return
    raise AssertionError("it does not recover")


def found(network: Network, source: DirectorySource, number: str) -> tuple[Match, ...]:
    async def lookup() -> tuple[Match, ...]:
        return await source.lookup(normalise(number, MUNICH))

    return network.run(lookup())


def names(network: Network, source: DirectorySource, number: str) -> list[str]:
    return sorted(match.name for match in found(network, source, number))


def failure(network: Network, source: DirectorySource) -> str:
    """What is told when the server is asked."""

    async def ask() -> Any:  # noqa: ANN401 -- there is no answer
        if isinstance(source, IndexedSource):
            return await source.refresh()
        return await source.lookup(normalise(TELEPHONE_OF_ERIKA, MUNICH))

    with pytest.raises(DirectoryError) as raised:
        network.run(ask())
    told = str(raised.value)
    assert "1234567" not in told
    return told


@EVERY
def test_a_caller_is_found_with_the_key_of_the_record(crm: Crm, source: DirectorySource, network: Network) -> None:
    key = crm.put(ERIKA)
    refresh(network, source)
    for number in ("+49891234567", "089/1234567", "0171 3920014"):
        (match,) = found(network, source, number)
        assert (match.kind, match.name, match.record_id, match.source) == ("person", ERIKA.name, key, "crm")
        assert match.certainty == "exact"
    assert names(network, source, "089 7654321") == []


@EVERY
def test_all_who_have_a_number_are_found(crm: Crm, source: DirectorySource, network: Network) -> None:
    crm.put(ERIKA)
    crm.put(MAX)
    refresh(network, source)
    assert names(network, source, TELEPHONE_OF_ERIKA) == [ERIKA.name, MAX.name]
    assert names(network, source, "+49 171 3920014") == [ERIKA.name]


@EVERY
def test_contacts_are_searched_by_name_and_number(crm: Crm, source: DirectorySource, network: Network) -> None:
    crm.put(ERIKA)
    crm.put(Entry(name="Jörg Größer (Süd)", numbers={"business": ("+49 30 23125200",)}))
    refresh(network, source)

    async def search(text: str) -> list[str]:
        return [contact.name for contact in await source.search(text, 10)]

    assert network.run(search("mann erika")) == [ERIKA.name]
    assert network.run(search("größer (s")) == ["Jörg Größer (Süd)"]
    assert network.run(search("1713920")) == [ERIKA.name]


@EVERY
def test_what_is_new_changed_and_gone_is_seen(crm: Crm, source: DirectorySource, network: Network) -> None:
    crm.put(MAX)
    refresh(network, source)
    key = crm.put(ERIKA)
    refresh(network, source)
    assert names(network, source, TELEPHONE_OF_ERIKA) == [ERIKA.name, MAX.name]
    crm.change(key, Entry(name="Erika Neu", numbers={"business": ("+49 89 7654321",)}))
    refresh(network, source)
    assert names(network, source, TELEPHONE_OF_ERIKA) == [MAX.name]
    assert names(network, source, "089 7654321") == ["Erika Neu"]
    crm.drop(key)
    refresh(network, source)
    assert names(network, source, "089 7654321") == []
    assert names(network, source, TELEPHONE_OF_ERIKA) == [MAX.name]


@EVERY
def test_what_has_not_changed_is_not_told(crm: Crm, source: DirectorySource, network: Network) -> None:
    if not isinstance(source, IndexedSource):
        pytest.skip("asked for every caller: there is nothing to tell")
    crm.put(ERIKA)
    crm.put(MAX)
    assert network.run(source.refresh()) == 2
    assert network.run(source.refresh()) == 0


@LENIENT
def test_a_record_with_ten_bad_numbers_loses_only_those(crm: Crm, source: DirectorySource, network: Network) -> None:
    bad = ("x", "call after five", "0", "123456789012345678901234567890", "+", "+49", "n/a", "??", "089/", "ext. 12")
    crm.put(
        Entry(name="Erika Mustermann", numbers={"business": (*bad, "(089) 12 34-567"), "mobile": ("0171/392 00 14",)})
    )
    crm.put(Entry(name="Ohne Nummer"))
    crm.put(Entry(name="Max Ohnesorg", numbers={"mobile": ("+49 (0)171 / 392.00.99",)}))
    refresh(network, source)
    assert names(network, source, TELEPHONE_OF_ERIKA) == ["Erika Mustermann"]
    assert names(network, source, "+491713920014") == ["Erika Mustermann"]
    assert names(network, source, "+491713920099") == ["Max Ohnesorg"]


@WITH_USERS
def test_users_come_with_their_telephones(crm: Crm, source: DirectorySource, network: Network) -> None:
    async def users() -> Any:  # noqa: ANN401 -- a tuple of users
        return await source.users()

    (anna,) = network.run(users())
    assert (anna.login, anna.name, anna.extension, anna.devices[0], anna.cti_enabled, anna.language) == (
        "anna",
        "Anna Berger",
        "2001",
        "2001",
        True,
        "de",
    )


@WITH_CALLS
def test_a_call_is_written_once(crm: TakesCalls, source: DirectorySource, network: Network) -> None:
    key, other = crm.put(ERIKA), crm.put(MAX)
    log = source.activities
    assert log is not None

    async def write(log: ActivityLog, call: Activity) -> None:
        await log.write(call)

    call = Activity(**{**{name: getattr(CALL, name) for name in CALL.__struct_fields__}, "record_id": key})
    for _ in range(2):
        network.run(write(log, call))
    (written,) = crm.calls(key)
    assert written.splitlines()[0] == CALL.subject
    assert crm.calls(other) == []


@SERVERS
def test_a_server_that_is_down_is_told_and_found_again(
    crm: Crm, source: DirectorySource, network: Network, way: Way
) -> None:
    crm.put(ERIKA)
    refresh(network, source)
    way.set("down")
    assert failure(network, source)
    if isinstance(source, IndexedSource):
        assert names(network, source, TELEPHONE_OF_ERIKA) == [ERIKA.name]
    way.set("")
    crm.put(MAX)
    refresh(network, source)
    assert names(network, source, TELEPHONE_OF_ERIKA) == [ERIKA.name, MAX.name]


@SERVERS
@pytest.mark.parametrize("connected", [True, False], ids=["connected", "connecting"])
def test_a_server_that_is_silent_is_not_waited_for(
    crm: Crm, open_source: Callable[..., DirectorySource], network: Network, way: Way, connected: bool
) -> None:
    crm.put(ERIKA)
    source = open_source(seconds=IMPATIENT)
    if connected:
        settle(network, source)
    way.set("silent")
    assert failure(network, source)
    way.set("")
    settle(network, source)
    assert names(network, source, TELEPHONE_OF_ERIKA) == [ERIKA.name]


@SERVERS
def test_a_wrong_password_is_told_and_not_repeated(
    crm: Crm, open_source: Callable[..., DirectorySource], network: Network
) -> None:
    told = failure(network, open_source(WRONG))
    assert crm.refusal in told
    assert WRONG not in told


@BUSY
def test_a_server_that_is_asked_too_much_is_told(
    crm: Crm, open_source: Callable[..., DirectorySource], network: Network, way: Way
) -> None:
    crm.put(ERIKA)
    source = open_source()
    with crm.busy(way):
        assert failure(network, source)
