"""``csta-gateway journal``: everything that is kept about a person's calls, given out or deleted (GDPR Art. 15, 17).

It works on the database itself, whether the gateway runs or not.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crm_adapter import erasure
from crm_adapter.erasure import Subject
from crm_adapter.errors import DirectoryError, NumberInvalid
from crm_adapter.migrations import History, upgrade
from crm_adapter.numberset import number_set
from crm_adapter.sources.database import PlainDatabase
from csta.cli.exits import OK, Trouble
from csta_gateway.audit import EventName
from csta_gateway.cli import audit
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Config
from csta_gateway.journalfiles import FORMS, of_whom

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("journal", help="give out or delete what is kept about a person's calls")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    export = below.add_parser("export", help="write a person's calls into a file, with notes")
    _add_person(export)
    export.add_argument("-o", "--output", required=True, metavar="FILE", help="a new .json or .csv file")
    export.set_defaults(command=_export)
    purge = below.add_parser("purge", help="delete a person's calls, with notes and what the CRM is still to be told")
    _add_person(purge)
    purge.add_argument("--dry-run", action="store_true", help="only say how many there are")
    purge.add_argument("-o", "--output", metavar="FILE", help="first write them into a new .json or .csv file")
    purge.set_defaults(command=_purge)


def _add_person(parser: argparse.ArgumentParser) -> None:
    person = parser.add_mutually_exclusive_group(required=True)
    person.add_argument(
        "--number", action="append", metavar="N", help="in any spelling; may be given several times for several numbers"
    )
    person.add_argument("--user", metavar="LOGIN", help="whose call screen it is")
    add_config(parser)


def _export(options: argparse.Namespace) -> int:
    config = settings(options)
    subject, output = _subject(options, config), _output(options)
    database = _database(config)
    try:
        count = _write(database, subject, output)
    except DirectoryError as problem:
        raise Trouble(str(problem)) from problem
    finally:
        database.close()
    _audit("journal_exported", count, options, config)
    _tell("written", count, options, f"into {output}")
    return OK


def _purge(options: argparse.Namespace) -> int:
    config = settings(options)
    subject = _subject(options, config)
    output = _output(options) if options.output else None
    database = _database(config)
    try:
        if output is not None:
            _write(database, subject, output)
        count = database.do(erasure.count if options.dry_run else erasure.purge, subject)
        if not options.dry_run:
            database.do(erasure.finish)
    except DirectoryError as problem:
        raise Trouble(str(problem)) from problem
    finally:
        database.close()
    if not options.dry_run:
        _audit("journal_purged", count, options, config)
    _tell("would be deleted" if options.dry_run else "deleted", count, options)
    return OK


def _subject(options: argparse.Namespace, config: Config) -> Subject:
    if options.user is not None:
        return Subject(login=options.user)
    try:
        return Subject(numbers=number_set(options.number, (config.location, *config.sites.values())))
    except NumberInvalid as problem:
        raise Trouble.usage("--number: there are no digits in it; write it like 089 1234567 or 2001") from problem


def _database(config: Config) -> PlainDatabase:
    """The journal's database, which must be there: a mistyped path must not pass for an empty journal."""
    try:
        database = PlainDatabase(config.journal.url)
    except DirectoryError as problem:
        raise Trouble(str(problem)) from problem
    path = database.url.database
    if database.url.get_backend_name() == "sqlite" and path and not Path(path).is_file():
        raise Trouble(
            f"[journal] url: there is no {Path(path).resolve()};"
            " a path without / at its beginning counts from the folder the gateway is started in"
        )
    try:
        database.do(upgrade, History.JOURNAL)  # a database of an earlier version lacks tables
    except DirectoryError as problem:
        raise Trouble(str(problem)) from problem
    return database


def _output(options: argparse.Namespace) -> Path:
    path = Path(options.output)
    if path.suffix.removeprefix(".") not in FORMS:
        raise Trouble.usage(f"--output {path}: must end in {' or '.join(f'.{form}' for form in FORMS)}")
    if path.exists():
        raise Trouble.usage(f"--output {path}: is there already; nothing is overwritten")
    return path


def _write(database: PlainDatabase, subject: Subject, path: Path) -> int:
    """Write the calls into a file that only its owner can read; gives how many there are."""
    form = FORMS[path.suffix.removeprefix(".")]
    content, count = database.do(lambda connection: form(erasure.calls(connection, subject)))
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as problem:
        raise Trouble(f"{path}: {problem.strerror}") from problem
    return count


def _audit(event: EventName, count: int, options: argparse.Namespace, config: Config) -> None:
    whose = of_whom(options.user, options.number or ())
    audit.write(config, event, calls=count, whose=whose)


def _tell(done: str, count: int, options: argparse.Namespace, where: str = "") -> None:
    """Who did what with how many calls; numbers never in full: this may end up in a log."""
    calls = f"{count} call{'' if count == 1 else 's'}"
    words = (f"{audit.caller()}:", calls, of_whom(options.user, options.number or ()), done, where)
    print(" ".join(filter(None, words)), file=sys.stderr)
