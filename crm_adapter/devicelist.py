"""Lists of telephones: what each is called by people, by the switch and on the network, and whose it is.

A row that contradicts another one, or says too little, is told with its place and left out; the others count.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from msgspec import Struct, structs

from crm_adapter.sources import records

FIELDS = ("user", "id", "dn", "tn", "name", "ip", "sip", "shared")
"""What a row can say; see :class:`ListedDevice`."""

FindingKind = Literal[
    "duplicate",
    "empty",
    "value",
    "unreadable",
    "encoding",
    "separator",
    "unknown_user",
    "unknown_device",
    "not_shared",
    "not_served",
    "unknown_site",
    "unknown_call_screen",
    "location",
]
"""What may be wrong with users and lists of devices."""


class Finding(Struct, frozen=True, kw_only=True):
    """Something in users or device lists that somebody should put right; the gateway works on without it.

    :param place: file and line, row, entry of a directory or user.
    :param text: what is wrong and what was done about it.
    """

    kind: FindingKind
    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class Row(NamedTuple):
    """A row of a list, with its fields under our names.

    :param place: where it stands, for people.
    """

    place: str
    values: Mapping[str, Any]


class Rows(NamedTuple):
    """What a list gives, and what could not be read of it."""

    rows: Sequence[Row] = ()
    findings: Sequence[Finding] = ()


class ListedDevice(Struct, frozen=True, kw_only=True):
    """A telephone in a list.

    :param id: device identifier at the switch: the list's ``id``, else the DN, else the SIP URI.
    :param dn: directory number, the extension.
    :param tn: terminal number, the address of the port.
    :param name: as the switch or its administration calls it.
    :param ip: address of the telephone.
    :param sip: SIP URI.
    :param user: login of whose it is; empty: nobody's, or somebody else says so.
    :param shared: several users may have it.
    :param place: where it stands, for people.
    """

    id: str
    place: str
    dn: str = ""
    tn: str = ""
    name: str = ""
    ip: str = ""
    sip: str = ""
    user: str = ""
    shared: bool = False


class DeviceList(NamedTuple):
    """The telephones of some rows, and what is wrong with the rest."""

    devices: Sequence[ListedDevice]
    findings: Sequence[Finding]


class Key(NamedTuple):
    """A field two telephones cannot have in common.

    :param title: for people.
    :param identifies: a row that repeats it is left out; else only the field is.
    """

    field: str
    title: str
    identifies: bool


ID, DN = Key("id", "device", True), Key("dn", "DN", True)
KEYS = (
    ID,
    DN,
    Key("tn", "TN", True),
    Key("name", "name", False),
    Key("ip", "IP address", False),
    Key("sip", "SIP URI", False),
)


def device_list(rows: Iterable[Row]) -> DeviceList:
    """The telephones of rows of one or several lists, in their order; the first that claims a name has it."""
    reading = _Reading()
    for row in rows:
        device = reading.device(row)
        if device is not None:
            reading.add(device)
    return DeviceList(tuple(reading.devices), tuple(reading.findings))


def folded(field: str, value: str) -> str:
    """What two spellings of a name have in common."""
    return FOLDING.get(field, str.casefold)(value)


def is_address(text: str) -> bool:
    """Whether ``text`` is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _address(value: str) -> str:
    return str(ipaddress.ip_address(value)) if is_address(value) else value.casefold()


def _uri(value: str) -> str:
    """A SIP URI without scheme and parameters (RFC 3261 §19.1.1)."""
    return re.sub(r"^sips?:", "", value.casefold()).partition(";")[0]


FOLDING: Mapping[str, Callable[[str], str]] = {"ip": _address, "sip": _uri}


class _Reading:
    """Rows read so far."""

    def __init__(self) -> None:
        self.devices: list[ListedDevice] = []
        self.findings: list[Finding] = []
        self._known: dict[tuple[str, str], ListedDevice] = {}

    def device(self, row: Row) -> ListedDevice | None:
        """The telephone of a row, or None when it names none."""
        values = {field: records.text(row.values, field) for field in FIELDS}
        if not any(values.values()):
            return None  # spreadsheets leave such rows behind
        identifier = values["id"] or values["dn"] or values["sip"]
        if not identifier:
            others = ", ".join(f"{field} {values[field]}" for field in ("user", "tn", "name", "ip") if values[field])
            self._find("empty", row.place, f"`dn` is empty ({others}); the row is left out")
            return None
        if "user" in row.values and not values["user"]:
            self._find("empty", row.place, f"`user` is empty; {identifier} is nobody's")
        if values["ip"] and not is_address(values["ip"]):
            self._find("value", row.place, f"`ip` {values['ip']!r} is no IP address; it is passed over")
            values["ip"] = ""
        shared = records.flag(values.pop("shared"))
        return ListedDevice(**{**values, "id": identifier}, shared=shared, place=row.place)

    def add(self, device: ListedDevice) -> None:
        """Take in a telephone, without what another one has already."""
        clashes = {key: other for key in KEYS if (other := self._other(key, device)) is not None}
        for key, other in clashes.items():
            if key is not ID or DN not in clashes:  # most often they are the same
                self._find("duplicate", device.place, _clash(key, device, other))
        if any(key.identifies for key in clashes):
            return
        kept = structs.replace(device, **{key.field: "" for key in clashes})
        for key in KEYS:
            if value := getattr(kept, key.field):
                self._known.setdefault((key.field, folded(key.field, value)), kept)
        self.devices.append(kept)

    def _other(self, key: Key, device: ListedDevice) -> ListedDevice | None:
        """Another telephone with the same name; the same one may be listed for each of those who share it."""
        value = getattr(device, key.field)
        known = self._known.get((key.field, folded(key.field, value))) if value else None
        if known is None or (known.shared and device.shared and known.id == device.id and known.user != device.user):
            return None
        return known

    def _find(self, kind: FindingKind, place: str, text: str) -> None:
        self.findings.append(Finding(kind=kind, place=place, text=text))


def _clash(key: Key, device: ListedDevice, other: ListedDevice) -> str:
    owner = f" and is {other.user}'s" if other.user else ""
    outcome = "the row is left out" if key.identifies else "it is passed over here"
    return f"{key.title} {getattr(device, key.field)} is in {other.place} already{owner}; {outcome}"
