"""``csta-gateway devices``: the devices a switch names, and whose they are."""

from __future__ import annotations

import argparse
import csv
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from crm_adapter.users import Users
from csta.cli.exits import OK
from csta.cli.online import run_on_reactor
from csta.messages.cdr import DeviceCategory
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
    rows = separated if options.csv else aligned
    print(HEADERS[rows])
    for link in links(options):
        client = await client_of(reactor, link)
        for each in await client.capability_exchange.get_switching_function_devices():
            if options.csv and each.device_category is not DeviceCategory.STATION:
                continue  # nobody's: exchange lines, groups
            device = each.device_id.number
            owners = [user.login for user in users.by_device(device)] if link.serves(device) else None
            print(rows(link.name, device, each.device_category.value, each.device_id.private_name or "", owners))
        await client.close()
    return OK


Rows = Callable[[str, str, str, str, Sequence[str] | None], str]
"""What is printed of a device: link, identifier, category, name and whose it is; None: the link does not serve it."""


def aligned(link: str, device: str, category: str, name: str, owners: Sequence[str] | None) -> str:
    """A line for people."""
    whose = "not served" if owners is None else ", ".join(owners)
    return f"{link:<16} {device:<24} {category:<16} {name:<24} {whose}".rstrip()


def separated(link: str, device: str, category: str, name: str, owners: Sequence[str] | None) -> str:
    """Lines of a list of devices, one for each of its users, as ``[[device_lists]]`` reads them."""
    shared = "yes" if owners and len(owners) > 1 else ""
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=";", lineterminator="\n")
    writer.writerows((link, device, category, name, owner, shared) for owner in owners or ("",))
    return lines.getvalue().rstrip("\n")


HEADERS: dict[Rows, str] = {
    aligned: aligned("link", "id", "category", "name", ["users"]),
    separated: "link;id;category;name;user;shared",
}
