"""One request and its answer, as the routes see them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

import msgspec
from autobahn.twisted.resource import WebSocketResource
from twisted.web.server import Request

from crm_adapter.texts import Language
from crm_adapter.users import User
from csta_gateway.auth import Session
from csta_gateway.failures import ApiError
from csta_gateway.gateway import Gateway
from csta_gateway.policy import Action
from csta_gateway.site import LARGEST_BODY, LimitedRequest

T = TypeVar("T")
DEFAULT_LANGUAGE: Language = "de"


class Download(NamedTuple):
    """A file the browser saves.

    :param name: of ASCII letters, digits, dots and hyphens.
    :param type: media type.
    """

    name: str
    type: str
    content: bytes


class Answer(NamedTuple):
    """What a route gives back: a status and a value for the JSON body, None for no body, or a file."""

    status: int
    content: Any = None


class Visit:
    """A request on its way through a route.

    :param session: whose request it is, or None.
    :ivar too_large: only the beginning of the body was kept.
    """

    def __init__(self, request: LimitedRequest, gateway: Gateway, session: Session | None) -> None:
        self.request: Request = request
        self.too_large = request.received > LARGEST_BODY
        self.gateway = gateway
        self.session_or_none = session

    @property
    def session(self) -> Session:
        """The session. Raises :class:`ApiError` ``not_logged_in``."""
        if self.session_or_none is None:
            raise ApiError("not_logged_in")
        return self.session_or_none

    @property
    def user(self) -> User:
        """Who asks. Raises :class:`ApiError` ``not_logged_in``."""
        return self.session.user

    @property
    def language(self) -> Language:
        """The language to answer in: the session's, else what the browser prefers."""
        return self.session_or_none.language if self.session_or_none else preferred_language(self.request)

    def body(self, kind: type[T]) -> T:
        """The JSON body. Raises :class:`ApiError` ``bad_request``."""
        # A form on a foreign page cannot send this type without asking first (CORS).
        if (self.request.getHeader("content-type") or "").partition(";")[0].strip() != "application/json":
            raise ApiError("bad_request")
        try:
            return msgspec.json.decode(self.request.content.read() if self.request.content else b"", type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ApiError("bad_request") from error

    def argument(self, name: str) -> str | None:
        """A value of the query, or None. Raises :class:`ApiError` ``bad_request`` when it is not UTF-8."""
        values = self.request.args.get(name.encode())
        try:
            return values[0].decode() if values else None
        except UnicodeDecodeError as error:
            raise ApiError("bad_request") from error


Handler = Callable[..., Awaitable[Answer | WebSocketResource]]


class Route(NamedTuple):
    """One call of the API.

    :param path: below ``/api``, with ``<name>`` for parts the handler gets by name.
    :param action: what it needs permission for; None: open to everybody.
    """

    method: str
    path: str
    action: Action | None
    handler: Handler


def preferred_language(request: Request) -> Language:
    """The first language of the browser's list that we speak (RFC 9110 §12.5.4)."""
    for each in (request.getHeader("accept-language") or "").split(","):
        match each.strip()[:2].lower():
            case "de":
                return "de"
            case "en":
                return "en"
    return DEFAULT_LANGUAGE
