"""``csta-gateway check-config``: what is wrong with the settings, and with the lists of devices they name."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from crm_adapter.errors import DirectoryError, UsersInvalid
from crm_adapter.shortnumbers import collisions
from crm_adapter.users import Users
from csta.cli.exits import OK
from csta.cli.online import run_on_reactor
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Connection
from csta_gateway.config_tapi import Tapi
from csta_gateway.providers import without_telephony
from csta_gateway.staffing import read_staff
from csta_gateway.userwatch import unknown_logins

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("check-config", help="tell what is wrong with the settings, without running")
    add_config(parser)
    parser.add_argument("--offline", action="store_true", help="read no users and no [[device_lists]]")
    parser.set_defaults(command=_check)


def _check(options: argparse.Namespace) -> int:
    config = settings(options)
    places = {"location": config.location, **{f"sites.{name}": site for name, site in config.sites.items()}}
    for place, location in places.items():
        for sentence in collisions(location):
            print(f"{options.config}: warning: [{place}] {sentence}", file=sys.stderr)
    for tapi in config.tapi:
        if sentence := without_telephony(tapi):
            print(f"{options.config}: warning: {sentence}", file=sys.stderr)
    print(f"{options.config}: fine. Links: {', '.join(map(_in_words, config.connections))}.")
    about_users = config.device_lists or config.screen.users or config.dialling.users
    return OK if options.offline or not about_users else run_on_reactor(_check_users, options)


async def _check_users(options: argparse.Namespace, reactor: Any) -> int:  # noqa: ANN401 -- all of its interfaces
    """Tell what is wrong with lists and tables of users; a source may be readable only where the gateway runs."""
    config = settings(options)
    try:
        staff = await read_staff(config, reactor)
        users = Users(staff.users)
    except (DirectoryError, UsersInvalid) as problem:
        print(f"{options.config}: note: users and lists of devices are not checked: {problem}", file=sys.stderr)
        return OK
    for finding in (*staff.findings, *unknown_logins(config, users)):
        print(f"{options.config}: warning: {finding}", file=sys.stderr)
    return OK


def _in_words(connection: Connection) -> str:
    link, fallback = connection.switch, connection.fallback
    if isinstance(link, Tapi):
        return f"{link.name} ({_machine(link)})"
    instead = f"; {fallback.name}, {_machine(fallback)}, after {link.fallback_after_seconds:g} s" if fallback else ""
    return f"{link.name} ({link.dialect or link.protocol or 'xml'} on {link.endpoint}{instead})"


def _machine(tapi: Tapi) -> str:
    return f"Windows Telephony of {'this machine' if tapi.agent is None else f'agent {tapi.agent}'}"
