"""``[login]``: how users show who they are, besides a password."""

from __future__ import annotations

import ipaddress
import re

from msgspec import Struct

from csta_gateway.config_sources import Filled

FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""RFC 9110 §5.1."""


class LogIn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[login]``: how users show who they are.

    :param trusted_header: header (``X-Remote-User``) in which the proxy before the gateway names the user it has
        logged in, by the user's ``login``; needs ``behind_proxy`` in ``[server]``. The proxy must overwrite what
        browsers send under this name.
    :param trusted_from: addresses and networks of that proxy; from any other the header is ignored.
    :param logout_url: page that ends the log-in at the proxy, opened after a log-out of whoever logged in there.
    :param passwords: users may also log in with a password; false needs ``trusted_header``.
    """

    trusted_header: Filled | None = None
    trusted_from: tuple[Filled, ...] = ()
    logout_url: Filled | None = None
    passwords: bool = True

    def __post_init__(self) -> None:
        """Refuse a header anybody could send, and a gateway nobody could log in to."""
        if (self.trusted_header is None) != (not self.trusted_from):
            raise ValueError("`trusted_header` and `trusted_from` go together")
        if self.trusted_header is not None and not FIELD_NAME.fullmatch(self.trusted_header):
            raise ValueError(f"`{self.trusted_header}` is no name of a header; write it like X-Remote-User")
        for network in self.trusted_from:
            ipaddress.ip_network(network)
        if not (self.passwords or self.trusted_header):
            raise ValueError("with `passwords = false` nobody can log in; set `trusted_header`, too")
        if self.logout_url is not None and not re.match(r"https?://[\w\[]|/(?!/)", self.logout_url):
            raise ValueError(f"`{self.logout_url}` is no page; begin it with https:// or /")
