"""``csta-gateway lookup``: who a number belongs to, as the gateway would find out, and why."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from crm_adapter.errors import DirectoryError, UsersInvalid
from crm_adapter.indexed import IndexedSource
from crm_adapter.lookup import Lookup, LookupResult
from crm_adapter.numbers import normalise
from crm_adapter.sites import Sites
from crm_adapter.texts import Language
from crm_adapter.users import Users
from csta.cli.exits import OK, WRONG
from csta.cli.online import run_on_reactor
from csta_gateway.cli.number import add_reading, located
from csta_gateway.cli.settings import add_config, language_of, settings
from csta_gateway.config import Config
from csta_gateway.directories import Directories
from csta_gateway.staffing import staff_source
from csta_gateway.texts import text

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

BUDGET = 30.0
"""Seconds all sources have together: nobody's telephone rings meanwhile."""


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("lookup", help="who a number belongs to, and why; 1 when it is nobody's")
    parser.add_argument("number", help="as the switch, a CRM or a person writes it")
    parser.add_argument("--read", action="store_true", help="first read what has changed in the sources")
    add_reading(parser)
    add_config(parser)
    parser.set_defaults(command=lambda options: run_on_reactor(_lookup, options))


async def _lookup(options: argparse.Namespace, reactor: Any) -> int:  # noqa: ANN401 -- all of its interfaces
    config = settings(options)
    language = options.language or language_of(os.environ)
    number = normalise(options.number, located(options, config), options.role)
    with ExitStack() as closing:
        directories = Directories(reactor, config)
        closing.callback(directories.close)
        await directories.open()
        if options.read:
            await _read(directories)
        users = await _users(config, directories)
        sites = Sites(config.location, config.sites)
        found = await Lookup(directories.all(), reactor, BUDGET, users=users, sites=sites).find(number)
    print(text("lookup.asked", language, number=number.e164 or number.internal or text("number.none", language)))
    _tell(found, language)
    return OK if found.matches else WRONG


def _tell(found: LookupResult, language: Language) -> None:
    for place, match in enumerate(found.matches, 1):
        who = ", ".join(filter(None, (match.name, match.company)))
        reason = text(f"lookup.{'user' if match.kind == 'user' else match.certainty}", language)
        print(f"{place}. {who} ({match.source} {match.kind} {match.record_id}): {reason}")
    if not found.matches:
        print(text("lookup.nobody", language))
    for name in found.failed:
        print(text("lookup.failed", language, source=name), file=sys.stderr)


async def _read(directories: Directories) -> None:
    for source in directories.all():
        if isinstance(source, IndexedSource):
            try:
                await source.refresh()
            except DirectoryError as problem:
                print(problem, file=sys.stderr)


async def _users(config: Config, directories: Directories) -> Users:
    """The colleagues; nobody when they cannot be read, which is told."""
    source = staff_source(config, directories.made, directories.named(config.users.source))
    try:
        return Users((await source.read()).users)
    except (DirectoryError, UsersInvalid) as problem:
        print(problem, file=sys.stderr)
        return Users(())
    finally:
        source.close()
