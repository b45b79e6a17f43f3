"""``csta-gateway devices``: the devices a switch names, and whose they are."""

from __future__ import annotations

import argparse
import csv
import io
from typing import TYPE_CHECKING, Any

from crm_adapter.users import Users
from csta.cli.exits import OK
from csta.cli.online import run_on_reactor
from csta_gateway.cli.probe import links
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.providers import client_of
from csta_gateway.staffing import read_staff

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("devices", help="list the devices the switches name, and whose they are")
    add_config(parser)
    parser.add_argument("--link", metavar="NAME", help="only this one of [[links]]")
    parser.add_argument("--csv", action="store_true", help="as CSV, to be completed and used in [[device_lists]]")
    parser.set_defaults(command=lambda options: run_on_reactor(_devices, options))


async def _devices(options: argparse.Namespace, reactor: Any) -> int:  # noqa: ANN401 -- all of its interfaces
    users = Users((await read_staff(settings(options), reactor)).users)
    row = separated if options.csv else aligned
    print(row("link", "id", "category", "name", "users"))
    for link in links(options):
        client = await client_of(reactor, link)
        for each in await client.capability_exchange.get_switching_function_devices():
            device = each.device_id.number
            owners = ", ".join(user.login for user in users.by_device(device)) if link.serves(device) else "not served"
            name = each.device_id.private_name or ""
            print(row(link.name, device, each.device_category.value, name, owners))
        await client.close()
    return OK


def aligned(*fields: str) -> str:
    """A line for people."""
    return "{:<16} {:<24} {:<16} {:<24} {}".format(*fields).rstrip()


def separated(*fields: str) -> str:
    """A line of a CSV file."""
    line = io.StringIO()
    csv.writer(line, delimiter=";", lineterminator="").writerow(fields)
    return line.getvalue()
