"""An LDAP directory, asked over the wire of ldaptor's own server in memory."""

from __future__ import annotations

import io
from collections.abc import Coroutine
from typing import Any, TypeVar, cast

import pytest
from ldaptor.inmemory import fromLDIFFile
from ldaptor.interfaces import IConnectedLDAPEntry
from ldaptor.protocols.ldap.ldapserver import LDAPServer
from twisted.internet import error
from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IProtocol, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.internet.task import Clock
from twisted.python.components import registerAdapter
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump, connect

from crm_adapter.errors import DirectoryError
from crm_adapter.location import Location
from crm_adapter.numbers import normalise
from crm_adapter.sources.ldap import Directory, LdapSource
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.users import User

T = TypeVar("T")
MUNICH = Location(area_code="089")
PASSWORD = "geheim"

LDIF = b"""\
dn: dc=example,dc=org
objectClass: dcObject
dc: example

dn: cn=gateway,dc=example,dc=org
objectClass: applicationProcess
cn: gateway
userPassword: geheim

dn: cn=Erika Mustermann,dc=example,dc=org
objectClass: person
cn: Erika Mustermann
o: Muster GmbH
telephoneNumber: call after five
telephoneNumber: (089) 12 34-567
mobile: 0171 / 392 00 14

dn: cn=Max Ohnesorg,dc=example,dc=org
objectClass: person
cn: Max Ohnesorg
telephoneNumber: 089 91234567
uid: max
ipPhone: 2002
ipPhone: SIP/2902

"""


class Tree:
    """What the server needs to find its entries."""

    def __init__(self, ldif: bytes) -> None:
        self.root: Any = None
        fromLDIFFile(io.BytesIO(ldif)).addCallback(lambda root: setattr(self, "root", root))


registerAdapter(lambda tree: tree.root, Tree, IConnectedLDAPEntry)


class Network:
    """An endpoint behind which a server runs in memory.

    :ivar trouble: ``None``, ``"down"`` or ``"silent"``.
    """

    def __init__(self, ldif: bytes = LDIF) -> None:
        self.trouble: str | None = None
        self.pumps: list[IOPump] = []
        self._tree = Tree(ldif)

    def connect(self, factory: Factory) -> Deferred[IProtocol]:
        if self.trouble == "down":
            return fail(error.ConnectionRefusedError())
        server, client = LDAPServer(), factory.buildProtocol(cast(Any, None))
        server.factory = self._tree
        assert client is not None
        ends = (server, FakeTransport(server, isServer=True), client, FakeTransport(client, isServer=False))
        self.pumps.append(connect(*ends))
        return succeed(cast(IProtocol, client))

    def answer(self, work: Coroutine[Any, Any, T]) -> T:
        """Carry octets both ways until there is a result."""
        results: list[Any] = []
        Deferred.fromCoroutine(work).addBoth(results.append)
        while self.trouble is None and not results and any([pump.flush() for pump in self.pumps]):
            pass
        (result,) = results
        if isinstance(result, Failure):
            result.raiseException()
        return cast(T, result)


def ldap(network: Network, clock: Clock, password: str = PASSWORD) -> LdapSource:
    directory = Directory(
        base="dc=example,dc=org",
        users="(&(objectClass=person)(uid=*))",
        devices=("ipPhone",),
        bind=("cn=gateway,dc=example,dc=org", password),
    )
    fields = FieldMap(
        fields={"name": "cn", "company": "o", "login": "uid"},
        numbers={"business": "telephoneNumber", "mobile": "mobile"},
    )
    endpoint = cast(IStreamClientEndpoint, network)
    return LdapSource(endpoint, directory, fields, MUNICH, cast(Any, clock), name="crm")


@pytest.fixture
def network() -> Network:
    return Network()


def names(network: Network, source: LdapSource, number: str) -> list[str]:
    return [match.name for match in network.answer(source.lookup(normalise(number, MUNICH)))]


def test_a_caller_is_found_however_the_number_is_written(network: Network, clock: Clock) -> None:
    source = ldap(network, clock)
    (erika,) = network.answer(source.lookup(normalise("0891234567", MUNICH)))
    assert (erika.name, erika.company, erika.kind) == ("Erika Mustermann", "Muster GmbH", "person")
    assert erika.record_id == "cn=Erika Mustermann,dc=example,dc=org"
    assert names(network, source, "+491713920014") == ["Erika Mustermann"]
    assert names(network, source, "08991234567") == ["Max Ohnesorg"]
    assert names(network, source, "0301234567") == []
    assert len(network.pumps) == 1


def test_search_by_words_and_digits(network: Network, clock: Clock) -> None:
    source = ldap(network, clock)
    for text, found in (
        ("must erika", ["Erika Mustermann"]),
        ("0171 3920014", ["Erika Mustermann"]),
        ("*", []),
        ("(", []),
        ("  ", []),
    ):
        assert [each.name for each in network.answer(source.search(text, 9))] == found


def test_users_with_their_telephones(network: Network, clock: Clock) -> None:
    assert network.answer(ldap(network, clock).users()) == (
        User(login="max", name="Max Ohnesorg", devices=("2002", "SIP/2902")),
    )


def test_a_wrong_password_is_told(network: Network, clock: Clock) -> None:
    source = ldap(network, clock, "wrong")
    with pytest.raises(DirectoryError, match="check user and password"):
        names(network, source, "0891234567")
    with pytest.raises(DirectoryError, match="check user and password"):
        names(network, source, "0891234567")


def test_a_directory_that_is_down_is_asked_again_later(network: Network, clock: Clock) -> None:
    source = ldap(network, clock)
    network.trouble = "down"
    with pytest.raises(DirectoryError, match="cannot be asked"):
        names(network, source, "0891234567")
    network.trouble = None
    assert names(network, source, "0891234567") == ["Erika Mustermann"]
    source.close()
    assert names(network, source, "0891234567") == ["Erika Mustermann"]


def test_a_directory_that_is_slow_is_not_waited_for(network: Network, clock: Clock) -> None:
    source = ldap(network, clock)
    network.trouble = "silent"
    told: list[str] = []
    Deferred.fromCoroutine(source.lookup(normalise("0891234567", MUNICH))).addErrback(
        lambda failure: told.append(str(failure.value))
    )
    clock.advance(5.0)
    assert told == ["source crm: the directory cannot be asked: no answer in 5 s"]
    assert not clock.getDelayedCalls()
    network.trouble = None
    assert names(network, source, "0891234567") == ["Erika Mustermann"]
