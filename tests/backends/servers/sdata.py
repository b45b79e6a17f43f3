"""A CRM with a REST interface in the manner of Sage CRM's SData: a list in pages, questions with `where`, HTTP Basic.

It is a program of ours, at a real socket: what of Sage CRM it has is what its public documentation says.
"""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csta_gateway.config_sources import HttpSource, Source
from tests.backends.crm import PASSWORD, Entry
from tests.backends.network import Way

USER, READER = "gateway", "reader"
ROOT = "/sdata/crmj/sagecrm2/-"
PAGE = 10
"""Records of a page, whatever is asked for."""

QUESTION = re.compile(r"(?P<field>\w+) (?:eq|like) '(?P<value>(?:[^']|'')*)'")
FIELDS = {"business": "phon_business", "mobile": "phon_mobile"}


class Sdata:
    """People with their numbers, digits only as a view of theirs would give them beside what was written."""

    refusal = "check user and password"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys = count(1)
        self.people: dict[str, dict[str, Any]] = {}
        self.written: dict[str, dict[str, str]] = {}
        self.broken = ""
        crm = self

        class Handler(_Handler):
            server_of = crm

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def put(self, entry: Entry) -> str:
        key = str(next(self._keys))
        self.change(key, entry)
        return key

    def change(self, key: str, entry: Entry) -> None:
        first, _, last = entry.name.rpartition(" ")
        numbers = {FIELDS[label]: list(raw) for label, raw in entry.numbers.items()}
        self.people[key] = {"$key": key, "pers_firstname": first, "pers_lastname": last, **numbers}

    def drop(self, key: str) -> None:
        del self.people[key]

    def source(self, way: Way, password: str = PASSWORD) -> HttpSource:
        return self._source(way, USER, password)

    def read_only(self, way: Way) -> Source:
        return self._source(way, READER, PASSWORD)

    def _source(self, way: Way, user: str, password: str) -> HttpSource:
        secret = self._folder / "secret"
        secret.write_text(password)
        return HttpSource(
            name="crm",
            url=f"http://127.0.0.1:{way.port}{ROOT}",
            user=user,
            password_file=str(secret),
            lookup="Person?where=phon_digits%20like%20'%25{number}'",
            search="Person?where=pers_any%20like%20'%25{text}%25'&count={limit}",
            formats=("last9", "national"),
            records="$['$resources'][*]",
            log="Communication?call={key}",
            log_body={"comm_subject": "{subject}", "comm_personid": "{record_id}", "comm_key": "{key}"},
            fields={"id": "$key", "first_name": "pers_firstname", "last_name": "pers_lastname"},
            numbers=FIELDS,
            add_number="Person('{record_id}')/Phone",
            add_number_body={"type": "{label}", "number": "{number}", "of": "{name}"},
        )

    @contextmanager
    def busy(self, way: Way) -> Iterator[None]:
        way.set("busy")
        yield
        way.set("")

    def calls(self, key: str) -> list[str]:
        return [each["comm_subject"] for each in self.written.values() if each["comm_personid"] == key]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_of: Sdata

    def do_GET(self) -> None:
        if self._may(USER, READER):
            query = parse_qs(urlsplit(self.path).query)
            asked = QUESTION.fullmatch(query.get("where", [""])[0])
            most = min(int(query.get("count", [PAGE])[0]), PAGE)
            found = [each for each in self.server_of.people.values() if asked and _fits(each, asked)]
            answer = {"$totalResults": len(found), "$itemsPerPage": most, "$resources": found[:most]}
            self._answer(200, self.server_of.broken or json.dumps(answer))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._may(USER):
            return
        place = re.fullmatch(rf"{ROOT}/Person\('(\w+)'\)/Phone", unquote(urlsplit(self.path).path))
        if place is None:
            self.server_of.written.setdefault(self.headers["Idempotency-Key"], body)
            self._answer(201, "{}")
        elif (person := self.server_of.people.get(place[1])) is None:
            self._answer(404, "{}")
        else:
            there = person.setdefault(FIELDS[body["type"]], [])
            if body["number"] not in there:
                there.append(body["number"])
            self._answer(201, "{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- its name there
        """Nothing is printed."""

    def _may(self, *users: str) -> bool:
        """Whether the log-in is right and the user one of ``users``; else that is the answer."""
        logins = {f"Basic {b64encode(f'{user}:{PASSWORD}'.encode()).decode()}": user for user in (USER, READER)}
        user = logins.get(self.headers.get("Authorization", ""))
        if user not in users:
            self._answer(401 if user is None else 403, "")
        return user in users

    def _answer(self, status: int, body: str) -> None:
        octets = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)


def _fits(person: dict[str, Any], asked: re.Match[str]) -> bool:
    value = asked["value"].replace("''", "'").strip("%").casefold()
    numbers = ["".join(filter(str.isdecimal, raw)) for field in FIELDS.values() for raw in person.get(field, [])]
    if asked["field"] == "phon_digits":
        return any(number.endswith(value) for number in numbers)
    name = f"{person['pers_firstname']} {person['pers_lastname']}".casefold()
    return all(word in name for word in value.split()) or any(value in number for number in numbers)
