"""Tryton on SQLite, from its packages in a virtual environment of its own; a copy of the database for each test.

With the package ``phonenumbers`` it takes only numbers that can be dialled, and stores them in one form; without, it
keeps them as they were written.
"""

from __future__ import annotations

import json
import shutil
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

from msgspec import structs

from csta_gateway.config_sources import Source, TrytonSource
from tests.backends.crm import PASSWORD, Entry
from tests.backends.network import Way
from tests.backends.sharing import Sharing

PROGRAMS = Path(sys.prefix) / "servers" / "bin"
"""Of the virtual environment `make test` makes for servers that are no part of the project."""

USER, READER = "admin", "reader"
KINDS = {"business": "phone", "mobile": "mobile"}

_CONFIGURATION = """\
[database]
uri = sqlite://
path = {folder}
[web]
listen = 127.0.0.1:{port}
[password]
length = 4
"""


class Tryton:
    """A database of its own on the server of the test run.

    :param strict: numbers are checked.
    """

    refusal = "check user and password"

    def __init__(self, sharing: Sharing, folder: Path, *, strict: bool) -> None:
        admin, server = str(PROGRAMS / "trytond-admin"), str(PROGRAMS / "trytond")
        common = ("-c", "{folder}/trytond.conf")
        first = ("--update", "party", "--activate-dependencies", "--email", "admin@example.org")
        running = sharing.server(
            "tryton-strict" if strict else "tryton",
            [admin, server],
            [[admin, *common, "-d", "empty", *first], [server, *common, "-d", "empty"]],
            files={
                "trytond.conf": _CONFIGURATION,
                "password": PASSWORD,
                "empty.sqlite": "",
                **({} if strict else {"without/phonenumbers.py": "raise ImportError('not here')\n"}),
            },
            environment={"TRYTONPASSFILE": "{folder}/password", "PYTHONPATH": "{folder}/without"},
        )
        self.port = running.port
        self.name = f"test{uuid4().hex[:12]}"
        self._file = Path(running.folder) / f"{self.name}.sqlite"
        shutil.copyfile(Path(running.folder) / "empty.sqlite", self._file)
        # The first request of a page loads a database if it is in the list, remembered by the name of the host.
        self._ask(f"/{self.name}/r/page", None, {"Host": self.name})
        user, session = self._rpc("common.db.login", USER, {"password": PASSWORD}, "en")[:2]
        self._session = b64encode(f"{USER}:{user}:{session}".encode()).decode()

    def put(self, entry: Entry) -> str:
        (key,) = self.do("party.party", "create", [{"name": entry.name, **_mechanisms(entry)}])
        return str(key)

    def change(self, key: str, entry: Entry) -> None:
        old = self.do("party.contact_mechanism", "search", [["party", "=", int(key)]], 0, None, None)
        self.do("party.contact_mechanism", "delete", old)
        self.do("party.party", "write", [int(key)], {"name": entry.name, **_mechanisms(entry)})

    def drop(self, key: str) -> None:
        self.do("party.party", "delete", [int(key)])

    def put_away(self, key: str) -> None:
        """As users do: a party that is not needed any more is not deleted."""
        self.do("party.party", "write", [int(key)], {"active": False})

    def source(self, way: Way, password: str = PASSWORD) -> TrytonSource:
        secret = self._file.with_suffix(".secret")
        secret.write_text(password)
        return TrytonSource(
            name="crm",
            url=f"http://127.0.0.1:{way.port}",
            database=self.name,
            user=USER,
            password_file=str(secret),
            write_notes=True,
        )

    def read_only(self, way: Way) -> Source:
        """A user who is in no group, and of whom the database takes no numbers of parties."""
        self.do("res.user", "create", [{"name": READER, "login": READER, "password": PASSWORD}])
        self.do("ir.model.access", "create", [{"model": "party.contact_mechanism", "perm_read": True}])
        return structs.replace(self.source(way), user=READER)

    @contextmanager
    def busy(self, way: Way) -> Iterator[None]:
        """The log-in was tried too often."""
        way.set("busy")
        yield
        way.set("")

    def calls(self, key: str) -> list[str]:
        domain = [["resource", "=", f"party.party,{key}"]]
        return [note["message"] for note in self.do("ir.note", "search_read", domain, 0, None, None, ["message"])]

    def do(self, model: str, method: str, *params: object) -> Any:  # noqa: ANN401 -- JSON
        """Call a method of a model."""
        return self._rpc(f"model.{model}.{method}", *params, {})

    def close(self) -> None:
        self._file.unlink()

    def _rpc(self, method: str, *params: object) -> Any:  # noqa: ANN401 -- JSON
        session = getattr(self, "_session", None)
        headers = {"Content-Type": "application/json", **({"Authorization": f"Session {session}"} if session else {})}
        answer = self._ask(f"/{self.name}/rpc/", {"id": 1, "method": method, "params": params}, headers)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def _ask(self, path: str, body: object, headers: dict[str, str]) -> Any:  # noqa: ANN401 -- JSON
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(f"http://127.0.0.1:{self.port}{path}", data, headers), timeout=30) as answer:
                return json.load(answer)
        except OSError:
            if body is not None:
                raise
            return None  # the page is not there, but the database is loaded


def _mechanisms(entry: Entry) -> dict[str, Sequence[object]]:
    values = [{"type": KINDS[label], "value": raw} for label, numbers in entry.numbers.items() for raw in numbers]
    return {"contact_mechanisms": [["create", values]]} if values else {}
