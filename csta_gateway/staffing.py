"""Users and device lists as the settings have them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from crm_adapter.contactindex import ContactIndex
from crm_adapter.sites import Sites
from crm_adapter.staff import Staff, StaffSource, Surroundings, UserSource
from crm_adapter.users import Users
from csta_gateway.assembly import screen_pop
from csta_gateway.config import Config
from csta_gateway.sources import Sources


def staff_source(config: Config, made: Sources, users: UserSource) -> StaffSource:
    """What reads users and their devices.

    :param made: makes the lists.
    :param users: the source of the users.
    :raises DirectoryError: a file with a secret cannot be read, or a driver is missing.
    """
    lists = [made.device_list(each) for each in config.device_lists]
    return StaffSource(users, lists, surroundings(config))


async def read_staff(config: Config, reactor: Any) -> Staff:  # noqa: ANN401 -- all of its interfaces
    """Users and lists, read once; the source is not started, so that no contact is copied.

    :raises DirectoryError: the source of the users cannot be asked.
    :raises UsersInvalid: two users claim the same login or extension.
    """
    with ExitStack() as closing:
        made = Sources(reactor, ContactIndex("sqlite://", config.location, reactor), config.location)
        source = made.make(next(each for each in config.sources if each.name == config.users.source))
        closing.callback(source.close)
        reading = staff_source(config, made, source)
        closing.callback(reading.close)
        staff = await reading.read()
        Users(staff.users)
        return staff


def surroundings(config: Config) -> Surroundings:
    """What users and their devices have to fit into."""

    def serves(device: str) -> bool:
        return any(link.serves(device) for link in config.connections)

    def takes_uris(device: str) -> bool:
        return next((link.switch.takes_uris for link in config.connections if link.serves(device)), False)

    sites = Sites(config.location, config.sites)
    return Surroundings(
        sites=sites,
        screen_warnings=screen_pop(config.screen, sites).warnings,
        shared_devices=config.users.shared_devices,
        groups=config.users.groups,
        serves=serves,
        takes_uris=takes_uris,
    )
