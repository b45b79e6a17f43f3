"""Programs that use the API with a token, and the command that makes tokens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crm_adapter.errors import DirectoryError
from crm_adapter.sources import records
from csta.model.events import CallEnded
from csta.model.states import ConnectionState
from csta_gateway import tokens
from csta_gateway.audit import files
from csta_gateway.cli import main
from csta_gateway.policy import Scope
from csta_gateway.tokens import PREFIX, Token
from tests.unit.csta_gateway.test_cli import SETTINGS
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import Browser, Reply, World

NOW = 2_000_000
"""The time of the tests, Unix milliseconds."""


class Program:
    """Speaks HTTP with a token and knows of no cookie."""

    def __init__(self, world: World, *scopes: Scope, login: str | None = None, expires: int = NOW + 600_000) -> None:
        self.world = world
        self.browser: Browser = world.browser()
        self.token = tokens.make()
        known = Token(name="helpdesk", login=login, scopes=frozenset(scopes), created=NOW, expires=expires)
        assert world.database.do(tokens.add, self.token, known)

    def ask(self, method: str, path: str, content: object = None) -> Reply:
        return self.browser.ask(method, path, content, Authorization=f"Bearer {self.token}")

    def known(self) -> Token:
        (token,) = self.world.database.do(tokens.every)
        return token


def test_a_program_dials_for_a_user_without_the_token_of_a_page(world: World) -> None:
    program = Program(world, "calls:control", login="anna")
    assert program.ask("POST", "/api/calls", {"number": "2002"}).status == 201
    assert world.switch.sent == [("make_call", "2001", "2002")]
    assert program.ask("POST", "/api/calls", {"number": "2002", "device": "2002"}).error == "forbidden"
    assert program.known().used == NOW


def test_a_program_of_its_own_dials_from_any_telephone_and_touches_nobodys_calls(world: World) -> None:
    program = Program(world, "calls:control", "calls:read")
    world.switch.ring()
    (call,) = program.ask("GET", "/api/devices/2001/calls").json["calls"]
    assert (call["name"], call["actions"]) == ("Erika Mustermann", [])
    assert program.ask("POST", "/api/calls/c1/clear").error == "forbidden"
    assert program.ask("POST", "/api/calls", {"number": "2002"}).error == "forbidden"
    assert program.ask("POST", "/api/calls", {"number": "2003", "device": "2002"}).status == 201
    assert world.switch.sent == [("make_call", "2002", "2003")]


@pytest.mark.parametrize(
    ("scope", "path"),
    [
        ("calls:read", "/api/calls"),
        ("directory:read", "/api/colleagues"),
        ("journal:read", "/api/journal"),
        ("admin", "/api/links"),
    ],
)
def test_a_token_opens_what_its_scope_says_and_nothing_else(world: World, scope: Scope, path: str) -> None:
    program = Program(world, scope, login="chef")
    opened = [
        each
        for each in ("/api/calls", "/api/colleagues", "/api/journal", "/api/links", "/api/me")
        if program.ask("GET", each).status == 200
    ]
    assert opened == [path]


def test_no_scope_gives_more_than_the_role(world: World) -> None:
    assert Program(world, "admin", login="anna").ask("GET", "/api/links").error == "forbidden"


@pytest.mark.parametrize(
    "options",
    [{"expires": NOW}, {"expires": NOW - 1}, {"login": "gone"}],
    ids=["its last moment", "over", "a user who is gone"],
)
def test_a_token_that_is_not_good_is_refused(world: World, options: dict[str, object]) -> None:
    answer = Program(world, "calls:read", **options).ask("GET", "/api/calls")  # type: ignore[arg-type] # a table
    assert (answer.status, answer.error) == (401, "token_invalid")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_bad_token_does_not_fall_back_to_the_cookie(world: World) -> None:
    browser = world.browser("anna")
    assert browser.get("/api/calls", Authorization="Bearer wrong").error == "token_invalid"
    assert browser.get("/api/calls", Authorization="Basic YTpi").status == 200
    assert world.browser().get("/api/calls", Authorization="Basic YTpi").error == "not_logged_in"


def test_the_token_in_the_address_is_no_token(world: World) -> None:
    program = Program(world, "calls:read")
    assert program.browser.get(f"/api/calls?access_token={program.token}").error == "not_logged_in"


def test_guessing_is_slowed_down_and_keeps_no_good_token_waiting(world: World) -> None:
    program = Program(world, "calls:read")
    answers = [program.browser.get("/api/calls", Authorization=f"Bearer {guess}") for guess in range(6)]
    assert [answer.error for answer in answers] == ["token_invalid"] * 5 + ["too_many_attempts"]
    assert answers[-1].headers["retry-after"] == "2"
    assert program.ask("GET", "/api/calls").status == 200


def test_a_revoked_token_is_worthless_at_once(world: World) -> None:
    program = Program(world, "calls:read", login="anna")
    assert program.ask("GET", "/api/calls").status == 200
    assert world.database.do(tokens.revoke, "helpdesk")
    assert program.ask("GET", "/api/calls").error == "token_invalid"


def test_the_last_use_is_noted_about_to_the_minute(world: World) -> None:
    program = Program(world, "calls:read")
    assert program.known().used is None
    for passed, noted in ((0, NOW), (59, NOW), (2, NOW + 61_000)):
        world.clock.advance(passed)
        program.ask("GET", "/api/calls")
        assert program.known().used == noted


def listening(program: Program) -> Socket:
    return Socket(program.browser, Authorization=f"Bearer {program.token}")


def test_a_program_hears_events_until_its_token_is_revoked(world: World) -> None:
    program = Program(world, "calls:read", login="anna")
    socket = listening(program)
    assert [each["type"] for each in socket.messages()] == ["snapshot"]
    call = world.switch.ring()
    assert "call" in [each["type"] for each in socket.messages()]
    world.clock.advance(31.0)
    world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    assert "call_ended" in [each["type"] for each in socket.messages()]
    world.database.do(tokens.revoke, "helpdesk")
    world.clock.advance(31.0)
    assert socket.close_code() == 4001


def test_a_program_of_its_own_has_no_stream(world: World) -> None:
    assert Program(world, "calls:read").ask("GET", "/api/events").error == "forbidden"


def test_a_token_is_kept_as_what_cannot_be_turned_back(world: World, tmp_path: Path) -> None:
    program = Program(world, "calls:read")
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("journal.db*"))
    assert tokens.digest(program.token).encode() in kept
    assert program.token.encode() not in kept
    assert program.token.startswith(PREFIX)
    assert program.token != tokens.make()


@pytest.fixture
def settings(tmp_path: Path) -> str:
    file = tmp_path / "gateway.toml"
    file.write_text(SETTINGS.format(port=0, folder=tmp_path) + f'[audit]\nfolder = "{tmp_path}/audit"\n')
    return str(file)


def test_tokens_are_made_listed_and_revoked(settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    end = ["--config", settings]
    create = ["token", "create", "helpdesk", "--scope", "calls:read", "--scope", "admin"]
    assert main([*create, "--user", "anna", "--days", "30", *end]) == 0
    made, words = capsys.readouterr()
    assert made.startswith(PREFIX)
    assert "not shown again" in words
    assert main([*create, "--service", *end]) == 1
    assert "there is a token 'helpdesk' already" in capsys.readouterr().err
    assert main(["token", "list", *end]) == 0
    name, whom, scopes, until, used = capsys.readouterr().out.rstrip("\n").split("\t")
    assert (name, whom, scopes, used) == ("helpdesk", "user anna", "admin calls:read", "never used")
    assert until.startswith("expires 20")
    assert main(["token", "revoke", "helpdesk", *end]) == 0
    assert main(["token", "revoke", "helpdesk", *end]) == 1
    assert "no token 'helpdesk'" in capsys.readouterr().err
    assert main(["token", "list", *end]) == 0
    assert capsys.readouterr().out == ""


def test_who_makes_and_revokes_tokens_is_in_the_audit_log(
    settings: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SUDO_USER", "petra")
    create = ["token", "create", "helpdesk", "--scope", "calls:read", "--scope", "admin", "--config", settings]
    assert [main([*create, "--user", "anna"]), main([*create, "--service"])] == [0, 1]
    assert [main(["token", "revoke", "helpdesk", "--config", settings]) for _ in range(2)] == [0, 1]
    (path,) = files(tmp_path / "audit")
    made, revoked = map(json.loads, path.read_bytes().splitlines())
    known = {"user": "petra", "token": "helpdesk", "by": "command"}
    details = {"login": "anna", "scopes": "admin calls:read", "days": 365}
    assert made.items() >= {**known, **details, "event": "token_made"}.items()
    assert revoked.items() >= {**known, "event": "token_revoked"}.items()
    token = capsys.readouterr().out.strip()
    assert token.startswith(PREFIX)
    assert token not in path.read_text()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--days", "0"], "must be a number of days from 1 to 3650"),
        (["--days", "x"], "must be a number of days from 1 to 3650"),
        (["--scope", "everything"], "invalid choice: 'everything'"),
        (["--service"], "not allowed with argument"),
    ],
)
def test_what_makes_no_sense_is_told(
    settings: str, capsys: pytest.CaptureFixture[str], wrong: list[str], words: str
) -> None:
    with pytest.raises(SystemExit):
        main(["token", "create", "x", "--user", "anna", "--scope", "admin", *wrong, "--config", settings])
    assert words in capsys.readouterr().err


def test_no_source_makes_a_user_a_program() -> None:
    with pytest.raises(DirectoryError, match="one of user, supervisor, admin"):
        records.user({"role": "service"}, "eve", ())
