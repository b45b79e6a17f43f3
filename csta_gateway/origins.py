"""Which web pages may talk to the gateway: its own and those the settings name (RFC 6454)."""

from __future__ import annotations

from collections.abc import Collection

from twisted.web.server import Request


def same_origin(request: Request, secure: bool, others: Collection[str]) -> bool:
    """Whether the page that sends this request may: it has no Origin (no page), ours, or a listed one.

    :param secure: the browser speaks HTTPS to us or to the proxy before us.
    """
    origin = request.getHeader("origin")
    if origin is None:
        return True
    own = f"{'https' if secure else 'http'}://{request.getHeader('host') or ''}"
    return origin.lower() in {own.lower(), *(other.lower() for other in others)}
