"""Logging in and out."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from crm_adapter.texts import Language
from csta_gateway.api.exchange import Answer, Route, Visit
from csta_gateway.auth import COOKIE, Session
from csta_gateway.policy import Action
from csta_gateway.views import SessionView, user_view

Short = Annotated[str, Meta(min_length=1, max_length=128)]


class Credentials(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of a log-in."""

    user: Short
    password: Short


class Preferences(Struct, frozen=True, forbid_unknown_fields=True):
    """What users can change about themselves."""

    language: Language | None = None


async def log_in(visit: Visit) -> Answer:
    """Open a session and set its cookie."""
    credentials = visit.body(Credentials)
    gateway = visit.gateway
    token, session = await gateway.sessions.open(credentials.user, credentials.password, gateway.client(visit.request))
    _set_cookie(visit, token)
    return Answer(200, _view(visit, session))


async def show_session(visit: Visit) -> Answer:
    """Who is logged in."""
    return Answer(200, _view(visit, visit.session))


async def change_session(visit: Visit) -> Answer:
    """Change a preference; it holds until the user logs out."""
    visit.session.language = visit.body(Preferences).language or visit.session.language
    return Answer(200, _view(visit, visit.session))


async def log_out(visit: Visit) -> Answer:
    """End the session and everything open in it."""
    visit.gateway.sessions.close(visit.session)
    _set_cookie(visit, "", max_age=0)
    return Answer(204)


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
    )


ROUTES = (
    Route("POST", "/login", None, log_in),
    Route("GET", "/me", Action.USE_SESSION, show_session),
    Route("PUT", "/me", Action.USE_SESSION, change_session),
    Route("POST", "/logout", Action.USE_SESSION, log_out),
)
