"""Users and device lists as the settings have them."""

from __future__ import annotations

from collections.abc import Container

from crm_adapter.sites import Sites
from crm_adapter.staff import StaffSource, Surroundings, UserSource
from csta_gateway.config import Config
from csta_gateway.sources import Sources


def staff_source(config: Config, made: Sources, users: UserSource, call_screens: Container[str]) -> StaffSource:
    """What reads users and their devices.

    :param made: makes the lists.
    :param users: the source of the users.
    :param call_screens: names of the templates users may have.
    :raises DirectoryError: a file with a secret cannot be read, or a driver is missing.
    """
    lists = [made.device_list(each) for each in config.device_lists]
    return StaffSource(users, lists, surroundings(config, call_screens))


def surroundings(config: Config, call_screens: Container[str]) -> Surroundings:
    """What users and their devices have to fit into."""

    def serves(device: str) -> bool:
        return any(link.serves(device) for link in config.links)

    def takes_uris(device: str) -> bool:
        return next((link.takes_uris for link in config.links if link.serves(device)), False)

    return Surroundings(
        sites=Sites(config.location, config.sites),
        call_screens=call_screens,
        shared_devices=config.users.shared_devices,
        serves=serves,
        takes_uris=takes_uris,
    )
