"""``csta-gateway devices``: the devices a switch names, and whose they are."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from crm_adapter.contactindex import ContactIndex
from crm_adapter.errors import DirectoryError
from crm_adapter.users import Users
from csta.cli.exits import OK, Trouble
from csta.cli.online import run_on_reactor
from csta_gateway.cli.probe import links
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.providers import client_of
from csta_gateway.sources import Sources

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers
    from csta_gateway.config import Config


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("devices", help="list the devices the switches name, and whose they are")
    add_config(parser)
    parser.add_argument("--link", metavar="NAME", help="only this one of [[links]]")
    parser.set_defaults(command=lambda options: run_on_reactor(_devices, options))


async def _devices(options: argparse.Namespace, reactor: Any) -> int:  # noqa: ANN401 -- all of its interfaces
    users = await _users(settings(options), reactor)
    print(ROW.format("link", "device", "category", "name", "users"))
    for link in links(options):
        client = await client_of(reactor, link)
        for each in await client.capability_exchange.get_switching_function_devices():
            device = each.device_id.number
            owners = ", ".join(user.login for user in users.by_device(device)) if link.serves(device) else "not served"
            name = each.device_id.private_name or ""
            print(ROW.format(link.name, device, each.device_category.value, name, owners).rstrip())
        await client.close()
    return OK


ROW = "{:<16} {:<24} {:<16} {:<24} {}"


async def _users(config: Config, reactor: Any) -> Users:  # noqa: ANN401 -- all of its interfaces
    """The users of the settings, read once; the source is not started, so that no contact is copied."""
    index = ContactIndex("sqlite://", config.location, reactor)
    chosen = next(each for each in config.sources if each.name == config.users.source)
    try:
        source = Sources(reactor, index, config.location).make(chosen)
        try:
            return Users(await source.users())
        finally:
            source.close()
    except DirectoryError as error:
        raise Trouble(str(error)) from error
