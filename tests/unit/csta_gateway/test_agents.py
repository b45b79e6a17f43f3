"""Agents and the gateway over TLS, in memory: who is served, and who is refused with what words on either side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zipfile import ZipFile

import pytest
from msgspec import structs
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory
from twisted.logger import LogEvent, formatEvent, globalLogPublisher
from twisted.python.failure import Failure

from csta import toml_file
from csta.endpoints import client_endpoint
from csta_gateway.agents import LOOK, Agents
from csta_gateway.certificates import LIFE, RENEWAL, SLACK, Enrolment, EnrolmentFailed
from csta_gateway.cli.agent import bundle
from csta_gateway.config_agents import Agents as Settings
from csta_gateway.listener import ListeningFailed
from tapi_adapter.agent import Agent
from tapi_adapter.agent import Settings as AgentSettings
from tapi_adapter.messages import Message, ServiceDown, ServiceUp
from tests.unit.endpoints.test_tls import Cable
from tests.unit.tapi_adapter.faketelephony import FakeTelephony

NOW = datetime.now(UTC)
HOST = "cti.example.org"


class Lan(Cable):
    """A reactor in which an agent can reach the gateway."""

    def __init__(self) -> None:
        super().__init__()
        self.advance(NOW.timestamp())

    def listenTCP(self, port: int, factory: Factory, **more: object) -> Any:  # noqa: ANN401
        super().listenTCP(port, factory)
        return SimpleNamespace(getHost=lambda: SimpleNamespace(port=port), stopListening=lambda: None)


class Office:
    """A gateway that waits for the agent ``desk``, and the folder of that agent.

    :ivar told: what the telephony service of the agent told the gateway.
    """

    def __init__(self, folder: Path) -> None:
        self.lan = Lan()
        self.settings = Settings(host=HOST, directory=str(folder / "agents"))
        self.enrolment = Enrolment(Path(self.settings.directory))
        self.folder = folder / "desk"
        self.telephony = FakeTelephony(("2001",))
        self.told: list[Message] = []

    def enroll(self, now: datetime = NOW) -> None:
        """Enroll the agent and unpack what its machine needs."""
        certificate = self.enrolment.enroll("desk", HOST, now)
        with ZipFile(BytesIO(bundle(self.settings, certificate, self.enrolment.authority.read_bytes()))) as archive:
            archive.extractall(self.folder)

    def open(self) -> Agents:
        """The gateway begins to listen."""
        agents = Agents(self.lan)
        self.desk = agents.telephony("desk")
        self.desk.start(self.told.append)
        follow(agents, self.settings)
        assert agents.port == self.settings.port
        return agents

    def connect(self, endpoint: str | None = None) -> Agent:
        """The agent begins to connect."""
        settings = toml_file.read(self.folder / "agent.toml", AgentSettings)
        there = client_endpoint(self.lan, endpoint or settings.endpoint(self.folder))
        agent = Agent(cast(Any, self.lan), there, self.telephony, settings.gateway)
        agent.start()
        self.settle()
        return agent

    def settle(self, seconds: float = 0) -> None:
        self.lan.settle(seconds)
        for _ in range(5):
            self.telephony.settle()
            self.lan.settle()

    @property
    def served(self) -> bool:
        return self.telephony.up and isinstance(self.told[-1], ServiceUp)


def follow(agents: Agents, settings: Settings | None) -> None:
    """Let the gateway listen as the settings say; raises what that fails with."""
    done: list[Any] = []
    Deferred.fromCoroutine(agents.follow(settings)).addBoth(done.append)
    if isinstance(done[0], Failure):
        done[0].raiseException()


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []

    def observe(event: LogEvent) -> None:
        lines.append(formatEvent(event))

    globalLogPublisher.addObserver(observe)  # type: ignore[arg-type] # a function will do
    yield lines
    globalLogPublisher.removeObserver(observe)  # type: ignore[arg-type]


def said(logged: list[str]) -> tuple[str, str]:
    """Why an agent was refused, as the gateway and as the agent say it."""
    [gateway] = [line.partition(" is refused: ")[2] for line in logged if "is refused" in line]
    [agent] = [line.partition(f"{HOST}:8447: ")[2].partition(". Next")[0] for line in logged if "Next try" in line]
    return gateway, agent


def test_an_enrolled_agent_is_served(office: Office, logged: list[str]) -> None:
    office.enroll()
    office.open()
    office.connect()
    assert office.served
    assert not [line for line in logged if "refused" in line or "ends on" in line]


def test_without_a_certificate(office: Office, logged: list[str]) -> None:
    office.enroll()
    office.open()
    office.connect(f"tls:{HOST}:8447:trustRoots={office.folder / 'authority.pem'}")
    assert said(logged) == (
        "TLS: the peer sent no certificate",
        "TLS: the peer wants a certificate of this side, and there is none",
    )


def test_with_a_certificate_of_another_authority(office: Office, tmp_path: Path, logged: list[str]) -> None:
    office.enroll()
    other = Office(tmp_path / "other")
    tmp_path.joinpath("other").mkdir()
    other.enroll()
    office.folder.joinpath("agent.pem").write_bytes(other.folder.joinpath("agent.pem").read_bytes())
    office.open()
    office.connect()
    assert said(logged) == (
        "TLS: the certificate of the peer is not signed by an authority trusted here (trustRoots)",
        "TLS: the peer does not trust the authority that signed the certificate of this side",
    )


def test_with_a_certificate_that_has_ended(office: Office, logged: list[str]) -> None:
    begun = NOW - LIFE - timedelta(days=1)
    office.enroll(begun)
    office.enrolment.enroll("other", HOST, NOW)  # renews that of the gateway
    office.open()
    office.connect()
    assert said(logged) == (
        f"TLS: the certificate of the peer expired on {begun + LIFE - SLACK:%Y-%m-%d %H:%M} UTC",
        "TLS: the peer says the certificate of this side expired",
    )


def test_revoked(office: Office, logged: list[str]) -> None:
    office.enroll()
    office.enrolment.revoke("desk")
    office.open()
    office.connect()
    assert said(logged) == ("the certificate of agent desk was revoked",) * 2


def test_revoked_while_it_is_connected(office: Office, logged: list[str]) -> None:
    office.enroll()
    office.open()
    office.connect()
    office.enrolment.revoke("desk")
    office.settle(LOOK)
    assert not office.telephony.up
    assert isinstance(office.told[-1], ServiceDown)
    assert office.told[-1].reason == "agent desk: the certificate of agent desk was revoked"
    assert any(f"gateway {HOST}:8447: the certificate of agent desk was revoked. Next" in line for line in logged)


def test_enrolled_anew(office: Office, logged: list[str]) -> None:
    office.enroll()
    office.enrolment.enroll("desk", HOST, NOW)
    office.open()
    office.connect()
    assert said(logged) == ("agent desk was enrolled anew; this machine has the certificate from before",) * 2


def test_enrolled_again_after_it_was_revoked(office: Office) -> None:
    office.enroll()
    office.enrolment.revoke("desk")
    office.enroll()
    office.open()
    office.connect()
    assert office.served


def test_forgotten(office: Office, logged: list[str]) -> None:
    office.enroll()
    os.unlink(Path(office.settings.directory) / "enrolled" / "desk.pem")
    office.open()
    office.connect()
    assert said(logged) == ("agent desk is not enrolled here any more",) * 2


def test_a_certificate_of_ours_that_cannot_be_read(office: Office, logged: list[str]) -> None:
    office.enroll()
    (Path(office.settings.directory) / "enrolled" / "desk.pem").write_text("nothing")
    office.open()
    office.connect()
    assert said(logged) == ("what the gateway knows of agent desk cannot be read; its log says more",) * 2
    assert any("enrolled/desk.pem holds no certificate that can be read" in line for line in logged)


def test_an_agent_the_settings_do_not_name(office: Office, logged: list[str]) -> None:
    office.enroll()
    office.open()
    office.desk.stop()
    office.connect()
    assert said(logged)[0].startswith("the gateway has no use for agent desk: name it in a [[tapi]] entry")


def test_an_agent_goes_over_to_whoever_needs_it_next(office: Office) -> None:
    office.enroll()
    agents = office.open()
    office.connect()
    heard: list[Message] = []
    agents.telephony("desk").start(heard.append)
    agents.telephony("desk")  # made, and not used after all
    assert office.served
    assert not any(isinstance(message, ServiceUp) for message in heard)
    office.desk.stop()
    office.settle()
    office.settle(60)
    assert isinstance(heard[-1], ServiceUp)


def test_an_agent_cannot_pass_for_the_gateway(office: Office, logged: list[str]) -> None:
    office.enroll()
    gateway, agent = office.enrolment.gateway, office.folder / "agent.pem"
    gateway.write_bytes(agent.read_bytes())
    office.open()
    office.connect()
    assert said(logged)[1] == f"TLS: the certificate of {HOST} is not for this purpose"


def test_a_certificate_that_ends_soon_is_told_of(office: Office, logged: list[str]) -> None:
    office.enroll(NOW - LIFE + RENEWAL - timedelta(days=1))
    office.open()
    office.connect()
    end = NOW + RENEWAL - timedelta(days=1) - SLACK
    assert office.served
    assert f"the certificate of agent desk ends on {end:%Y-%m-%d}; enroll it anew before" in logged


def test_the_gateway_stops(office: Office, logged: list[str]) -> None:
    office.enroll()
    office.open()
    office.connect()
    office.desk.stop()
    office.settle()
    assert not office.telephony.up
    assert any(f"gateway {HOST}:8447: the gateway ends, or needs this agent no longer. Next" in line for line in logged)


def test_the_certificate_of_the_gateway_follows_its_host(office: Office) -> None:
    office.enrolment.enroll("desk", "old.example.org", NOW)
    before = office.enrolment.gateway.read_bytes()
    office.enrolment.enroll("other", "old.example.org", NOW)
    assert office.enrolment.gateway.read_bytes() == before
    office.enroll()
    office.open()
    office.connect()
    assert office.served


def test_keys_are_for_one_user_only(office: Office) -> None:
    office.enroll()
    files = [path for path in Path(office.settings.directory).rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    assert [path.name for path in files if b"PRIVATE" in path.read_bytes()] == ["authority.key", "gateway.pem"]


@pytest.mark.parametrize("name", ["", "Desk", "../desk", "desk.pem", "-", "a" * 41, "désk"])
def test_what_cannot_name_an_agent(office: Office, name: str) -> None:
    with pytest.raises(EnrolmentFailed, match="cannot name an agent"):
        office.enrolment.enroll(name, HOST, NOW)
    with pytest.raises(EnrolmentFailed, match="no agent is named"):
        office.enrolment.revoke(name)


def test_listening_without_certificates(office: Office) -> None:
    with pytest.raises(ListeningFailed, match=r"No such file.*`csta-gateway agent enroll NAME` makes certificates"):
        follow(Agents(office.lan), office.settings)


def test_a_port_that_is_taken(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(self: Lan, port: int, factory: Factory, **more: object) -> None:
        raise CannotListenError("0.0.0.0", port, OSError("in use"))  # noqa: S104

    office.enroll()
    monkeypatch.setattr(Lan, "listenTCP", taken)
    with pytest.raises(ListeningFailed, match=r"cannot listen on 0\.0\.0\.0 port 8447: in use; end the program"):
        follow(Agents(office.lan), office.settings)


def test_a_port_that_moves_leaves_connected_agents_alone_and_one_that_is_taken_is_not_moved_to(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.enroll()
    agents = office.open()
    office.connect()
    follow(agents, structs.replace(office.settings, port=8448))
    assert (agents.port, office.served) == (8448, True)
    listen = Lan.listenTCP

    def taken(self: Lan, port: int, factory: Factory, **more: object) -> object:
        if port == 8449:
            raise CannotListenError("0.0.0.0", port, OSError("in use"))  # noqa: S104
        return listen(self, port, factory, **more)

    monkeypatch.setattr(Lan, "listenTCP", taken)
    with pytest.raises(ListeningFailed, match="port 8449: in use"):
        follow(agents, structs.replace(office.settings, port=8449))
    assert (agents.port, agents.settings and agents.settings.port, office.served) == (8448, 8448, True)
    follow(agents, None)
    assert (agents.settings, office.served) == (None, True)


def test_renewed_certificates_are_taken_and_broken_ones_are_not(office: Office, logged: list[str]) -> None:
    office.enrolment.enroll("desk", "old.example.org", NOW)
    agents = office.open()
    office.enroll()  # the certificate of the gateway is for another host now
    follow(agents, office.settings)
    office.enrolment.gateway.write_text("torn")
    with pytest.raises(
        ListeningFailed, match=r"\[agents\] .*gateway.pem holds no certificate in PEM form; `csta-gateway"
    ):
        follow(agents, office.settings)
    office.connect()
    assert office.served
