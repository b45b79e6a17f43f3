"""OpenLDAP's slapd; a branch of the tree for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from ldaptor.protocols.ldap.ldapclient import LDAPClient
from ldaptor.protocols.ldap.ldapsyntax import LDAPEntry
from msgspec import structs
from twisted.internet.endpoints import connectProtocol

from csta_gateway.config_sources import LdapSource, Source
from tests.backends.crm import PASSWORD, Entry
from tests.backends.network import Network, Way
from tests.backends.sharing import Sharing

SCHEMAS = Path("/etc/ldap/schema")
BASE = "dc=example,dc=org"
MANAGER = f"cn=manager,{BASE}"
ATTRIBUTES = {"business": "telephoneNumber", "mobile": "mobile"}

_CONFIGURATION = f"""\
include {SCHEMAS}/core.schema
include {SCHEMAS}/cosine.schema
include {SCHEMAS}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {{folder}}/pid
sizelimit 20
database mdb
suffix {BASE}
rootdn {MANAGER}
rootpw {PASSWORD}
directory {{folder}}/data
dbnosync
index objectClass eq
index telephoneNumber,mobile eq,sub
access to attrs=userPassword by anonymous auth by * none
access to attrs=telephoneNumber,mobile by dn="cn=gateway,{BASE}" write by users read
access to * by users read
"""

_FIRST = f"""\
dn: {BASE}
objectClass: domain
dc: example

dn: cn=gateway,{BASE}
objectClass: person
cn: gateway
sn: gateway
userPassword: {PASSWORD}

dn: cn=reader,{BASE}
objectClass: person
cn: reader
sn: reader
userPassword: {PASSWORD}
"""


class Slapd:
    """A branch of its own in the directory of the test run."""

    refusal = "check user and password"

    def __init__(self, sharing: Sharing, folder: Path, network: Network) -> None:
        program = shutil.which("slapd") or "/usr/sbin/slapd"
        add = shutil.which("slapadd") or "/usr/sbin/slapadd"
        running = sharing.server(
            "slapd",
            [program],
            [
                [add, "-q", "-f", "{folder}/slapd.conf", "-l", "{folder}/first.ldif"],
                [program, "-d", "none", "-f", "{folder}/slapd.conf", "-h", "ldap://127.0.0.1:{port}/"],
            ],
            files={"slapd.conf": _CONFIGURATION, "first.ldif": _FIRST, "data/.keep": ""},
        )
        self.port = running.port
        self._folder = folder
        self._network = network
        self._base = f"ou={uuid4().hex},{BASE}"
        self._client: Any = None
        self._add(self._base, {"objectClass": ["organizationalUnit"]})

    def put(self, entry: Entry) -> str:
        key = f"uid={uuid4().hex},{self._base}"
        self._add(key, {"objectClass": ["inetOrgPerson"], **_attributes(entry)})
        return key

    def change(self, key: str, entry: Entry) -> None:
        self.drop(key)
        self._add(key, {"objectClass": ["inetOrgPerson"], **_attributes(entry)})

    def drop(self, key: str) -> None:
        async def delete() -> None:
            await LDAPEntry(await self._connected(), key).delete()

        self._network.run(delete())

    def add_user(self, login: str, *telephones: str) -> None:
        """A user of the call screen: somebody with telephones on the desk."""
        entry = {"cn": ["Anna Berger"], "sn": ["Berger"], "homePhone": list(telephones), "employeeType": ["agent"]}
        self._add(f"uid={login},{self._base}", {"objectClass": ["inetOrgPerson"], **entry})

    def source(self, way: Way, password: str = PASSWORD) -> LdapSource:
        secret = self._folder / "secret"
        secret.write_text(password)
        return LdapSource(
            name="crm",
            url=f"ldap://127.0.0.1:{way.port}",
            user=f"cn=gateway,{BASE}",
            password_file=str(secret),
            base=self._base,
            users="(employeeType=agent)",
            devices=("homePhone",),
            fields={"name": "cn", "company": "o", "login": "uid"},
        )

    def read_only(self, way: Way) -> Source:
        return structs.replace(self.source(way), user=f"cn=reader,{BASE}")

    @contextmanager
    def busy(self, way: Way) -> Iterator[None]:
        yield

    def close(self) -> None:
        self._client.transport.loseConnection()

    def _add(self, name: str, attributes: dict[str, list[str]]) -> None:
        async def add() -> None:
            rdn, _, above = name.partition(",")
            await LDAPEntry(await self._connected(), above).addChild(
                rdn, {**attributes, rdn.split("=")[0]: [rdn.split("=")[1]]}
            )

        self._network.run(add())

    async def _connected(self) -> Any:  # noqa: ANN401 -- ldaptor has no types
        if self._client is None:
            way = self._network.way_to(self.port)
            self._client = await connectProtocol(way.server(), LDAPClient())
            await self._client.bind(MANAGER, PASSWORD)
        return self._client


def _attributes(entry: Entry) -> dict[str, list[str]]:
    numbers = {ATTRIBUTES[label]: list(numbers) for label, numbers in entry.numbers.items() if numbers}
    return {"cn": [entry.name], "sn": [entry.name.rpartition(" ")[2]], **numbers}
