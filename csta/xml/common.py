"""XML of the hand-written types of :mod:`csta.messages.common`."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml.etree import _Element, cleanup_namespaces, tostring

from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import Octets
from csta.messages.common import ConnectionID, DeviceID, PrivateData, TypeOfNumber
from csta.messages.media import BitRate, MediaCallCharacteristics, MediaClass
from csta.xml import elements, leaves
from csta.xml.document import Tokens, here, not_plain, parse
from csta.xml.elements import Out

_NO_ATTRIBUTES: Mapping[str, str] = {}
_KNOWN_ATTRIBUTES = frozenset(
    {
        *("typeOfNumber", "mediaClass", "connectionRate", "bitRate", "delayTolerance", "privateNumber", "privateName"),
        *("switchingSubDomainCCIEType", "switchingSubDomainInformationElements"),  # read past: ASN.1 has no such thing
    }
)


def device_id(text: str, attributes: Mapping[str, str] = _NO_ATTRIBUTES) -> DeviceID:
    """DeviceID and LocalDeviceID: text with attributes."""
    if not attributes:
        return DeviceID(number=text.strip())
    elements.unknown_attributes(attributes.keys() - _KNOWN_ATTRIBUTES)
    return DeviceID(
        number=text.strip(),
        type_of_number=TypeOfNumber(attributes.get("typeOfNumber", "dialingNumber")),
        number_restricted=attributes.get("privateNumber") in ("true", "1"),
        name_restricted=attributes.get("privateName") in ("true", "1"),
        media_call_characteristics=_media(attributes) if "mediaClass" in attributes else None,
    )


def _media(attributes: Mapping[str, str]) -> MediaCallCharacteristics:
    known = [name for name in attributes["mediaClass"].split() if name in MediaClass.numbers]
    return MediaCallCharacteristics(
        media_class=MediaClass(known),
        connection_rate=_number(attributes, "connectionRate"),
        bit_rate=BitRate(attributes.get("bitRate", "constant")),
        delay_tolerance=_number(attributes, "delayTolerance"),
    )


def _number(attributes: Mapping[str, str], name: str) -> int | None:
    value = attributes.get(name, "")
    if not value.isdecimal() or len(value) > 18:
        return None
    return int(value)


def write_device_id(tag: str, device: DeviceID, out: Out) -> None:
    """Write a device identifier; attributes with their default value are left out."""
    out.append(f"<{tag}")
    if device.type_of_number != TypeOfNumber.DIALING_NUMBER:
        out.append(f' typeOfNumber="{leaves.escape(device.type_of_number.value)}"')
    media = device.media_call_characteristics
    if media is not None:
        out.append(f' mediaClass="{" ".join(media.media_class)}"')
        out.extend([] if media.connection_rate is None else [f' connectionRate="{media.connection_rate}"'])
        out.extend([] if media.bit_rate == BitRate.CONSTANT else [f' bitRate="{leaves.escape(media.bit_rate.value)}"'])
        out.extend([] if media.delay_tolerance is None else [f' delayTolerance="{media.delay_tolerance}"'])
    out.extend([' privateNumber="true"'] if device.number_restricted else [])
    out.extend([' privateName="true"'] if device.name_restricted else [])
    out.append(f">{leaves.escape(device.number)}</{tag}>")


_CONNECTION_ID = elements.table(
    elements.leaf("callID", "call_id", leaves.text),
    elements.device("deviceID", "device_id", device_id),
)


def read_connection_id(tokens: Tokens, end: str) -> ConnectionID:
    """ConnectionID: call id and device id in either order."""
    values = elements.children(tokens, end, _CONNECTION_ID)
    if not values:
        raise DecodeError("neither <callID> nor <deviceID>")
    return ConnectionID(**values)


def write_connection_id(tag: str, connection: ConnectionID, out: Out) -> None:
    """Write a connection identifier, call id first as the captured messages do."""
    if connection.call_id is None and connection.device_id is None:
        elements.none_chosen(f"{tag}.ConnectionID")
    out.append(f"<{tag}>")
    if connection.call_id is not None:
        out.append(f"<callID>{leaves.escape(connection.call_id)}</callID>")
    if connection.device_id is not None:
        write_device_id("deviceID", connection.device_id, out)
    out.append(f"</{tag}>")


def _anything(tokens: Tokens, end: str) -> str:
    """Any XML, with the namespaces it needs besides that of the message: only libxml2 knows them."""
    if here.reading.plain:
        not_plain()
    element = here.reading.element()
    elements.skip(tokens)
    return (leaves.escape(element.text or "") + "".join(_alone(each) for each in element)).strip()


def _alone(element: _Element) -> str:
    """An element as text that says the same at another place, and the text behind it."""
    alone = deepcopy(element)
    cleanup_namespaces(alone)
    text = tostring(alone, encoding="unicode")
    namespace = element.getroottree().getroot().nsmap.get(None)  # what is in it stays in that of the message
    return text.replace(f' xmlns="{namespace}"', "", 1) if alone.nsmap.get(None) == namespace else text


_PRIVATE_DATA = elements.table(
    elements.leaf("string", "string", leaves.octets),
    elements.inner("private", "xml", _anything),
)


def read_private_data(tokens: Tokens, end: str) -> PrivateData:
    """Private data or security information: octets in ``<string>``, or anything in ``<private>`` (§12.2.11)."""
    return elements.choice(tokens, end, PrivateData, _PRIVATE_DATA, otherwise=PrivateData(string=Octets()))


def write_private_data_content(value: PrivateData, out: Out) -> None:
    """Write what stands inside the element."""
    if value.string is not None:
        out.append(f"<string>{value.string.hex()}</string>")
    elif value.xml is not None:
        out.append(f"<private>{_well_formed(value.xml)}</private>")
    else:
        raise LocalProtocolError("private data of an ASN.1 link has no form in XML", "privateData")


def _well_formed(content: str) -> str:
    try:
        parse(f"<private>{content}</private>".encode())
    except DecodeError as error:
        raise LocalProtocolError(f"is no XML: {error.reason}", "privateData.private") from None
    return content


def write_private_data(tag: str, value: PrivateData, out: Out) -> None:
    """Write private data as element ``tag``."""
    out.append(f"<{tag}>")
    write_private_data_content(value, out)
    out.append(f"</{tag}>")
