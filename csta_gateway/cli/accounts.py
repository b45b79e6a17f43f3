"""``csta-gateway user add|passwd|disable|enable``: users of the embedded CRM, changed in its database.

A running gateway follows within ``refresh_seconds`` of ``[users]``, or at once on SIGHUP.
"""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar, get_args

from sqlalchemy import Connection

from crm_adapter import accounts
from crm_adapter.errors import DirectoryError, UsersInvalid
from crm_adapter.migrations import History, upgrade
from crm_adapter.sources.database import PlainDatabase
from crm_adapter.texts import Language
from crm_adapter.users import User, UserRole
from csta.cli.exits import OK, Trouble
from csta_gateway.auth import hashed
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Config
from csta_gateway.config_sources import SqlSource
from csta_gateway.sources import database_url

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

T = TypeVar("T")

SHORTEST = 8
"""Characters a password has at least (NIST SP 800-63B §5.1.1)."""

LONGEST = 128
"""Characters of a log-in that the API takes."""


def add_parsers(below: Subparsers) -> None:
    """Say what the commands take."""
    new = below.add_parser("add", help="put in a user of the embedded CRM, and ask for the password")
    new.add_argument("login", help="name to log in with")
    new.add_argument("--name", help="as colleagues know the person; default: the login")
    new.add_argument("--device", action="append", default=[], metavar="ID", help="telephone; may be repeated")
    new.add_argument("--extension", default="", metavar="N", help="number colleagues dial; default: the first device")
    new.add_argument("--role", choices=get_args(UserRole), default="user", help="default: %(default)s")
    new.add_argument("--language", choices=get_args(Language), default="de", help="default: %(default)s")
    new.add_argument("--site", default="", metavar="NAME", help="one of [sites]; default: [location]")
    _prepare(new, _add)
    password = below.add_parser("passwd", help="give a user of the embedded CRM another password; logs the user out")
    password.add_argument("login")
    _prepare(password, lambda options: _change(options, _password(options)))
    on = below.add_parser("enable", help="switch a user's telephones on again, and ask for a new password")
    on.add_argument("login")
    _prepare(on, lambda options: _change(options, _password(options), cti_enabled=True))
    off = below.add_parser("disable", help="log a user out for good and switch the user's telephones off")
    off.add_argument("login")
    add_config(off)
    off.set_defaults(command=lambda options: _change(options, "", cti_enabled=False))


def _prepare(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--generate", action="store_true", help="make the password up and print it")
    add_config(parser)
    parser.set_defaults(command=command)


def _add(options: argparse.Namespace) -> int:
    config = settings(options)
    if options.site and options.site not in config.sites:
        raise Trouble.usage(f"--site: there is no [sites.{options.site}]")
    if not options.login.strip() or len(options.login) > LONGEST:
        raise Trouble.usage(f"the login must have 1 to {LONGEST} characters")
    user = User(
        login=options.login,
        name=options.name or options.login,
        language=options.language,
        role=options.role,
        devices=tuple(options.device),
        extension=options.extension or next(iter(options.device), ""),
        site=options.site,
        password_hash=hashed(_password(options)),
    )
    _do(config, lambda connection: accounts.add(connection, user))
    print(f"{user.login}: added; `csta-gateway user check` says whether the devices are right", file=sys.stderr)
    return OK


def _change(options: argparse.Namespace, password: str, *, cti_enabled: bool | None = None) -> int:
    stored = hashed(password) if password else ""
    changed = _do(
        settings(options),
        lambda connection: accounts.change(connection, options.login, password_hash=stored, cti_enabled=cti_enabled),
    )
    if not changed:
        raise Trouble(f"there is no user {options.login}; `csta-gateway user check` lists all")
    print(f"{options.login}: changed", file=sys.stderr)
    return OK


def _do(config: Config, work: Callable[[Connection], T]) -> T:
    """Do something with the database of the users. Raises :class:`Trouble` where they are somebody else's."""
    source = next(each for each in config.sources if each.name == config.users.source)
    if not isinstance(source, SqlSource) or source.preset != "embedded" or source.users:
        raise Trouble(f"the users come from source {source.name}, which is not the embedded CRM; change them there")
    try:
        with closing(PlainDatabase(database_url(source))) as database:
            database.do(upgrade, History.EMBEDDED)
            return database.do(work)
    except (DirectoryError, UsersInvalid) as problem:
        raise Trouble(str(problem)) from problem


def _password(options: argparse.Namespace) -> str:
    """Made up, typed twice, or the first line of standard input; never an argument, which others could see."""
    if options.generate:
        password = secrets.token_urlsafe(12)
        print(password)
        return password
    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise Trouble("the passwords differ; nothing has changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(password) <= LONGEST:
        raise Trouble(f"a password must have {SHORTEST} to {LONGEST} characters; nothing has changed")
    return password
