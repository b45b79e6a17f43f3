from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from crm_adapter.users import User
from csta_gateway.auth import Session
from csta_gateway.metrics import Metrics
from csta_gateway.streams import PATIENCE, STREAMS_PER_USER, CloseCode, Stream, Streams


class Page:
    """What a browser gets."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.code: int | None = None

    def write(self, data: bytes) -> None:
        self.messages.append(json.loads(data))

    def close(self, code: int) -> None:
        self.code = code


class World:
    """A value that changes, and a stream that tells of it."""

    def __init__(self) -> None:
        self.value = 0
        self.clock = Clock()
        self.metrics = Metrics("1")
        self.page = Page()
        self.stream = self.open(self.page)

    def open(self, page: Page, login: str = "anna") -> Stream:
        session = Session(User(login=login, name=login), "csrf", "de", 0.0)
        return Stream(page, session, lambda who: {"value": self.value}, self.clock, self.metrics)

    def change(self) -> None:
        self.value += 1
        self.stream.send("change", {"value": self.value})


def test_a_snapshot_comes_first_and_everything_is_numbered() -> None:
    world = World()
    world.stream.start()
    world.change()
    world.change()
    assert world.page.messages == [
        {"type": "snapshot", "seq": 1, "value": 0},
        {"type": "change", "seq": 2, "value": 1},
        {"type": "change", "seq": 3, "value": 2},
    ]


def test_a_page_that_does_not_read_gets_one_snapshot_when_it_does() -> None:
    world = World()
    world.stream.start()
    world.stream.stall()
    world.stream.stall()
    for _ in range(1000):
        world.change()
    assert len(world.page.messages) == 1
    world.stream.resume()
    assert world.page.messages[1:] == [{"type": "snapshot", "seq": 2, "value": 1000}]
    world.clock.advance(2 * PATIENCE)
    assert world.page.code is None


def test_nothing_is_repeated_when_nothing_was_missed() -> None:
    world = World()
    world.stream.start()
    world.stream.stall()
    world.stream.resume()
    world.stream.resume()
    assert len(world.page.messages) == 1


def test_a_page_that_never_reads_is_closed() -> None:
    world = World()
    world.stream.start()
    world.stream.stall()
    world.clock.advance(PATIENCE)
    assert world.page.code == CloseCode.TOO_SLOW
    world.stream.resume()
    world.change()
    assert len(world.page.messages) == 1
    assert world.metrics.registry.get_sample_value("csta_slow_streams_total") == 1


def test_a_closed_stream_is_silent_and_leaves_no_timer() -> None:
    world = World()
    world.stream.start()
    world.stream.stall()
    world.stream.close(CloseCode.RESTART)
    world.stream.close(CloseCode.TOO_SLOW)
    world.stream.stall()
    world.change()
    assert (world.page.code, len(world.page.messages), world.clock.getDelayedCalls()) == (CloseCode.RESTART, 1, [])


@given(st.lists(st.sampled_from(["change", "stall", "resume"])))
def test_whatever_happens_a_page_that_reads_knows_the_truth(steps: list[str]) -> None:
    world = World()
    world.stream.start()
    for step in steps:
        {"change": world.change, "stall": world.stream.stall, "resume": world.stream.resume}[step]()
    world.stream.resume()
    messages = world.page.messages
    assert [message["seq"] for message in messages] == list(range(1, len(messages) + 1))
    assert messages[-1]["value"] == world.value


def test_every_page_of_a_user_hears_and_nobody_elses() -> None:
    world = World()
    pages = [Page(), Page(), Page()]
    streams = Streams(world.metrics)
    one, two, other = world.open(pages[0]), world.open(pages[1]), world.open(pages[2], "jonas")
    for stream in (one, two, other):
        streams.add(stream)
    streams.send("anna", "change", {})
    streams.discard(two)
    streams.discard(two)
    streams.send("anna", "change", {})
    assert [len(page.messages) for page in pages] == [2, 1, 0]
    assert world.metrics.registry.get_sample_value("csta_event_streams") == 2
    streams.close_all(CloseCode.RESTART)
    assert [page.code for page in pages] == [1012, None, 1012]


def test_a_user_has_only_so_many_pages() -> None:
    world = World()
    streams = Streams(world.metrics)
    for _ in range(STREAMS_PER_USER):
        assert not streams.full("anna")
        streams.add(world.open(Page()))
    assert streams.full("anna")
    assert not streams.full("jonas")
