from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.task import Clock

from crm_adapter.texts import Language
from crm_adapter.users import User
from csta_gateway.auth import Session
from csta_gateway.feed import KEPT_OCTETS, Position
from csta_gateway.metrics import Metrics
from csta_gateway.streams import KEPT, PATIENCE, STREAMS_PER_USER, CloseCode, Stream, Streams


class Page:
    """A browser: what it gets, and what it makes of it.

    :ivar values: name → value, as the page believes it is.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.code: int | None = None
        self.position: Position | None = None
        self.values: dict[str, int] = {}

    def write(self, data: bytes) -> None:
        message = json.loads(data)
        self.messages.append(message)
        if message["type"] in ("snapshot", "resumed"):
            self.values = message.get("values", self.values)
            self.position = Position(message["stream"], message["seq"])
        else:
            assert self.position is not None
            assert message["seq"] == self.position.seq + 1
            self.position = Position(self.position.feed, message["seq"])
            self.values = {**self.values, message["name"]: message["value"]}

    def close(self, code: int) -> None:
        self.code = code

    @property
    def kinds(self) -> list[str]:
        return [each["type"] for each in self.messages]


class World:
    """Values that change, and pages that are told."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}
        self.clock = Clock()
        self.clock.advance(1000)
        self.start()

    def start(self) -> None:
        """The gateway starts, perhaps anew."""
        self.metrics = Metrics("1")
        self.streams = Streams(self.metrics, self.clock)

    def open(
        self, page: Page, login: str = "anna", position: Position | None = None, language: Language = "de"
    ) -> Stream:
        session = Session(User(login=login, name=login), "csrf", language, 0.0)
        stream = Stream(page, session, self.streams.feed(login), self.snapshot, self.clock, self.metrics)
        self.streams.add(stream)
        stream.start(position)
        return stream

    def snapshot(self, session: Session) -> dict[str, Any]:
        return {"values": dict(self.values)}

    def change(self, name: str = "a", login: str = "anna") -> None:
        self.values[name] = self.values.get(name, 0) + 1
        self.streams.send(login, "change", {"name": name, "value": self.values[name]})

    def lose(self, stream: Stream) -> None:
        """The connection breaks."""
        stream.closed()
        self.streams.discard(stream)

    def count(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


def test_a_snapshot_comes_first_and_everything_is_numbered() -> None:
    world, page = World(), Page()
    world.open(page)
    world.change()
    world.change()
    feed = world.streams.feed("anna").id
    assert page.messages == [
        {"type": "snapshot", "stream": feed, "seq": 0, "reason": "opened", "values": {}},
        {"type": "change", "seq": 1, "name": "a", "value": 1},
        {"type": "change", "seq": 2, "name": "a", "value": 2},
    ]


def test_a_page_that_comes_back_goes_on_where_it_was() -> None:
    world, page = World(), Page()
    stream = world.open(page)
    world.change()
    world.lose(stream)
    world.change()
    world.change("b")
    world.open(page, position=page.position)
    assert page.messages[2:] == [
        {"type": "resumed", "stream": world.streams.feed("anna").id, "seq": 1},
        {"type": "change", "seq": 2, "name": "a", "value": 2},
        {"type": "change", "seq": 3, "name": "b", "value": 1},
    ]
    assert page.values == world.values


def test_what_a_page_missed_is_forgotten_in_the_end() -> None:
    world, page = World(), Page()
    world.lose(world.open(page))
    world.clock.advance(KEPT + 1)
    world.change()
    world.open(page, position=page.position)
    assert (page.messages[-1]["type"], page.messages[-1]["reason"]) == ("snapshot", "lost")
    assert page.values == world.values


def test_after_a_restart_numbers_of_before_mean_nothing() -> None:
    world, page = World(), Page()
    world.open(page)
    world.change()
    world.start()
    world.open(Page())
    for _ in range(3):
        world.change()
    world.open(page, position=page.position)
    assert (page.messages[-1]["type"], page.messages[-1]["reason"]) == ("snapshot", "lost")
    assert page.values == world.values


def test_a_position_of_another_user_or_from_the_future_means_nothing() -> None:
    world, page = World(), Page()
    world.open(Page(), "jonas")
    for position in (Position(world.streams.feed("jonas").id, 0), Position(world.streams.feed("anna").id, 7)):
        world.open(page, position=position)
        assert page.messages[-1]["reason"] == "lost"


def test_memory_of_a_user_is_limited() -> None:
    world, page = World(), Page()
    stream = world.open(page)
    world.lose(stream)
    feed = world.streams.feed("anna")
    for number in range(2000):
        world.streams.send("anna", "change", {"name": "x" * 500, "value": number})
    assert feed.octets <= KEPT_OCTETS
    assert not feed.reaches(0)
    assert feed.reaches(feed.last - 100)
    world.open(page, position=page.position)
    assert page.messages[-1]["reason"] == "lost"


def test_an_event_too_large_to_be_kept_becomes_a_snapshot() -> None:
    world, page = World(), Page()
    world.open(page)
    world.streams.send("anna", "change", {"name": "x" * KEPT_OCTETS, "value": 1})
    assert (page.messages[-1]["reason"], page.messages[-1]["seq"]) == ("changed", 1)


def test_a_page_that_does_not_read_gets_one_snapshot_when_it_does() -> None:
    world, page = World(), Page()
    stream = world.open(page)
    stream.stall()
    stream.stall()
    for _ in range(1000):
        world.change()
    assert len(page.messages) == 1
    stream.resume()
    assert (page.messages[1]["reason"], page.messages[1]["seq"]) == ("slow", 1000)
    assert page.values == world.values
    world.clock.advance(2 * PATIENCE)
    assert page.code is None


def test_nothing_is_repeated_when_nothing_was_missed() -> None:
    world, page = World(), Page()
    stream = world.open(page)
    stream.stall()
    stream.resume()
    stream.resume()
    assert len(page.messages) == 1


def test_a_page_that_stops_reading_while_it_catches_up_is_given_no_more() -> None:
    world = World()
    page = Page()
    stream = world.open(page)
    world.lose(stream)
    for _ in range(5):
        world.change()

    class Slow(Page):
        def write(self, data: bytes) -> None:
            page.write(data)
            if len(page.messages) == 4:
                slow.stall()

    slow = Stream(Slow(), stream.session, world.streams.feed("anna"), world.snapshot, world.clock, world.metrics)
    slow.start(page.position)
    assert page.kinds == ["snapshot", "resumed", "change", "change"]
    slow.resume()
    assert page.kinds[4:] == ["snapshot"]
    assert page.values == world.values


def test_a_page_that_never_reads_is_closed() -> None:
    world, page = World(), Page()
    stream = world.open(page)
    stream.stall()
    world.clock.advance(PATIENCE)
    assert page.code == CloseCode.TOO_SLOW
    stream.resume()
    world.change()
    assert len(page.messages) == 1
    assert world.count("csta_slow_streams_total") == 1


def test_a_closed_stream_is_silent_and_leaves_no_timer() -> None:
    world, page = World(), Page()
    stream = world.open(page)
    stream.stall()
    stream.close(CloseCode.RESTART)
    stream.close(CloseCode.TOO_SLOW)
    stream.stall()
    world.change()
    assert (page.code, len(page.messages), world.clock.getDelayedCalls()) == (CloseCode.RESTART, 1, [])


def test_words_are_in_the_language_of_each_page() -> None:
    world, german, english = World(), Page(), Page()
    world.open(german)
    world.open(english, language="en")
    world.streams.send_words("anna", "change", lambda language: {"name": language, "value": 1})
    assert [each.messages[-1]["name"] for each in (german, english)] == ["de", "en"]


def test_when_much_has_changed_all_pages_begin_afresh() -> None:
    world, here, away = World(), Page(), Page()
    world.open(here)
    world.lose(world.open(away))
    world.streams.renew("anna")
    assert here.messages[-1]["reason"] == "changed"
    world.open(away, position=away.position)
    assert away.messages[-1]["reason"] == "lost"


class Visitor:
    """One page of Anna's and all that may happen to it."""

    def __init__(self) -> None:
        self.world, self.page = World(), Page()
        self.stream: Stream | None = self.world.open(self.page)

    def change(self) -> None:
        self.world.change("a")

    def change_another(self) -> None:
        self.world.change("b")

    def stall(self) -> None:
        if self.stream is not None:
            self.stream.stall()

    def read(self) -> None:
        if self.stream is not None:
            self.stream.resume()

    def lose(self) -> None:
        if self.stream is not None:
            self.world.lose(self.stream)
            self.stream = None

    def come_back(self) -> None:
        if self.stream is None:
            self.stream = self.world.open(self.page, position=self.page.position)

    def restart(self) -> None:
        self.lose()
        self.world.start()

    def be_forgotten(self) -> None:
        self.lose()
        self.world.clock.advance(KEPT + 1)

    def change_much(self) -> None:
        self.world.streams.renew("anna")

    def open_another(self) -> None:
        self.world.open(Page())


STEPS = (
    Visitor.change,
    Visitor.change_another,
    Visitor.stall,
    Visitor.read,
    Visitor.lose,
    Visitor.come_back,
    Visitor.restart,
    Visitor.be_forgotten,
    Visitor.change_much,
    Visitor.open_another,
)


@given(st.lists(st.sampled_from(STEPS), max_size=40))
def test_whatever_happens_a_page_that_reads_knows_the_truth(steps: list[Callable[[Visitor], None]]) -> None:
    visitor = Visitor()
    for step in steps:
        step(visitor)
    visitor.come_back()
    visitor.read()
    assert visitor.page.values == visitor.world.values


def test_every_page_of_a_user_hears_and_nobody_elses() -> None:
    world = World()
    pages = [Page(), Page(), Page()]
    _, two, _ = world.open(pages[0]), world.open(pages[1]), world.open(pages[2], "jonas")
    world.change()
    world.lose(two)
    world.streams.discard(two)
    world.change()
    assert [page.kinds.count("change") for page in pages] == [2, 1, 0]
    assert world.count("csta_event_streams") == 2
    world.streams.close_all(CloseCode.RESTART)
    assert [page.code for page in pages] == [1012, None, 1012]


def test_a_user_has_only_so_many_pages() -> None:
    world = World()
    for _ in range(STREAMS_PER_USER):
        assert not world.streams.full("anna")
        world.open(Page())
    assert world.streams.full("anna")
    assert not world.streams.full("jonas")
