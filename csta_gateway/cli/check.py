"""``csta-gateway check-config``: what is wrong with the settings."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from csta.cli.exits import OK
from csta_gateway.cli.settings import add_config, settings

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("check-config", help="tell what is wrong with the settings, without running")
    add_config(parser)
    parser.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    config = settings(options)
    links = ", ".join(
        f"{link.name} ({link.dialect or link.protocol or 'xml'} on {link.endpoint})" for link in config.links
    )
    print(f"{options.config}: fine. Links: {links}.")
    return OK
