"""Whom users may call and how often: numbers of every sort, wherever a number is sent to the switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from twisted.internet.task import Clock

from crm_adapter.destinations import Destination
from crm_adapter.location import Location
from crm_adapter.numbers import dial
from crm_adapter.users import User
from csta_gateway.audit import AuditLog
from csta_gateway.config import Audit, Config
from csta_gateway.config_dialling import Allowance, Dialling
from csta_gateway.dialling import DialLimits
from csta_gateway.failures import ApiError
from csta_gateway.metrics import Metrics

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.csta_gateway.conftest import World

HERE = Location(country="DE", area_code="089", internal_length=4)
ANNA = User(login="anna", name="Anna", devices=("2001",))
EVERYWHERE: tuple[Destination, ...] = ("internal", "national", "mobile", "international", "premium")


@pytest.fixture
def make_limits(tmp_path: Path) -> Callable[..., DialLimits]:
    def make(settings: Dialling, clock: Clock | None = None) -> DialLimits:
        clock = clock or Clock()
        audit = AuditLog(Audit(folder=str(tmp_path / "audit")), clock.seconds)
        return DialLimits(settings, clock, Metrics("1"), audit)

    return make


def refused(limits: DialLimits, number: str, user: User = ANNA) -> str | None:
    """Why a call is refused, or None."""
    try:
        limits.admit(user, dial(number, HERE), HERE)
    except ApiError as refusal:
        return refusal.reason or f"{refusal.id} {refusal.retry_after}"
    return None


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("2002", None),
        ("089 1234567", None),
        ("0171 3920088", None),
        ("+44 161 4960142", None),
        ("0800 3301000", None),
        ("0900 5123456", "premium"),
        ("0049 900 5123456", "premium"),
        ("+44 909 8790000", "premium"),
        ("+881 6 12345678", "premium"),
        ("+882 16 12345", "premium"),
        ("11833", "premium"),
        ("0180 5 123456", "premium"),
        ("112", None),
        ("0112", None),
        ("110", None),
    ],
)
def test_costly_numbers_are_refused_unless_somebody_allows_them(
    make_limits: Callable[..., DialLimits], number: str, reason: str | None
) -> None:
    assert refused(make_limits(Dialling()), number) == reason
    assert refused(make_limits(Dialling(allowed=EVERYWHERE)), number) is None


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("2002", "internal"),
        ("089 1234567", "national"),
        ("0171 3920088", "mobile"),
        ("+43 664 1234567", "international"),
        ("112", None),
    ],
)
def test_what_is_not_allowed_is_refused_by_its_sort(
    make_limits: Callable[..., DialLimits], number: str, reason: str | None
) -> None:
    assert refused(make_limits(Dialling(allowed=())), number) == reason


@pytest.mark.parametrize("prefix", ["+43", "0043", "00 43", "+43 1", "0043 1"])
@pytest.mark.parametrize("number", ["+43 1 9999817", "0043 1 9999817", "0043/1/9999817"])
def test_a_beginning_is_denied_in_every_spelling(
    make_limits: Callable[..., DialLimits], prefix: str, number: str
) -> None:
    limits = make_limits(Dialling(denied_prefixes=(prefix,)))
    assert refused(limits, number) == "prefix"
    assert refused(limits, "+41 44 6681800") is None


def test_a_user_goes_before_a_role_and_a_role_before_the_rest(make_limits: Callable[..., DialLimits]) -> None:
    limits = make_limits(
        Dialling(
            allowed=("internal",),
            roles={"supervisor": Allowance(allowed=("internal", "national"), denied_prefixes=("030",))},
            users={"anna": Allowance(allowed=EVERYWHERE)},
        )
    )
    others = User(login="jonas", name="Jonas")
    boss = User(login="chef", name="Cora", role="supervisor")
    own = structs.replace(boss, login="anna")
    table = {(others, "089 1234567"): "national", (boss, "089 1234567"): None, (boss, "0900 5123456"): "premium"}
    table |= {(boss, "030 1234567"): "prefix", (own, "030 1234567"): "prefix", (own, "0900 5123456"): None}
    for (user, number), reason in table.items():
        assert refused(limits, number, user) == reason


def test_calls_are_counted_by_minute_and_hour(make_limits: Callable[..., DialLimits]) -> None:
    clock = Clock()
    limits = make_limits(Dialling(calls_per_minute=2, calls_per_hour=3), clock)
    assert [refused(limits, "089 1234567") for _ in range(3)] == [None, None, "dial_rate 60"]
    clock.advance(20)
    assert refused(limits, "089 1234567") == "dial_rate 40"
    assert refused(limits, "089 1234567", User(login="jonas", name="Jonas")) is None
    clock.advance(40)
    assert [refused(limits, "089 1234567") for _ in range(2)] == [None, "dial_rate 3540"]
    clock.advance(3540)
    assert refused(limits, "089 1234567") is None


def test_no_calls_at_all(make_limits: Callable[..., DialLimits]) -> None:
    limits = make_limits(Dialling(calls_per_minute=0))
    assert refused(limits, "089 1234567") == "dial_rate 60"
    assert [refused(limits, "2002") for _ in range(50)] == [None] * 50


DESTINATIONS = st.lists(st.sampled_from(EVERYWHERE), unique=True)
PREFIXES = st.lists(st.sampled_from(["1", "11", "112", "0", "0112", "+", "110"]).filter(lambda each: each != "+"))
COUNTS = st.integers(0, 3)
SETTINGS = st.builds(
    lambda allowed, prefixes, minute, hour: {
        "allowed": tuple(allowed),
        "denied_prefixes": tuple(prefixes),
        "calls_per_minute": minute,
        "calls_per_hour": hour,
    },
    DESTINATIONS,
    PREFIXES,
    COUNTS,
    COUNTS,
)


@given(SETTINGS, SETTINGS, SETTINGS, st.lists(st.sampled_from(["089 1234567", "112", "0900 5123456", "2002"])))
def test_whatever_is_set_and_was_called_before_emergency_calls_go_through(
    general: dict[str, Any], role: dict[str, Any], own: dict[str, Any], calls: list[str]
) -> None:
    settings = Dialling(**general, roles={"user": Allowance(**role)}, users={"anna": Allowance(**own)})
    clock = Clock()
    limits = DialLimits(settings, clock, Metrics("1"), AuditLog(Audit(folder="/dev/null/none"), clock.seconds))
    for number in calls:
        refused(limits, number)
    assert [refused(limits, number) for number in ("112", "110", "0112")] == [None] * 3


@pytest.mark.parametrize("prefix", ["abc", "+", "00*", ""])
def test_a_beginning_that_is_none_is_told(prefix: str) -> None:
    with pytest.raises(ValueError, match="no beginning of a number"):
        Dialling(denied_prefixes=(prefix,))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/api/dial/preview", {"number": "0900 5123456"}),
        ("POST", "/api/calls", {"number": "0900 5123456"}),
        ("POST", "/api/calls/c1/consult", {"number": "0900 5123456"}),
        ("POST", "/api/calls/c1/transfer", {"number": "0900 5123456"}),
        ("POST", "/api/calls/c1/deflect", {"number": "0900 5123456"}),
        ("PUT", "/api/devices/2001/forwarding", {"type": "forwardBusy", "destination": "0900 5123456"}),
    ],
)
def test_no_way_leads_around_it(world: World, method: str, path: str, body: dict[str, str]) -> None:
    world.switch.ring()
    answer = world.browser("anna").ask(method, path, body)
    assert (answer.status, answer.error, answer.json["reason"]) == (403, "dial_refused", "premium")
    assert "Administration" in answer.json["detail"]
    assert world.switch.sent == []
    told = [line for line in world.audited() if line["event"] == "dial_refused"]
    assert [(line["user"], line["reason"], line["number"]) for line in told] == (
        [] if "preview" in path else [("anna", "premium", "009005****")]
    )


def test_too_many_calls_are_told_with_when_to_try_again(make_world: Callable[..., World], settings: Config) -> None:
    world = make_world(structs.replace(settings, dialling=Dialling(calls_per_minute=1)))
    browser = world.browser("jonas")
    assert browser.post("/api/calls", {"number": "089 1234567"}).status == 201
    answer = browser.post("/api/calls", {"number": "089 1234567"})
    assert (answer.status, answer.error, answer.headers["retry-after"]) == (429, "dial_rate", "60")
    assert "in 60 seconds" in answer.json["detail"]
    assert len(world.switch.sent) == 1
