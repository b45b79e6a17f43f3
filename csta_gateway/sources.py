"""Makes sources of contacts from their settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from msgspec import structs
from treq.client import HTTPClient
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.ssl import optionsForClientTLS
from twisted.web.client import Agent, HTTPConnectionPool
from twisted.web.iweb import IAgent

from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import DirectorySource, Feed
from crm_adapter.errors import DirectoryError
from crm_adapter.indexed import IndexedSource
from crm_adapter.location import Location
from crm_adapter.migrations import History
from crm_adapter.sources.carddav import CardDavFeed
from crm_adapter.sources.devicelists import Columns, CsvDevices, LdapDevices, SqlDevices
from crm_adapter.sources.file import FileFeed
from crm_adapter.sources.http import HttpSource, HttpTemplates
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.sources.presets import PRESETS, Queries
from crm_adapter.sources.silence import TimeLimit
from crm_adapter.sources.sql import SqlFeed
from crm_adapter.sources.tryton import TrytonFeed
from crm_adapter.sources.webservice import WebService
from crm_adapter.staff import RowSource
from csta_gateway import config_devices
from csta_gateway import config_sources as settings

if TYPE_CHECKING:
    from crm_adapter.sources.ldap import LdapSource

PORTS = {"ldap": 389, "ldaps": 636}


class Sources:
    """Makes a source of each kind.

    :param reactor: Twisted's reactor.
    :param index: where contacts are copied to.
    :param location: how numbers are meant.
    """

    def __init__(self, reactor: Any, index: ContactIndex, location: Location) -> None:  # noqa: ANN401 -- all of its interfaces
        self._reactor = reactor
        self._index = index
        self._location = location
        self._kinds: dict[type, Callable[[Any], DirectorySource]] = {
            settings.SqlSource: self._indexed(self._sql),
            settings.FileSource: self._indexed(self._file),
            settings.TrytonSource: self._indexed(self._tryton),
            settings.CardDavSource: self._indexed(self._carddav),
            settings.LdapSource: self._ldap,
            settings.HttpSource: self._http,
        }
        self._lists: dict[type, Callable[[Any], RowSource]] = {
            config_devices.CsvList: self._csv_list,
            config_devices.SqlList: self._sql_list,
            config_devices.LdapList: self._ldap_list,
        }

    def make(self, source: settings.Source) -> DirectorySource:
        """The source, not started.

        :raises DirectoryError: a file with a secret cannot be read, or a driver is missing.
        :raises TemplateInvalid: a template of a request has an unknown variable.
        """
        return self._kinds[type(source)](source)

    def device_list(self, described: config_devices.ListOfDevices) -> RowSource:
        """A list of telephones.

        :raises DirectoryError: a file with a secret cannot be read, or a driver is missing.
        """
        return self._lists[type(described)](described)

    def _indexed(self, make: Callable[[Any], Feed]) -> Callable[[Any], DirectorySource]:
        return lambda source: IndexedSource(
            make(source), self._index, self._reactor, refresh_every=source.refresh_seconds
        )

    def _sql(self, source: settings.SqlSource) -> Feed:
        preset = PRESETS.get(source.preset, Queries(contacts=""))
        own = {
            name: value
            for name in ("contacts", "changed", "users", "log", "note", "add_number", "number_kinds")
            if (value := getattr(source, name))
        }
        return SqlFeed(
            database_url(source),
            structs.replace(preset, **own),
            self._location.calling_code,
            self._reactor,
            name=source.name,
            history=History.EMBEDDED if source.preset == "embedded" else None,
            limit=TimeLimit(source.timeout_seconds, self._reactor),
            writable=source.writable,
        )

    def _file(self, source: settings.FileSource) -> Feed:
        calls = None if source.calls is None else Path(source.calls)
        fields = FieldMap(fields=source.fields, numbers=source.numbers)
        threads = self._reactor.getThreadPool()
        return FileFeed(
            Path(source.path),
            fields,
            self._reactor,
            threads,
            name=source.name,
            calls=calls,
            writable=source.writable,
        )

    def _tryton(self, source: settings.TrytonSource) -> Feed:
        login = _login(source) or ("", "")
        web = self._web(source, login=None)
        return TrytonFeed(
            source.url,
            source.database,
            login,
            web,
            name=source.name,
            writes_notes=source.write_notes,
            writable=source.writable,
        )

    def _carddav(self, source: settings.CardDavSource) -> Feed:
        web = self._web(source, login=_login(source))
        return CardDavFeed(source.url, web, name=source.name, writable=source.writable)

    def _ldap(self, source: settings.LdapSource) -> DirectorySource:
        fields = FieldMap(fields=source.fields, numbers=source.numbers)
        where = {"base": source.base, "people": source.people, "users": source.users, "devices": source.devices}
        return self._directory(source, fields, writable=source.writable, **where)

    def _directory(
        self,
        source: settings.Server,
        fields: FieldMap,
        *,
        writable: bool = False,
        **where: Any,  # noqa: ANN401 -- see Directory
    ) -> LdapSource:
        try:
            from crm_adapter.sources.ldap import Directory, LdapSource
        except ImportError as problem:
            raise DirectoryError(f"source {source.name}: pip install 'csta-gateway[ldap]' ({problem})") from problem
        return LdapSource(
            _endpoint(self._reactor, source.url),
            Directory(bind=_login(source) or ("", ""), **where),
            fields,
            self._location,
            self._reactor,
            name=source.name,
            timeout=source.timeout_seconds,
            writable=writable,
        )

    def _csv_list(self, described: config_devices.CsvList) -> RowSource:
        return CsvDevices(
            Path(described.path),
            Columns(described.fields),
            self._reactor,
            self._reactor.getThreadPool(),
            name=described.name,
            separator=described.separator,
            encoding=described.encoding,
        )

    def _sql_list(self, described: config_devices.SqlList) -> RowSource:
        url = described.url or first_line(described.name, "url_file", described.url_file or "")
        return SqlDevices(url, described.query, Columns(described.fields), self._reactor, name=described.name)

    def _ldap_list(self, described: config_devices.LdapList) -> RowSource:
        directory = self._directory(described, FieldMap(), base=described.base)
        return LdapDevices(directory, described.filter, Columns(described.fields), name=described.name)

    def _http(self, source: settings.HttpSource) -> DirectorySource:
        headers = dict(source.headers)
        if source.token_file is not None:
            headers["Authorization"] = f"Bearer {first_line(source.name, 'token_file', source.token_file)}"
        at = partial(_below, source.url)
        templates = HttpTemplates(
            lookup=at(source.lookup),
            search=at(source.search),
            formats=source.formats,
            records=source.records,
            verify=source.verify,
            log=at(source.log),
            log_body=source.log_body,
            note=at(source.note),
            note_method=source.note_method,
            note_body=source.note_body,
            add_number=at(source.add_number) if source.writable else "",
            add_number_method=source.add_number_method,
            add_number_body=source.add_number_body,
        )
        fields = FieldMap(fields=source.fields, numbers=source.numbers)
        web = self._web(source, login=_login(source), headers=headers)
        return HttpSource(templates, fields, self._location, web, name=source.name)

    def _web(self, source: Any, **options: Any) -> WebService:  # noqa: ANN401 -- any of those with a server
        # Kept connections are for callers looked up one after the other. Where a change feed is read once a minute, the
        # server has often closed one by then, and what is not a GET is not sent again (RFC 9112 §9.3.1).
        kept = HTTPConnectionPool(self._reactor, persistent=isinstance(source, settings.HttpSource))
        agent = Agent(self._reactor, connectTimeout=source.timeout_seconds, pool=kept)
        return WebService(
            HTTPClient(cast(IAgent, agent)), self._reactor, source.name, timeout=source.timeout_seconds, **options
        )


def database_url(source: settings.SqlSource) -> str:
    """Where the database is; raises DirectoryError when the file that says so cannot be read."""
    return source.url or first_line(source.name, "url_file", source.url_file or "")


def first_line(source: str, key: str, path: str) -> str:
    """A secret in a file of its own, which others need not be able to read.

    :raises DirectoryError: the file cannot be read.
    """
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise DirectoryError(f"source {source}: `{key}` cannot be read: {problem}") from problem
    return lines[0].strip() if lines else ""


def _login(source: Any) -> tuple[str, str] | None:  # noqa: ANN401 -- any of those with a server
    if source.user is None:
        return None
    return source.user, first_line(source.name, "password_file", source.password_file)


def _endpoint(reactor: Any, url: str) -> IStreamClientEndpoint:  # noqa: ANN401 -- all of its interfaces
    parts = urlsplit(url)
    host = parts.hostname or ""
    endpoint = cast(
        IStreamClientEndpoint, HostnameEndpoint(reactor, host, parts.port or PORTS.get(parts.scheme, PORTS["ldap"]))
    )
    return wrapClientTLS(optionsForClientTLS(host), endpoint) if parts.scheme == "ldaps" else endpoint


def _below(url: str, path: str) -> str:
    return f"{url.rstrip('/')}/{path.lstrip('/')}" if path else ""
