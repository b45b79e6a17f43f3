"""``csta-gateway print-config``: the settings in force."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from csta.cli.exits import OK
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.printed import printed

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("print-config", help="print the settings in force, without secrets")
    add_config(parser)
    parser.set_defaults(command=_print)


def _print(options: argparse.Namespace) -> int:
    print(printed(settings(options)), end="")
    return OK
