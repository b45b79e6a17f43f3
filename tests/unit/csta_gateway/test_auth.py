from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from crm_adapter.users import User, Users
from csta_gateway.auth import FREE_ATTEMPTS, LONGEST_PAUSE, SESSIONS_PER_USER, Session, Sessions, Throttle, verify
from csta_gateway.failures import ApiError
from csta_gateway.sessionfile import SessionFile

USERS = Users(
    [
        User(login="anna", name="Anna", password_hash="hash of right", language="en"),
        User(login="jonas", name="Jonas", password_hash="hash of his"),
        User(login="desk", name="Desk"),
    ]
)
RIGHT = "right"
LIFETIME = 3600.0


async def at_once(stored: str, password: str) -> bool:
    return stored == f"hash of {password}"


def sessions(clock: Clock) -> Sessions:
    return Sessions(USERS, clock, LIFETIME, at_once)


def open_session(all_: Sessions, login: str = "anna", password: str = RIGHT, address: str = "a") -> tuple[str, Session]:
    opening = Deferred.fromCoroutine(all_.open(login, password, address))
    result: list[tuple[str, Session]] = []
    opening.addCallback(result.append)
    return result[0]


def refused(all_: Sessions, login: str, password: str, address: str = "a") -> ApiError:
    errors: list[ApiError] = []
    Deferred.fromCoroutine(all_.open(login, password, address)).addErrback(_keep(errors))
    return errors[0]


def _keep(errors: list[ApiError]) -> Callable[[Failure], None]:
    def keep(failure: Failure) -> None:
        assert isinstance(failure.value, ApiError)
        errors.append(failure.value)

    return keep


def test_the_right_password_opens_a_session() -> None:
    all_ = sessions(Clock())
    token, session = open_session(all_)
    assert all_.find(token) is session
    assert (session.user.login, session.language) == ("anna", "en")
    assert session.has_csrf(session.csrf)
    assert not session.has_csrf("")
    assert not session.has_csrf("täuschung")


@pytest.mark.parametrize(("login", "password"), [("anna", "wrong"), ("nobody", "right"), ("desk", ""), ("", "")])
def test_anything_else_does_not(login: str, password: str) -> None:
    assert refused(sessions(Clock()), login, password).id == "login_failed"


def test_passwords_are_kept_as_argon2_hashes() -> None:
    stored = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("right")
    assert verify(stored, "right")
    assert not verify(stored, "wrong")
    assert not verify("no hash", "right")


def test_tokens_are_unlike_each_other_and_not_kept() -> None:
    all_ = sessions(Clock())
    (one, first), (other, second) = open_session(all_), open_session(all_)
    assert len({one, other, first.csrf, second.csrf}) == 4
    assert one not in repr(vars(all_))


@pytest.mark.parametrize("token", ["", "made up", "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")])
def test_a_made_up_token_finds_nothing(token: str) -> None:
    all_ = sessions(Clock())
    open_session(all_)
    assert all_.find(token) is None


def test_a_session_ends_when_it_is_not_used() -> None:
    clock = Clock()
    all_ = sessions(clock)
    idle, _ = open_session(all_)
    busy, session = open_session(all_)
    clock.advance(LIFETIME - 1)
    assert all_.find(busy) is session
    clock.advance(2)
    assert all_.find(idle) is None
    assert all_.find(busy) is session
    clock.advance(LIFETIME + 1)
    assert all_.find(busy) is None


def test_an_open_page_keeps_its_session() -> None:
    clock = Clock()
    all_ = sessions(clock)
    token, session = open_session(all_)
    page: Callable[[], None] = lambda: None  # noqa: E731 -- something that hangs on the session
    session.on_end.add(page)
    for _ in range(3):
        clock.advance(LIFETIME + 1)
        all_.find("another")
    session.on_end.discard(page)
    assert all_.find(token) is session
    clock.advance(LIFETIME + 1)
    assert all_.find(token) is None


def test_logging_out_ends_what_hangs_on_the_session() -> None:
    all_ = sessions(Clock())
    token, session = open_session(all_)
    ended: list[bool] = []
    session.on_end.add(lambda: ended.append(True))
    all_.close(session)
    all_.close(session)
    assert all_.find(token) is None
    assert ended == [True]


def test_the_oldest_session_makes_room() -> None:
    all_ = sessions(Clock())
    others, _ = open_session(all_, "jonas", "his")
    tokens = [open_session(all_)[0] for _ in range(SESSIONS_PER_USER + 1)]
    assert all_.find(tokens[0]) is None
    assert all(all_.find(token) for token in [*tokens[1:], others])


def test_guessing_is_slowed_down_more_and_more() -> None:
    clock = Clock()
    all_ = sessions(clock)
    for _ in range(FREE_ATTEMPTS):
        assert refused(all_, "anna", "wrong").id == "login_failed"
    error = refused(all_, "anna", "right")
    assert (error.id, error.retry_after) == ("too_many_attempts", 2)
    clock.advance(1.1)
    assert refused(all_, "anna", "wrong").id == "login_failed"
    assert refused(all_, "anna", "right").retry_after == 3
    clock.advance(2.1)
    open_session(all_)


def test_a_user_is_protected_from_many_addresses_and_all_users_from_one() -> None:
    all_ = sessions(Clock())
    for number in range(FREE_ATTEMPTS):
        refused(all_, "anna", "wrong", f"address {number}")
    assert refused(all_, "anna", "right", "another").id == "too_many_attempts"
    all_ = sessions(Clock())
    for number in range(FREE_ATTEMPTS):
        refused(all_, f"user {number}", "wrong")
    assert refused(all_, "jonas", "his").id == "too_many_attempts"


def test_attempts_at_the_same_moment_count_too() -> None:
    clock = Clock()
    waiting: list[Deferred[bool]] = []

    def later(stored: str, password: str) -> Deferred[bool]:
        waiting.append(Deferred())
        return waiting[-1]

    all_ = Sessions(USERS, clock, LIFETIME, later)
    errors: list[ApiError] = []
    for _ in range(50):
        Deferred.fromCoroutine(all_.open("anna", "guess", "a")).addErrback(_keep(errors))
    assert len(waiting) == FREE_ATTEMPTS
    assert {error.id for error in errors} == {"too_many_attempts"}


def test_an_own_account_does_not_clear_the_address() -> None:
    all_ = sessions(Clock())
    for _ in range(2 * FREE_ATTEMPTS):
        refused(all_, "anna", "guess")
        Deferred.fromCoroutine(all_.open("jonas", "his", "a")).addErrback(_keep([]))
    assert refused(all_, "anna", "right").id == "too_many_attempts"


def test_the_pause_has_an_end_and_the_memory_a_limit() -> None:
    throttle = Throttle(Clock())
    for _ in range(100):
        throttle.failed("x")
    assert throttle.pause("x") == LONGEST_PAUSE
    for number in range(20_000):
        throttle.failed(f"key {number}")
    assert throttle.pause("x") == 0


class Restarted:
    """The log-ins of one gateway after the other."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sessions.json"
        self.clock = Clock()
        self.clock.advance(1_000_000)
        self.users = Users(USERS)

    def start(self) -> Sessions:
        return Sessions(self.users, self.clock, LIFETIME, at_once, SessionFile(self.path))


@pytest.fixture
def restarted(tmp_path: Path) -> Restarted:
    return Restarted(tmp_path)


def test_a_restart_logs_nobody_out(restarted: Restarted) -> None:
    before = restarted.start()
    token, session = open_session(before)
    session.language = "de"
    other, _ = open_session(before, "jonas", "his")
    before.save()
    after = restarted.start()
    open_session(after, "jonas", "his")
    again = after.find(token)
    assert again is not None
    assert again is after.find(token)
    assert (again.user.login, again.language, again.csrf) == ("anna", "de", session.csrf)
    assert restarted.start().find(other)


def test_the_file_holds_no_token_and_is_its_owners(restarted: Restarted) -> None:
    token, session = open_session(restarted.start())
    text = restarted.path.read_text()
    assert not any(secret in text for secret in (token, session.csrf, session.user.password_hash))
    assert stat.S_IMODE(restarted.path.stat().st_mode) == 0o600


def test_who_has_logged_out_stays_out(restarted: Restarted) -> None:
    before = restarted.start()
    token, session = open_session(before)
    before.close(session)
    assert restarted.start().find(token) is None


@pytest.mark.parametrize(
    "now", [[], [User(login="anna", name="Anna", password_hash="hash of another")]], ids=["gone", "other password"]
)
def test_who_has_gone_or_has_another_password_logs_in_again(restarted: Restarted, now: list[User]) -> None:
    token, _ = open_session(restarted.start())
    restarted.users = Users(now)
    assert restarted.start().find(token) is None


def test_a_log_in_gets_no_older_by_a_restart(restarted: Restarted) -> None:
    token, _ = open_session(restarted.start())
    after = restarted.start()
    restarted.clock.advance(LIFETIME + 1)
    assert restarted.start().find(token) is None
    assert after.find(token) is None


BAD_TOKEN = b'[{"token": "zz", "login": "anna", "language": "de", "used": 0, "password": ""}]'


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'[{"token": 1}]', BAD_TOKEN])
def test_a_broken_file_costs_a_log_in(restarted: Restarted, content: bytes) -> None:
    restarted.path.write_bytes(content)
    token, _ = open_session(restarted.start())
    assert restarted.start().find(token)


def test_a_file_that_cannot_be_written_stops_nobody(restarted: Restarted) -> None:
    restarted.path = restarted.path / "nowhere"
    token, _ = open_session(all_ := restarted.start())
    assert all_.find(token)
