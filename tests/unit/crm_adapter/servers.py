"""Small servers of the kinds the sources talk to, each with the same two people and a record nobody can read."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from lxml import etree
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

USER, PASSWORD = "gateway", "geheim"
ERIKA_NUMBERS = ["(089) 12 34-567", "call after five", "", "+49 171 3920014", "123456789012345678901234567890", "x"]


class Server(Resource):
    """Answers every request with :meth:`reply`, unless it is told to be in trouble.

    :ivar trouble: ``None``, ``"silent"``, or a status to answer with.
    """

    isLeaf = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # it has no types
        self.trouble: str | int | None = None
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[str, str]] = []

    def reply(self, request: Request, body: bytes) -> bytes:
        raise NotImplementedError

    def render(self, request: Request) -> bytes | int:
        self.requests.append((request.method.decode(), unquote(request.uri.decode())))
        if self.trouble == "silent":
            return NOT_DONE_YET
        if isinstance(self.trouble, int):
            request.setResponseCode(self.trouble)
            for name, value in self.headers.items():
                request.setHeader(name, value)
            return b"{}"
        return self.reply(request, request.content.read() if request.content else b"")


def basic(request: Request) -> bool:
    """Whether the right name and password came along; else the answer is 401."""
    right = (request.getUser(), request.getPassword()) == (USER.encode(), PASSWORD.encode())
    if not right:
        request.setResponseCode(401)
    return right


class RestCrm(Server):
    """Finds people by E.164."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, Any]] = []
        self.changed: list[tuple[str, Any]] = []

    def reply(self, request: Request, body: bytes) -> bytes:
        if not basic(request):
            return b""
        if request.method == b"POST":
            self.calls.append((request.getHeader("idempotency-key") or "", json.loads(body)))
            return b""
        if request.method == b"PATCH":
            self.changed.append((unquote(request.path.decode()).rpartition("/")[2], json.loads(body)))
            return b""
        asked = unquote(request.uri.decode()).rpartition("=")[2]
        people = [
            {"key": 7, "who": {"full": "Erika Mustermann"}, "firm": "Muster GmbH", "tel": ERIKA_NUMBERS},
            {"key": 8, "who": {"full": "Max Ohnesorg"}, "tel": "0171/3920099"},
            {"key": None, "who": None},
            "nonsense",
        ]
        known = {"+49891234567": people, "01713920014": people, "Muster": people[:2]}
        return json.dumps({"items": known.get(asked, [])}).encode()


class Tryton(Server):
    """Parties over JSON-RPC; what a test changes gets the next second as its moment."""

    def __init__(self) -> None:
        super().__init__()
        self.second = 1
        self.sessions = 0
        self.tables: dict[str, dict[int, dict[str, Any]]] = {
            "party.party": {},
            "party.contact_mechanism": {},
            "ir.note": {},
        }
        self.put("party.party", 1, rec_name="Erika Mustermann", active=True, identifiers=[])
        self.put("party.party", 2, rec_name="Muster GmbH", active=True, identifiers=[5])
        self.put("party.party", 3, rec_name="", active=True, identifiers=[])
        for key, value in enumerate(ERIKA_NUMBERS, 1):
            self.put("party.contact_mechanism", key, party=1, type="phone", value=value, active=True)
        self.put("party.contact_mechanism", 20, party=2, type="phone", value="+49 89 1234 0", active=True)
        self.put("party.contact_mechanism", 21, party=2, type="email", value="info@example.org", active=True)

    def put(self, model: str, key: int, **values: Any) -> None:  # noqa: ANN401 -- JSON
        self.second += 1
        moment = {"__class__": "datetime", "year": 2026, "month": 1, "day": 1, "second": self.second, "microsecond": 7}
        known = self.tables[model].get(key, {"id": key, "create_date": moment, "write_date": None})
        self.tables[model][key] = {**known, **values, "write_date": moment}

    def reply(self, request: Request, body: bytes) -> bytes:
        asked = json.loads(body)
        method, params = asked["method"], asked["params"]
        if method == "common.db.login":
            user, secret, _ = params
            right = (user, secret["password"]) == (USER, PASSWORD)
            self.sessions += right
            return json.dumps({"result": [1, f"key{self.sessions}", None] if right else None}).encode()
        expected = b64encode(f"{USER}:1:key{self.sessions}".encode()).decode()
        if request.getHeader("authorization") != f"Session {expected}":
            request.setResponseCode(401)
            return b""
        model, _, name = method.removeprefix("model.").rpartition(".")
        if name == "create":
            for values in params[0]:
                self.put(model, max(self.tables[model], default=0) + 1, **values)
            return b'{"result": []}'
        if name == "delete":
            for key in params[0]:
                del self.tables[model][key]
            return b'{"result": null}'
        rows = [row for row in self.tables[model].values() if holds(params[0], row)]
        if name == "search_count":
            return json.dumps({"result": len(rows)}).encode()
        if name != "search_read":
            return b'{"error": ["UserError", "no such method"]}'
        _, _, limit, ((_, order),), fields, _ = params
        rows.sort(key=lambda row: int(row["id"]), reverse=order == "DESC")
        return json.dumps(
            {"result": [{each: row.get(each) for each in ("id", *fields)} for row in rows[:limit]]}
        ).encode()


def holds(domain: Any, row: dict[str, Any]) -> bool:  # noqa: ANN401 -- JSON
    """Whether a row is in a domain of Tryton."""
    if domain and domain[0] == "OR":
        return any(holds([each], row) for each in domain[1:])
    return all(_clause(clause, row) for clause in domain)


def _clause(clause: list[Any], row: dict[str, Any]) -> bool:
    field, operator, value = clause
    have = row.get(field)
    if isinstance(have, dict):
        have, value = have["second"], value["second"]
    tests: dict[str, Callable[[], bool]] = {
        "=": lambda: have == value,
        ">": lambda: have > value,
        "<=": lambda: have <= value,
        ">=": lambda: have is not None and have >= value,
        "in": lambda: have in value,
        "like": lambda: value.strip("%").replace("\\_", "_") in str(have),
    }
    return tests[operator]()


CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nORG:{company}\r\n{numbers}END:VCARD\r\n"


class CardDav(Server):
    """An address book with a sync token that counts its changes."""

    def __init__(self) -> None:
        super().__init__()
        self.history: list[str] = []
        self.cards: dict[str, str] = {}
        numbers = "".join(f"TEL;TYPE=WORK,VOICE:{number}\r\n" for number in ERIKA_NUMBERS)
        self.put("erika", CARD.format(uid="u1", name="Erika Mustermann", company="Muster GmbH", numbers=numbers))
        self.put("max", CARD.format(uid="u2", name="Max Ohnesorg", company="", numbers="TEL:tel:+49-171-3920099\r\n"))
        self.put("broken", "BEGIN:VCARD\r\nNONSENSE\r\n")

    def put(self, name: str, card: str | None) -> None:
        href = f"/book/{name}.vcf"
        self.history.append(href)
        if card is None:
            del self.cards[href]
        else:
            self.cards[href] = card

    def reply(self, request: Request, body: bytes) -> bytes:
        if not basic(request):
            return b""
        request.setResponseCode(207)
        asked = etree.fromstring(body)
        names = {"d": "DAV:"}
        if asked.tag != "{DAV:}sync-collection":
            hrefs = [each.text or "" for each in asked.iterfind("d:href", names)]
            return self.multistatus("".join(self.card(href) for href in hrefs))
        token = asked.findtext("d:sync-token", "", names)
        if token and not token.startswith("urn:sync:"):
            request.setResponseCode(403)
            return b'<d:error xmlns:d="DAV:"><d:valid-sync-token/></d:error>'
        since = int(token.removeprefix("urn:sync:") or 0)
        changed = dict.fromkeys(self.history[since:])
        return self.multistatus(
            "".join(map(self.state, changed)) + f"<d:sync-token>urn:sync:{len(self.history)}</d:sync-token>"
        )

    def state(self, href: str) -> str:
        if href not in self.cards:
            return f"<d:response><d:href>{href}</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>"
        return self.prop(href, "<d:getetag>1</d:getetag>")

    def card(self, href: str) -> str:
        return self.prop(href, f"<c:address-data>{escape(self.cards[href])}</c:address-data>")

    def prop(self, href: str, inner: str) -> str:
        propstat = f"<d:propstat><d:prop>{inner}</d:prop></d:propstat>"
        return f"<d:response><d:href>{href}</d:href>{propstat}</d:response>"

    def multistatus(self, inner: str) -> bytes:
        return (
            f'<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav">{inner}</d:multistatus>'.encode()
        )
