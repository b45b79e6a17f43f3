"""XML of :mod:`csta.messages.zultys`."""

from __future__ import annotations

from lxml.etree import _Element

from csta.errors import DecodeError
from csta.messages.base import Message
from csta.messages.zultys import KeepAlive, LoginRequest, LoginResponse
from csta.xml import elements
from csta.xml.elements import Out

TAGS = {"LoginRequest": "loginRequest", "LoginResponse": "loginResponce", "KeepAlive": "keepalive"}
"""Message name → its element, misspelt as it is."""


def attributes(message: Message) -> str:
    """What stands in the element's tag."""
    if isinstance(message, LoginRequest):
        return ' type="User" platform="csta-gateway" version="1" loginCapab="Audio" mediaCapab=""'
    if isinstance(message, LoginResponse):
        said = {"Code": str(message.code), "ext": message.extension, "userId": message.user_id}
        return "".join(f' {name}="{elements.escape(value)}"' for name, value in said.items())
    return ""


def _read_login(element: _Element) -> LoginRequest:
    said = {elements.local_name(child): elements.text(child) for child in element}
    return LoginRequest(user_name=said.get("userName", ""), pwd=said.get("pwd", ""))


def _write_login(value: LoginRequest, out: Out) -> None:
    out.append(f"<userName>{elements.escape(value.user_name)}</userName>")
    out.append(f"<pwd>{elements.escape(value.pwd).replace(chr(10), '&#xA;')}</pwd>")


def _read_answer(element: _Element) -> LoginResponse:
    code = element.get("Code", "")
    if not code.isdecimal() or len(code) > 9:
        raise DecodeError(f"{code[:40]!r} is not a number", "Code")
    return LoginResponse(
        code=int(code),
        words=elements.text(element),
        extension=element.get("ext", ""),
        user_id=element.get("userId", ""),
    )


def _write_answer(value: LoginResponse, out: Out) -> None:
    out.append(elements.escape(value.words))


def _read_keep_alive(_: _Element) -> KeepAlive:
    return KeepAlive()


def _write_keep_alive(value: KeepAlive, out: Out) -> None:
    """It has no children."""


MESSAGES: elements.Codecs = {
    "LoginRequest": (_read_login, _write_login),
    "LoginResponse": (_read_answer, _write_answer),
    "KeepAlive": (_read_keep_alive, _write_keep_alive),
}
"""Message name → reader, writer of its children."""
