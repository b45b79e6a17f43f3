"""The command ``csta-gateway``: each module of this package adds one command, and those below it, to the parser.

Data goes to standard output, words to standard error. Exit codes: those of :mod:`csta.cli.exits`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

from csta import __version__
from csta.cli.exits import OK, USAGE, Trouble
from csta.toml_file import ConfigError

COMMANDS = {
    "init": "init",
    "run": "run",
    "check-config": "check",
    "print-config": "show",
    "probe": "probe",
    "devices": "devices",
    "agent": "agent",
    "user": "user",
    "token": "token",
    "lookup": "lookup",
    "number": "number",
    "journal": "journal",
    "audit": "audit",
    "trace": "trace",
    "db": "db",
    "health": "health",
    "completion": "completion",
}
"""Command → the module that adds it, in the order of ``--help``. It is imported when asked for: all take seconds."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = parser(given[0] if given else None).parse_args(given)
    try:
        return int(options.command(options))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return USAGE
    except Trouble as trouble:
        print(f"csta-gateway: {trouble}", file=sys.stderr)
        return trouble.code
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        return OK


def parser(first: str | None = None) -> argparse.ArgumentParser:
    """The parser for a command line.

    :param first: its first word; where that names a command, the parser knows no other.
    """
    top = argparse.ArgumentParser(prog="csta-gateway", description="Shows on a call screen who is calling.")
    top.add_argument("--version", action="version", version=f"csta-gateway {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    chosen: Iterable[str] = [first] if first in COMMANDS else [] if first == "--version" else COMMANDS
    for command in chosen:
        import_module(f"csta_gateway.cli.{COMMANDS[command]}").add_parser(commands)
    return top
