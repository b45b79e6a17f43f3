"""The settings of the gateway: one TOML file, every key with its meaning, unit and default.

How the file is read, and how a mistake in it is told, stands in :mod:`csta_gateway.config_file`.
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from crm_adapter.location import Location
from crm_adapter.numberset import digits_of
from crm_adapter.users import UserRole
from csta.dialect import PROTOCOLS, LinkKind, Login, dialect, link_kind
from csta_gateway.addresses import is_loopback
from csta_gateway.config_agents import Agents
from csta_gateway.config_devices import ListOfDevices
from csta_gateway.config_dialling import Dialling
from csta_gateway.config_login import LogIn
from csta_gateway.config_screen import Screen
from csta_gateway.config_sources import Filled, Seconds, Source
from csta_gateway.config_tapi import Tapi
from csta_gateway.config_webhooks import Webhook

Disposition = Annotated[str, Meta(min_length=1, max_length=80)]
Port = Annotated[int, Meta(ge=0, le=65535)]
ENDPOINT = re.compile(r"(tcp|tls):(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):(\d{1,5})(:[\w=.:/-]+)*")


class Server(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[server]``: where browsers reach the gateway.

    :param address: IP address to listen on.
    :param port: TCP port; 0 takes a free one.
    :param certificate: PEM file with the certificate chain; needed unless the address is a loopback one. Both files are
        read again on SIGHUP.
    :param private_key: PEM file with the private key, when it is not in ``certificate``.
    :param behind_proxy: a reverse proxy before the gateway speaks HTTPS, so plain HTTP is right here.
    :param origins: origins (``https://cti.example.org``) pages may come from besides the gateway's own.
    :param frame_ancestors: origins that may show the call screen in a frame (a CRM); empty: none.
    :param session_hours: a log-in ends this many hours after its last page was closed or used.
    :param session_file: where log-ins are kept over a restart, as hashes; a path without ``/`` at its beginning counts
        from the folder the gateway is started in.
    :param metrics_from: addresses and networks that may read ``/metrics``, ``/readyz`` and ``/status``.
    """

    address: Filled = "127.0.0.1"
    port: Port = 8080
    certificate: Filled | None = None
    private_key: Filled | None = None
    behind_proxy: bool = False
    origins: tuple[Filled, ...] = ()
    frame_ancestors: tuple[Filled, ...] = ()
    session_hours: Annotated[float, Meta(gt=0, le=720)] = 12.0
    session_file: Filled = "sessions.json"
    metrics_from: tuple[Filled, ...] = ("127.0.0.0/8", "::1/128")

    def __post_init__(self) -> None:
        """Refuse to send passwords in the clear over a network, and networks nobody can be in."""
        if not (self.certificate or self.behind_proxy or is_loopback(self.address)):
            raise ValueError(
                "needs `certificate` because others can reach this address;"
                " set `behind_proxy = true` if a proxy before it speaks HTTPS"
            )
        for network in self.metrics_from:
            ipaddress.ip_network(network)
        for origin in (*self.origins, *self.frame_ancestors):
            if not re.fullmatch(r"https?://[\w.:\[\]-]+", origin):
                raise ValueError(f"`{origin}` is not an origin; write it as https://name or https://name:port")

    @property
    def secure(self) -> bool:
        """Whether the browser speaks HTTPS, so that the cookie may be marked Secure."""
        return self.certificate is not None or self.behind_proxy


class Link(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[links]]``: a CTI link to a switch.

    :param name: what people call the switch; shown on the call screen.
    :param endpoint: ``tcp:host:port`` or ``tls:host:port``.
    :param dialect: which switch it is, for example ``hipath-3000``; the keys that follow are needed only where it
        leaves something open.
    :param protocol: ``xml`` (ECMA-323) or ``asn1`` (ECMA-285); the dialect's, or ``xml`` without one.
    :param framing: how messages are cut apart, ``length`` or ``xml-tcp`` for example; the dialect's first.
    :param association: how the link is opened, ``none`` or ``acse`` for example; the dialect's first.
    :param user: name to log in with, for switches that want one.
    :param password_file: file whose first line is the password of ``user``.
    :param devices: patterns (``20*``) of the devices this link serves; a device goes to the first link that fits.
    :param fallback: name of the ``[[tapi]]`` entry that takes over while the link is down, and for devices that the
        switch does not let be watched.
    :param fallback_after_seconds: how long the link may be down before that.
    :param record: trace that every message of the link is written to, for ``csta replay`` and ``csta chart``.
    :param record_names: keep numbers and names in the trace; pseudonyms stand for them otherwise.
    """

    name: Filled
    endpoint: Filled
    dialect: Filled | None = None
    protocol: Filled | None = None
    framing: Filled | None = None
    association: Filled | None = None
    user: Filled | None = None
    password_file: Filled | None = None
    devices: tuple[Filled, ...] = ("*",)
    fallback: Filled | None = None
    fallback_after_seconds: Seconds = 30.0
    record: Filled | None = None
    record_names: bool = False

    def __post_init__(self) -> None:
        """Check what can be checked without the switch; whether somebody answers there shows at run time."""
        if not ENDPOINT.fullmatch(self.endpoint):
            raise ValueError(f"`{self.endpoint}` is not an endpoint; write it as tcp:host:port or tls:host:port")
        if (self.user is None) != (self.password_file is None):
            raise ValueError("`user` and `password_file` go together")
        self.kind(None if self.user is None else Login(self.user, ""))

    def kind(self, login: Login | None) -> LinkKind:
        """The kind of link these settings come to; raises ValueError when they contradict each other."""
        return link_kind(
            self.dialect, protocol=self.protocol, association=self.association, framing=self.framing, login=login
        )

    @property
    def takes_uris(self) -> bool:
        """Whether the switch takes SIP URIs as device identifiers."""
        return dialect(self.dialect or f"generic-{self.protocol or PROTOCOLS[0]}").device_uris

    def serves(self, device: str) -> bool:
        """Whether ``device`` is reached over this link."""
        return any(fnmatchcase(device, pattern) for pattern in self.devices)


class Connection(Struct, frozen=True):
    """A link, and what takes over while it is down."""

    switch: Link | Tapi
    fallback: Tapi | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.switch.name

    def serves(self, device: str) -> bool:
        """Whether ``device`` is reached over it."""
        return self.switch.serves(device)


class Users(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[users]``: who may log in and which telephones are theirs.

    :param source: name of the ``[[sources]]`` entry that holds the users.
    :param refresh_seconds: time between two looks for changed users and lists; monitors start and stop with them.
    :param shared_devices: patterns (``29*``) of devices several users may have; any other is its first user's alone,
        unless a list of devices marks it as shared.
    :param groups: group → logins of who is in it, besides those of whom their source says so (``groups``). A supervisor
        who is in some groups sees only those who are in one of them; one who is in none sees everybody.
    """

    source: Filled
    shared_devices: tuple[Filled, ...] = ()
    groups: dict[Filled, tuple[Filled, ...]] = field(default_factory=dict)
    refresh_seconds: Seconds = 60.0


class Lookup(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[lookup]``: how it is found out who is calling.

    :param index: SQLAlchemy URL of the database contacts are copied into; it can be made anew from the sources.
    :param budget_seconds: how long a question waits for all sources; later answers still reach the call screen.
    :param uncertain: a number nobody has is also looked for by its last nine digits; such matches are marked and never
        taken for the caller.
    """

    index: Filled = "sqlite:///lookup.db"
    budget_seconds: Seconds = 1.0
    uncertain: bool = False


class Journal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[journal]``: the list of past calls.

    :param url: SQLAlchemy database URL.
    :param retention_days: older calls are deleted with their notes; 0 keeps them for ever.
    :param masked_for: roles that see only the first digits of numbers once a call is over.
    :param excluded_numbers: numbers whose calls are kept nowhere and told to no CRM, in any spelling: a works
        council, a counselling service.
    :param dispositions: what users can file a call under, in this order; the call screen has words for the usual ones.
    """

    url: Filled = "sqlite:///journal.db"
    retention_days: Annotated[int, Meta(ge=0, le=36500)] = 90
    masked_for: tuple[UserRole, ...] = ()
    excluded_numbers: tuple[Filled, ...] = ()
    dispositions: tuple[Disposition, ...] = ("order", "question", "complaint", "appointment", "wrong_number")

    def __post_init__(self) -> None:
        """What is listed must be numbers."""
        for number in self.excluded_numbers:
            if not digits_of(number):
                raise ValueError(f"`excluded_numbers`: `{number}` has no digits; write it like 089 1234567 or 2001")


class Log(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[log]``: what is written to standard error.

    :param format: ``text`` for people, ``json`` for machines: one object per line.
    :param level: the least important level written.
    :param numbers: ``masked``, or ``full`` where the law and the works council allow it.
    """

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warn", "error"] = "info"
    numbers: Literal["masked", "full"] = "masked"


class Audit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[audit]``: the record of log-ins, refused calls and what administrators do.

    :param folder: where its files are; a path without ``/`` at its beginning counts from the folder the gateway is
        started in.
    :param keep_days: files of earlier days are deleted; 0 keeps them for ever.
    """

    folder: Filled = "audit"
    keep_days: Annotated[int, Meta(ge=0, le=36500)] = 365


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    links: tuple[Link, ...] = ()
    tapi: tuple[Tapi, ...] = ()
    sources: Annotated[tuple[Source, ...], Meta(min_length=1)]
    users: Users
    device_lists: tuple[ListOfDevices, ...] = ()
    server: Server = Server()
    login: LogIn = LogIn()
    agents: Agents | None = None
    location: Location = field(default_factory=Location)
    sites: dict[str, Location] = field(default_factory=dict)
    lookup: Lookup = Lookup()
    screen: Screen = Screen()
    journal: Journal = Journal()
    log: Log = Log()
    dialling: Dialling = Dialling()
    audit: Audit = Audit()
    webhooks: tuple[Webhook, ...] = ()

    def __post_init__(self) -> None:
        """Names are unique, and what is named is there."""
        kinds: dict[str, Iterable[Link | Tapi | Source | ListOfDevices | Webhook]] = {
            "link": (*self.links, *self.tapi),
            "source": self.sources,
            "device list": self.device_lists,
            "webhook": self.webhooks,
        }
        for kind, them in kinds.items():
            for name in _twice(each.name for each in them):
                raise ValueError(f"two {kind}s are named `{name}`")
        if self.users.source not in {source.name for source in self.sources}:
            raise ValueError(f"`users.source` names `{self.users.source}`, which is no source")
        if self.login.trusted_header and not self.server.behind_proxy:
            raise ValueError("`trusted_header` in [login] needs `behind_proxy = true` in [server]")
        self._check_telephony()

    def _check_telephony(self) -> None:
        """Each Windows Telephony is used once, by whatever its lines are for."""
        if not (self.links or self.tapi):
            raise ValueError("there is neither [[links]] nor [[tapi]]: nothing says how telephones are reached")
        fallbacks = [link.fallback for link in self.links if link.fallback is not None]
        for name in fallbacks:
            if name not in {each.name for each in self.tapi}:
                raise ValueError(f"`fallback` names `{name}`, which is no [[tapi]] entry")
        for name in _twice(fallbacks):
            raise ValueError(f"two links have the fallback `{name}`; give each a [[tapi]] entry of its own")
        agents = [each.agent for each in self.tapi if each.agent is not None]
        for name in _twice(agents):
            raise ValueError(f"two [[tapi]] entries have the agent `{name}`; an agent serves one")
        if agents and self.agents is None:
            raise ValueError("`agent` in [[tapi]] needs the table [agents], which says where agents connect")

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The links in their order, then Windows Telephony that is no fallback."""
        named = {each.name: each for each in self.tapi}
        linked = [Connection(link, named.pop(link.fallback) if link.fallback else None) for link in self.links]
        return (*linked, *map(Connection, named.values()))


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
