"""Devices and connections: one set of types for both wires (ECMA-269 §10, §12.3).

The two bindings write these in different shapes, so they are written by hand; everything else is generated.
"""

from __future__ import annotations

import msgspec

from csta.messages.base import Choice, Enumeration, Octets, Structure
from csta.messages.media import MediaCallCharacteristics


class TypeOfNumber(Enumeration):
    """How a device identifier is to be read (§10.1); the names of ECMA-323."""

    DIALING_NUMBER = "dialingNumber"
    DEVICE_NUMBER = "deviceNumber"
    IMPLICIT_PUBLIC = "implicitPublic"
    EXPLICIT_PUBLIC_UNKNOWN = "explicitPublic:unknown"
    EXPLICIT_PUBLIC_INTERNATIONAL = "explicitPublic:international"
    EXPLICIT_PUBLIC_NATIONAL = "explicitPublic:national"
    EXPLICIT_PUBLIC_NETWORK_SPECIFIC = "explicitPublic:networkspecific"
    EXPLICIT_PUBLIC_SUBSCRIBER = "explicitPublic:subscriber"
    EXPLICIT_PUBLIC_ABBREVIATED = "explicitPublic:abbreviated"
    IMPLICIT_PRIVATE = "implicitPrivate"
    EXPLICIT_PRIVATE_UNKNOWN = "explicitPrivate:unknown"
    EXPLICIT_PRIVATE_LEVEL_3 = "explicitPrivate:level3RegionalNumber"
    EXPLICIT_PRIVATE_LEVEL_2 = "explicitPrivate:level2RegionalNumber"
    EXPLICIT_PRIVATE_LEVEL_1 = "explicitPrivate:level1RegionalNumber"
    EXPLICIT_PRIVATE_PTN_SPECIFIC = "explicitPrivate:pTNSpecificNumber"
    EXPLICIT_PRIVATE_LOCAL = "explicitPrivate:localNumber"
    EXPLICIT_PRIVATE_ABBREVIATED = "explicitPrivate:abbreviated"
    OTHER = "other"
    DYNAMIC = "dynamic"
    """A dynamic device identifier: opaque octets, valid in its own ConnectionID only (§12.3.11)."""


class DeviceID(Structure, frozen=True, kw_only=True, rename="camel"):
    """A device identifier (§12.3.10).

    :param number: digits, name, URI or decimal device number; hexadecimal digits of a dynamic identifier.
    :param private_number: a number kept apart for private use (ASN.1 only, §10.2).
    :param private_name: a name kept apart for private use (ASN.1 only, §10.2).
    :param number_restricted: the number must not be presented (XML attribute ``privateNumber``).
    :param name_restricted: the name must not be presented (XML attribute ``privateName``).
    """

    number: str
    type_of_number: TypeOfNumber = TypeOfNumber.DIALING_NUMBER
    private_number: str | None = None
    private_name: str | None = None
    number_restricted: bool = False
    name_restricted: bool = False
    media_call_characteristics: MediaCallCharacteristics | None = None

    def __str__(self) -> str:
        return self.number


class ConnectionID(Structure, frozen=True, kw_only=True):
    """Names a connection: a call, a device, or (always in events and answers) both (§12.3.9).

    :param call_id: opaque; the octets of an ASN.1 link in hexadecimal digits.
    :param device_id: static or dynamic device identifier.
    """

    call_id: str | None = msgspec.field(default=None, name="callID")
    device_id: DeviceID | None = msgspec.field(default=None, name="deviceID")


class DeviceChoice(Choice, frozen=True, kw_only=True):
    """Base of the identifiers that may be withheld or unknown (§12.3)."""

    @property
    def device(self) -> DeviceID | None:
        """The identifier, or None when the switch does not give it."""
        return next(
            (value for name in self.__struct_fields__ if isinstance(value := getattr(self, name), DeviceID)),
            None,
        )


class PrivateData(Choice, frozen=True, kw_only=True):
    """Vendor parameters of a message (§12.2.11); what is not recognised is to be passed over.

    :param string: octets.
    :param private: any ASN.1 value (raw octets) on an ASN.1 link.
    :param xml: any XML content, as text, on an XML link.
    """

    string: Octets | None = None
    private: Octets | None = None
    xml: str | None = None
