"""Takes people out of messages: each is decoded, its numbers, names and free contents replaced, and encoded again.

What stays is what the link needs to be understood: identifiers of calls and monitors, states, causes, times. Whatever
is not known to be harmless is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from csta.apdu import Apdu, Associate, AssociateResponse, Frame, Invoke, Result
from csta.asn1 import acse, ber
from csta.dialect import Login
from csta.errors import DecodeError, LocalProtocolError
from csta.messages.application_session import StartApplicationSession
from csta.messages.base import Octets, UnknownEvent
from csta.messages.common import ConnectionID, DeviceID, PrivateData, TypeOfNumber
from csta.messages.logical_device import SetAgentState
from csta.messages.zultys import LoginRequest, LoginResponse
from csta.recorder import trace
from csta.recorder.codecs import codec
from csta.recorder.pseudonyms import Pseudonyms

HARMLESS = re.compile(
    r".*(_(ref|req|register|request)_id|_identifier|time|time_?stamp|linkage_id|_version|versions|preferences)$"
    r"|call_id|resource|session_id|application_id|language|dtmf_char|(flush|termination)_char.*|registration_id"
    r"|(media_(stream|service_instance)|display|hookswitch)(_id)?|media_service_instance_id"
    r"|button|lamp(_list)?|ringer|hookswitch|auditory_apparatus|message.*|.*_message|appl_error|own|currency_type"
)
"""Names of the fields with text or octets that say nothing of people: references, times, parts of a telephone."""

_HEX = re.compile(r"([0-9A-Fa-f]{2})+")
_AARQ = 0x60
_SET_AGENT_STATE = b"\x02\x02\x01\x38"  # its operation code as ROSE writes it
_PASSWORD = re.compile(rb"assword|[Pp]wd|loginRespon")
"""Marks of XML that has one, or of the answer of Zultys, which brings one for SIP."""
_ROSE_HEADER = 24
_WITH_PASSWORD = (LoginRequest, SetAgentState, StartApplicationSession)


class Redaction:
    """Replaces what messages say of people.

    :param key: secret octets; see :class:`csta.recorder.pseudonyms.Pseudonyms`.
    """

    def __init__(self, key: bytes) -> None:
        self.pseudonyms = Pseudonyms(key)
        self._kinds: dict[type, Callable[[str, Any], Any]] = {
            DeviceID: self._device,
            ConnectionID: self._structure,
            PrivateData: self._private_data,
            Login: self._login,
            UnknownEvent: self._unknown,
            Octets: self._octets,
            str: self._text,
            tuple: self._tuple,
        }

    def frame(self, frame: Frame, protocol: str) -> Frame | None:
        """The frame with pseudonyms, None when it cannot be decoded and so not be redacted."""
        wire = codec(protocol, frame.payload)
        try:
            encoded = wire.encode(self.apdu(wire.decode(frame)))
        except (DecodeError, LocalProtocolError):
            return None
        return Frame(encoded.payload, frame.invoke_id)

    def apdu(self, apdu: Apdu) -> Apdu:
        """The APDU with pseudonyms; what the schema does not know is left out."""
        apdu = msgspec.structs.replace(apdu, deviations=())
        if isinstance(apdu, Associate):
            return _without_login(apdu, self._login)
        if isinstance(apdu, AssociateResponse):
            return msgspec.structs.replace(apdu, authentication=b"")  # the switch's serial number, for example
        message = getattr(apdu, "message", None)
        return apdu if message is None else msgspec.structs.replace(apdu, message=self._value("message", message))

    def _value(self, name: str, value: Any) -> Any:  # noqa: ANN401 -- any part of any message
        replace = self._kinds.get(type(value))
        if replace is None:
            replace = self._structure if isinstance(value, msgspec.Struct) else _kept
            self._kinds[type(value)] = replace
        return replace(name, value)

    def _structure(self, _: str, value: msgspec.Struct) -> msgspec.Struct:
        changed = {}
        for name in value.__struct_fields__:
            old = getattr(value, name)
            new = old if old is None else self._value(name, old)
            if new is not old:
                changed[name] = new
        return msgspec.structs.replace(value, **changed) if changed else value

    def _tuple(self, name: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(self._value(name, value) for value in values)

    def _text(self, name: str, text: str) -> str:
        if name == "pwd":
            return "*" * len(text)
        return text if HARMLESS.fullmatch(name) else self.pseudonyms.text(text)

    def _octets(self, name: str, octets: Octets) -> Octets:
        if "password" in name:
            return Octets(b"*" * len(octets))
        return octets if HARMLESS.fullmatch(name) else Octets(self.pseudonyms.octets(octets))

    def _device(self, _: str, device: DeviceID) -> DeviceID:
        said = self.pseudonyms
        changed: dict[str, Any] = {}
        if device.type_of_number is TypeOfNumber.DYNAMIC and _HEX.fullmatch(device.number):
            changed["number"] = said.octets(bytes.fromhex(device.number)).hex()  # some write the number into it
        else:
            changed["number"] = said.text(device.number)
        if device.private_number is not None:
            changed["private_number"] = said.text(device.private_number)
        if device.private_name is not None:
            changed["private_name"] = said.text(device.private_name)
        return msgspec.structs.replace(device, **changed)

    def _private_data(self, _: str, data: PrivateData) -> PrivateData:
        """As long as before, and empty: only its vendor knows what it says."""
        if data.string is not None:
            return PrivateData(string=Octets(len(data.string)))
        if data.private is not None:
            return PrivateData(private=Octets(_blank(len(data.private))))
        return PrivateData(xml="*" * len(data.xml or ""))

    def _login(self, _: str, login: Login) -> Login:
        return Login(self.pseudonyms.text(login.name), "*" * len(login.password))

    def _unknown(self, _: str, event: UnknownEvent) -> UnknownEvent:
        raise LocalProtocolError("an event of an unknown kind cannot be redacted")


def without_password(frame: Frame) -> Frame | None:
    """The frame with stars for the password of a log-in; the frame itself where it has none.

    None when there is one, and it cannot be taken out.
    """
    payload = frame.payload
    if payload[:1] == bytes([_AARQ]) or _SET_AGENT_STATE in payload[:_ROSE_HEADER]:
        return _starred(frame, "asn1")
    return _starred(frame, "xml") if _PASSWORD.search(payload) and payload.lstrip()[:1] == b"<" else frame


def _starred(frame: Frame, protocol: str) -> Frame | None:
    wire = codec(protocol, frame.payload)
    try:
        apdu = wire.decode(frame)
        if isinstance(apdu, Associate):
            apdu = _without_login(apdu, _stars)
        elif isinstance(apdu, Invoke) and isinstance(apdu.message, _WITH_PASSWORD):
            apdu = msgspec.structs.replace(apdu, message=_message_without_password(apdu.message))
        elif isinstance(apdu, Result) and isinstance(apdu.message, LoginResponse):
            pass  # what is written anew has no password
        else:
            return None if _PASSWORD.search(frame.payload) else frame
        return Frame(wire.encode(apdu).payload, frame.invoke_id)
    except (DecodeError, LocalProtocolError):
        return None


def _message_without_password(message: Any) -> Any:  # noqa: ANN401 -- one of those above, and the same type
    if isinstance(message, LoginRequest):
        return msgspec.structs.replace(message, pwd="*" * len(message.pwd))
    if isinstance(message, SetAgentState):
        return msgspec.structs.replace(message, password=message.password and Octets(b"*" * len(message.password)))
    info = message.application_info
    if info.login is None:
        return message
    return msgspec.structs.replace(
        message, application_info=msgspec.structs.replace(info, login=_stars("", info.login))
    )


def _without_login(apdu: Associate, replace: Callable[[str, Login], Login]) -> Associate:
    """An association request without its password; one of an unknown kind is left out."""
    login = acse.login_of(apdu)
    authentication = b"" if login is None else acse.encode_login(replace("login", login))
    return msgspec.structs.replace(apdu, authentication=authentication, deviations=())


def _stars(_: str, login: Login) -> Login:
    return Login(login.name, "*" * len(login.password))


def _kept(_: str, value: Any) -> Any:  # noqa: ANN401 -- numbers, truth values, enumerations, bits
    return value


def _blank(length: int) -> bytes:
    """An element of BER that is as long as another."""
    content = next((size for size in range(length, -1, -1) if len(ber.tlv(4, bytes(size))) <= length), 0)
    return ber.tlv(4, bytes(content))


def redacted(entries: Iterable[trace.Entry], redaction: Redaction) -> Iterator[trace.Entry]:
    """A trace with pseudonyms; what cannot be decoded leaves a gap."""
    links: dict[int, trace.Link] = {}
    for entry in entries:
        if isinstance(entry, trace.Header):
            yield msgspec.structs.replace(entry, redacted=True)
            continue
        if isinstance(entry, trace.Link):
            links[entry.link] = entry
        yield _redacted(entry, redaction, links) if isinstance(entry, trace.Message) else entry


def _redacted(said: trace.Message, redaction: Redaction, links: dict[int, trace.Link]) -> trace.Entry:
    frame = redaction.frame(said.frame, links[said.link].protocol)
    if frame is not None:
        return trace.message(said.link, said.t, said.sender, frame)
    octets = len(said.frame.payload)
    return trace.Gap(link=said.link, t=said.t, sender=said.sender, octets=octets, reason=trace.NOT_REDACTED)
