"""The agent as a service of Windows: what Windows is told, and what is installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import globalLogPublisher

from tapi_adapter import advapi, program, windows_service
from tapi_adapter.agent import Agent
from tapi_adapter.errors import ServiceControlError
from tapi_adapter.program import Exit, main, serve_windows
from tapi_adapter.windows_service import ACCOUNT, FAULT, SPECIFIC_ERROR, Control, Service, State
from tests.unit.tapi_adapter.agents import AgentBench
from tests.unit.tapi_adapter.fakeservices import FakeServices, Told

NAME = "csta-tapi-agent"
STARTED = [Told(State.START_PENDING), Told(State.RUNNING, accepted=5)]
STOPPED = [Told(State.STOP_PENDING), Told(State.STOPPED)]


@pytest.fixture
def windows() -> FakeServices:
    return FakeServices()


@pytest.fixture
def on_windows(windows: FakeServices, monkeypatch: pytest.MonkeyPatch) -> FakeServices:
    """For the program as a whole."""
    monkeypatch.setattr(advapi, "load", lambda: windows.advapi)
    return windows


@pytest.fixture
def log_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log of the program begins, and ends with the test."""
    begun: list[Any] = []

    class Beginner:
        def beginLoggingTo(self, observers: list[Any], *, redirectStandardIO: bool) -> None:
            for each in observers:
                globalLogPublisher.addObserver(each)
            begun.extend(observers)

    monkeypatch.setattr(program, "globalLogBeginner", Beginner())
    yield
    for each in begun:
        globalLogPublisher.removeObserver(each)


class FakeReactor(Clock):
    """Runs until it is stopped.

    :param scene: what happens meanwhile.
    """

    def __init__(self, scene: Callable[[], object]) -> None:
        super().__init__()
        self._scene = scene
        self._at_start: list[Callable[[], object]] = []
        self._at_end: list[Callable[[], Deferred[None]]] = []
        self.stops = 0

    def callWhenRunning(self, what: Callable[[], object]) -> None:
        self._at_start.append(what)

    def addSystemEventTrigger(self, phase: str, event: str, what: Callable[[], Deferred[None]]) -> None:
        assert (phase, event) == ("before", "shutdown")
        self._at_end.append(what)

    def callFromThread(self, what: Callable[[], object]) -> None:
        what()

    def stop(self) -> None:
        self.stops += 1
        self.left = [each() for each in self._at_end]

    def run(self, installSignalHandlers: bool) -> None:
        assert not installSignalHandlers  # Windows calls a service in another thread than the main one
        for each in self._at_start:
            each()
        self._scene()
        assert all(each.called for each in self.left)


class Nowhere:
    """An endpoint that never connects."""

    def connect(self, factory: object) -> Deferred[Any]:
        return Deferred()


def test_states_in_order(windows: FakeServices) -> None:
    stops: list[str] = []

    def serve(service: Service) -> int:
        service.running(lambda: stops.append("stop"))
        assert windows.control(Control.INTERROGATE) == 0
        assert windows.control(3) == 120
        assert windows.told == STARTED
        assert windows.control(Control.STOP) == 0
        assert windows.control(Control.STOP) == 0
        return 0

    assert Service(windows.advapi, NAME).run(serve) == 0
    assert windows.told == STARTED + STOPPED
    assert windows.hints == [10_000, 0, 30_000, 0]
    assert stops == ["stop"]


def test_a_service_that_fails(windows: FakeServices, logged: list[str]) -> None:
    def fail(service: Service) -> int:
        raise ZeroDivisionError

    assert Service(windows.advapi, NAME).run(fail) == FAULT
    assert windows.told == [STARTED[0], Told(State.STOPPED, code=(SPECIFIC_ERROR, FAULT))]
    assert logged == ["the service csta-tapi-agent failed"]


def test_a_console_is_not_windows_that_starts_a_service(windows: FakeServices) -> None:
    windows.waiting = False
    with pytest.raises(ServiceControlError, match="on a console, use `run`"):
        Service(windows.advapi, NAME).run(lambda service: 0)


def test_stopped_while_it_connects(windows: FakeServices) -> None:
    reactor = FakeReactor(lambda: windows.control(Control.SHUTDOWN))
    agent = Agent(reactor, Nowhere(), cast(Any, None), "gateway")
    Service(windows.advapi, NAME).run(lambda service: program.serve(reactor, agent, service.running, signals=False))
    assert windows.told == STARTED + STOPPED
    assert reactor.stops == 1
    assert not reactor.getDelayedCalls()


def test_stopped_while_it_serves(windows: FakeServices, logged: list[str]) -> None:
    bench = AgentBench()
    bench.provider.start()

    def scene() -> None:
        bench.settle()
        assert bench.telephony.up
        windows.control(Control.STOP)
        bench.settle()

    reactor = FakeReactor(scene)
    Service(windows.advapi, NAME).run(
        lambda service: program.serve(reactor, bench.agent, service.running, signals=False)
    )
    assert windows.told == STARTED + STOPPED
    assert not bench.telephony.up
    assert bench.provider.link_reason == "agent desk: the agent was stopped"


def test_an_agent_that_fails(windows: FakeServices, logged: list[str]) -> None:
    class Broken(Nowhere):
        def connect(self, factory: object) -> Deferred[Any]:
            raise ZeroDivisionError

    reactor = FakeReactor(lambda: None)
    agent = Agent(reactor, Broken(), cast(Any, None), "gateway")
    Service(windows.advapi, NAME).run(lambda service: program.serve(reactor, agent, service.running, signals=False))
    assert windows.told[-1] == Told(State.STOPPED, code=(SPECIFIC_ERROR, FAULT))
    assert "the agent failed" in logged


WRONG = {
    "no settings": ("", Exit.SETTINGS, "agent.log", "agent.toml"),
    "no authority": ("gateway = 'cti:8447'\nlog = 'own.log'", Exit.CERTIFICATES, "own.log", "authority.pem"),
    "no log": ("gateway = 'cti:8447'\nlog = 'nowhere/own.log'", Exit.LOG, "", ""),
}


@pytest.mark.usefixtures("log_files")
@pytest.mark.parametrize(("settings", "code", "log", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_at_the_start(
    settings: str, code: int, log: str, words: str, windows: FakeServices, tmp_path: Path
) -> None:
    path = tmp_path / "agent.toml"
    if settings:
        path.write_text(settings)
    Service(windows.advapi, NAME).run(partial(serve_windows, None, path))
    assert windows.told == [STARTED[0], Told(State.STOPPED, code=(SPECIFIC_ERROR, code))]
    assert [each.name for each in tmp_path.glob("*.log")] == ([log] if log else [])
    if log:
        assert words in (tmp_path / log).read_text("utf-8")


def test_installed_and_removed(on_windows: FakeServices, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "agent.toml"
    monkeypatch.setattr(program, "_agent", lambda reactor, settings, path: None)
    path.parent.mkdir()
    path.write_text("gateway = 'cti:8447'")
    assert run_program(monkeypatch, "install", "--config", str(path)) == "0"
    service = on_windows.installed[NAME]
    assert service["account"] == ACCOUNT
    assert service["start"] == 2
    assert service["command"].endswith(f' service --config "{path}"')
    assert service["restarts"] == [5_000, 60_000, 300_000]
    assert service["exit_codes"]
    assert service["description"]
    assert "`remove` it first" in run_program(monkeypatch, "install", "--config", str(path))
    on_windows.running = True
    assert run_program(monkeypatch, "remove") == "0"
    assert on_windows.stopped == [NAME]
    assert on_windows.installed == {}
    assert "it is not installed" in run_program(monkeypatch, "remove")
    assert on_windows.handles == {}


def test_a_service_that_does_not_run_is_removed(windows: FakeServices) -> None:
    windows.knows_flag = False
    windows_service.install(windows.advapi, NAME, "", ["python"])
    windows_service.remove(windows.advapi, NAME)
    assert windows.installed == {}
    assert windows.handles == {}


def test_administrators_only(windows: FakeServices) -> None:
    windows.administrator = False
    with pytest.raises(ServiceControlError, match="run this as administrator"):
        windows_service.remove(windows.advapi, NAME)


@pytest.mark.skipif(sys.platform == "win32", reason="this is Windows")
def test_services_are_of_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "exist on Windows only" in run_program(monkeypatch, "remove")


def run_program(monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    """Run it; gives its exit code, or what it says when it fails."""
    monkeypatch.setattr(sys, "argv", [NAME, *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return str(ended.value.code)
