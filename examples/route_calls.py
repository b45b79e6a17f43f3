"""Route calls by who calls: the switch asks, a table answers.

``python examples/route_calls.py tcp:127.0.0.1:8800 2900 +4989=2001 +44=2002``: calls to the routeing device 2900 go to
2001 when they come from Munich, to 2002 from the United Kingdom; the others go where the switch sends them by itself.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet.task import react

from csta.client import Client, connect
from csta.messages.routeing import ReRoute, RouteEnd, RouteRequest, RouteUsed
from csta.provider.identifiers import extension
from csta.services.routeing import RouteingHandler


class Router(RouteingHandler):
    """Knows where calls go, by the beginning of the caller's number."""

    def __init__(self, client: Client, routes: dict[str, str]) -> None:
        self.client, self.routes = client, routes

    async def route_request(self, request: RouteRequest) -> None:
        """Say where, or that the switch may decide (§20.2.4)."""
        caller = extension(str(request.calling_device and request.calling_device.device))
        fitting = [prefix for prefix in self.routes if caller.startswith(prefix)]
        if fitting:
            await self.client.routeing.route_select(request, self.routes[max(fitting, key=len)], report_used=True)
        else:
            await self.client.routeing.route_end(request)

    async def re_route(self, request: ReRoute) -> None:
        """The destination cannot be had (§20.2.1): there is no other."""
        await self.client.routeing.route_end(request)

    def route_used(self, request: RouteUsed) -> None:
        """Where the call went in the end (§20.2.6)."""
        print(request.cross_ref_identifier, "went to", request.route_used.device, flush=True)

    def route_end(self, request: RouteEnd) -> None:
        """The dialogue is over (§20.2.2)."""


async def main(reactor: Any, switch: str, device: str, *routes: str, protocol: str = "xml") -> None:  # noqa: ANN401
    """Route until the link ends."""
    client = await connect(reactor, switch, protocol)
    client.handle(Router(client, dict(route.split("=", 1) for route in routes)))
    await client.routeing.route_register(device=device)
    await client.when_closed()


if __name__ == "__main__":
    react(main, sys.argv[1:])
