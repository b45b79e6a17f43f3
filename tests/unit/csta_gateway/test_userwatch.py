"""Users who change while the gateway runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec import structs
from twisted.internet.defer import Deferred

from crm_adapter.errors import DirectoryError
from crm_adapter.staff import StaffSource
from crm_adapter.users import User
from csta_gateway.streams import CloseCode
from csta_gateway.userwatch import UserWatch
from tests.unit.csta_gateway.crm import USERS
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World

ANNA, JONAS, CHEF, LAGER = USERS


@pytest.fixture
def changed(world: World) -> Callable[..., None]:
    """Gives the source these users, and lets a minute pass."""

    def change(*users: User) -> None:
        async def now() -> tuple[User, ...]:
            return users

        world.crm.users = now  # type: ignore[method-assign] # the CRM has changed
        world.clock.advance(60.0)

    watch = UserWatch(world.gateway, StaffSource(world.crm), world.clock)
    watch.start()
    return change


def test_monitors_start_and_stop_with_the_devices_of_users(world: World, changed: Callable[..., None]) -> None:
    assert world.switch.watched == ["2001", "2002", "2003", "2004"]
    changed(structs.replace(ANNA, devices=("2001", "2901")), CHEF, structs.replace(LAGER, cti_enabled=True))
    assert sorted(world.switch.watched) == ["2001", "2003", "2004", "2009", "2901"]
    assert world.gateway.links.by_device("2002") is None
    assert world.gateway.users.by_extension("2002") is None


def test_a_session_has_the_new_rights_at_once(world: World, changed: Callable[..., None]) -> None:
    browser = world.browser("anna")
    changed(structs.replace(ANNA, devices=("2901",)), JONAS, CHEF, LAGER)
    assert [device["id"] for device in browser.get("/api/me").json["user"]["devices"]] == ["2901"]
    world.switch.ring("2901")
    assert browser.post("/api/calls/c1/answer").status == 204


@pytest.mark.parametrize("users", [(JONAS, CHEF), (structs.replace(ANNA, password_hash="other"), JONAS, CHEF)])
def test_who_is_gone_or_has_another_password_is_logged_out(
    world: World, changed: Callable[..., None], users: tuple[User, ...]
) -> None:
    anna, jonas = world.browser("anna"), world.browser("jonas")
    changed(*users)
    assert anna.get("/api/me").status == 401
    assert jonas.get("/api/me").status == 200


def test_a_page_is_told_when_cti_is_switched_off_and_can_come_back(world: World, changed: Callable[..., None]) -> None:
    anna, jonas = world.browser("anna"), world.browser("jonas")
    page, other = Socket(anna), Socket(jonas)
    page.messages(), other.messages()
    changed(structs.replace(ANNA, cti_enabled=False), JONAS, CHEF, LAGER)
    assert page.close_code() == Socket(anna).close_code() == CloseCode.CTI_OFF
    assert other.close_code() is None
    assert anna.get("/api/me").json["user"]["cti_enabled"] is False
    assert anna.get("/api/colleagues").error == "forbidden"
    changed(ANNA, JONAS, CHEF, LAGER)
    assert [each["type"] for each in Socket(anna).messages()] == ["snapshot"]


def test_users_who_contradict_each_other_leave_everything_as_it_was(world: World, changed: Callable[..., None]) -> None:
    changed(ANNA, structs.replace(JONAS, extension="2001"))
    assert [user.login for user in world.gateway.users] == ["anna", "jonas", "chef", "lager"]
    changed(ANNA)
    assert world.switch.watched == ["2001"]


def test_a_source_that_is_away_leaves_everything_as_it_was_and_is_asked_again(
    world: World, changed: Callable[..., None]
) -> None:
    async def away() -> tuple[User, ...]:
        raise DirectoryError("down")

    world.crm.users = away  # type: ignore[method-assign] # the CRM is away
    world.clock.advance(60.0)
    assert len(world.gateway.users) == 4
    changed(ANNA)
    assert len(world.gateway.users) == 1


def test_a_stopped_watch_changes_nothing(world: World) -> None:
    waiting: Deferred[tuple[User, ...]] = Deferred()

    async def slow() -> tuple[User, ...]:
        return await waiting

    world.crm.users = slow  # type: ignore[method-assign] # the CRM takes its time
    watch = UserWatch(world.gateway, StaffSource(world.crm), world.clock)
    watch.start()
    world.clock.advance(60.0)
    watch.stop()
    waiting.callback((ANNA,))
    assert len(world.switch.watched) == 4
    assert not [call for call in world.clock.getDelayedCalls() if call.func == watch._look]
