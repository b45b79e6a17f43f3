"""The source of calls of a link, made from its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred

from csta.client import Client, connect
from csta.dialect import Login
from csta.model.provider import Provider
from csta.provider import CstaProvider
from csta.recorder.live import Recording
from csta_gateway.config import Link
from csta_gateway.daemon import StartError


def provider(reactor: Any, link: Link, recording: Recording) -> Provider:  # noqa: ANN401 -- all of its interfaces
    """What speaks with the switch of ``link``; raises :class:`StartError` without its password."""
    return CstaProvider(
        reactor,
        link.endpoint,
        link.protocol,
        link.association,
        name=link.name,
        dialect=link.dialect,
        framing=link.framing,
        login=login(link),
        record=recording,
    )


def client_of(reactor: Any, link: Link) -> Deferred[Client]:  # noqa: ANN401 -- all of its interfaces
    """A client on the link, for questions no provider asks; fails as :func:`csta.client.connect` does."""
    return connect(
        reactor,
        link.endpoint,
        link.protocol,
        link.association,
        dialect=link.dialect,
        framing=link.framing,
        login=login(link),
    )


def login(link: Link) -> Login | None:
    """Name and password of a link; the password is in a file of its own, which others need not be able to read."""
    if link.user is None or link.password_file is None:
        return None
    try:
        lines = Path(link.password_file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"link {link.name}: `password_file` cannot be read: {error}") from error
    return Login(link.user, lines[0] if lines else "")
