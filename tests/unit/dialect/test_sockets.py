"""Each dialect over real sockets, as they are and with TLS by an authority of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionAborted
from twisted.internet.selectreactor import SelectReactor
from twisted.python.failure import Failure

from csta.client import connect
from csta.dialect import names
from csta.messages.base import Event
from csta.simulator.calls import Extension, Line
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch
from tests.certificates import Authority
from tests.unit.dialect.test_dialogues import login, outcome

TURNS = 2_000
"""Rounds of the reactor, of 10 ms at most, before a test gives up."""


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str]]:
    """What to listen on, and what to connect to."""
    authority = Authority(tmp_path_factory.mktemp("authority"), "ours")
    certificate: Path = authority.issue("127.0.0.1")
    return {
        "tcp": ("tcp:0:interface=127.0.0.1", "tcp:127.0.0.1:{}"),
        "tls": (
            f"tls:0:interface=127.0.0.1:certificate={certificate}",
            f"tls:127.0.0.1:{{}}:trustRoots={authority.root}",
        ),
    }


class Sockets:
    """A reactor of its own, turned by hand."""

    def __init__(self) -> None:
        self.reactor: Any = SelectReactor()

    def wait(self, deferred: Deferred[Any]) -> Any:  # noqa: ANN401 - what the deferred has
        """Turn until there is a result, and give it; raise it where it is an error."""
        found = outcome(deferred)
        self.turn_until(lambda: bool(found))
        if isinstance(found[0], Exception):
            raise found[0]
        return found[0]

    def turn_until(self, done: Callable[[], bool]) -> None:
        """Turn until something is so."""
        for _ in range(TURNS):
            if done():
                return
            self.reactor.iterate(0.01)
        raise TimeoutError("the sockets are silent")


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    sockets = Sockets()
    yield sockets
    for selectable in sockets.reactor.removeAll():
        selectable.connectionLost(Failure(ConnectionAborted()))


@pytest.mark.parametrize("transport", ["tcp", "tls"])
@pytest.mark.parametrize("name", names())
def test_a_call_over_sockets(sockets: Sockets, ends: dict[str, tuple[str, str]], name: str, transport: str) -> None:
    listen, to = ends[transport]
    server = SwitchServer(sockets.reactor, Switch([Extension("2001"), Extension("2002"), Line("T1")]))
    port = sockets.wait(server.listen(listen, dialect=name, login=login(name)))
    client = sockets.wait(connect(sockets.reactor, to.format(port), dialect=name, login=login(name)))
    heard: list[Event] = []
    client.subscribe(heard.append)
    monitored = sockets.wait(client.monitoring.monitor_start("2001"))
    made = sockets.wait(client.call_control.make_call("2001", "2002"))
    sockets.turn_until(lambda: bool(heard))
    assert heard[0].monitor_cross_ref_id == monitored.monitor_cross_ref_id
    assert made.calling_device.call_id is not None
    sockets.wait(client.system.request_system_status())
    sockets.wait(client.close())
    sockets.turn_until(lambda: not server.clients)
    sockets.wait(server.stop())
