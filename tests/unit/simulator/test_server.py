"""The switch on links: real sessions and codecs joined in memory, on a clock that stands still until told."""

from __future__ import annotations

from typing import TypeVar

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure
from twisted.test.iosim import FakeTransport, IOPump, connect

from csta.client import Client
from csta.errors import LinkLost, ServiceError
from csta.messages.base import Event
from csta.messages.common import DeviceID
from csta.messages.monitoring import MonitorStartResponse
from csta.messages.snapshot import SnapshotDevice
from csta.messages.system import RequestTypes, StatusFilter, SystemRegister, SystemStatusValue
from csta.opening import open_session
from csta.session import Role, Settings
from csta.simulator.calls import Extension, Line
from csta.simulator.server import MOST_CLIENTS, SwitchServer
from csta.simulator.switch import Switch

R = TypeVar("R")
LINKS = [("xml", "none"), ("asn1", "none"), ("asn1", "acse")]
SILENT = Settings(heartbeat_interval=0)


class Site:
    """A served switch and the clients that connect to it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.switch = Switch([Extension("2001"), Extension("2002"), Line("T1")])
        self.server = SwitchServer(self.clock, self.switch)
        self.pumps: list[IOPump] = []

    def join(self, wire: str, association: str, settings: Settings = SILENT) -> Client:
        link = self.server.factory(wire, association, settings).buildProtocol(None)
        assert link is not None
        client = Client(self.clock, open_session(Role.COMPUTING, wire, association, settings=settings))
        self.pumps.append(
            connect(
                link,
                FakeTransport(link, isServer=True),
                client.link,
                FakeTransport(client.link, isServer=False),
                clock=self.clock,
            )
        )
        self.flush()
        return client

    def flush(self) -> None:
        while any(pump.pump() for pump in self.pumps):
            pass

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.flush()


class Journal:
    """What one client heard, in order: answers and events."""

    def __init__(self, client: Client) -> None:
        self.lines: list[str] = []
        client.subscribe(self.hear)
        client.subscribe_status(lambda status: self.lines.append(f"status {status.value}"))

    def hear(self, event: Event) -> None:
        self.lines.append(type(event).__name__)

    def answer(self, result: object) -> None:
        self.lines.append(type(result).__name__)

    def take(self) -> list[str]:
        lines, self.lines = self.lines, []
        return lines


@pytest.fixture
def site() -> Site:
    return Site()


def error_of(failed: Deferred[R]) -> BaseException | None:
    errors: list[BaseException | None] = []

    def keep(failure: Failure) -> None:
        errors.append(failure.value)

    failed.addErrback(keep)
    (error,) = errors
    return error


def watched(site: Site, client: Client, *devices: str) -> Journal:
    journal = Journal(client)
    for device in devices:
        client.monitoring.monitor_start(device).addCallback(journal.answer)
    site.flush()
    assert journal.take() == [MonitorStartResponse.__name__] * len(devices)
    return journal


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_the_answer_comes_before_its_events(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    journal = watched(site, client, "2001", "2002")
    client.call_control.make_call("2001", "2002").addCallback(journal.answer)
    site.flush()
    assert journal.take() == [
        "MakeCallResponse",
        "ServiceInitiatedEvent",
        "OriginatedEvent",
        "DeliveredEvent",
        "DeliveredEvent",
    ]


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_time_passes_in_the_switch(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    journal = watched(site, client, "2001")
    client.call_control.make_call("2001", "0894711")
    site.flush()
    journal.take()
    site.advance(1)
    assert journal.take() == ["DeliveredEvent"]
    site.advance(5)
    assert journal.take() == ["EstablishedEvent"]


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_a_refusal_is_an_error_with_its_value(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association)
    refused = client.snapshot.snapshot_device("2999")
    site.flush()
    error = error_of(refused)
    assert isinstance(error, ServiceError)
    assert (error.category, error.code) == ("operation", "invalidDeviceID")


def test_clients_on_both_wires_see_the_same_call(site: Site) -> None:
    journals = [watched(site, site.join(*link), "2001") for link in LINKS]
    caller = site.switch.ring("0891234567", "2001", site.clock.seconds())
    assert caller is not None
    site.switch.lift("2001", site.clock.seconds())
    caller.hang_up(site.clock.seconds())
    site.flush()
    expected = ["DeliveredEvent", "EstablishedEvent", "ConnectionClearedEvent", "ConnectionClearedEvent"]
    assert [journal.take() for journal in journals] == [expected] * 3


def test_a_dropped_client_loses_its_monitors_and_the_call_goes_on(site: Site) -> None:
    client, other = site.join("xml", "none"), site.join("asn1", "none")
    journal = watched(site, other, "2001")
    watched(site, client, "2001")
    site.switch.ring("0891234567", "2001", site.clock.seconds())
    site.flush()
    assert journal.take() == ["DeliveredEvent"]
    client.link.drop()
    site.flush()
    assert len(site.server.clients) == 1
    site.switch.lift("2001", site.clock.seconds())
    site.flush()
    assert journal.take() == ["EstablishedEvent"]


def test_drop_clients_cuts_every_link(site: Site) -> None:
    client = site.join("xml", "none")
    site.server.drop_clients()
    site.flush()
    assert site.server.clients == []
    late = client.request(SnapshotDevice(snapshot_object=DeviceID(number="2001")))
    assert isinstance(error_of(late), LinkLost)


def test_restart_forgets_calls(site: Site) -> None:
    site.join("xml", "none")
    caller = site.switch.ring("0891234567", "2001", site.clock.seconds())
    assert caller is not None
    site.server.restart()
    site.flush()
    assert caller.gone
    assert site.server.clients == []
    client = site.join("xml", "none")
    journal = watched(site, client, "2001")
    site.switch.ring("0891234567", "2001", site.clock.seconds())
    site.flush()
    assert journal.take() == ["DeliveredEvent"]


def test_status_goes_to_registered_clients(site: Site) -> None:
    client = site.join("asn1", "none")
    journal = Journal(client)
    request = SystemRegister(request_types=RequestTypes(["systemStatus"]), requested_status_filter=StatusFilter())
    client.request(request).addCallback(journal.answer)
    site.flush()
    site.switch.announce(SystemStatusValue.OVERLOAD_IMMINENT)
    site.flush()
    assert journal.take() == ["SystemRegisterResponse", "status overloadImminent"]


@pytest.mark.parametrize(("wire", "association"), LINKS)
def test_heartbeats_keep_a_silent_link_open(site: Site, wire: str, association: str) -> None:
    client = site.join(wire, association, Settings(heartbeat_interval=30))
    for _ in range(10):
        site.advance(30)
    assert len(site.server.clients) == 1
    journal = watched(site, client, "2001")
    site.switch.ring("0891234567", "2001", site.clock.seconds())
    site.flush()
    assert "DeliveredEvent" in journal.take()


def test_clients_are_limited(site: Site) -> None:
    for _ in range(MOST_CLIENTS):
        site.join("xml", "none")
    assert site.server.factory().buildProtocol(None) is None


def test_wrong_links_are_told_before_anybody_connects(site: Site) -> None:
    with pytest.raises(ValueError, match="does not go with dialect"):
        site.server.factory("xml", "acse")
    with pytest.raises(ValueError, match="protocol 'morse'"):
        site.server.factory("morse")


def test_listens_on_the_loopback_interface() -> None:
    reactor = MemoryReactorClock()
    server = SwitchServer(reactor, Switch([Extension("2001")]))
    ports: list[int] = []
    server.listen(8800, "asn1").addCallback(ports.append)
    (listening,) = reactor.tcpServers
    assert listening[0] == 8800
    assert listening[3] == "127.0.0.1"
    stopped: Deferred[None] = server.stop()
    assert stopped.called
