"""What an answer means for the request it belongs to."""

from __future__ import annotations

import re
from typing import Any

from csta.apdu import Error, Frame, Reject, Result
from csta.errors import CSTAError, DecodeError, RemoteProtocolError, RequestRejected, ServiceError
from csta.messages import response_class
from csta.messages.base import Enumeration, Request, Response
from csta.messages.errors import UniversalFailure

PROBLEMS: dict[str, tuple[str, ...]] = {
    "general": ("unrecognised APDU", "mistyped APDU", "badly structured APDU"),
    "invoke": (
        "duplicate invocation",
        "unrecognised operation",
        "mistyped argument",
        "resource limitation",
        "release in progress",
        "unrecognised linked id",
        "linked response unexpected",
        "unexpected linked operation",
    ),
    "returnResult": ("unrecognised invocation", "result response unexpected", "mistyped result"),
    "returnError": (
        "unrecognised invocation",
        "error response unexpected",
        "unrecognised error",
        "unexpected error",
        "mistyped parameter",
    ),
}
"""Names of the reject problems (X.880 §8.5), by number."""

UNRECOGNISED_OPERATION, MISTYPED_ARGUMENT = 1, 2
"""Problems of category ``invoke``."""

_CATEGORIES = dict(zip(UniversalFailure.__struct_fields__, UniversalFailure.__struct_encode_fields__, strict=True))
_ANSWER_TAGS = frozenset({b"\xa2", b"\xa3", b"\xa4"})
_REJECT_TAG = b"\xa4"


def outcome(request: Request[Any], answer: Result | Error | Reject) -> Response | CSTAError:
    """The positive answer to ``request``, or the error it ends with."""
    name = type(request).__name__
    if isinstance(answer, Error):
        return service_error(name, answer.message)
    if isinstance(answer, Reject):
        return RequestRejected(name, problem(answer))
    if answer.message is None:
        return _without_value(request)
    if not isinstance(answer.message, Response) or answer.message.operation != request.operation:
        return RemoteProtocolError(f"answered by {type(answer.message).__name__}", name)
    return answer.message


def in_words(answer: Result | Error | Reject, request: str) -> str:
    """An answer for the log; nothing of its contents but the reason of a refusal.

    :param request: the service it belongs to, empty where that is not known.
    """
    name = request or f"invoke id {answer.invoke_id}"
    if isinstance(answer, Error):
        return str(service_error(name, answer.message))
    if isinstance(answer, Reject):
        return f"{name}: {problem(answer)}"
    by = "without a value" if answer.message is None else f"by {type(answer.message).__name__}"
    return f"{name}: answered {by}"


def service_error(request: str, failure: UniversalFailure) -> ServiceError:
    """The error a universal failure stands for."""
    chosen = failure.chosen
    value = getattr(failure, chosen, None)
    return ServiceError(
        request, _CATEGORIES.get(chosen, "unspecified"), value.value if isinstance(value, Enumeration) else ""
    )


def problem(reject: Reject) -> str:
    """A reject in words."""
    names = PROBLEMS[reject.category]
    number = reject.problem
    return f"rejected: {names[number] if 0 <= number < len(names) else f'{reject.category} problem {number}'}"


def _without_value(request: Request[Any]) -> Response | CSTAError:
    # A result without a value is the usual answer of some switches where nothing but extensions could stand in it.
    without_value = RemoteProtocolError("answered without a value", type(request).__name__)
    answer = response_class(type(request))
    try:
        return without_value if answer is None else answer()
    except TypeError:  # a field that must be there
        return without_value


def is_answer(frame: Frame, error: DecodeError) -> bool:
    """Whether a frame that could not be decoded was meant as an answer, so that its invoke id is one of ours."""
    if frame.invoke_id is None:
        return frame.payload[:1] in _ANSWER_TAGS
    element = re.split("[.,]", error.where, maxsplit=1)[0]
    return element.endswith("Response") or element == "CSTAErrorCode"


def is_reject(frame: Frame) -> bool:
    """Whether a frame is a Reject: one is never answered with another (X.880 §8.5)."""
    return frame.payload[:1] == _REJECT_TAG
