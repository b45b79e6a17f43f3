"""Addresses of CRM pages for a call or a record, made from templates the administrator wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from string import Formatter
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Contact, Match
from crm_adapter.errors import TemplateInvalid
from crm_adapter.users import User

Record = Match | Contact


class _Subject(NamedTuple):
    """What an address is made for."""

    user: User
    call: CallEntry | None
    record: Record | None


def _number(subject: _Subject) -> str:
    return subject.call.number.display if subject.call else ""


def _e164(subject: _Subject) -> str:
    return (subject.call.number.e164 or "") if subject.call else ""


def _name(subject: _Subject) -> str:
    if subject.record:
        return subject.record.name
    return (subject.call.name or "") if subject.call else ""


def _company(subject: _Subject) -> str:
    if subject.record:
        return subject.record.company or (subject.record.name if subject.record.kind == "company" else "")
    return (subject.call.company or "") if subject.call else ""


def _called(subject: _Subject) -> str:
    """The number first called; the user's own when the call came straight."""
    if subject.call is None:
        return ""
    return subject.call.called.display if subject.call.called else subject.user.extension


VARIABLES: dict[str, Callable[[_Subject], str]] = {
    "number": _number,
    "e164": _e164,
    "name": _name,
    "company": _company,
    "person_id": lambda subject: (subject.record.person_id or "") if subject.record else "",
    "company_id": lambda subject: (subject.record.company_id or "") if subject.record else "",
    "called": _called,
    "direction": lambda subject: subject.call.direction.value if subject.call else "",
    "call_id": lambda subject: subject.call.id if subject.call else "",
    "user": lambda subject: subject.user.login,
}
"""What may stand in braces in a template."""

RECORD_VARIABLES = frozenset({"person_id", "company_id"})
"""A template with any of these is about a record: without one it has no address."""

_SITE = re.compile(r"https?://[^/?#\\\s]+(?=[/?#])|https?://[^/?#\\\s]+$")  # scheme and host, and where they end
_UNSAFE = re.compile(r"[\\\s\x00-\x1f\x7f]")


class Templates:
    """URL templates by name: ``https://crm.example.org/person/{person_id}?from={e164}``.

    Values are percent-encoded (RFC 3986 §2.1); none can change scheme or host.

    :param templates: name → template.
    :param allowed_hosts: hosts (``crm.example.org`` or ``crm.example.org:8443``) a template may lead to.
    :raises TemplateInvalid: a template has an unknown variable or leads elsewhere; the text names it.
    """

    def __init__(self, templates: Mapping[str, str], allowed_hosts: Iterable[str]) -> None:
        hosts = frozenset(host.lower() for host in allowed_hosts)
        self._templates = {name: _parsed(name, template, hosts) for name, template in templates.items()}

    def __contains__(self, name: object) -> bool:
        return name in self._templates

    def url(
        self, template: str, subject: CallEntry | Record, user: User, *, call: CallEntry | None = None
    ) -> str | None:
        """The address for a call (with its best match), a match or a contact.

        :param template: name of a template.
        :param call: the call a match belongs to, for the variables about calls.
        :return: None when there is no such template, or it needs a record and there is none.
        """
        parts = self._templates.get(template)
        if parts is None:
            return None
        filled = _subject(subject, user, call)
        if any(part.variable in RECORD_VARIABLES for part in parts) and not _has_record(filled):
            return None
        return "".join(
            part.text + (quote(VARIABLES[part.variable](filled), safe="") if part.variable else "") for part in parts
        )


class _Part(NamedTuple):
    """Text of a template and the variable after it, if any."""

    text: str
    variable: str | None


def _subject(subject: CallEntry | Record, user: User, call: CallEntry | None) -> _Subject:
    if isinstance(subject, CallEntry):
        certain = (match for match in subject.matches if match.certainty != "uncertain")
        return _Subject(user, subject, next(certain, None))
    return _Subject(user, call, subject)


def _has_record(subject: _Subject) -> bool:
    return subject.record is not None and bool(subject.record.person_id or subject.record.company_id)


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
