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
from csta_gateway.config import Config, Link
from csta_gateway.config_tapi import Tapi
from csta_gateway.lineprobe import lines_of
from csta_gateway.providers import client_of
from csta_gateway.staffing import read_staff

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

LINE = "line"
"""Category of what Windows Telephony has."""

CALLABLE = (LINE, DeviceCategory.STATION.value)
"""Categories of what may be somebody's telephone."""


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("devices", help="list the devices the switches name, and whose they are")
    add_config(parser)
    parser.add_argument("--link", metavar="NAME", help="only this one of [[links]] or [[tapi]]")
    parser.add_argument("--csv", action="store_true", help="as CSV, to be completed and used in [[device_lists]]")
    parser.set_defaults(command=lambda options: run_on_reactor(_devices, options))


async def _devices(options: argparse.Namespace, reactor: Any) -> int:  # noqa: ANN401 -- all of its interfaces
    config = settings(options)
    users = Users((await read_staff(config, reactor)).users)
    rows = separated if options.csv else aligned
    print(HEADERS[rows])
    for link in links(config, options.link):
        serving = next(each for each in config.connections if link in (each.switch, each.fallback))
        for device, category, name in await _listed(reactor, config, link):
            if options.csv and category not in CALLABLE:
                continue  # nobody's: exchange lines, groups
            owners = [user.login for user in users.by_device(device)] if serving.serves(device) else None
            print(rows(link.name, device, category, name, owners))
    return OK


async def _listed(reactor: Any, config: Config, link: Link | Tapi) -> list[tuple[str, str, str]]:  # noqa: ANN401 -- all of its interfaces
    """Devices of a link: what they are called in the settings, their category and name."""
    if isinstance(link, Tapi):
        async with lines_of(reactor, config, link) as lines:
            return [(device, LINE, line.name) for line in lines.described for device in lines.devices(line)]
    client = await client_of(reactor, link)
    try:
        found = await client.capability_exchange.get_switching_function_devices()
    finally:
        await client.close()
    return [(each.device_id.number, each.device_category.value, each.device_id.private_name or "") for each in found]


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
