"""From an exception to an answer: the only place that knows which failure has which id, status and sentence."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from crm_adapter.errors import NumberInvalid
from crm_adapter.texts import NUMBER_INVALID, Language
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
    "forbidden": 403,
    "csrf": 403,
    "dial_refused": 403,
    "not_found": 404,
    "call_unknown": 404,
    "call_state": 409,
    "refused": 409,
    "too_large": 413,
    "number_invalid": 422,
    "too_many_attempts": 429,
    "dial_rate": 429,
    "internal": 500,
    "link_down": 503,
    "timeout": 504,
}
"""Id of a failure → HTTP status."""


class ApiError(CSTAError):
    """A request that cannot be done.

    :param id: one of :data:`STATUS`.
    :param retry_after: seconds to wait before trying again, or None.
    """

    def __init__(self, id: str, retry_after: int | None = None) -> None:  # noqa: A002 -- the name of the field in the API
        super().__init__(id)
        self.id = id
        self.retry_after = retry_after


class DialRefused(ApiError):
    """A number the user may not call.

    :param reason: a :data:`~crm_adapter.destinations.Destination`, or ``prefix``: its beginning is denied.
    """

    def __init__(self, reason: str) -> None:
        super().__init__("dial_refused")
        self.reason = reason


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of a failed request, within ``{"error": …}``.

    :param id: one of :data:`STATUS`.
    :param message: a sentence for the user.
    :param details: what a program may want to know besides.
    """

    id: str
    message: str
    details: dict[str, Any] | None = None


SIMPLE: tuple[tuple[type[CSTAError], str], ...] = (
    (LinkLost, "link_down"),
    (RequestTimeout, "timeout"),
    (RequestCancelled, "timeout"),
    (LocalProtocolError, "call_state"),
)
"""Failures that need no details."""


def failure(error: Exception, language: Language) -> Failure:
    """What to tell the user about ``error``; an exception nobody foresaw is ``internal``."""
    if isinstance(error, DialRefused):
        what = text(f"dial.{error.reason}", language)
        return Failure(id=error.id, message=text(error.id, language, what=what), details={"reason": error.reason})
    if isinstance(error, ApiError):
        return Failure(id=error.id, message=text(error.id, language, seconds=error.retry_after))
    if isinstance(error, NumberInvalid):
        return Failure(id="number_invalid", message=NUMBER_INVALID[error.reason][language])
    if isinstance(error, ServiceError):
        details = {"category": error.category, "code": error.code}
        return Failure(id="refused", message=refusal(error.category, error.code, language), details=details)
    if isinstance(error, RequestRejected):
        return Failure(id="refused", message=refusal("", "", language), details={"category": "rejected", "code": ""})
    for kind, key in SIMPLE:
        if isinstance(error, kind):
            return Failure(id=key, message=text(key, language))
    return Failure(id="internal", message=text("internal", language))
