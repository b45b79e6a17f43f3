"""Each dialect from end to end, between client and simulated switch: association, monitor, call, heartbeat, release."""

from __future__ import annotations

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.test.iosim import FakeTransport, IOPump, connect

from csta.client import Client, ClientFactory
from csta.dialect import Login, dialect, names
from csta.errors import AssociationRefused
from csta.messages.base import Event
from csta.protocol import Link
from csta.simulator.calls import Extension, Line
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch

LOGIN = Login("AMHOST", "77777")


class Dialogue:
    """A client at a simulated switch of one dialect."""

    def __init__(self, name: str, wanted: Login | None, given: Login | None) -> None:
        self.clock = Clock()
        self.server = SwitchServer(self.clock, Switch([Extension("2001"), Extension("2002"), Line("T1")]))
        switch = self.server.factory(dialect=name, login=wanted).buildProtocol(None)
        assert switch is not None
        link: Link[Client] = ClientFactory(self.clock, dialect=name, login=given).buildProtocol(None)
        self.client = link.application
        self.opened = outcome(self.client.when_open())
        self.pump: IOPump = connect(
            switch, FakeTransport(switch, isServer=True), link, FakeTransport(link, isServer=False), clock=self.clock
        )
        self.flush()

    def flush(self) -> None:
        while self.pump.pump():
            pass

    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.advance(1)
            self.flush()


def outcome(deferred: Deferred[Any]) -> list[Any]:
    """Fills with the result, or the error, when there is one."""
    found: list[Any] = []
    deferred.addCallbacks(found.append, lambda failure: found.append(failure.value))
    return found


def login(name: str) -> Login | None:
    return LOGIN if dialect(name).login != "none" and dialect(name).associations[0] != "none" else None


@pytest.mark.parametrize("name", names())
def test_a_call_from_association_to_release(name: str) -> None:
    dialogue = Dialogue(name, login(name), login(name))
    client = dialogue.client
    assert dialogue.opened == [client]
    heard: list[Event] = []
    client.subscribe(heard.append)
    monitored = outcome(client.monitoring.monitor_start("2001"))
    dialogue.flush()
    made = outcome(client.call_control.make_call("2001", "2002"))
    dialogue.flush()
    dialogue.wait(120)  # over several heartbeats
    assert monitored[0].monitor_cross_ref_id == heard[0].monitor_cross_ref_id
    assert "OriginatedEvent" in [type(event).__name__ for event in heard]
    assert made[0].calling_device.call_id is not None
    assert len(dialogue.server.clients) == 1
    closed = outcome(client.close())
    dialogue.flush()
    assert closed == [None]
    assert dialogue.server.clients == []


@pytest.mark.parametrize("name", [name for name in names() if login(name)])
@pytest.mark.parametrize("given", [Login("AMHOST", "12345"), None])
def test_a_switch_that_wants_a_log_in_takes_no_other(name: str, given: Login | None) -> None:
    if given is None and dialect(name).login == "required":
        given = Login("", "")
    dialogue = Dialogue(name, LOGIN, given)
    assert isinstance(dialogue.opened[0], AssociationRefused)
    assert dialogue.server.clients == []
