"""``[[device_lists]]``: where it stands what each telephone is called and whose it is, by ``type``."""

from __future__ import annotations

import codecs
from typing import Annotated

from msgspec import Meta, Struct, field

from crm_adapter.sources.devicelists import Columns
from csta_gateway.config_sources import Filled, Server


class _List(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What every list has."""

    name: Filled


class CsvList(_List, frozen=True, kw_only=True, tag="csv"):
    """``[[device_lists]]`` of type ``csv``: a file with a header and a row for each telephone.

    :param name: shown in logs and reports.
    :param path: of the file.
    :param fields: our field (``user``, ``dn``, ``tn``, ``name``, ``ip``, ``sip``, ``id``, ``shared``) → column.
    :param separator: what stands between two fields; empty: found out from the header.
    :param encoding: of the file, ``cp1252`` for what Excel writes, unless it begins with a byte order mark.
    """

    path: Filled
    fields: dict[str, str] = field(default_factory=dict)
    separator: Annotated[str, Meta(max_length=1)] = ""
    encoding: Filled = "utf-8"

    def __post_init__(self) -> None:
        """The names of fields are ours, and the encoding is known."""
        Columns(self.fields)
        try:
            codecs.lookup(self.encoding)
        except LookupError as problem:
            raise ValueError(f"`encoding`: {problem}; use utf-8 or cp1252") from problem


class SqlList(_List, frozen=True, kw_only=True, tag="sql"):
    """``[[device_lists]]`` of type ``sql``: a query with a row for each telephone.

    :param name: shown in logs and reports.
    :param url: SQLAlchemy database URL.
    :param url_file: file with the URL instead, for URLs that hold a password.
    :param query: SQL text.
    :param fields: our field → column of the query.
    """

    url: Filled | None = None
    url_file: Filled | None = None
    query: Annotated[str, Meta(min_length=1)]
    fields: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """One URL; the names of fields are ours."""
        Columns(self.fields)
        if (self.url is None) == (self.url_file is None):
            raise ValueError("needs `url` or `url_file`, one of them")


class LdapList(Server, frozen=True, kw_only=True, tag="ldap"):
    """``[[device_lists]]`` of type ``ldap``: an entry of a directory for each telephone.

    :param name: shown in logs and reports.
    :param url: ``ldaps://ldap.example.org``.
    :param user: distinguished name to log in with.
    :param password_file: file whose first line is the password of ``user``.
    :param timeout_seconds: how long an answer may take.
    :param base: distinguished name below which is searched.
    :param filter: of the entries.
    :param fields: our field → attribute.
    """

    base: Filled
    filter: Filled = "(ipPhone=*)"
    fields: dict[str, str] = field(default_factory=lambda: {"user": "uid", "dn": "ipPhone"})

    def __post_init__(self) -> None:
        """The names of fields are ours."""
        super().__post_init__()
        Columns(self.fields)


ListOfDevices = CsvList | SqlList | LdapList
