from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from csta.errors import ServiceError
from csta.model.events import DeviceChanged, ModelEvent
from csta.model.fake import FakeProvider
from csta.model.states import Service
from csta.recorder.live import Recording
from csta_gateway.config import Connection, Link
from csta_gateway.links import Links, SwitchLink
from csta_gateway.metrics import Metrics
from csta_gateway.watching import RETRY

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World

NORTH = Link(name="North", endpoint="tcp:north:1", devices=("20*", "3001"))
SOUTH = Link(name="South", endpoint="tcp:south:1")


class Hall:
    """Two links to friendly switches."""

    def __init__(self, *links: Link, services: tuple[Service, ...] = tuple(Service)) -> None:
        self.clock = Clock()
        self.providers: dict[str, FakeProvider] = {}
        self.heard: list[tuple[str, ModelEvent]] = []
        self.forgotten: list[str] = []
        self.services = services
        self.metrics = Metrics("1")
        self.links = Links(map(Connection, links), ["2001", "3001", "3002"], self.provider, self.clock, self.metrics)

    def provider(self, link: Connection, recording: Recording) -> FakeProvider:
        self.providers[link.name] = FakeProvider(self.clock, self.services)
        return self.providers[link.name]

    def start(self) -> None:
        self.links.start(lambda link, event: self.heard.append((link.state.name, event)), self.forgotten.append)

    def link(self, device: str) -> SwitchLink:
        link = self.links.by_device(device)
        assert link is not None
        return link


@pytest.mark.parametrize(("device", "name"), [("2001", "North"), ("3001", "North"), ("3002", "South")])
def test_a_device_goes_to_the_first_link_that_serves_it(device: str, name: str) -> None:
    assert Hall(NORTH, SOUTH).link(device).state.name == name


def test_a_device_no_link_serves_can_do_nothing() -> None:
    hall = Hall(NORTH)
    assert hall.links.by_device("3002") is None
    assert hall.links.capabilities("3002") == frozenset()


def test_what_can_be_done_depends_on_the_link() -> None:
    hall = Hall(NORTH, SOUTH)
    assert hall.links.capabilities("2001") == frozenset()
    hall.start()
    assert hall.links.capabilities("2001") == frozenset(Service)
    hall.providers["North"].lose_link("cable")
    assert hall.links.capabilities("2001") == frozenset()
    assert hall.links.capabilities("3002") == frozenset(Service)
    assert (hall.link("2001").state.up, hall.link("2001").state.reason) == (False, "cable")


def test_features_are_asked_for_whenever_the_link_comes_up() -> None:
    hall = Hall(SOUTH)
    hall.start()
    provider = hall.providers["South"]
    provider.lose_link("cable")
    provider._do_not_disturb["2001"] = True
    provider.restore_link()
    assert hall.link("2001").devices["2001"].do_not_disturb is True


def test_a_switch_without_features_leaves_them_unknown() -> None:
    hall = Hall(SOUTH, services=(Service.MAKE_CALL,))
    hall.start()
    state = hall.link("2001").devices["2001"]
    assert (state.do_not_disturb, state.forwarding, state.in_service) == (None, {}, True)


@pytest.mark.parametrize(
    ("able", "do_not_disturb"), [((Service.GET_DO_NOT_DISTURB,), True), ((), None)], ids=["tells", "cannot tell"]
)
def test_what_is_set_at_a_device_is_asked_anew_on_another_way(
    able: tuple[Service, ...], do_not_disturb: bool | None
) -> None:
    hall = Hall(SOUTH)
    hall.start()
    provider = hall.providers["South"]
    assert hall.link("2001").devices["2001"].do_not_disturb is False
    provider._services = frozenset(able)
    provider._do_not_disturb["2001"] = True
    lacks = frozenset({Service.HOLD_CALL})
    provider._tell(DeviceChanged("2001", via="windows", lacks=lacks))
    state = hall.link("2001").devices["2001"]
    assert (state.via, state.lacks, state.do_not_disturb) == ("windows", lacks, do_not_disturb)


def test_losses_are_counted_once_however_often_it_is_tried(world: World) -> None:
    for _ in range(3):
        world.switch.go_down()
    sample = world.gateway.metrics.registry.get_sample_value
    assert sample("csta_link_losses_total", {"link": "HQ"}) == 1
    assert sample("csta_link_up", {"link": "HQ"}) == 0


def test_a_device_the_switch_does_not_know_is_shown_and_harms_no_other(make_world: Any) -> None:  # noqa: ANN401
    world = make_world(unknown=frozenset({"2003"}))
    devices = next(iter(world.gateway.links)).devices
    assert not devices["2003"].in_service
    assert sorted(world.switch.watched) == ["2001", "2002", "2004"]


def test_a_device_that_comes_back_is_counted_and_asked_again(make_world: Any) -> None:  # noqa: ANN401
    world = make_world(unknown=frozenset({"2004"}))
    link = next(iter(world.gateway.links))
    sample = world.gateway.metrics.registry.get_sample_value
    assert sample("csta_monitors", {"link": "HQ"}) == 3
    assert link.devices["2004"].do_not_disturb is None
    world.switch.tell(DeviceChanged("2004", in_service=True))
    assert sample("csta_monitors", {"link": "HQ"}) == 4
    assert link.devices["2004"].do_not_disturb is True
    world.switch.go_down()
    assert sample("csta_monitors", {"link": "HQ"}) == 0


@pytest.mark.parametrize("wait", ["link", "clock"])
def test_a_device_that_was_refused_is_asked_for_again(make_world: Any, wait: str) -> None:  # noqa: ANN401
    world = make_world(unknown=frozenset({"2004"}))
    link = next(iter(world.gateway.links))
    world.clock.advance(RETRY)
    assert not link.devices["2004"].in_service
    world.switch.unknown = frozenset()
    if wait == "link":
        world.switch.go_down()
        world.switch.come_up()
    else:
        world.clock.advance(RETRY)
    assert link.devices["2004"].in_service
    assert sorted(world.switch.watched) == ["2001", "2002", "2003", "2004"]


def test_an_event_of_a_strange_device_is_passed_over(world: World) -> None:
    world.switch.tell(DeviceChanged("9999", do_not_disturb=True))
    assert "9999" not in next(iter(world.gateway.links)).devices


def test_stopping_one_link_that_hangs_on_does_not_keep_the_others(world: World) -> None:
    hall = Hall(NORTH, SOUTH)
    hall.start()
    ended: list[object] = []

    async def broken() -> None:
        raise ConnectionError("still talking")

    hall.providers["North"].stop = broken  # type: ignore[method-assign] # what is shown
    Deferred.fromCoroutine(hall.links.stop()).addCallback(ended.append)
    assert ended == [None]
    assert not hall.providers["South"].link_up


def test_what_a_switch_answers_after_its_link_is_over_is_not_heard() -> None:
    hall = Hall(NORTH, SOUTH)
    waiting: Deferred[None] = Deferred()

    async def slow(device: str) -> None:
        await waiting

    hall.providers["South"].monitor = slow  # type: ignore[method-assign] # the switch takes its time
    hall.start()
    hall.links.replace((Connection(NORTH),), {"2001"})
    hall.heard.clear()
    waiting.errback(ServiceError("MonitorStart", "operation", "invalidDeviceID"))
    assert hall.heard == []
    assert hall.metrics.registry.get_sample_value("csta_link_up", {"link": "South"}) is None
