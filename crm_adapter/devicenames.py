"""What a device of a user is called at the switch: people name it by extension, port, name, SIP URI or IP address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from crm_adapter.devicelist import KEYS, ListedDevice, folded, is_address

DIALLED = re.compile(r"\+?[0-9*#]{1,32}")
URI = re.compile(r"(?:sips?|tel):(?P<user>[^@;]+)(?:@.*)?(?:;.*)?", re.IGNORECASE)


class Resolved(NamedTuple):
    """What a name stands for.

    :param id: device identifier at the switch.
    :param known: False: no list has it and it looks like no extension; the switch is asked for it as it stands.
    """

    id: str
    known: bool


class DeviceNames:
    """Names of telephones, and their identifiers at the switch.

    A name counts as identifier or DN first, then as TN, name, IP address and SIP URI. Without a list digits are the
    extension itself, and a SIP URI is asked for where the switch takes URIs, else the extension in it.

    :param devices: of all lists.
    :param takes_uris: whether the switch that serves a device takes its SIP URI as identifier.
    """

    def __init__(
        self, devices: Iterable[ListedDevice] = (), takes_uris: Callable[[str], bool] = lambda uri: False
    ) -> None:
        self._takes_uris = takes_uris
        self._ids: dict[str, dict[str, str]] = {key.field: {} for key in KEYS}
        for device in devices:
            for field, known in self._ids.items():
                if value := getattr(device, field):
                    known.setdefault(folded(field, value), device.id)

    def resolve(self, name: str) -> Resolved:
        """The identifier of the device with this name."""
        for field, known in self._ids.items():
            if (found := known.get(folded(field, name))) is not None:
                return Resolved(found, True)
        if DIALLED.fullmatch(name):
            return Resolved(name, True)
        uri = URI.fullmatch(name)
        if uri is not None:
            return self._of_uri(name, uri["user"])
        # Without lists nothing but the switch itself can tell; an address, however, no switch is asked for by.
        return Resolved(name, not any(self._ids.values()) and not is_address(name))

    def _of_uri(self, uri: str, user: str) -> Resolved:
        if self._takes_uris(uri):
            return Resolved(uri, True)
        return Resolved(user, True) if DIALLED.fullmatch(user) else Resolved(uri, False)
