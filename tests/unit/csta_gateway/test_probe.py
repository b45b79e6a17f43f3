"""What the probe says of switches that work, refuse, are silent or speak something else."""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol

from csta.simulator.calls import Extension, Line
from csta.testing import MemorySwitch
from csta.testing.network import Network
from csta_gateway import probe
from csta_gateway.config import Link
from csta_gateway.probe import Finding, Probe, TrialCall


def findings(network: Network, link: Link, seconds: float = 60, **options: Any) -> tuple[bool, list[str]]:  # noqa: ANN401 -- as Probe takes them
    """Whether the probe is content, and what it says; advice in brackets."""
    told: list[Finding] = []
    ends: list[bool] = []
    Deferred.fromCoroutine(Probe(cast(Any, network), link, told.append, **options).run()).addCallback(ends.append)
    network.settle(seconds)
    return ends[0], [f"{each.outcome.value} {each.step}: {each.words} [{each.advice}]" for each in told]


def link(protocol: str = "xml", association: str | None = None) -> Link:
    return Link(name="HQ", endpoint="tcp:pbx:1", protocol=protocol, association=association)


@pytest.mark.parametrize("protocol", ["xml", "asn1"])
def test_a_switch_that_works(protocol: str) -> None:
    here = MemorySwitch(protocol)
    fine, told = findings(here.network, link(protocol), devices=["2001"], call=TrialCall("2001", "2002"))
    assert fine
    assert told == [
        f"ok connection: tcp:pbx:1 is open; speaking {protocol} []",
        "ok answer: the switch says its state is normal []",
        "ok capabilities: csta-gateway simulator []",
        "ok device list: the switch names 6 []",
        "ok device 2001: can be watched; 0 calls now []",
        "ok test call: rings at the far end, and was ended []",
    ]
    assert "ok device 2001: can be watched; 0 calls now []" in findings(here.network, link(protocol))[1]


def test_stations_are_tried_when_none_are_named() -> None:
    fine, told = findings(MemorySwitch("xml").network, link())
    assert fine
    assert [each.split(":")[0] for each in told[-3:]] == ["ok device 2001", "ok device 2002", "ok device 2003"]


def test_an_association_is_told() -> None:
    here = MemorySwitch("asn1", "acse")
    _, told = findings(here.network, link("asn1", association="acse"))
    assert told[0] == "ok connection: tcp:pbx:1 is open, acse accepted; speaking asn1 []"


def test_what_the_switch_refuses_is_told_and_the_rest_is_tried() -> None:
    here = MemorySwitch("xml")
    here.switch.ring("0891234567", "2002", here.now)
    fine, told = findings(here.network, link(), devices=["2999", "2001"], call=TrialCall("2001", "2002"))
    assert not fine
    assert told[4].startswith("!! device 2999: MonitorStart: ")
    assert told[4].endswith(
        "[The switch understood and refused: check licences, and whether this application may do so.]"
    )
    assert told[5] == "ok device 2001: can be watched; 0 calls now []"
    assert told[6] == "ok test call: failed: the far end is busy or cannot be reached []"


@pytest.mark.parametrize("rings", [False, True])
def test_a_call_that_takes_too_long_is_told_and_ended_whatever_else_rings(
    rings: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "CALL_SECONDS", 1.0)
    here = MemorySwitch("xml", devices=[Extension("2001", lines=2), Line("T1"), Line("T2")])
    if rings:
        here.network.callLater(0.5, lambda: here.switch.ring("0891234567", "2001", here.now))
    fine, told = findings(here.network, link(), devices=["2001"], call=TrialCall("2001", "0891234567"))
    assert not fine
    assert told[5].startswith("!! test call: MakeCall: no answer within 1 s [")
    left = f"{int(rings)} {'call' if rings else 'calls'} now"
    assert findings(here.network, link(), 0, devices=["2001"])[1][4] == f"ok device 2001: can be watched; {left} []"


class Stranger(Protocol):
    """Something that is no switch: says nothing, or always the same, or hangs up."""

    says: bytes | None = b""

    def dataReceived(self, data: bytes) -> None:
        """Answer what comes."""
        if self.says is None:
            cast(Any, self.transport).loseConnection()
        elif self.says:
            cast(Any, self.transport).write(self.says)


def stranger(says: bytes | None) -> Network:
    def build() -> Stranger:
        stranger = Stranger()
        stranger.says = says
        return stranger

    return Network(Factory.forProtocol(build))


STRANGERS = [
    (None, "xml", "answer: RequestSystemStatus: the peer closed the connection", "It took the connection and ended it"),
    (
        None,
        "asn1",
        "answer: RequestSystemStatus: the peer closed the connection",
        "It took the connection and ended it",
    ),
    (b"", "xml", "answer: RequestSystemStatus: no answer within", "It took the request and does not answer"),
    (b"", "asn1", "answer: RequestSystemStatus: no answer within", "It took the request and does not answer"),
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "xml", "answer: ", ""),
    (b"HTTP/1.1 400 Bad Request\r\n\r\n", "asn1", "answer: ", ""),
]


@pytest.mark.parametrize(("says", "protocol", "words", "advice"), STRANGERS)
def test_what_is_no_switch_is_told_with_advice(says: bytes | None, protocol: str, words: str, advice: str) -> None:
    fine, told = findings(stranger(says), link(protocol))
    assert not fine
    assert told[1].startswith(f"!! {words}")
    assert f"[{advice}" in told[1]
    assert "check `protocol`, `framing` or `dialect` of the link.]" in told[1]


def test_nobody_listens() -> None:
    fine, told = findings(Network(), link())
    assert not fine
    assert told == [
        "!! connection: connect to tcp:pbx:1: An error occurred while connecting. "
        "[Check address and port, the firewall, and whether the switch lets this machine connect.]"
    ]
