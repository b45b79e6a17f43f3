"""The settings for agents on Windows machines."""

from __future__ import annotations

import re
from typing import Annotated

from msgspec import Meta, Struct

from csta_gateway.config_sources import Filled

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+")


class Agents(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[agents]``: where the agents of Windows machines connect, over TLS with certificates on both sides.

    :param host: name or IP address by which the machines reach the gateway; its certificate is made for it.
    :param address: IP address to listen on.
    :param port: TCP port; 0 takes a free one.
    :param directory: folder of the authority, of the certificates it has signed, and of their keys;
        ``csta-gateway agent enroll`` makes it.
    """

    host: Filled
    address: Filled = "0.0.0.0"  # noqa: S104 -- who has no certificate of the authority gets no further
    port: Annotated[int, Meta(ge=0, le=65535)] = 8447
    directory: Filled = "agents"

    def __post_init__(self) -> None:
        """The host goes into a certificate and into an endpoint."""
        if not HOST.fullmatch(self.host):
            raise ValueError(f"`host`: `{self.host}` is no host name or IP address; write it as cti.example.org")
