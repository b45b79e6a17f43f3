"""Parties of a Tryton server, over its JSON-RPC."""

from __future__ import annotations

from base64 import b64encode
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from crm_adapter.directory import Activity, Contact, LabelledNumber, Page
from crm_adapter.errors import DirectoryError, WriteRefused
from crm_adapter.newnumber import NewNumber
from crm_adapter.sources.webservice import LoginRefused, WebService, writing
from crm_adapter.users import User

PARTIES = 1_000
"""Parties read at a time."""

CHANGED = 10_000
"""Changed parties that are asked for by their keys; of more, all are read."""

TELEPHONES = ("phone", "mobile", "fax")
"""Types of contact mechanisms that are numbers."""

WRITTEN = ("phone", "mobile")
"""Types a number can be given that is written."""

MODELS = ("party.party", "party.contact_mechanism")
"""What is read."""

EVERYTHING = {"active_test": False}
"""Context in which parties that were put away are seen too: they are gone from the index then."""

Json = dict[str, Any]


class RpcRefused(DirectoryError):
    """Tryton answers, but does not do what it was asked."""


class Reading(Struct, frozen=True, kw_only=True):
    """What a token says.

    :param moment: the latest one of a record that was read, in the server's own form.
    :param seen: model → its highest key, and how many records there were up to it.
    """

    moment: Json
    seen: dict[str, tuple[int, int]]


class TrytonFeed:
    """Reads parties with their contact mechanisms. A party with an identifier (a VAT number) is a company.

    :param url: of the server, ``https://tryton.example.org``.
    :param database: name of the database.
    :param login: name and password of a user who may read parties, and write notes if calls are to be written.
    :param web: asks the server.
    :param name: in logs and matches.
    :param writes_notes: calls become notes at the party.
    :param writable: numbers become contact mechanisms of the party.
    """

    def __init__(
        self,
        url: str,
        database: str,
        login: tuple[str, str],
        web: WebService,
        *,
        name: str = "tryton",
        writes_notes: bool = False,
        writable: bool = False,
    ) -> None:
        self.name = name
        self.takes_calls = writes_notes
        self.takes_notes = True
        self.number_kinds = WRITTEN if writable else ()
        self._url = f"{url.rstrip('/')}/{database}/rpc/"
        self._login = login
        self._web = web
        self._session: str | None = None

    async def changes(self, since: str | None) -> AsyncGenerator[Page, None]:
        """Parties that were written, or whose contact mechanisms were, since a moment of the server; all without one.

        :raises DirectoryError: the server cannot be asked.
        """
        state = await self._state()
        known = _read(since)
        whole = known is None or not await self._all_there(known)
        latest = None if whole or known is None else known.moment
        domain: list[Any] = []
        if latest is not None:
            changed = await self._changed(latest)
            whole = len(changed) > CHANGED
            domain = [] if whole else [["id", "in", changed]]
        yield Page(whole=whole)
        first = 0
        while rows := await self._search("party.party", [*domain, ["id", ">", first]], _PARTY, limit=PARTIES):
            first = rows[-1]["id"]
            mechanisms = await self._mechanisms([row["id"] for row in rows])
            latest = _latest(latest, [*rows, *(each for some in mechanisms.values() for each in some)])
            gone = tuple((kind, str(row["id"])) for row in rows for kind in _gone(row))
            here = tuple(_contact(row, mechanisms[row["id"]]) for row in rows if row["active"] and row["rec_name"])
            yield Page(contacts=here, gone=gone)
        token = None if latest is None else msgspec.json.encode(Reading(moment=latest, seen=state)).decode()
        yield Page(token=token)

    async def users(self) -> tuple[User, ...]:
        """Nobody: Tryton does not know which telephones its users have."""
        return ()

    async def write(self, activity: Activity) -> None:
        """Write a call as a note at the party; one that is there already is not written again.

        :raises DirectoryError: the server cannot be asked, or refuses.
        """
        if not await self._notes(activity):
            await self._create(activity)

    async def update(self, activity: Activity) -> None:
        """Write the note of a call anew, in place of the one there is: Tryton lets nobody change the text of a note.

        :raises DirectoryError: the server cannot be asked, or refuses.
        """
        known = await self._notes(activity)
        if any(row["message"] == _text(activity) for row in known):
            return
        await self._create(activity)
        if known:
            await self._call("model.ir.note.delete", [row["id"] for row in known], {})

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        """Give a party a contact mechanism, if it has none with the number.

        :raises WriteRefused: the party is gone, or Tryton does not take the number or lets the user write none.
        :raises DirectoryError: the server cannot be asked.
        """
        key = int(contact.record_id)
        with writing():
            parties = await self._search("party.party", [["id", "=", key]], _PARTY)
            if not parties or not parties[0]["active"]:
                raise WriteRefused("gone", f"source {self.name}: party {key} is not there any more")
            there = _contact(parties[0], (await self._mechanisms([key]))[key])
            if not number.is_one_of(there):
                mechanism = {"party": key, "type": number.label, "value": number.raw}
                try:
                    await self._call("model.party.contact_mechanism.create", [mechanism], {})
                except RpcRefused as problem:
                    raise WriteRefused("refused", str(problem)) from problem

    def close(self) -> None:
        """Sessions end by themselves."""

    async def _state(self) -> dict[str, tuple[int, int]]:
        """Of each model that is read: the highest key there is, and how many records there are up to it."""
        found = {}
        for model in MODELS:
            last = await self._search(model, [], ["id"], limit=1, order="DESC")
            highest = last[0]["id"] if last else 0
            found[model] = (highest, await self._count(model, highest))
        return found

    async def _all_there(self, known: Reading) -> bool:
        """Whether nothing was deleted since. Only numbers tell: a record that is gone has no moment of a change."""
        for model, (highest, count) in known.seen.items():
            if await self._count(model, highest) < count:
                return False
        return True

    async def _count(self, model: str, highest: int) -> int:
        return int(await self._call(f"model.{model}.search_count", [["id", "<=", highest]], EVERYTHING))

    async def _changed(self, moment: Json) -> list[int]:
        """Parties that were written since, or whose contact mechanisms were."""
        written = ["OR", ["write_date", ">=", moment], ["create_date", ">=", moment]]
        numbers = await self._search("party.contact_mechanism", written, ["party"])
        parties = await self._search("party.party", written, ["id"])
        return sorted({row["party"] for row in numbers} | {row["id"] for row in parties})

    async def _create(self, activity: Activity) -> None:
        note = {"resource": _resource(activity), "message": _text(activity)}
        await self._call("model.ir.note.create", [note], {})

    async def _notes(self, activity: Activity) -> list[Json]:
        """The note of a call, as long as it ends with the call's key."""
        mark = f"%{_literal(_mark(activity))}"
        domain = [["resource", "=", _resource(activity)], ["message", "like", mark]]
        return await self._search("ir.note", domain, ["id", "message"])

    async def _mechanisms(self, parties: Sequence[int]) -> Mapping[int, list[Json]]:
        domain = [["party", "in", list(parties)], ["type", "in", list(TELEPHONES)]]
        found: defaultdict[int, list[Json]] = defaultdict(list)
        for row in await self._search("party.contact_mechanism", domain, _MECHANISM):
            found[row["party"]].append(row)
        return found

    async def _search(
        self, model: str, domain: list[Any], fields: list[str], limit: int | None = None, order: str = "ASC"
    ) -> list[Json]:
        method = f"model.{model}.search_read"
        return list(await self._call(method, domain, 0, limit, [["id", order]], fields, EVERYTHING))

    async def _call(self, method: str, *params: object) -> Any:  # noqa: ANN401 -- JSON
        """The result of a method; a session that has ended is begun again once."""
        if self._session is None:
            self._session = await self._begin()
        try:
            return await self._rpc(method, params, self._session)
        except LoginRefused:
            self._session = await self._begin()
            return await self._rpc(method, params, self._session)

    async def _begin(self) -> str:
        user, password = self._login
        result = await self._rpc("common.db.login", (user, {"password": password}, "en"), None)
        if not result:
            raise LoginRefused(f"source {self.name}: Tryton refuses the log-in of {user}; check user and password")
        return b64encode(f"{user}:{result[0]}:{result[1]}".encode()).decode()

    async def _rpc(self, method: str, params: Sequence[object], session: str | None) -> Any:  # noqa: ANN401 -- JSON
        headers = {} if session is None else {"Authorization": f"Session {session}"}
        answer = await self._web.ask_json(
            "POST", self._url, {"id": 0, "method": method, "params": list(params)}, headers
        )
        if not isinstance(answer, dict) or answer.get("error"):
            # The rest of an error may repeat values; its kind is enough to act on.
            kind = answer["error"][0] if isinstance(answer, dict) else "no answer of JSON-RPC"
            raise RpcRefused(f"source {self.name}: {method}: {kind}")
        return answer.get("result")


def _resource(activity: Activity) -> str:
    return f"party.party,{activity.record_id}"


def _mark(activity: Activity) -> str:
    return f"[{activity.key}]"


def _text(activity: Activity) -> str:
    return "\n".join(filter(None, (activity.subject, activity.disposition, activity.note, _mark(activity))))


_PARTY = ["id", "rec_name", "active", "identifiers", "write_date", "create_date"]
_MECHANISM = ["id", "party", "type", "value", "active", "write_date", "create_date"]


def _contact(party: Json, mechanisms: Sequence[Json]) -> Contact:
    kind = _kind(party)
    key = str(party["id"])
    return Contact(
        kind=kind,
        record_id=key,
        name=party["rec_name"],
        person_id=key if kind == "person" else None,
        company_id=key if kind == "company" else None,
        numbers=tuple(
            LabelledNumber(label=each["type"], raw=each["value"])
            for each in mechanisms
            if each.get("active", True) and each["value"]
        ),
    )


def _kind(party: Json) -> Any:  # noqa: ANN401 -- one of two words
    return "company" if party["identifiers"] else "person"


def _gone(party: Json) -> Sequence[str]:
    """Kinds under which a party must not be in the index: a person who became a company is one no longer."""
    if not party["active"]:
        return ("person", "company")
    return ("person",) if party["identifiers"] else ("company",)


def _read(token: str | None) -> Reading | None:
    """What a token says; None for one of another edition, and everything is read."""
    try:
        return None if token is None else msgspec.json.decode(token, type=Reading)
    except msgspec.DecodeError:
        return None


def _latest(known: Json | None, rows: Sequence[Json]) -> Json | None:
    """The latest moment of the rows, in the server's own form, whose parts compare as numbers."""
    moments = [row[field] for row in rows for field in ("write_date", "create_date") if row.get(field)]
    return max([*moments, *([known] if known is not None else [])], key=_parts, default=None)


def _parts(moment: Json) -> tuple[int, ...]:
    return tuple(
        int(moment.get(part, 0)) for part in ("year", "month", "day", "hour", "minute", "second", "microsecond")
    )


def _literal(text: str) -> str:
    """``text`` as a pattern that matches nothing else."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
