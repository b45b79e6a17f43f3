"""Logging in and out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from crm_adapter.texts import Language
from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Route
from csta_gateway.auth import COOKIE, Session
from csta_gateway.failures import ApiError
from csta_gateway.policy import Action
from csta_gateway.texts import Words
from csta_gateway.views import SessionView, user_view

Short = Annotated[str, Meta(min_length=1, max_length=128)]


class Credentials(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a log-in."""

    user: Short
    password: Short


class Preferences(Struct, frozen=True, forbid_unknown_fields=True):
    """What users can change about themselves."""

    language: Language | None = None


async def log_in(visit: Visit, body: Credentials) -> SessionView:
    """Open a session and set its cookie."""
    gateway = visit.gateway
    if not gateway.proxy.settings.passwords:
        raise ApiError("passwords_off")
    token, session = await gateway.sessions.open(body.user, body.password, gateway.client(visit.request))
    _set_cookie(visit, token)
    return _view(visit, session)


async def log_in_by_proxy(visit: Visit) -> SessionView:
    """Open a session for whom the proxy before the gateway names, and set its cookie; it needs no password."""
    gateway = visit.gateway
    user = gateway.proxy.user(visit.request)
    token, session = gateway.sessions.open_by_proxy(user, gateway.client(visit.request))
    _set_cookie(visit, token)
    return _view(visit, session)


async def show_session(visit: Visit) -> SessionView:
    """Who is logged in."""
    return _view(visit, visit.session)


async def change_session(visit: Visit, body: Preferences) -> SessionView:
    """Change a preference; it holds until the user logs out."""
    visit.session.language = body.language or visit.session.language
    return _view(visit, visit.session)


async def log_out(visit: Visit) -> None:
    """End the session and everything open in it."""
    visit.gateway.sessions.close(visit.session)
    _set_cookie(visit, "", max_age=0)


def _set_cookie(visit: Visit, token: str, max_age: int | None = None) -> None:
    visit.request.addCookie(
        COOKIE,
        token,
        path="/",
        max_age=None if max_age is None else str(max_age),
        httpOnly=True,
        sameSite="strict",
        secure=visit.gateway.settings.secure,
    )


def _view(visit: Visit, session: Session) -> SessionView:
    return SessionView(
        user=user_view(session.user, session.language),
        csrf=session.csrf,
        version=visit.gateway.version,
        triggers=visit.gateway.pages.triggers(session.user),
        dispositions=visit.gateway.pages.dispositions,
        logout_url=visit.gateway.proxy.settings.logout_url if session.by_proxy else None,
    )


ROUTES = (
    Route(
        method="POST",
        path="/login",
        name="logIn",
        title=Words("Anmelden", "Log in"),
        action=None,
        handler=log_in,
        problems=("login_failed", "too_many_attempts", "passwords_off"),
    ),
    Route(
        method="POST",
        path="/login/proxy",
        name="logInByProxy",
        title=Words("Vom Proxy angemeldet", "Logged in by the proxy"),
        action=None,
        handler=log_in_by_proxy,
        problems=("not_logged_in", "bad_request", "user_unknown"),
    ),
    Route(
        method="GET",
        path="/me",
        name="showSession",
        title=Words("Wer angemeldet ist", "Who is logged in"),
        action=Action.USE_SESSION,
        handler=show_session,
    ),
    Route(
        method="PUT",
        path="/me",
        name="changeSession",
        title=Words("Sprache ändern", "Change the language"),
        action=Action.USE_SESSION,
        handler=change_session,
    ),
    Route(
        method="POST",
        path="/logout",
        name="logOut",
        title=Words("Abmelden", "Log out"),
        action=Action.USE_SESSION,
        handler=log_out,
        status=HTTPStatus.NO_CONTENT,
    ),
)
