"""One request and its answer, as the routes see them."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import msgspec
from twisted.web.server import Request

from crm_adapter.texts import Language
from crm_adapter.users import User
from csta_gateway.auth import Session
from csta_gateway.failures import ApiError
from csta_gateway.gateway import Gateway
from csta_gateway.site import LARGEST_BODY, LimitedRequest

T = TypeVar("T")
DEFAULT_LANGUAGE: Language = "de"
NOT_UTF_8 = "Expected UTF-8"


class Download(NamedTuple):
    """A file the browser saves.

    :param name: of ASCII letters, digits, dots and hyphens.
    :param type: media type.
    """

    name: str
    type: str
    content: bytes


class Answer(NamedTuple):
    """What is sent back: a status and a value for the JSON body, None for no body, or a file."""

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
            raise ApiError("bad_request", reason="Expected a body of type `application/json`")
        try:
            return msgspec.json.decode(self.request.content.read() if self.request.content else b"", type=kind)
        except msgspec.DecodeError as error:
            raise ApiError("bad_request", reason=str(error)) from error
        except UnicodeDecodeError as error:
            raise ApiError("bad_request", reason=NOT_UTF_8) from error

    def query(self, kind: type[T]) -> T:
        """What stands behind the question mark, each name at most once. Raises :class:`ApiError` ``bad_request``."""
        try:
            given = {name.decode(): [value.decode() for value in values] for name, values in self.request.args.items()}
        except UnicodeDecodeError as error:
            raise ApiError("bad_request", reason=NOT_UTF_8) from error
        if twice := [name for name, values in given.items() if len(values) > 1]:
            raise ApiError("bad_request", reason=f"Expected `{twice[0]}` once in the query")
        try:
            return msgspec.convert({name: value for name, (value,) in given.items()}, kind, strict=False)
        except msgspec.ValidationError as error:
            raise ApiError("bad_request", reason=f"{error}, in the query") from error


def preferred_language(request: Request) -> Language:
    """The first language of the browser's list that we speak (RFC 9110 §12.5.4)."""
    for each in (request.getHeader("accept-language") or "").split(","):
        match each.strip()[:2].lower():
            case "de":
                return "de"
            case "en":
                return "en"
    return DEFAULT_LANGUAGE
