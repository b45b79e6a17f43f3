"""``csta-gateway token``: the tokens with which programs use the API. It works whether the gateway runs or not."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

from crm_adapter.errors import DirectoryError
from crm_adapter.migrations import History, upgrade
from crm_adapter.sources.database import PlainDatabase
from csta.cli.exits import OK, Trouble
from csta_gateway import tokens
from csta_gateway.cli import audit
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Config
from csta_gateway.policy import Scope
from csta_gateway.tokens import Token

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

DAY = 86_400_000
LONGEST = 3650
"""Days a token may live."""


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("token", help="the tokens with which programs use the API")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    create = below.add_parser("create", help="make a token; it is shown this once")
    create.add_argument("name", type=_name, help="what it is for, for example helpdesk")
    acts_for = create.add_mutually_exclusive_group(required=True)
    acts_for.add_argument("--user", metavar="LOGIN", help="it may do what this user may, as far as its scopes go")
    acts_for.add_argument("--service", action="store_true", help="it is a program of its own")
    create.add_argument(
        "--scope", action="append", required=True, choices=get_args(Scope), help="may be given several times"
    )
    create.add_argument("--days", type=_days, default=365, help="how long it is good for (default: 365)")
    create.set_defaults(command=_create)
    add_config(create)
    shown = below.add_parser("list", help="show for whom tokens act, their scopes, their end and their last use")
    shown.set_defaults(command=_list)
    add_config(shown)
    revoke = below.add_parser("revoke", help="make a token worthless, at once")
    revoke.add_argument("name")
    revoke.set_defaults(command=_revoke)
    add_config(revoke)


def _name(text: str) -> str:
    if not (text.isprintable() and 0 < len(text.strip()) <= 80):
        raise argparse.ArgumentTypeError("a name has 1 to 80 letters, digits or signs")
    return text.strip()


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LONGEST):
        raise argparse.ArgumentTypeError(f"{text}: must be a number of days from 1 to {LONGEST}")
    return int(text)


def _create(options: argparse.Namespace) -> int:
    config, token, now = settings(options), tokens.make(), _now()
    known = Token(
        name=options.name,
        login=options.user,
        scopes=frozenset(options.scope),
        created=now,
        expires=now + options.days * DAY,
    )
    with _database(config) as database:
        if not database.do(tokens.add, token, known):
            raise Trouble(f"there is a token {options.name!r} already; revoke it, or choose another name")
    scopes = " ".join(sorted(known.scopes))
    audit.write(config, "token_made", token=known.name, login=known.login, scopes=scopes, days=options.days)
    print(token)
    print("Keep it where only the program can read it: it is not shown again.", file=sys.stderr)
    return OK


def _list(options: argparse.Namespace) -> int:
    with _database(settings(options)) as database:
        for token in database.do(tokens.every):
            print("\t".join(_cells(token)))
    return OK


def _revoke(options: argparse.Namespace) -> int:
    config = settings(options)
    with _database(config) as database:
        if not database.do(tokens.revoke, options.name):
            raise Trouble(f"there is no token {options.name!r}; `csta-gateway token list` shows all")
    audit.write(config, "token_revoked", token=options.name)
    return OK


def _cells(token: Token) -> Iterator[str]:
    yield token.name
    yield f"user {token.login}" if token.login is not None else "service"
    yield " ".join(sorted(token.scopes))
    yield f"{'expired' if token.expires <= _now() else 'expires'} {_day(token.expires)}"
    yield "never used" if token.used is None else f"last used {_day(token.used)}"


def _day(milliseconds: int) -> str:
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d}"


def _now() -> int:
    return round(time.time() * 1000)


@contextmanager
def _database(config: Config) -> Iterator[PlainDatabase]:
    """The database the gateway keeps tokens in, which is the journal's."""
    try:
        database = PlainDatabase(config.journal.url)
    except DirectoryError as problem:
        raise Trouble(str(problem)) from problem
    try:
        database.do(upgrade, History.TOKENS)
        yield database
    except DirectoryError as problem:
        raise Trouble(str(problem)) from problem
    finally:
        database.close()
