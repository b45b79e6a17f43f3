"""``[[sources]]``: one structure for each kind of CRM, told apart by ``type``."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from msgspec import Meta, Struct, field

from crm_adapter.sources.mapping import FieldMap
from csta_gateway.addresses import is_loopback

Filled = Annotated[str, Meta(min_length=1, max_length=2048)]
Seconds = Annotated[float, Meta(gt=0, le=31_536_000)]


class _Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What every source has."""

    name: Filled


class SqlSource(_Source, frozen=True, kw_only=True, tag="sql"):
    """``[[sources]]`` of type ``sql``: tables of any database SQLAlchemy has a driver for.

    :param name: shown in logs and metrics.
    :param url: SQLAlchemy database URL.
    :param url_file: file with the URL instead, for URLs that hold a password.
    :param preset: whose tables these are: ``embedded`` for the gateway's own, ``sagecrm``, or ``none``.
    :param contacts: SQL text instead of the preset's, one row for each number of a contact; see the how-to.
    :param changed: SQL text for contacts changed at or after ``:since``; without it everything is read each time.
    :param users: SQL text instead of the preset's, one row for each device of a user.
    :param log: SQL text that writes a call down, with variables such as ``:subject``; without it calls are not written.
    :param note: SQL text that changes ``:note`` and ``:disposition`` of the call with ``:key``; without it notes that
        were written after the call stay in the gateway.
    :param add_number: SQL statements instead of the preset's that give a contact a number, with variables such as
        ``:record_id`` and ``:number``; see the how-to.
    :param number_kinds: values of ``:label`` in them, what kinds of numbers a contact can have.
    :param refresh_seconds: time between two looks for changes.
    :param timeout_seconds: how long the database may be silent.
    :param writable: users may add the number of an unknown caller to a contact.
    """

    url: Filled | None = None
    url_file: Filled | None = None
    preset: Literal["embedded", "sagecrm", "none"] = "embedded"
    contacts: str = ""
    changed: str = ""
    users: str = ""
    log: str = ""
    note: str = ""
    add_number: tuple[Filled, ...] = ()
    number_kinds: tuple[Filled, ...] = ()
    writable: bool = False
    refresh_seconds: Seconds = 60.0
    timeout_seconds: Seconds = 30.0

    def __post_init__(self) -> None:
        """One URL, and queries for tables nobody knows."""
        if (self.url is None) == (self.url_file is None):
            raise ValueError("needs `url` or `url_file`, one of them")
        if self.preset == "none" and not self.contacts:
            raise ValueError('`preset = "none"` needs `contacts`, the SQL text that gives them')
        if self.preset == "none" and self.writable and not self.add_number:
            raise ValueError("`writable = true` needs `add_number`, the SQL text that writes a number")


class FileSource(_Source, frozen=True, kw_only=True, tag="file"):
    """``[[sources]]`` of type ``file``: contacts in a CSV, vCard or JSON file, read again whenever it changes.

    :param name: shown in logs and metrics.
    :param path: file ending in ``.csv``, ``.vcf`` or ``.json``.
    :param fields: our field (``id``, ``name``, ``company`` …) → column or key in the file.
    :param numbers: kind of number (``business``) → column or key it is in.
    :param calls: file calls are written to, one JSON object a line.
    :param refresh_seconds: time between two looks at the file.
    :param writable: users may add the number of an unknown caller to a contact, which is written into the file.
    """

    path: Filled
    fields: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    calls: Filled | None = None
    writable: bool = False
    refresh_seconds: Seconds = 10.0

    def __post_init__(self) -> None:
        """The names of fields are ours, and there are some for numbers that are written."""
        FieldMap(fields=self.fields, numbers=self.numbers)
        if self.writable and not self.numbers and not self.path.lower().endswith(".vcf"):
            raise ValueError("`writable = true` needs `numbers`, the fields numbers are written into")


class Server(_Source, frozen=True, kw_only=True):
    """A source behind a network: passwords do not go over it in the clear."""

    url: Filled
    user: Filled | None = None
    password_file: Filled | None = None
    timeout_seconds: Seconds = 5.0

    def __post_init__(self) -> None:
        """TLS outside this machine; name and password together; no password in the address."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("https", "ldaps") and not is_loopback(parts.hostname or ""):
            raise ValueError(
                f"`url` must begin with {'ldaps' if 'ldap' in parts.scheme else 'https'}:// outside this machine"
            )
        if parts.password:
            raise ValueError("`url` holds a password; put it into a file named by `password_file`")
        if (self.user is None) != (self.password_file is None):
            raise ValueError("`user` and `password_file` go together")


class TrytonSource(Server, frozen=True, kw_only=True, tag="tryton"):
    """``[[sources]]`` of type ``tryton``: parties of a Tryton server.

    :param name: shown in logs and metrics.
    :param url: of the server, ``https://tryton.example.org``.
    :param user: name to log in with.
    :param password_file: file whose first line is the password of ``user``.
    :param timeout_seconds: how long an answer may take.
    :param database: name of the database.
    :param write_notes: write calls as notes at the party.
    :param refresh_seconds: time between two looks for changes.
    :param writable: users may add the number of an unknown caller to a contact, as a contact mechanism.
    """

    database: Filled
    write_notes: bool = False
    writable: bool = False
    refresh_seconds: Seconds = 60.0

    def __post_init__(self) -> None:
        """Tryton knows no guests."""
        super().__post_init__()
        if self.user is None:
            raise ValueError("needs `user` and `password_file`")


class CardDavSource(Server, frozen=True, kw_only=True, tag="carddav"):
    """``[[sources]]`` of type ``carddav``: an address book on a CardDAV server.

    :param name: shown in logs and metrics.
    :param url: of the address book itself.
    :param user: name to log in with.
    :param password_file: file whose first line is the password of ``user``.
    :param timeout_seconds: how long an answer may take.
    :param refresh_seconds: time between two looks for changes.
    :param writable: users may add the number of an unknown caller to a contact, which is written into the card.
    """

    writable: bool = False
    refresh_seconds: Seconds = 60.0


class LdapSource(Server, frozen=True, kw_only=True, tag="ldap"):
    """``[[sources]]`` of type ``ldap``: people and users in a directory such as Active Directory.

    :param name: shown in logs and metrics.
    :param url: ``ldaps://ldap.example.org``.
    :param user: distinguished name to log in with.
    :param password_file: file whose first line is the password of ``user``.
    :param timeout_seconds: how long an answer may take.
    :param base: distinguished name below which is searched.
    :param people: filter of people.
    :param users: filter of users of the call screen; empty: there are none in the directory.
    :param devices: attributes with telephones of users, in order.
    :param fields: our field → attribute.
    :param numbers: kind of number → attribute.
    :param writable: users may add the number of an unknown caller to a contact, as a value of an attribute of
        ``numbers``.
    """

    base: Filled
    people: Filled = "(objectClass=person)"
    users: str = ""
    devices: tuple[Filled, ...] = ("ipPhone",)
    writable: bool = False
    fields: dict[str, str] = field(default_factory=lambda: {"name": "cn", "company": "o"})
    numbers: dict[str, str] = field(default_factory=lambda: {"business": "telephoneNumber", "mobile": "mobile"})

    def __post_init__(self) -> None:
        """The names of fields are ours."""
        super().__post_init__()
        FieldMap(fields=self.fields, numbers=self.numbers)


class HttpSource(Server, frozen=True, kw_only=True, tag="http"):
    """``[[sources]]`` of type ``http``: any CRM with a REST interface that answers in JSON; asked for every caller.

    :param name: shown in logs and metrics.
    :param url: of the interface; the addresses below begin with it.
    :param user: name to log in with (HTTP Basic).
    :param password_file: file whose first line is the password of ``user``.
    :param timeout_seconds: how long an answer may take.
    :param token_file: file whose first line is a token, sent as ``Authorization: Bearer``.
    :param headers: sent with every request; no secrets.
    :param lookup: path with ``{number}``.
    :param search: path with ``{text}`` and ``{limit}``; empty: contacts cannot be searched.
    :param formats: ways to write the number, tried in order: ``e164``, ``digits``, ``international``, ``national``,
        ``last9``.
    :param records: JSONPath of the records in an answer.
    :param verify: a record counts only if one of its ``numbers`` is the caller's.
    :param log: path calls are posted to; empty: they are not.
    :param log_body: JSON object that is posted, with variables such as ``{subject}`` in its texts.
    :param note: path a note written after the call is sent to, with ``{key}``; empty: it stays in the gateway.
    :param note_method: how it is sent: ``PUT``, ``PATCH`` or ``POST``.
    :param note_body: JSON object that is sent.
    :param add_number: path a number is sent to, with variables such as ``{record_id}``; see the how-to.
    :param add_number_method: how it is sent: ``POST``, ``PUT`` or ``PATCH``.
    :param add_number_body: JSON object that is sent, with variables such as ``{number}`` in its texts.
    :param fields: our field → key in the record; ``address.city`` is within ``address``.
    :param numbers: kind of number → key.
    :param writable: users may add the number of an unknown caller to a contact with ``add_number``.
    """

    token_file: Filled | None = None
    headers: dict[str, str] = field(default_factory=dict)
    lookup: Filled
    search: str = ""
    formats: tuple[str, ...] = ("e164",)
    records: str = "$[*]"
    verify: bool = True
    log: str = ""
    log_body: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    note_method: Literal["PUT", "PATCH", "POST"] = "PUT"
    note_body: dict[str, Any] = field(default_factory=dict)
    add_number: str = ""
    add_number_method: Literal["PUT", "PATCH", "POST"] = "POST"
    add_number_body: dict[str, Any] = field(default_factory=dict)
    writable: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The names of fields are ours, and there is one way to log in."""
        super().__post_init__()
        FieldMap(fields=self.fields, numbers=self.numbers)
        if self.user is not None and self.token_file is not None:
            raise ValueError("`user` and `token_file` are two ways to log in; give one")
        if self.writable and not (self.add_number and self.numbers):
            raise ValueError("`writable = true` needs `add_number`, the path numbers are sent to, and `numbers`")


Source = SqlSource | FileSource | TrytonSource | CardDavSource | LdapSource | HttpSource
