"""Addresses of CRM pages for a call or a record, made from templates the administrator wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from string import Formatter
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from msgspec import Struct

from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Contact, Match
from crm_adapter.errors import TemplateInvalid
from crm_adapter.location import Location
from crm_adapter.numbers import Number, national
from crm_adapter.users import User

Record = Match | Contact


class Variants(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template in as many texts as a CRM needs; where one is left out, there is no page.

    :param person: for a person.
    :param company: for a company.
    :param unknown: for callers nobody knows.
    """

    person: str | None = None
    company: str | None = None
    unknown: str | None = None


Template = str | Variants


class Subject(NamedTuple):
    """What an address is made for.

    :param user: who is going to look at the page.
    :param location: where the user's numbers are understood.
    :param call: the call it is about, or None.
    :param record: a person or company of the CRM, or None.
    :param number: of the far party, where it is not the call's.
    """

    user: User
    location: Location
    call: CallEntry | None = None
    record: Record | None = None
    number: Number | None = None

    @property
    def far(self) -> Number:
        """The far party's number; empty when it is not known."""
        return self.number or (self.call.number if self.call else Number())

    @property
    def kind(self) -> str:
        """Which of the variants of a template it takes; empty for a colleague, who is no record of the CRM."""
        if self.record is None:
            return "unknown"
        return "" if self.record.kind == "user" else self.record.kind


def _national(subject: Subject) -> str:
    """An extension or a number without E.164 form is dialled as it is."""
    far = subject.far
    return national(far.e164, subject.location) if far.e164 and far.internal is None else far.internal or far.display


def _queue(subject: Subject) -> str:
    return subject.call.called.display if subject.call and subject.call.called else ""


def _name(subject: Subject) -> str:
    if subject.record:
        return subject.record.name
    return (subject.call.name or "") if subject.call else ""


def _company(subject: Subject) -> str:
    if subject.record:
        return subject.record.company or (subject.record.name if subject.record.kind == "company" else "")
    return (subject.call.company or "") if subject.call else ""


def _called(subject: Subject) -> str:
    """The number first called; the user's own when the call came straight."""
    return _queue(subject) or (subject.user.extension if subject.call else "")


def _of_record(field: Callable[[Record], str | None]) -> Callable[[Subject], str]:
    return lambda subject: (field(subject.record) or "") if subject.record and subject.kind else ""


VARIABLES: Mapping[str, Callable[[Subject], str]] = MappingProxyType(
    {
        "number": lambda subject: subject.far.display,
        "e164": lambda subject: subject.far.e164 or "",
        "national": _national,
        "name": _name,
        "company": _company,
        "person_id": _of_record(lambda record: record.person_id),
        "company_id": _of_record(lambda record: record.company_id),
        "record_id": _of_record(lambda record: record.record_id),
        "kind": _of_record(lambda record: record.kind),
        "called": _called,
        "queue": _queue,
        "direction": lambda subject: subject.call.direction.value if subject.call else "",
        "call_id": lambda subject: subject.call.id if subject.call else "",
        "user": lambda subject: subject.user.login,
    }
)
"""What may stand in braces in a template."""

RECORD_VARIABLES = frozenset({"person_id", "company_id", "record_id"})
"""A template with any of these is about a record: when it has none of those it asks for, there is no address."""

_SITE = re.compile(r"https?://[^/?#\\\s]+(?=[/?#])|https?://[^/?#\\\s]+$")  # scheme and host, and where they end
_UNSAFE = re.compile(r"[\\\s\x00-\x1f\x7f]")
_DOTS = re.compile(r"/(?:\.|%2e){1,2}(?=[/?#]|$)", re.IGNORECASE)  # browsers walk up at such parts, also encoded ones


class Templates:
    """URL templates by name: ``https://crm.example.org/person/{person_id}?from={e164}``.

    Values are percent-encoded (RFC 3986 §2.1); none can leave its place, least of all for another host.

    :param templates: name → template.
    :param allowed_hosts: hosts (``crm.example.org`` or ``crm.example.org:8443``) a template may lead to.
    :raises TemplateInvalid: a template has an unknown variable or leads elsewhere; the text names it.
    """

    def __init__(self, templates: Mapping[str, Template], allowed_hosts: Iterable[str]) -> None:
        hosts = frozenset(host.lower() for host in allowed_hosts)
        self._templates = {name: dict(_variants(name, template, hosts)) for name, template in templates.items()}

    def __contains__(self, name: object) -> bool:
        return name in self._templates

    def url(self, template: str, subject: Subject) -> str | None:
        """The address for a call, a match or a contact.

        :param template: name of a template.
        :return: None when there is no such template, it has no variant for the subject, or it needs a record and
            there is none.
        """
        parts = self._templates.get(template, {}).get(subject.kind or ANYBODY)
        if parts is None:
            return None
        wanted = [part.variable for part in parts if part.variable in RECORD_VARIABLES]
        if wanted and not any(VARIABLES[variable](subject) for variable in wanted if variable):
            return None
        address = "".join(
            part.text + (quote(VARIABLES[part.variable](subject), safe="") if part.variable else "") for part in parts
        )
        return None if _DOTS.search(_path(address)) else address


ANYBODY = "anybody"
"""The variant for a colleague: only a template without variants has one."""


def about(call: CallEntry, user: User, location: Location) -> Subject:
    """A call with its best match; one that is uncertain is none."""
    certain = (match for match in call.matches if match.certainty != "uncertain")
    return Subject(user, location, call, next(certain, None))


class _Part(NamedTuple):
    """Text of a template and the variable after it, if any."""

    text: str
    variable: str | None


def _variants(name: str, template: Template, hosts: frozenset[str]) -> Iterator[tuple[str, tuple[_Part, ...]]]:
    if isinstance(template, str):
        parts = _parsed(name, template, hosts)
        yield from ((kind, parts) for kind in ("person", "company", "unknown", ANYBODY))
        return
    for kind in ("person", "company", "unknown"):
        text = getattr(template, kind)
        if text is not None:
            yield kind, _parsed(f"{name}.{kind}", text, hosts)


def _path(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0]


def _parsed(name: str, template: str, hosts: frozenset[str]) -> tuple[_Part, ...]:
    parts = tuple(_parts(name, template))
    text = parts[0].text if parts else ""
    site = _SITE.match(text)
    whole = len(parts) == 1 and parts[0].variable is None
    if site is None or (site.end() == len(text) and not whole) or _UNSAFE.search(template):
        raise TemplateInvalid(name, "must begin with http:// or https://, a host and / ; variables come after that")
    place = urlsplit(site[0])
    if place.netloc.lower() not in hosts and (place.hostname not in hosts or "@" in place.netloc):
        known = ", ".join(sorted(hosts)) or "none"
        raise TemplateInvalid(name, f"the host {place.netloc!r} is not among the allowed hosts ({known})")
    if _DOTS.search(_path(template)):
        raise TemplateInvalid(name, "has a part of the path that is only dots; write the path without it")
    return parts


def _parts(name: str, template: str) -> Iterable[_Part]:
    try:
        pieces = list(Formatter().parse(template))
    except ValueError as problem:
        raise TemplateInvalid(name, f"{problem}; braces stand only around variables") from problem
    for text, variable, form, conversion in pieces:
        if variable is not None and (variable not in VARIABLES or form or conversion):
            raise TemplateInvalid(name, f"unknown variable {{{variable}}}; there are {', '.join(sorted(VARIABLES))}")
        yield _Part(text, variable)
