"""Radicale, from its package in the virtual environment of servers; an address book for each test."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

from msgspec import structs

from csta_gateway.config_sources import CardDavSource, Source
from tests.backends.crm import PASSWORD, Entry
from tests.backends.network import Way
from tests.backends.servers.tryton import PROGRAMS
from tests.backends.sharing import Sharing

USER, READER = "gateway", "reader"
TYPES = {"business": "WORK,VOICE", "mobile": "CELL"}

_CONFIGURATION = """\
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = from_file
file = {folder}/rights
[storage]
filesystem_folder = {folder}/collections
"""

_RIGHTS = f"""\
[writer]
user: {USER}
collection: .*
permissions: RrWw
[reader]
user: {READER}
collection: .*
permissions: Rr
"""

_MAKE = """\
<mkcol xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><c:addressbook/></resourcetype></prop></set></mkcol>"""


class Radicale:
    """An address book on the server of the test run."""

    refusal = "check user and password"

    def __init__(self, sharing: Sharing, folder: Path) -> None:
        program = str(PROGRAMS / "radicale")
        running = sharing.server(
            "radicale",
            [program],
            [[program, "--config", "{folder}/config"]],
            files={
                "config": _CONFIGURATION,
                "users": f"{USER}:{PASSWORD}\n{READER}:{PASSWORD}\n",
                "rights": _RIGHTS,
            },
        )
        self.port = running.port
        self._folder = folder
        self._path = f"/{USER}/{uuid4().hex}/"
        self.make()

    def make(self) -> None:
        """Make the address book."""
        self._ask("MKCOL", self._path, _MAKE)

    def put(self, entry: Entry) -> str:
        key = f"{self._path}{uuid4().hex}.vcf"
        self.change(key, entry)
        return key

    def change(self, key: str, entry: Entry) -> None:
        first, _, last = entry.name.rpartition(" ")
        numbers = [
            f"TEL;TYPE={TYPES[label]}:{_escaped(raw)}" for label, numbers in entry.numbers.items() for raw in numbers
        ]
        self.put_card(
            key,
            [
                f"UID:{Path(key).stem}",
                f"FN:{_escaped(entry.name)}",
                f"N:{_escaped(last)};{_escaped(first)};;;",
                *numbers,
            ],
        )

    def put_card(self, key: str, lines: list[str]) -> None:
        """Put a card in as it is."""
        self._ask("PUT", key, "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""]), "text/vcard")

    def drop(self, key: str) -> None:
        self._ask("DELETE", key)

    def source(self, way: Way, password: str = PASSWORD) -> CardDavSource:
        secret = self._folder / "secret"
        secret.write_text(password)
        return CardDavSource(
            name="crm",
            url=f"http://127.0.0.1:{way.port}{self._path}",
            user=USER,
            password_file=str(secret),
        )

    def read_only(self, way: Way) -> Source:
        return structs.replace(self.source(way), user=READER)

    @contextmanager
    def busy(self, way: Way) -> Iterator[None]:
        way.set("busy")
        yield
        way.set("")

    def close(self) -> None:
        self._ask("DELETE", self._path)

    def _ask(self, method: str, path: str, body: str | None = None, kind: str = "text/xml") -> None:
        login = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": f"{kind}; charset=utf-8"}
        data = None if body is None else body.encode()
        with urlopen(Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method), timeout=30):
            pass


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
