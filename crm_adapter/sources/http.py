"""Any CRM with a REST interface: the addresses asked, and what in the JSON answers is meant, are configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from string import Formatter
from typing import Any
from urllib.parse import quote

import jsonpath
import msgspec
from jsonpath import JSONPathError
from msgspec import Struct, field

from crm_adapter.directory import Activity, Contact, Match, match_of
from crm_adapter.errors import TemplateInvalid
from crm_adapter.location import Location
from crm_adapter.newnumber import VARIABLES, NewNumber
from crm_adapter.numbers import Number, national, normalise
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.sources.webservice import WebService, writing
from crm_adapter.users import User

MOST_MATCHES = 50
"""Records of one answer that are looked at."""

NUMBER_FORMATS: Mapping[str, Callable[[str, Location], str]] = {
    "e164": lambda e164, location: e164,
    "digits": lambda e164, location: e164.removeprefix("+"),
    "international": lambda e164, location: f"00{e164.removeprefix('+')}",
    "national": national,
    "last9": lambda e164, location: e164[-9:],
}
"""How a CRM may want a number to be written."""


class HttpTemplates(Struct, frozen=True, kw_only=True):
    """What is asked, and what of the answer is meant.

    :param lookup: address with ``{number}``.
    :param search: address with ``{text}`` and ``{limit}``; empty: contacts cannot be searched.
    :param formats: ways to write ``{number}``, tried one after the other until there is a match.
    :param records: JSONPath (RFC 9535) of the records in an answer.
    :param verify: a record counts only if one of its numbers is the caller's; off where records show no numbers.
    :param log: address calls are posted to; empty: they are not.
    :param log_body: JSON object posted there; texts in it may have the fields of a call in braces (``{subject}``).
    :param note: address a note is sent to that was written later, with ``{key}``; empty: it is not.
    :param note_method: how it is sent.
    :param note_body: JSON object that is sent.
    :param add_number: address a number is sent to that a contact is to have, with ``{record_id}`` and other
        :data:`~crm_adapter.newnumber.VARIABLES`; empty: it is not.
    :param add_number_method: how it is sent.
    :param add_number_body: JSON object that is sent.
    """

    lookup: str
    search: str = ""
    formats: tuple[str, ...] = ("e164",)
    records: str = "$[*]"
    verify: bool = True
    log: str = ""
    log_body: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    note_method: str = "PUT"
    note_body: dict[str, Any] = field(default_factory=dict)
    add_number: str = ""
    add_number_method: str = "POST"
    add_number_body: dict[str, Any] = field(default_factory=dict)


class HttpSource:
    """Asks the CRM for every caller, and shows what it answers.

    :param templates: what to ask.
    :param fields: which fields of a record are what.
    :param location: how numbers in the records are meant.
    :param web: asks the server.
    :param name: in logs and matches.
    :raises TemplateInvalid: a template has an unknown variable, a JSONPath or number format is none.
    """

    def __init__(
        self, templates: HttpTemplates, fields: FieldMap, location: Location, web: WebService, *, name: str = "http"
    ) -> None:
        self.name = name
        self._templates = templates
        self._fields = fields
        self._location = location
        self._web = web
        self._listeners: list[Callable[[], None]] = []
        self._check()
        self._records = jsonpath.compile(templates.records)

    @property
    def takes_calls(self) -> bool:
        """Whether there is an address for them."""
        return bool(self._templates.log)

    @property
    def activities(self) -> HttpSource | None:
        """Where calls can be written down, if the CRM takes them."""
        return self if self.takes_calls else None

    @property
    def numbers(self) -> HttpSource | None:
        """Where numbers can be written at contacts, if the CRM takes them."""
        return self if self.number_kinds else None

    @property
    def number_kinds(self) -> tuple[str, ...]:
        """The kinds that are read, too; empty when there is no address for them."""
        return tuple(self._fields.numbers) if self._templates.add_number else ()

    async def start(self) -> None:
        """There is nothing to prepare."""

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when a number was written. Of other changes the CRM tells nobody; answers are remembered
        for minutes only."""
        self._listeners.append(listener)

    async def lookup(self, number: Number) -> tuple[Match, ...]:
        """Every record the CRM finds for the number.

        :raises DirectoryError: the CRM cannot be asked.
        """
        if number.e164 is None:
            return ()
        for form in self._templates.formats:
            written = NUMBER_FORMATS[form](number.e164, self._location)
            found = await self._contacts(_filled(self._templates.lookup, {"number": written}))
            matches = tuple(match_of(contact, self.name) for contact in found if self._is_of(contact, number.e164))
            if matches:
                return matches
        return ()

    async def search(self, text: str, limit: int) -> tuple[Contact, ...]:
        """Contacts the CRM finds for a text.

        :raises DirectoryError: the CRM cannot be asked.
        """
        if not self._templates.search or not text.strip():
            return ()
        found = await self._contacts(_filled(self._templates.search, {"text": text, "limit": str(limit)}))
        return tuple(found[:limit])

    async def users(self) -> tuple[User, ...]:
        """Nobody."""
        return ()

    async def write(self, activity: Activity) -> None:
        """Post a call. Its key goes along as ``Idempotency-Key``, so that the CRM can tell a repetition.

        :raises DirectoryError: the CRM cannot be asked, or refuses.
        """
        templates = self._templates
        await self._send("POST", templates.log, templates.log_body, activity, {"Idempotency-Key": activity.key})

    @property
    def takes_notes(self) -> bool:
        """Whether there is an address for them."""
        return bool(self._templates.note)

    async def update(self, activity: Activity) -> None:
        """Send a call again whose note has changed.

        :raises DirectoryError: the CRM cannot be asked, or refuses.
        """
        templates = self._templates
        # No Idempotency-Key: two notes must not pass for one.
        await self._send(templates.note_method, templates.note, templates.note_body, activity, {})

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        """Send a number to the CRM; whether it is there already, the CRM has to see.

        :raises WriteRefused: the CRM does not take it.
        :raises DirectoryError: the CRM cannot be asked.
        """
        templates, values = self._templates, number.variables(contact)
        url, body = _filled(templates.add_number, values), templates.add_number_body
        with writing():
            await self._web.ask_json(templates.add_number_method, url, _body(body, values) if body else values)
        for listener in self._listeners:
            listener()

    def close(self) -> None:
        """Nothing is held."""

    async def _send(
        self, method: str, url: str, body: dict[str, Any], activity: Activity, headers: Mapping[str, str]
    ) -> None:
        values = {name: str(value) for name, value in msgspec.structs.asdict(activity).items()}
        await self._web.ask_json(method, _filled(url, values), _body(body, values) if body else values, headers)

    async def _contacts(self, url: str) -> list[Contact]:
        answer = await self._web.ask_json("GET", url)
        records = self._records.findall(answer)[:MOST_MATCHES] if answer is not None else []
        found = (self._fields.contact(_flat(each)) for each in records if isinstance(each, dict))
        return [contact for contact in found if contact is not None]

    def _is_of(self, contact: Contact, e164: str) -> bool:
        if not self._templates.verify:
            return True
        return any(normalise(number.raw, self._location, "stored").e164 == e164 for number in contact.numbers)

    def _check(self) -> None:
        templates, call = self._templates, {each.name for each in msgspec.structs.fields(Activity)}
        _check_template(self.name, "lookup", {"number"}, templates.lookup)
        _check_template(self.name, "search", {"text", "limit"}, templates.search)
        _check_template(self.name, "log", call, templates.log)
        _check_template(self.name, "note", call, templates.note)
        _check_template(self.name, "add_number", VARIABLES, templates.add_number)
        for place, body, known in (
            ("log_body", templates.log_body, call),
            ("note_body", templates.note_body, call),
            ("add_number_body", templates.add_number_body, VARIABLES),
        ):
            _body(body, dict.fromkeys(known, ""), partial(_check_template, self.name, place, known))
        for form in templates.formats:
            if form not in NUMBER_FORMATS:
                raise TemplateInvalid(
                    f"{self.name}.formats", f"unknown {form!r}; there are {', '.join(NUMBER_FORMATS)}"
                )
        try:
            jsonpath.compile(templates.records)
        except JSONPathError as problem:
            raise TemplateInvalid(
                f"{self.name}.records", f"{templates.records!r} is no JSONPath: {problem}"
            ) from problem


def _check_template(source: str, place: str, known: Collection[str], text: str) -> None:
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as problem:
        raise TemplateInvalid(f"{source}.{place}", f"{problem}; braces stand only around variables") from problem
    for name in sorted(names.difference(known)):
        raise TemplateInvalid(f"{source}.{place}", f"unknown variable {{{name}}}; there are {', '.join(sorted(known))}")


def _filled(template: str, values: Mapping[str, str]) -> str:
    """The address with every value percent-encoded (RFC 3986 §2.1)."""
    return re.sub(r"\{(\w+)\}", lambda found: quote(values[found[1]], safe=""), template)


def _body(value: Any, values: Mapping[str, str], check: Callable[[str], None] | None = None) -> Any:  # noqa: ANN401 -- JSON
    """A JSON value with the variables in its texts filled in."""
    if isinstance(value, dict):
        return {key: _body(each, values, check) for key, each in value.items()}
    if isinstance(value, list):
        return [_body(each, values, check) for each in value]
    if not isinstance(value, str):
        return value
    if check is not None:
        check(value)
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), value)


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Fields of objects within a record by path: ``address.phone``."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat
