"""The first settings of a gateway, as ``csta-gateway init`` writes them: one commented file, and secrets beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import tomli_w
from msgspec import Struct

from crm_adapter.texts import Language
from csta_gateway.texts import text

SourceKind = Literal["embedded", "file", "sagecrm", "tryton", "carddav", "ldap"]

PORT = 8443
LINK_PASSWORD, CRM_URL, CRM_PASSWORD, CERTIFICATE = "link.password", "crm.url", "crm.password", "gateway.pem"
BESIDE = (LINK_PASSWORD, CRM_URL, CRM_PASSWORD, CERTIFICATE)
"""Files beside the settings that only their owner may read."""


class Answers(Struct, frozen=True, kw_only=True):
    """What was asked. Secrets stay out of the settings.

    :param endpoint: of the switch, ``tcp:host:port``.
    :param link_user: name to log in to the switch with; empty: without.
    :param source: where contacts come from.
    :param source_at: URL of the source, or path of a file.
    :param source_url: of the CRM's database, with its password.
    :param source_user: name to log in to it with.
    :param source_place: database of Tryton, or distinguished name below which a directory is searched.
    :param address: IP address browsers reach the gateway at.
    :param certificate: ``self-signed``, ``proxy`` where a proxy speaks HTTPS, or a PEM file with certificate and key.
    """

    language: Language
    country: str
    area_code: str
    outside_prefix: str
    extension_length: int
    dialect: str
    endpoint: str
    link_user: str = ""
    link_password: str = ""
    source: SourceKind = "embedded"
    source_at: str = ""
    source_url: str = ""
    source_user: str = ""
    source_password: str = ""
    source_place: str = ""
    address: str = "0.0.0.0"  # noqa: S104 -- with a certificate
    host: str = "localhost"
    port: int = PORT
    certificate: str = "self-signed"


def secrets(answers: Answers, folder: Path) -> dict[Path, str]:
    """Files only the gateway may read, and what is in them."""
    files = {}
    if answers.link_user:
        files[folder / LINK_PASSWORD] = answers.link_password
    if answers.source == "sagecrm":
        files[folder / CRM_URL] = answers.source_url
    elif answers.source_user:
        files[folder / CRM_PASSWORD] = answers.source_password
    return files


def certificate(folder: Path) -> Path:
    """Where a certificate of the gateway's own lies."""
    return folder / CERTIFICATE


def written(answers: Answers, folder: Path, data: Path) -> str:
    """The text of the settings.

    :param folder: where it and its secrets lie.
    :param data: where databases lie.
    """
    language = answers.language
    tables = (
        ("[server]", _server(answers, folder, data)),
        ("[[links]]", _link(answers, folder)),
        ("[location]", _location(answers)),
        ("[[sources]]", {"name": "own", "type": "sql", "url": f"sqlite:///{data / 'crm.db'}"}),
        ("[[sources]]", _source(answers, folder)),
        ("[users]", {"source": "own"}),
        ("[lookup]", {"index": f"sqlite:///{data / 'lookup.db'}"}),
        ("[journal]", {"url": f"sqlite:///{data / 'journal.db'}", "retention_days": 90}),
        ("[log]", {"level": "info"}),
    )
    lines = [f"# {text('init.head', language)}", f"# csta-gateway check-config --config {folder / 'gateway.toml'}"]
    for header, keys in tables:
        if keys:
            lines += ["", header, *_lines(header.strip("[]"), keys, language)]
    return "\n".join(lines) + "\n"


def _lines(table: str, keys: dict[str, Any], language: Language) -> Iterator[str]:
    for key, value in keys.items():
        if f"{table}.{key}" in EXPLAINED:
            yield f"# {text(f'init.{table}.{key}', language)}"
        yield tomli_w.dumps({key: value}).rstrip()


EXPLAINED = frozenset(
    {
        "server.address",
        "server.certificate",
        "server.behind_proxy",
        "links.name",
        "links.dialect",
        "links.password_file",
        "location.outside_prefixes",
        "location.internal_length",
        "sources.url_file",
        "users.source",
        "journal.retention_days",
    }
)
"""Keys that are explained in the file; the reference has all of them."""


def _server(answers: Answers, folder: Path, data: Path) -> dict[str, Any]:
    keys: dict[str, Any] = {"address": answers.address, "port": answers.port}
    keys["session_file"] = str(data / "sessions.json")
    match answers.certificate:
        case "proxy":
            return {**keys, "behind_proxy": True}
        case "self-signed":
            return {**keys, "certificate": str(certificate(folder))}
        case file:
            return {**keys, "certificate": file}


def _link(answers: Answers, folder: Path) -> dict[str, Any]:
    keys = {"name": text("init.switch", answers.language), "endpoint": answers.endpoint, "dialect": answers.dialect}
    if answers.link_user:
        keys |= {"user": answers.link_user, "password_file": str(folder / LINK_PASSWORD)}
    return keys


def _location(answers: Answers) -> dict[str, Any]:
    return {
        "country": answers.country,
        "area_code": answers.area_code,
        "outside_prefixes": [answers.outside_prefix] if answers.outside_prefix else [],
        "internal_length": answers.extension_length,
    }


def _source(answers: Answers, folder: Path) -> dict[str, Any]:
    """The CRM besides the gateway's own database; nothing where that is all."""
    login = {"user": answers.source_user, "password_file": str(folder / CRM_PASSWORD)} if answers.source_user else {}
    match answers.source:
        case "embedded":
            return {}
        case "file":
            return {"name": "contacts", "type": "file", "path": answers.source_at}
        case "sagecrm":
            return {"name": "crm", "type": "sql", "preset": "sagecrm", "url_file": str(folder / CRM_URL)}
        case "tryton":
            place = {"database": answers.source_place}
        case "ldap":
            place = {"base": answers.source_place}
        case _:
            place = {}
    return {"name": "crm", "type": answers.source, "url": answers.source_at, **place, **login}
