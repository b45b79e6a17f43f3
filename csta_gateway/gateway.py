"""The parts of a running gateway, as the API uses them; :mod:`csta_gateway.daemon` puts them together."""

from __future__ import annotations

from dataclasses import dataclass

from autobahn.twisted.websocket import WebSocketServerFactory
from twisted.web.server import Request

from crm_adapter.clock import Clock
from crm_adapter.journal import Journal
from crm_adapter.lookup import Lookup
from crm_adapter.sites import Sites
from crm_adapter.users import Users
from csta_gateway.audit import AuditLog
from csta_gateway.auth import COOKIE, Session, Sessions
from csta_gateway.bearers import Bearers
from csta_gateway.board import Board
from csta_gateway.commands import Commands
from csta_gateway.config import Server
from csta_gateway.contacts import Contacts
from csta_gateway.findings import Findings
from csta_gateway.links import Links
from csta_gateway.metrics import Metrics
from csta_gateway.pages import Pages
from csta_gateway.proxylogin import ProxyLogIn
from csta_gateway.streams import Stream, Streams
from csta_gateway.traces import Support
from csta_gateway.websocket import EventSocket


@dataclass(kw_only=True)
class Gateway:
    """Everything a request may need.

    :param settings: ``[server]`` as it is now.
    :param version: of the program; a page that was loaded from another one reloads itself.
    """

    settings: Server
    version: str
    clock: Clock
    sites: Sites
    users: Users
    findings: Findings
    sessions: Sessions
    proxy: ProxyLogIn
    bearers: Bearers
    links: Links
    lookup: Lookup
    contacts: Contacts
    journal: Journal
    pages: Pages
    board: Board
    commands: Commands
    audit: AuditLog
    streams: Streams
    metrics: Metrics
    support: Support
    socket_factory: WebSocketServerFactory

    def session_of(self, request: Request) -> Session | None:
        """Whose request it is, by the cookie; nobody's when the proxy now names somebody else."""
        cookie = request.getCookie(COOKIE.encode())
        session = self.sessions.find(cookie.decode("latin-1")) if cookie else None
        return session if session and self.proxy.agrees(session, request) else None

    def client(self, request: Request) -> str:
        """Address of whoever asks; behind a proxy the one the proxy saw."""
        forwarded = request.getHeader("x-forwarded-for") if self.settings.behind_proxy else None
        if forwarded:
            return forwarded.rpartition(",")[2].strip()  # what stands before, the client may have made up
        return str(getattr(request.getClientAddress(), "host", ""))

    def open_stream(self, socket: EventSocket, session: Session) -> Stream:
        """The event stream of a page."""
        feed = self.streams.feed(session.user.login)
        stream = Stream(socket, session, feed, self.board.snapshot, self.clock, self.metrics)
        self.streams.add(stream)
        return stream
