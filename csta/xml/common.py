"""XML of the hand-written types of :mod:`csta.messages.common`."""

from __future__ import annotations

from lxml.etree import _Element, tostring

from csta.errors import LocalProtocolError
from csta.messages.base import Octets
from csta.messages.common import ConnectionID, DeviceID, PrivateData, TypeOfNumber
from csta.messages.media import BitRate, MediaCallCharacteristics, MediaClass
from csta.xml import elements
from csta.xml.elements import Out

_MEDIA_ATTRIBUTES = ("mediaClass", "connectionRate", "bitRate", "delayTolerance")


def read_device_id(element: _Element) -> DeviceID:
    """DeviceID and LocalDeviceID: text with attributes. ECMA-323 ed6 lists deflection targets: the first is taken."""
    if len(element):
        elements.deviate("device in a list", element)
        return read_device_id(element[0])
    attributes = element.attrib
    if not attributes:
        return DeviceID(number=elements.text(element))
    return DeviceID(
        number=elements.text(element),
        type_of_number=TypeOfNumber(str(attributes.get("typeOfNumber", "dialingNumber"))),
        number_restricted=attributes.get("privateNumber") in ("true", "1"),
        name_restricted=attributes.get("privateName") in ("true", "1"),
        media_call_characteristics=_media(element) if "mediaClass" in attributes else None,
    )


def _media(element: _Element) -> MediaCallCharacteristics:
    attributes = {name: str(element.attrib[name]) for name in _MEDIA_ATTRIBUTES if name in element.attrib}
    known = [name for name in attributes["mediaClass"].split() if name in MediaClass.numbers]
    return MediaCallCharacteristics(
        media_class=MediaClass(known),
        connection_rate=_number(element, "connectionRate"),
        bit_rate=BitRate(attributes.get("bitRate", "constant")),
        delay_tolerance=_number(element, "delayTolerance"),
    )


def _number(element: _Element, name: str) -> int | None:
    value = str(element.attrib.get(name, ""))
    if not value.isdecimal() or len(value) > 18:
        return None
    return int(value)


def write_device_id(tag: str, device: DeviceID, out: Out) -> None:
    """Write a device identifier; attributes with their default value are left out."""
    out.append(f"<{tag}")
    if device.type_of_number != TypeOfNumber.DIALING_NUMBER:
        out.append(f' typeOfNumber="{elements.escape(device.type_of_number.value)}"')
    media = device.media_call_characteristics
    if media is not None:
        out.append(f' mediaClass="{" ".join(media.media_class)}"')
        out.extend([] if media.connection_rate is None else [f' connectionRate="{media.connection_rate}"'])
        out.extend(
            [] if media.bit_rate == BitRate.CONSTANT else [f' bitRate="{elements.escape(media.bit_rate.value)}"']
        )
        out.extend([] if media.delay_tolerance is None else [f' delayTolerance="{media.delay_tolerance}"'])
    out.extend([' privateNumber="true"'] if device.number_restricted else [])
    out.extend([' privateName="true"'] if device.name_restricted else [])
    out.append(f">{elements.escape(device.number)}</{tag}>")


_CONNECTION: elements.Table = {
    "callID": ("call_id", elements.text),
    "deviceID": ("device_id", read_device_id),
}


def read_connection_id(element: _Element) -> ConnectionID:
    """ConnectionID: call id and device id in either order."""
    return elements.structure(element, ConnectionID, _CONNECTION)


def write_connection_id(tag: str, connection: ConnectionID, out: Out) -> None:
    """Write a connection identifier, call id first as the captured messages do."""
    if connection.call_id is None and connection.device_id is None:
        elements.none_chosen(f"{tag}.ConnectionID")
    out.append(f"<{tag}>")
    if connection.call_id is not None:
        out.append(f"<callID>{elements.escape(connection.call_id)}</callID>")
    if connection.device_id is not None:
        write_device_id("deviceID", connection.device_id, out)
    out.append(f"</{tag}>")


def read_private_data(element: _Element) -> PrivateData:
    """Private data or security information: octets in ``<string>``, or anything in ``<private>`` (§12.2.11)."""
    for child in element:
        if elements.local_name(child) == "string":
            return PrivateData(string=elements.octets(child))
        if elements.local_name(child) == "private":
            inside = "".join(tostring(each, encoding="unicode", with_tail=False) for each in child)
            return PrivateData(xml=inside or elements.text(child))
    elements.deviate("neither <string> nor <private> inside", element)
    return PrivateData(string=Octets())


def write_private_data_content(value: PrivateData, out: Out) -> None:
    """Write what stands inside the element."""
    if value.string is not None:
        out.append(f"<string>{value.string.hex()}</string>")
    elif value.xml is not None:
        out.append(f"<private>{value.xml}</private>")
    else:
        raise LocalProtocolError("private data of an ASN.1 link has no form in XML", "privateData")


def write_private_data(tag: str, value: PrivateData, out: Out) -> None:
    """Write private data as element ``tag``."""
    out.append(f"<{tag}>")
    write_private_data_content(value, out)
    out.append(f"</{tag}>")
