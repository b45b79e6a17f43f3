"""``csta-gateway check-config``: what is wrong with the settings."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from crm_adapter.shortnumbers import collisions
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
    places = {"location": config.location, **{f"sites.{name}": site for name, site in config.sites.items()}}
    for place, location in places.items():
        for sentence in collisions(location):
            print(f"{options.config}: warning: [{place}] {sentence}", file=sys.stderr)
    links = ", ".join(
        f"{link.name} ({link.dialect or link.protocol or 'xml'} on {link.endpoint})" for link in config.links
    )
    print(f"{options.config}: fine. Links: {links}.")
    return OK
