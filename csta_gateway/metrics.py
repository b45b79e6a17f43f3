"""Numbers for Prometheus. Labels name links, results and sources, never people or telephone numbers."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from crm_adapter.lookup import Asked


class Metrics:
    """All metrics of one gateway, in a registry of its own so that several can live in one process."""

    def __init__(self, version: str) -> None:
        self.registry = registry = CollectorRegistry()
        build = Gauge("csta_gateway_build_info", "The running version", ["version"], registry=registry)
        build.labels(version).set(1)
        self.link_up = Gauge("csta_link_up", "1 while the link to the switch works", ["link"], registry=registry)
        self.link_losses = Counter("csta_link_losses", "How often the link went down", ["link"], registry=registry)
        self.monitors = Gauge("csta_monitors", "Devices watched", ["link"], registry=registry)
        self.events = Counter("csta_events", "Events of calls and devices", ["link", "type"], registry=registry)
        self.commands = Counter("csta_commands", "Commands of users", ["action", "outcome"], registry=registry)
        self.refused_calls = Counter("csta_dial_refused", "Numbers not dialled", ["reason"], registry=registry)
        self.webhooks = Counter("csta_webhooks", "Messages to webhooks", ["webhook", "outcome"], registry=registry)
        self.calls = Counter("csta_calls", "Calls that are over", ["direction", "result"], registry=registry)
        self.streams = Gauge("csta_event_streams", "Open call screens", registry=registry)
        self.stream_messages = Counter("csta_event_messages", "Messages to call screens", ["type"], registry=registry)
        self.snapshots = Counter(
            "csta_event_snapshots", "Whole states sent, by the reason", ["reason"], registry=registry
        )
        self.slow_streams = Counter("csta_slow_streams", "Call screens that were too slow", registry=registry)
        self.lookups = Counter("csta_lookups", "Numbers the sources were asked for", ["result"], registry=registry)
        self.lookup_seconds = Histogram("csta_lookup_seconds", "Time until all sources answered", registry=registry)
        self.requests = Counter("csta_http_requests", "Answers of the API", ["route", "status"], registry=registry)
        self.request_seconds = Histogram("csta_http_seconds", "Time to answer", ["route"], registry=registry)
        self.findings = Gauge("csta_user_findings", "What is wrong with users and devices", ["kind"], registry=registry)

    def looked_up(self, asked: Asked) -> None:
        """Count a look-up that is over, and how long it took."""
        self.lookups.labels(asked.outcome).inc()
        self.lookup_seconds.observe(asked.took)
