"""``csta-gateway db``: how far the databases are, and bringing them up to date before the gateway does."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from crm_adapter.errors import DirectoryError
from crm_adapter.migrations import History, current, newest, upgrade
from crm_adapter.sources.database import PlainDatabase
from csta.cli.exits import OK, WRONG
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Config
from csta_gateway.config_sources import SqlSource
from csta_gateway.sources import database_url

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("db", help="the databases the gateway keeps")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    status = below.add_parser("status", help="say how far each database is; 1 when one is not up to date")
    status.set_defaults(command=_status)
    add_config(status)
    renew = below.add_parser("upgrade", help="bring them up to date, as the gateway does when it starts; back up first")
    renew.set_defaults(command=_upgrade)
    add_config(renew)


def databases(config: Config) -> Iterator[tuple[str, str, History]]:
    """Section of the settings, URL and history of each database that is ours."""
    yield "journal", config.journal.url, History.JOURNAL
    yield "tokens", config.journal.url, History.TOKENS
    yield "lookup", config.lookup.index, History.INDEX
    for source in config.sources:
        if isinstance(source, SqlSource) and source.preset == "embedded":
            yield source.name, database_url(source), History.EMBEDDED


def _status(options: argparse.Namespace) -> int:
    return _each(options, change=False)


def _upgrade(options: argparse.Namespace) -> int:
    return _each(options, change=True)


def _each(options: argparse.Namespace, *, change: bool) -> int:
    fine = True
    for name, url, history in databases(settings(options)):
        try:
            with closing(PlainDatabase(url)) as database:
                step = database.do(upgrade if change else current, history)
        except DirectoryError as error:
            fine = False
            print(f"{name}: {error}")
        else:
            fine &= step == newest(history)
            print(f"{name}: {database.label}: step {step or 'none'} of {newest(history)}")
    return OK if fine else WRONG
