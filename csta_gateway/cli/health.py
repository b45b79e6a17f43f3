"""``csta-gateway health``: whether the gateway of these settings answers; for containers and monitoring."""

from __future__ import annotations

import argparse
import http.client
import ssl
from typing import TYPE_CHECKING

from csta.cli.exits import OK, WRONG
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Server

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

PATIENCE = 4.0
"""Seconds; less than a container's health check waits."""

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- where to ask a server that listens everywhere


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("health", help="ask the running gateway whether it works; 1 when it does not")
    parser.add_argument("--ready", action="store_true", help="also whether its links are up")
    add_config(parser)
    parser.set_defaults(command=_ask)


def _ask(options: argparse.Namespace) -> int:
    server = settings(options).server
    try:
        connection = _connection(server)
        connection.request("GET", "/readyz" if options.ready else "/healthz")
        answer = connection.getresponse()
        words = answer.read().decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        print(f"no answer on {server.address} port {server.port}: {error}")
        return WRONG
    print(words)
    return OK if answer.status == http.HTTPStatus.OK else WRONG


def _connection(server: Server) -> http.client.HTTPConnection:
    host = EVERYWHERE.get(server.address, server.address)
    if server.certificate is None:
        return http.client.HTTPConnection(host, server.port, timeout=PATIENCE)
    # The certificate is for the name browsers use. No secret is sent and no more than "ok" is believed.
    context = ssl._create_unverified_context()  # noqa: S323
    return http.client.HTTPSConnection(host, server.port, timeout=PATIENCE, context=context)
