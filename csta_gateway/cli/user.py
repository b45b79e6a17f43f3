"""``csta-gateway user``: the users as the gateway sees them, what is wrong with them, and those of its own database."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crm_adapter.staff import Staff
from crm_adapter.users import User
from csta.cli.exits import OK, WRONG
from csta.cli.online import run_on_reactor
from csta_gateway.cli import accounts
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.staffing import read_staff

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

ROW = "{:<16} {:<24} {:<10} {:<10} {:<8} {}"


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("user", help="the users and their telephones")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    everybody = below.add_parser("list", help="everybody with name, role, extension and devices, whatever the source")
    everybody.set_defaults(command=lambda options: run_on_reactor(_list, options))
    add_config(everybody)
    check = below.add_parser(
        "check", help="read users and device lists as `run` does, and tell what is wrong with them"
    )
    check.add_argument("--quiet", action="store_true", help="only what is wrong")
    check.set_defaults(command=lambda options: run_on_reactor(_check, options))
    add_config(check)
    accounts.add_parsers(below)


async def _list(options: argparse.Namespace, reactor: Any) -> int:  # noqa: ANN401 -- all of its interfaces
    print(ROW.format("login", "name", "role", "extension", "log-in", "devices"))
    for user in (await read_staff(settings(options), reactor)).users:
        may = "password" if user.password_hash else "no"
        print(ROW.format(user.login, user.name, user.role, user.extension, may, _devices(user)))
    return OK


async def _check(options: argparse.Namespace, reactor: Any) -> int:  # noqa: ANN401 -- all of its interfaces
    staff = await read_staff(settings(options), reactor)
    for line in report(staff, quiet=options.quiet):
        print(line)
    return WRONG if staff.findings else OK


def report(staff: Staff, *, quiet: bool = False) -> Iterator[str]:
    """Lines for people: every user with devices, what is wrong, and a sum."""
    if not quiet:
        width = max((len(user.login) for user in staff.users), default=0)
        yield from (f"{user.login:<{width}}  {_devices(user)}" for user in staff.users)
    yield from (f"{finding.kind.replace('_', ' ')}: {finding}" for finding in staff.findings)
    devices = {device for user in staff.users if user.cti_enabled for device in user.devices}
    yield f"{len(staff.users)} users, {len(devices)} devices, {len(staff.findings)} findings"


def _devices(user: User) -> str:
    return f"{', '.join(user.devices) or 'no device'}{'' if user.cti_enabled else ' (CTI is off)'}"
