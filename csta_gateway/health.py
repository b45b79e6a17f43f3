"""``/healthz``, ``/readyz``, ``/status`` and ``/metrics`` for those who run the gateway."""

from __future__ import annotations

import ipaddress

import msgspec
from msgspec import structs
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from twisted.web.resource import Resource
from twisted.web.server import Request

from csta_gateway.gateway import Gateway
from csta_gateway.policy import Action, permits


class Alive(Resource):
    """``/healthz``: the process answers."""

    isLeaf = True

    def __init__(self) -> None:
        Resource.__init__(self)

    def render_GET(self, request: Request) -> bytes:
        """Always 200."""
        request.setHeader("Content-Type", "text/plain; charset=utf-8")
        return b"ok\n"


class Guarded(Resource):
    """A page only for listed addresses and for those whose role allows it."""

    isLeaf = True

    def __init__(self, gateway: Gateway) -> None:
        Resource.__init__(self)
        self._gateway = gateway

    def render_GET(self, request: Request) -> bytes:
        """The page, or 403."""
        if not self._permitted(request):
            request.setResponseCode(403)
            request.setHeader("Content-Type", "text/plain; charset=utf-8")
            return b"Forbidden: add your address to `metrics_from` in [server], or log in as an administrator.\n"
        return self.content(request)

    def content(self, request: Request) -> bytes:
        """What a permitted client gets."""
        raise NotImplementedError

    def _permitted(self, request: Request) -> bool:
        session = self._gateway.session_of(request)
        if session is not None and permits(session.user, Action.SEE_METRICS):
            return True
        try:
            address = ipaddress.ip_address(self._gateway.client(request))
        except ValueError:
            return False
        networks = (ipaddress.ip_network(each) for each in self._gateway.settings.metrics_from)
        return any(address in network for network in networks)


class Ready(Guarded):
    """``/readyz``: 200 when every link is up, else 503 with the reasons."""

    def content(self, request: Request) -> bytes:
        """The state of every link."""
        links = [link.state for link in self._gateway.links]
        ready = all(link.up for link in links)
        request.setResponseCode(200 if ready else 503)
        request.setHeader("Content-Type", "application/json")
        return msgspec.json.encode({"ready": ready, "links": links})


class Status(Guarded):
    """``/status``: what runs and how it is, for people and programs that watch several gateways."""

    def content(self, request: Request) -> bytes:
        """Version, links, sources, pages and findings; no names of people, no numbers, no secrets."""
        gateway = self._gateway
        request.setHeader("Content-Type", "application/json")
        links = [{**structs.asdict(link.state), "devices": len(link.devices)} for link in gateway.links]
        sources = [{"name": name, "answering": answering} for name, answering in gateway.lookup.answering().items()]
        open_pages = len(gateway.streams.all())
        return msgspec.json.encode(
            {
                "version": gateway.version,
                "links": links,
                "sources": sources,
                "users": len(gateway.users),
                "streams": open_pages,
                "findings": len(gateway.findings.now),
            }
        )


class Exposition(Guarded):
    """``/metrics`` in the text format of Prometheus."""

    def content(self, request: Request) -> bytes:
        """All metrics."""
        request.setHeader("Content-Type", CONTENT_TYPE_LATEST)
        return generate_latest(self._gateway.metrics.registry)


def pages(gateway: Gateway) -> dict[str, Resource]:
    """The pages by their path."""
    return {"healthz": Alive(), "readyz": Ready(gateway), "status": Status(gateway), "metrics": Exposition(gateway)}
