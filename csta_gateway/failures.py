"""From an exception to an answer: the only place that knows which failure has which id, status and sentence."""

from __future__ import annotations

from msgspec import Struct

from crm_adapter.errors import NumberInvalid, WriteRefused
from crm_adapter.texts import NUMBER_INVALID, WRITE_REFUSED, Language
from csta.errors import (
    CSTAError,
    LinkLost,
    LocalProtocolError,
    RequestCancelled,
    RequestRejected,
    RequestTimeout,
    ServiceError,
)
from csta_gateway.texts import refusal, text

STATUS: dict[str, int] = {
    "bad_request": 400,
    "not_logged_in": 401,
    "login_failed": 401,
    "token_invalid": 401,
    "forbidden": 403,
    "csrf": 403,
    "user_unknown": 403,
    "passwords_off": 403,
    "dial_refused": 403,
    "not_found": 404,
    "call_unknown": 404,
    "call_state": 409,
    "refused": 409,
    "crm_refused": 409,
    "too_large": 413,
    "number_invalid": 422,
    "too_many_attempts": 429,
    "dial_rate": 429,
    "internal": 500,
    "link_down": 503,
    "crm_down": 503,
    "timeout": 504,
}
"""Id of a failure → HTTP status."""


class ApiError(CSTAError):
    """A request that cannot be done.

    :param id: one of :data:`STATUS`.
    :param retry_after: seconds to wait before trying again, or None.
    :param reason: for programmers: what in the request is wrong, and where; of ``dial_refused`` the
        :data:`~crm_adapter.destinations.Destination` that is not allowed, or ``prefix``;
        of ``user_unknown`` the login.
    """

    def __init__(self, id: str, retry_after: int | None = None, reason: str | None = None) -> None:  # noqa: A002 -- the name of the field in the API
        super().__init__(id)
        self.id = id
        self.retry_after = retry_after
        self.reason = reason


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request failed (RFC 9457).

    :param type: where the reference describes this kind of failure.
    :param title: the kind of failure, in the user's language.
    :param status: the HTTP status.
    :param detail: a sentence for the user: what was wrong and what to do.
    :param id: names the kind of failure for programs.
    :param category: of the switch's refusal (ECMA-269 §9.3.1).
    :param code: the switch's error value within the category.
    :param reason: for programmers: what in the request is wrong, and where.
    """

    type: str
    title: str
    status: int
    detail: str
    id: str
    category: str | None = None
    code: str | None = None
    reason: str | None = None


SIMPLE: tuple[tuple[type[CSTAError], str], ...] = (
    (LinkLost, "link_down"),
    (RequestTimeout, "timeout"),
    (RequestCancelled, "timeout"),
    (LocalProtocolError, "call_state"),
)
"""Failures of which there is nothing more to say."""


def failure_id(error: Exception) -> str:
    """Which of :data:`STATUS` an exception is; one nobody foresaw is ``internal``."""
    if isinstance(error, ApiError):
        return error.id
    if isinstance(error, NumberInvalid):
        return "number_invalid"
    if isinstance(error, WriteRefused):
        return "crm_refused"
    if isinstance(error, ServiceError | RequestRejected):
        return "refused"
    return next((key for kind, key in SIMPLE if isinstance(error, kind)), "internal")


def problem(error: Exception, language: Language) -> Problem:
    """What to tell the user about ``error``."""
    key = failure_id(error)
    return Problem(
        type=f"/reference/#{key}",
        title=text(f"problem.{key}", language),
        status=STATUS[key],
        detail=_detail(error, key, language),
        id=key,
        category=error.category if isinstance(error, ServiceError) else None,
        code=error.code or None if isinstance(error, ServiceError) else None,
        reason=error.reason if isinstance(error, ApiError) else None,
    )


def _detail(error: Exception, key: str, language: Language) -> str:
    if isinstance(error, NumberInvalid):
        return NUMBER_INVALID[error.reason][language]
    if isinstance(error, WriteRefused):
        return WRITE_REFUSED[error.reason][language]
    if isinstance(error, ServiceError):
        return refusal(error.category, error.code, language)
    if isinstance(error, RequestRejected):
        return refusal("", "", language)
    if isinstance(error, ApiError):
        what = text(f"dial.{error.reason}", language) if key == "dial_refused" else error.reason
        return text(key, language, seconds=error.retry_after, what=what)
    return text(key, language)
