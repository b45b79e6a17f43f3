"""Messages that Zultys MX has besides ECMA-323: log-in and keep-alive."""

from __future__ import annotations

import base64
import hashlib

from csta.messages.base import Message, Request, Response


class LoginRequest(Request["LoginResponse"], frozen=True, kw_only=True):
    """Logs a user in (`loginRequest`).

    :param pwd: see :func:`hashed`; the password itself where the MX asks for it.
    """

    user_name: str
    pwd: str

    def __repr__(self) -> str:
        return f"LoginRequest(user_name={self.user_name!r}, pwd=…)"


class LoginResponse(Response, frozen=True, kw_only=True):
    """What comes of it (spelled `loginResponce`). The password for SIP that comes with it is not kept.

    :param code: 0 for success; 2 and 4: the MX wants the password itself.
    :param words: the same in words.
    :param extension: number of the user's telephone.
    :param user_id: the user, as the MX counts them.
    """

    code: int
    words: str = ""
    extension: str = ""
    user_id: str = ""


class KeepAlive(Request[None], frozen=True, kw_only=True):
    """The client is still there (`keepalive`); there is no answer."""


def hashed(password: str) -> str:
    """A password as the MX wants it: SHA-1 in base64, and a line feed."""
    return base64.b64encode(hashlib.sha1(password.encode(), usedforsecurity=False).digest()).decode() + "\n"


MESSAGES: dict[str, type[Message]] = {kind.__name__: kind for kind in (LoginRequest, LoginResponse, KeepAlive)}
"""Name → class."""
