"""Users the proxy before the gateway has logged in: it names them in a header, which counts only from its address."""

from __future__ import annotations

import ipaddress

from twisted.web.server import Request

from crm_adapter.users import User, Users
from csta_gateway.auth import Session
from csta_gateway.config_login import LogIn
from csta_gateway.failures import ApiError

LONGEST = 128
"""Octets of a login, as in a log-in with a password."""


class ProxyLogIn:
    """What the proxy says about requests.

    :ivar settings: the table ``[login]``.
    """

    def __init__(self, settings: LogIn, users: Users) -> None:
        self._users = users
        self.replace(settings)

    def replace(self, settings: LogIn) -> None:
        """Other settings from now on."""
        self.settings = settings
        self._networks = [ipaddress.ip_network(each) for each in settings.trusted_from]

    def user(self, request: Request) -> User:
        """Whom the proxy names.

        :raises ApiError: ``not_logged_in`` when it names nobody, ``bad_request`` when what it says is no login,
            ``user_unknown`` when nobody here has it.
        """
        values = self._values(request)
        if not any(values):
            raise ApiError("not_logged_in")
        login = _text(values[0])
        if len(values) > 1 or login is None:
            name = self.settings.trusted_header
            raise ApiError("bad_request", reason=f"Expected one login in the header `{name}`, in UTF-8")
        user = self._users.by_login(login)
        if user is None:
            raise ApiError("user_unknown", reason=login)
        return user

    def agrees(self, session: Session, request: Request) -> bool:
        """Whether a session may go on: one the proxy has opened ends when the proxy names somebody else."""
        values = self._values(request)
        return not (session.by_proxy and any(values)) or values == [session.user.login.encode()]

    def _values(self, request: Request) -> list[bytes]:
        """The header's values in a request from the proxy itself; what the client was for the proxy does not count."""
        if self.settings.trusted_header is None:
            return []
        try:
            address = ipaddress.ip_address(getattr(request.getClientAddress(), "host", ""))
        except ValueError:
            return []  # no Internet socket
        if not any(address in network for network in self._networks):
            return []
        return [
            each.strip() for each in request.requestHeaders.getRawHeaders(self.settings.trusted_header.encode(), [])
        ]


def _text(value: bytes) -> str | None:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and len(value) <= LONGEST else None
