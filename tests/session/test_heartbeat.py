from __future__ import annotations

from csta.messages.system import (
    SystemStatusValue,
)
from csta.session import (
    Closed,
    RequestFailed,
    Role,
    Settings,
    State,
    StatusReceived,
)
from tests.session.conftest import HOLD, Joined, joined_ends


def test_a_quiet_link_is_kept_up_from_both_ends(joined: Joined) -> None:
    joined.wait(600)
    assert joined.client.state is joined.switch.state is State.ACTIVE
    heard = joined.heard[Role.COMPUTING] + joined.heard[Role.SWITCHING]
    assert heard
    assert set(heard) == {StatusReceived(SystemStatusValue.NORMAL)}


def test_a_dead_peer_is_given_up_after_two_questions(joined: Joined) -> None:
    client = joined.client
    invoke_id = client.request(HOLD, 0, timeout=1_000)
    client.data_to_send()
    asked = []
    while (deadline := client.next_deadline()) is not None:
        client.on_timer(deadline)
        asked.append((deadline, bool(client.data_to_send())))
    assert asked == [(30, True), (60, True), (90, False)]
    failed, closed = client.next_event(), client.next_event()
    assert isinstance(failed, RequestFailed)
    assert failed.invoke_id == invoke_id
    assert isinstance(closed, Closed)
    assert "silent for 90 s" in str(closed.error)


def test_a_late_timer_asks_once_only(joined: Joined) -> None:
    joined.client.on_timer(1_000)
    octets = joined.client.data_to_send()
    joined.client.on_timer(1_000)
    assert octets
    assert joined.client.data_to_send() == b""
    assert joined.client.next_deadline() == 1_030


def test_no_heartbeat_where_none_is_wanted() -> None:
    joined = joined_ends("xml", Settings(heartbeat_interval=0))
    assert joined.client.next_deadline() is None
