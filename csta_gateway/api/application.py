"""The routes put together: session, permission, CSRF and errors are settled here, once for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, cast

import msgspec
from autobahn.twisted.resource import WebSocketResource
from klein import Klein
from msgspec import Struct
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.iweb import IRequest
from twisted.web.server import Request
from werkzeug.exceptions import HTTPException

from crm_adapter.texts import Language
from csta_gateway.api import calls, devices, directory, events, journal, links, openapi, sessions, status
from csta_gateway.api.exchange import Answer, Download, Visit, preferred_language
from csta_gateway.api.route import Route
from csta_gateway.failures import ApiError, Problem, problem
from csta_gateway.gateway import Gateway
from csta_gateway.log import FIELDS
from csta_gateway.origins import same_origin
from csta_gateway.policy import permits
from csta_gateway.site import LimitedRequest
from csta_gateway.texts import Words

log = Logger()

View = Callable[..., Awaitable[Any]]


class Described(Struct, frozen=True, forbid_unknown_fields=True):
    """How the API is described.

    :param language: of the titles; left out: the user's.
    """

    language: Language | None = None


async def describe(visit: Visit, query: Described) -> dict[str, Any]:
    """The API in the form of OpenAPI 3.1. Nobody needs to log in for it."""
    return _description(visit.gateway.version, query.language or visit.language)


@cache
def _description(version: str, language: Language) -> dict[str, Any]:
    return openapi.document(ROUTES, version, language)


ROUTES: tuple[Route, ...] = (
    *sessions.ROUTES,
    *calls.ROUTES,
    *devices.ROUTES,
    *directory.ROUTES,
    *journal.ROUTES,
    *links.ROUTES,
    *status.ROUTES,
    *events.ROUTES,
    Route(
        method="GET",
        path="/openapi.json",
        name="describe",
        title=Words("Diese Beschreibung", "This description"),
        action=None,
        handler=describe,
    ),
)
"""Every call of the API."""


def application(gateway: Gateway) -> Klein:
    """The API as a Klein application, to be mounted at ``/api``."""
    app = Klein()
    for route in ROUTES:
        endpoint = f"{route.method} {route.path}"
        app.route(route.path, methods=[route.method], endpoint=endpoint)(_view(gateway, route))

    @app.handle_errors(HTTPException)
    def unknown_route(request: IRequest, failure: Failure) -> bytes:
        visit = _visit(gateway, cast(LimitedRequest, request))
        return write(visit.request, refusal(visit, ApiError("not_found")))

    return app


def _view(gateway: Gateway, route: Route) -> View:
    async def view(request: LimitedRequest, **arguments: str) -> bytes | WebSocketResource:
        visit = _visit(gateway, request)
        began = gateway.clock.seconds()
        try:
            await _identify(visit, route)
            _admit(visit, route)
            content = await route.serve(visit, arguments)
        except Exception as error:  # the last place an error can be told to the user
            answer = refusal(visit, error, arguments)
        else:
            if isinstance(content, WebSocketResource):
                return content
            answer = Answer(route.status, content)
        _count(visit, route, answer, began)
        return write(visit.request, answer)

    return view


def _visit(gateway: Gateway, request: LimitedRequest) -> Visit:
    return Visit(request, gateway, gateway.session_of(request))


async def _identify(visit: Visit, route: Route) -> None:
    """A token counts more than a cookie. Raises :class:`ApiError` when it is not good."""
    header = visit.request.getHeader("authorization")
    if header is not None and route.action is not None:
        address = visit.gateway.client(visit.request)
        session = await visit.gateway.bearers.session(header, address, preferred_language(visit.request))
        visit.session_or_none = session or visit.session_or_none


def _admit(visit: Visit, route: Route) -> None:
    """Size, origin, session, token and permission. Raises :class:`ApiError`."""
    if visit.too_large:
        raise ApiError("too_large")
    settings = visit.gateway.settings
    if route.changes and not same_origin(visit.request, settings.secure, settings.origins):
        raise ApiError("forbidden")
    if route.action is None or route.admits:
        return
    session = visit.session
    # No page can send the header with a token for somebody else, as it can a cookie.
    by_cookie = session.scopes is None
    if route.changes and by_cookie and not session.has_csrf(visit.request.getHeader("x-csrf-token") or ""):
        raise ApiError("csrf")
    if not permits(session.user, route.action, scopes=session.scopes):
        raise ApiError("forbidden")


def refusal(visit: Visit, error: Exception, arguments: Mapping[str, str] = MappingProxyType({})) -> Answer:
    """The answer that tells the user about ``error``.

    :param arguments: what the path of the request names.
    """
    told = problem(error, visit.language)
    if told.id == "internal":
        log.failure("a request failed in a way nobody foresaw", **_about(visit, arguments))
    if isinstance(error, ApiError) and error.retry_after is not None:
        visit.request.setHeader("Retry-After", str(error.retry_after))
    if told.status == HTTPStatus.UNAUTHORIZED:
        visit.request.setHeader("WWW-Authenticate", "Bearer")  # RFC 6750 §3
    return Answer(told.status, told)


def _about(visit: Visit, arguments: Mapping[str, str]) -> dict[str, Any]:
    """Fields of a line in the log: who asked, and for which link, device or call."""
    named = {name: arguments[name] for name in FIELDS if name in arguments}
    user = visit.session_or_none.user.login if visit.session_or_none else ""
    entry = visit.gateway.board.calls.entry(user, named.get("call", ""))
    device = entry.device if entry else named.get("device")
    at = {} if device is None else visit.gateway.links.about(device)
    return {**at, **named, "user": user}


def _count(visit: Visit, route: Route, answer: Answer, began: float) -> None:
    metrics = visit.gateway.metrics
    name = f"{route.method} {route.path}"
    metrics.requests.labels(name, str(int(answer.status))).inc()
    metrics.request_seconds.labels(name).observe(visit.gateway.clock.seconds() - began)


def write(request: Request, answer: Answer) -> bytes:
    """The octets of an answer, with its headers set."""
    request.setResponseCode(answer.status)
    request.setHeader("Cache-Control", "no-store")
    if answer.content is None:
        return b""
    if isinstance(answer.content, Download):
        request.setHeader("Content-Type", answer.content.type)
        request.setHeader("Content-Disposition", f'attachment; filename="{answer.content.name}"')
        return answer.content.content
    request.setHeader("Content-Type", openapi.PROBLEM if isinstance(answer.content, Problem) else "application/json")
    return msgspec.json.encode(answer.content)
