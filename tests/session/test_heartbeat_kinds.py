"""Each kind of heartbeat: what is sent, what answers it, and what ends the link."""

from __future__ import annotations

import re

import pytest

from csta.dialect import HeartbeatKind
from csta.session import Closed, Role, Settings, State
from tests.session.conftest import Joined, joined_ends


def beating(kind: HeartbeatKind) -> Joined:
    return joined_ends("xml", Settings(heartbeat=kind, heartbeat_interval=60, heartbeat_limit=2))


def roots(octets: bytes) -> list[str]:
    """Names of the messages in what an XML link carries."""
    return re.findall(r"<([A-Za-z]+)[ >]", re.sub(r"<(\w+)[^>]*>(.*?)</\1>", r"<\1>", octets.decode("latin-1")))


SENT: list[tuple[HeartbeatKind, Role, list[str]]] = [
    ("system-status", Role.COMPUTING, ["SystemStatus"]),
    ("system-status", Role.SWITCHING, ["SystemStatus"]),
    ("request-system-status", Role.COMPUTING, ["RequestSystemStatus"]),
    ("request-system-status", Role.SWITCHING, ["RequestSystemStatus"]),
    ("keepalive", Role.COMPUTING, ["keepalive"]),
    ("keepalive", Role.SWITCHING, []),
]


@pytest.mark.parametrize(("kind", "role", "sent"), SENT)
def test_what_is_sent_after_a_silence(kind: HeartbeatKind, role: Role, sent: list[str]) -> None:
    both = beating(kind)
    end = both.client if role is Role.COMPUTING else both.switch
    end.on_timer(59.9)
    assert end.data_to_send() == b""
    end.on_timer(60)
    assert roots(end.data_to_send()) == sent


@pytest.mark.parametrize("kind", ["system-status", "request-system-status", "keepalive"])
def test_a_quiet_link_lives(kind: HeartbeatKind) -> None:
    both = beating(kind)
    both.wait(3600)
    assert both.client.state is both.switch.state is State.ACTIVE
    assert not both.client.irregularities.counts
    assert not both.switch.irregularities.counts


@pytest.mark.parametrize("kind", ["system-status", "request-system-status"])
@pytest.mark.parametrize("role", Role)
def test_a_dead_peer_is_given_up(kind: HeartbeatKind, role: Role) -> None:
    both = beating(kind)
    end = both.client if role is Role.COMPUTING else both.switch
    for now in (60, 120, 179):
        end.on_timer(now)
        assert end.next_event() is None
    end.on_timer(180)
    closed = end.next_event()
    assert isinstance(closed, Closed)
    assert "silent for 180 s" in str(closed.error)


def test_a_switch_that_hears_no_keepalive_gives_the_client_up() -> None:
    both = beating("keepalive")
    for now in (60, 120, 180):
        both.switch.on_timer(now)
    closed = both.switch.next_event()
    assert isinstance(closed, Closed)


def test_a_keepalive_is_told_by_the_clock_not_by_silence_and_wants_no_answer() -> None:
    both = beating("keepalive")
    for now in range(10, 130, 10):
        both.client.receive_data(b"\0", now)  # the switch says something, slowly
        both.client.on_timer(now)
        assert bool(both.client.data_to_send()) is (now % 60 == 0)
    for now in range(180, 1000, 60):
        both.client.on_timer(now)
    assert both.client.state is State.ACTIVE
