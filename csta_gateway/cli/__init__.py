"""The command ``csta-gateway``: each module of this package adds one command, and those below it, to the parser.

Data goes to standard output, words to standard error. Exit codes: those of :mod:`csta.cli.exits`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from csta import __version__
from csta.cli.exits import OK, USAGE, Trouble
from csta.toml_file import ConfigError
from csta_gateway.cli import (
    agent,
    audit,
    check,
    completion,
    db,
    devices,
    health,
    init,
    journal,
    lookup,
    number,
    probe,
    run,
    show,
    token,
    trace,
    user,
)

COMMANDS = (
    init,
    run,
    check,
    show,
    probe,
    devices,
    agent,
    user,
    token,
    lookup,
    number,
    journal,
    audit,
    trace,
    db,
    health,
    completion,
)
"""In the order of ``--help``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    options = parser().parse_args(arguments)
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


def parser() -> argparse.ArgumentParser:
    """The parser with all commands."""
    top = argparse.ArgumentParser(prog="csta-gateway", description="Shows on a call screen who is calling.")
    top.add_argument("--version", action="version", version=f"csta-gateway {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_parser(commands)
    return top
