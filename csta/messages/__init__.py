"""Typed messages of CSTA Phase III. A chapter is imported on the first use of one of its messages."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from csta.messages._index import CHAPTERS
from csta.messages.base import Message


@cache
def message_class(name: str) -> type[Message]:
    """The class of a message by its name in ECMA-323 or ECMA-354; raises KeyError for a name that is none."""
    if name not in CHAPTERS:
        from csta.messages import application_session

        return application_session.MESSAGES[name]
    found: type[Message] = getattr(import_module(f"csta.messages.{CHAPTERS[name]}"), name)
    return found


def chapter_of(message: Message) -> str:
    """Chapter a message belongs to: the name of its module."""
    return type(message).__module__.rpartition(".")[2]
