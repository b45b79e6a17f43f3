"""XML of :mod:`csta.messages.zultys`."""

from __future__ import annotations

from csta.errors import DecodeError
from csta.messages.base import Message
from csta.messages.zultys import KeepAlive, LoginRequest, LoginResponse
from csta.xml import elements, leaves
from csta.xml.document import NotPlain, Tokens, here
from csta.xml.elements import Out

TAGS = {"LoginRequest": "loginRequest", "LoginResponse": "loginResponce", "KeepAlive": "keepalive"}
"""Message name → its element, misspelt as it is."""

ATTRIBUTES = {
    "loginRequest": frozenset({"type", "platform", "version", "loginCapab", "mediaCapab"}),
    "loginResponce": frozenset({"Code", "ext", "userId"}),
}
"""Element → attributes it has."""

_LOGIN = elements.table(elements.leaf("userName", "user_name", leaves.text), elements.leaf("pwd", "pwd", leaves.text))


def attributes(message: Message) -> str:
    """What stands in the element's tag."""
    if isinstance(message, LoginRequest):
        return ' type="User" platform="csta-gateway" version="1" loginCapab="Audio" mediaCapab=""'
    if isinstance(message, LoginResponse):
        said = {"Code": str(message.code), "ext": message.extension, "userId": message.user_id}
        return "".join(f' {name}="{leaves.escape(value)}"' for name, value in said.items())
    return ""


def _read_login(tokens: Tokens, end: str) -> LoginRequest:
    return elements.structure(tokens, end, LoginRequest, _LOGIN)


def _write_login(value: LoginRequest, out: Out) -> None:
    out.append(f"<userName>{leaves.escape(value.user_name)}</userName>")
    out.append(f"<pwd>{leaves.escape(value.pwd).replace(chr(10), '&#xA;')}</pwd>")


def _read_answer(tokens: Tokens, end: str) -> LoginResponse:
    if here.reading.plain:
        raise NotPlain  # what it says stands in the tag, which only the tree has
    element = here.reading.element()
    elements.skip(tokens)
    code = element.get("Code", "")
    if not (code.isascii() and code.isdecimal()) or len(code) > 9:
        raise DecodeError(f"Code: {code[:40]!r} is not a number")
    return LoginResponse(
        code=int(code),
        words=(element.text or "").strip(),
        extension=element.get("ext", ""),
        user_id=element.get("userId", ""),
    )


def _write_answer(value: LoginResponse, out: Out) -> None:
    out.append(leaves.escape(value.words))


def _read_keep_alive(tokens: Tokens, end: str) -> KeepAlive:
    elements.children(tokens, end, {})
    return KeepAlive()


def _write_keep_alive(value: KeepAlive, out: Out) -> None:
    """It has no children."""


MESSAGES: elements.Codecs = {
    "LoginRequest": (_read_login, _write_login),
    "LoginResponse": (_read_answer, _write_answer),
    "KeepAlive": (_read_keep_alive, _write_keep_alive),
}
"""Message name → reader, writer of its children."""
