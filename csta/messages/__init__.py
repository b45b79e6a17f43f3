"""Typed messages of CSTA Phase III. A chapter is imported on the first use of one of its messages."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from csta.messages._index import CHAPTERS
from csta.messages.base import Message, Request, Response


@cache
def message_class(name: str) -> type[Message]:
    """The class of a message by its name in ECMA-323 or ECMA-354, or beside them; KeyError for a name that is none."""
    if name not in CHAPTERS:
        from csta.messages import application_session, zultys

        return application_session.MESSAGES.get(name) or zultys.MESSAGES[name]
    found: type[Message] = getattr(import_module(f"csta.messages.{CHAPTERS[name]}"), name)
    return found


@cache
def response_class(request: type[Request[Any]]) -> type[Response] | None:
    """The class of the positive answer to a request; None for a service that ECMA-269 defines without one."""
    name = f"{request.__name__}Response"
    found = message_class(name) if name in CHAPTERS else None
    return found if found is not None and issubclass(found, Response) else None


def chapter_of(message: Message) -> str:
    """Chapter a message belongs to: the name of its module."""
    return type(message).__module__.rpartition(".")[2]
