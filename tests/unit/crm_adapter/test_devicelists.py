"""Lists of telephones in files, databases and directories: what can be read of them, and what cannot, by its place."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ldaptor.protocols.ldap.ldaperrors import LDAPSizeLimitExceeded
from ldaptor.protocols.ldap.ldapsyntax import LDAPEntry
from sqlalchemy import create_engine, text
from twisted.internet.defer import Deferred, fail
from twisted.internet.task import Clock

from crm_adapter.devicelist import ListedDevice, Rows, device_list
from crm_adapter.errors import DirectoryError
from crm_adapter.sources import devicelists
from crm_adapter.sources.devicelists import Columns, CsvDevices, LdapDevices, SqlDevices
from tests.unit.crm_adapter.test_ldap import Network, ldap

if TYPE_CHECKING:
    from tests.unit.crm_adapter.sources import World

HEADER = "user;tn;dn\n"
ANNA = "anna;4-0-1;2001\n"
OURS = Columns({})


def csv(world: World, content: str | bytes, columns: Columns = OURS, **options: str) -> Rows:
    file = world.folder / "devices.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return world.done(CsvDevices(file, columns, world.reactor, world.pool, name="pbx", **options).rows())


def ids(read: Rows) -> list[str]:
    return [device.id for device in device_list(read.rows).devices]


def told(folder: Path, read: Rows) -> list[tuple[str, str]]:
    findings = (*read.findings, *device_list(read.rows).findings)
    return [(each.kind, str(each).replace(f"{folder}/", "")) for each in findings]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_the_separator_is_found_out(world: World, separator: str) -> None:
    read = csv(world, f"{HEADER}{ANNA}".replace(";", separator))
    (device,) = device_list(read.rows).devices
    place = f"{world.folder / 'devices.csv'}:2"
    assert device == ListedDevice(id="2001", dn="2001", tn="4-0-1", user="anna", place=place)


@pytest.mark.parametrize(
    ("octets", "encoding"),
    [
        ("user;dn\njörg;2001\n".encode(), "utf-8"),
        (codecs.BOM_UTF8 + "user;dn\njörg;2001\n".encode(), "cp1252"),
        ("user;dn\r\njörg;2001\r\n".encode("cp1252"), "cp1252"),
        ("user;dn\r\njörg;2001\r\n".encode("utf-16"), "utf-8"),
    ],
)
def test_encodings(world: World, octets: bytes, encoding: str) -> None:
    assert [row.values["user"] for row in csv(world, octets, encoding=encoding).rows] == ["jörg"]


def test_columns_have_the_names_of_somebody_else(world: World) -> None:
    columns = Columns({"user": "Benutzer", "dn": "Durchwahl", "tn": "Port"})
    read = csv(world, "Benutzer;DURCHWAHL;Port;Raum\nanna;2001;4-0-1;12\n", columns)
    assert read.rows[0].values == {"user": "anna", "dn": "2001", "tn": "4-0-1"}
    with pytest.raises(ValueError, match="unknown field `phone`; known are user, id, dn"):
        Columns({"phone": "x"})


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        pytest.param(
            b"jonas;4-0-2;200\xe4\n", "encoding", "octet 16 of the line is not utf-8; set `encoding`", id="encoding"
        ),
        pytest.param(b"jonas;4;0;2002\n", "separator", "4 fields under 3 columns; put a field with ';'", id="too many"),
        pytest.param(b'jonas;"4-0-2;2002\n', "separator", "quotes are not closed", id="quote"),
        pytest.param(b"jonas;4-0-1;2002\n", "duplicate", "TN 4-0-1 is in devices.csv:2 already", id="duplicate TN"),
        pytest.param(b"jonas;4-0-2;2001\n", "duplicate", "DN 2001 is in devices.csv:2 already", id="duplicate DN"),
        pytest.param(b"jonas;4-0-2\n", "empty", "`dn` is empty (user jonas, tn 4-0-2)", id="no DN"),
    ],
)
def test_a_line_that_is_wrong_is_told_and_the_rest_lands(world: World, line: bytes, kind: str, words: str) -> None:
    read = csv(world, b"%s%s\n%seva;4-0-9;2009\n" % (HEADER.encode(), ANNA.encode(), line))
    assert ids(read) == ["2001", "2009"]
    ((found, sentence),) = told(world.folder, read)
    assert found == kind
    assert sentence.startswith(f"devices.csv:4: {words}")


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (
            f"{HEADER}{ANNA}",
            {"separator": ","},
            "1: none of the columns `id`, `dn`, `sip` is there, only `user;tn;dn`;",
        ),
        (
            "Benutzer;Nebenstelle\n",
            {},
            "1: none of the columns `id`, `dn`, `sip` is there, only `Benutzer`, `Nebenstelle`",
        ),
        ("", {}, "1: none of the columns `id`, `dn`, `sip` is there, only none"),
    ],
)
def test_a_file_without_devices_is_told(world: World, content: str, options: dict[str, str], words: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        csv(world, content, OURS, **options)
    assert f"devices.csv:{words}" in str(caught.value)


def test_a_file_that_is_not_there_or_has_no_end_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = CsvDevices(world.folder / "none.csv", OURS, world.reactor, world.pool, name="pbx")
    with pytest.raises(DirectoryError, match=r"none\.csv: No such file"):
        world.done(missing.rows())
    missing.close()
    monkeypatch.setattr(devicelists, "LARGEST_FILE", 10)
    with pytest.raises(DirectoryError, match="longer than 10 octets"):
        csv(world, f"{HEADER}{ANNA}")


@pytest.fixture
def database(url: str) -> str:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE telephones (id INTEGER PRIMARY KEY, who TEXT, port TEXT, extension TEXT)")
        )
        for who, port, extension in (
            ("anna", "4-0-1", "2001"),
            ("jonas", "4-0-1", "2002"),
            ("jonas", "4-0-2", "2001"),
            ("jonas", "4-0-2", None),
            (None, "4-0-3", "2003"),
            ("eva", "4-0-9", "2009"),
        ):
            values = {"who": who, "port": port, "extension": extension}
            insert = text("INSERT INTO telephones (who, port, extension) VALUES (:who, :port, :extension)")
            connection.execute(insert, values)
    engine.dispose()
    return url


def sql(world: World, url: str, query: str, columns: Columns) -> Rows:
    source = SqlDevices(url, query, columns, world.reactor, name="exchange", pool=world.pool)
    return world.done(source.rows())


def test_a_query(world: World, database: str) -> None:
    columns = Columns({"user": "who", "tn": "port", "dn": "extension"})
    read = sql(world, database, "SELECT who, port, extension FROM telephones ORDER BY id", columns)
    assert ids(read) == ["2001", "2003", "2009"]
    assert told(world.folder, read) == [
        ("duplicate", "exchange, row 2: TN 4-0-1 is in exchange, row 1 already and is anna's; the row is left out"),
        ("duplicate", "exchange, row 3: DN 2001 is in exchange, row 1 already and is anna's; the row is left out"),
        ("empty", "exchange, row 4: `dn` is empty (user jonas, tn 4-0-2); the row is left out"),
        ("empty", "exchange, row 5: `user` is empty; 2003 is nobody's"),
    ]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELECT who FROM telephones", "the query: none of the columns `id`, `dn`, `sip` is there, only `who`"),
        ("SELECT who FROM nowhere", "no such table: nowhere"),
    ],
)
def test_a_query_that_gives_no_devices_is_told(world: World, database: str, query: str, words: str) -> None:
    with pytest.raises(DirectoryError) as caught:
        sql(world, database, query, OURS)
    assert words in str(caught.value)


def test_a_query_without_end_is_told(world: World, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devicelists, "MOST_ROWS", 3)
    with pytest.raises(DirectoryError, match="more than 3 rows"):
        sql(world, database, "SELECT extension AS dn FROM telephones", OURS)


LDIF = b"""\
dn: dc=example,dc=org
objectClass: dcObject
dc: example

dn: cn=gateway,dc=example,dc=org
objectClass: applicationProcess
cn: gateway
userPassword: geheim

""" + b"".join(
    b"dn: cn=%s,dc=example,dc=org\nobjectClass: person\ncn: %s\nuid: %s\nipPhone: %s\npager: %s\n\n" % entry
    for entry in (
        (b"Anna", b"Anna", b"anna", b"2001", b"4-0-1"),
        (b"Jonas", b"Jonas", b"jonas", b"2002", b"4-0-1"),
        (b"Eva", b"Eva", b"eva", b"2001", b"4-0-3"),
        (b"Uwe", b"Uwe", b"uwe", b"2009", b"4-0-9"),
    )
)


def test_entries_of_a_directory(clock: Clock) -> None:
    network = Network(LDIF)
    columns = Columns({"user": "uid", "dn": "ipPhone", "tn": "pager"})
    source = LdapDevices(ldap(network, clock), "(ipPhone=*)", columns, name="directory")
    devices, findings = device_list(network.answer(source.rows()).rows)
    clashing = {device.user for device in devices}
    assert {"uwe"} < clashing < {"anna", "jonas", "eva", "uwe"}
    assert {finding.kind for finding in findings} == {"duplicate"}
    assert all("cn=" in finding.place and ",dc=example,dc=org already" in finding.text for finding in findings)
    source.close()


def test_a_directory_that_is_away_is_told(clock: Clock) -> None:
    network = Network(LDIF)
    network.trouble = "down"
    source = LdapDevices(ldap(network, clock), "(ipPhone=*)", OURS, name="directory")
    with pytest.raises(DirectoryError, match="cannot be asked"):
        network.answer(source.rows())


def test_a_directory_without_end_is_told(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devicelists, "MOST_ROWS", 2)
    network = Network(LDIF)
    source = LdapDevices(ldap(network, clock), "(ipPhone=*)", OURS, name="directory")
    with pytest.raises(DirectoryError, match="more than 2 entries fit the filter"):
        network.answer(source.rows())


def test_a_directory_that_gives_only_a_part_is_told(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def search(self: LDAPEntry, **options: object) -> Deferred[object]:
        return fail(LDAPSizeLimitExceeded())

    monkeypatch.setattr(LDAPEntry, "search", search)
    network = Network(LDIF)
    source = LdapDevices(ldap(network, clock), "(ipPhone=*)", OURS, name="directory")
    with pytest.raises(DirectoryError, match="does not give all entries"):
        network.answer(source.rows())
