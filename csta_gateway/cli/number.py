"""``csta-gateway number``: what the gateway makes of a telephone number."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, get_args

from crm_adapter.location import Location
from crm_adapter.numberrules import Role
from crm_adapter.texts import Language
from csta.cli.exits import OK, WRONG, Trouble
from csta_gateway.cli.settings import add_config, language_of, settings
from csta_gateway.config import Config
from csta_gateway.explain import explained

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("number", help="what the gateway makes of a telephone number")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    explain = below.add_parser("explain", help="print every step and the rule that fired")
    explain.set_defaults(command=_explain)
    explain.add_argument("number", help="as the switch, a CRM or a person writes it")
    add_reading(explain)
    add_config(explain)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """The options that say how a number is meant."""
    parser.add_argument("--role", choices=get_args(Role), default="incoming", help="how it came about")
    parser.add_argument("--site", metavar="NAME", help="one of [sites]; default: [location]")
    parser.add_argument("--language", choices=get_args(Language), help="default: that of the environment, else en")


def located(options: argparse.Namespace, config: Config) -> Location:
    """Where the number is meant. Raises :class:`Trouble` where there is no such site."""
    if options.site is not None and options.site not in config.sites:
        raise Trouble.usage(f"{options.config}: there is no [sites.{options.site}]")
    return config.location if options.site is None else config.sites[options.site]


def _explain(options: argparse.Namespace) -> int:
    config = settings(options)
    location = located(options, config)
    language = options.language or language_of(os.environ)
    explanation = explained(options.number, location, options.role, site=options.site or "", language=language)
    print(*explanation.lines, sep="\n")
    return OK if explanation.understood else WRONG
