"""How the parts of a gateway hang together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twisted.internet.interfaces import IReactorTime

import csta
from crm_adapter.activities import Activities
from crm_adapter.callnotes import CallNotes
from crm_adapter.clock import Clock
from crm_adapter.directory import DirectorySource
from crm_adapter.journal import Journal
from crm_adapter.lookup import Lookup
from crm_adapter.numberset import number_set
from crm_adapter.poprules import ScreenPop
from crm_adapter.sites import Sites
from crm_adapter.users import Users
from csta_gateway.audit import AuditLog
from csta_gateway.auth import Sessions, Verifier
from csta_gateway.bearers import Bearers
from csta_gateway.board import Board
from csta_gateway.commands import Commands
from csta_gateway.config import Audit, Config, Server
from csta_gateway.config_screen import Screen
from csta_gateway.contacts import Contacts
from csta_gateway.dialling import DialLimits
from csta_gateway.findings import Findings
from csta_gateway.gateway import Gateway
from csta_gateway.links import Links, MakeProvider
from csta_gateway.metrics import Metrics
from csta_gateway.pages import Pages
from csta_gateway.proxylogin import ProxyLogIn
from csta_gateway.sessionfile import SessionFile
from csta_gateway.streams import Streams
from csta_gateway.tokens import Tokens
from csta_gateway.traces import Support
from csta_gateway.websocket import socket_factory


def assemble(
    config: Config,
    *,
    clock: IReactorTime,
    users: Users,
    sources: Sequence[DirectorySource],
    journal: Journal,
    tokens: Tokens,
    make_provider: MakeProvider,
    verifier: Verifier,
) -> Gateway:
    """A gateway that only has to be connected: its sources, journal and tokens are open, its links are not."""
    metrics = Metrics(csta.__version__)
    audit = audit_log(config.audit, clock)
    links = Links(config.connections, users.devices(), make_provider, clock, metrics)
    sites = Sites(config.location, config.sites)
    budget = config.lookup.budget_seconds
    lookup = Lookup(sources, clock, budget, users=users, sites=sites, on_asked=metrics.looked_up)
    contacts = Contacts(sources)
    pages = pages_of(config, sites, contacts)
    streams = Streams(metrics, clock)
    limits = DialLimits(config.dialling, clock, metrics, audit)
    board = Board(
        users,
        links,
        lookup,
        sites,
        pages,
        journal,
        CallNotes(journal, clock),
        Activities(sources, clock, journal, links.about),
        streams,
        metrics,
        clock,
        csta.__version__,
        number_set(config.journal.excluded_numbers, sites.all()),
    )
    return Gateway(
        settings=config.server,
        version=csta.__version__,
        clock=clock,
        sites=sites,
        users=users,
        findings=Findings(metrics),
        sessions=sessions(config.server, users, clock, verifier, audit),
        proxy=ProxyLogIn(config.login, users),
        bearers=Bearers(tokens, users, clock),
        links=links,
        lookup=lookup,
        contacts=contacts,
        journal=journal,
        pages=pages,
        board=board,
        commands=Commands(users, links, board.calls, sites, metrics, limits, audit),
        audit=audit,
        streams=streams,
        metrics=metrics,
        support=Support(clock),
        socket_factory=socket_factory(clock),
    )


def audit_log(settings: Audit, clock: Clock) -> AuditLog:
    """The record of what was done."""
    return AuditLog(settings, clock.seconds)


def sessions(settings: Server, users: Users, clock: Clock, verifier: Verifier, audit: AuditLog) -> Sessions:
    """The log-ins, with those that outlived the last stop."""
    return Sessions(users, clock, _lifetime(settings), verifier, _session_file(settings), audit)


def _lifetime(settings: Server) -> float:
    return settings.session_hours * 3600


def _session_file(settings: Server) -> SessionFile:
    return SessionFile(Path(settings.session_file))


def adapt(gateway: Gateway, config: Config, sources: Sequence[DirectorySource]) -> None:
    """Bring what needs no connection to other settings while calls go on; pages have still to be told."""
    sites, journal = gateway.sites, config.journal
    moved = sites.replace(config.location, config.sites)
    gateway.pages.replace(
        screen_pop(config.screen, sites), config.screen.page, journal.masked_for, journal.dispositions
    )
    gateway.board.exclude(number_set(journal.excluded_numbers, sites.all()))
    gateway.lookup.replace(sources, config.lookup.budget_seconds)
    gateway.contacts.replace(sources)
    if moved:
        gateway.board.calls.read_again()
    gateway.board.activities.replace(sources)
    gateway.commands.limits.replace(config.dialling)
    gateway.settings = config.server
    gateway.sessions.replace(_lifetime(config.server), _session_file(config.server))
    gateway.proxy.replace(config.login)
    gateway.audit.replace(config.audit)


def pages_of(config: Config, sites: Sites, contacts: Contacts) -> Pages:
    """The pages of the CRM."""
    return Pages(
        screen_pop(config.screen, sites),
        config.screen.page,
        sites,
        config.journal.masked_for,
        config.journal.dispositions,
        writes=lambda: contacts.take_numbers,
    )


def screen_pop(screen: Screen, sites: Sites) -> ScreenPop:
    """Which page a call opens for whom."""
    rules = {login: own.rules for login, own in screen.users.items()}
    return ScreenPop(screen.compiled(), sites, screen.rules, rules)
