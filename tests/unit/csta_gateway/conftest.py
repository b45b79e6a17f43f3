"""A whole gateway in memory: browsers on one side, a switch that does what the test says on the other."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec import structs
from twisted.internet.address import IPv4Address
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool
from twisted.web.server import Site

from crm_adapter.journal import Journal
from crm_adapter.location import Location
from crm_adapter.sources.database import PlainDatabase
from crm_adapter.users import User, Users
from csta.errors import LocalProtocolError
from csta.model.call import Call, Direction, Party
from csta.model.events import CallOffered, LinkDown, LinkUp, ModelEvent
from csta.model.states import ConnectionState, Service
from csta.recorder.live import Recording
from csta_gateway import config, health
from csta_gateway.api.application import application
from csta_gateway.assembly import assemble
from csta_gateway.audit import files
from csta_gateway.config_screen import Screen
from csta_gateway.config_sources import SqlSource
from csta_gateway.gateway import Gateway
from csta_gateway.site import Root, WebServer
from csta_gateway.tokens import Tokens
from tests.unit.csta_gateway.crm import USERS, Crm

SETTINGS = config.Config(
    links=(config.Link(name="HQ", endpoint="tcp:pbx:8800"),),
    sources=(SqlSource(name="crm", url="sqlite://"),),
    users=config.Users(source="crm"),
    server=config.Server(origins=("https://crm.example.org",)),
    location=Location(country="DE", area_code="089", internal_length=4),
    screen=Screen(
        templates={
            "case": "https://crm.example.org/case?p={person_id}&n={e164}",
            "record": "https://crm.example.org/p/{person_id}",
        },
        allowed_hosts=("crm.example.org",),
        record="record",
    ),
)


class Here:
    """A thread pool and a reactor in one: work is done at once, in the thread of the test."""

    started = True

    def callInThreadWithCallback(self, done: Callable[[bool, Any], None], work: Callable[[], Any]) -> None:
        try:
            value = work()
        except Exception:
            done(False, Failure())
        else:
            done(True, value)

    def callFromThread(self, work: Callable[..., None], *args: object) -> None:
        work(*args)


@dataclass
class Switch:
    """A provider that notes commands and tells what the test makes up.

    :ivar outcome: what the next commands end with: an error, or a Deferred to wait for.
    """

    sent: list[tuple[str, ...]] = field(default_factory=list)
    outcome: Exception | Deferred[None] | None = None
    link_up: bool = False
    link_reason: str = ""
    watched: list[str] = field(default_factory=list)
    unknown: frozenset[str] = frozenset()
    stopped: bool = False
    known: dict[str, Call] = field(default_factory=dict)
    listeners: list[Callable[[ModelEvent], None]] = field(default_factory=list)
    able: frozenset[Service] = frozenset(Service)

    def tell(self, event: ModelEvent) -> None:
        for listener in self.listeners:
            listener(event)

    def come_up(self) -> None:
        self.link_up = True
        self.tell(LinkUp())

    def go_down(self, reason: str = "Connection refused", retry_in: float | None = 8.0) -> None:
        self.link_up = False
        self.tell(LinkDown(reason, retry_in))

    def ring(self, device: str = "2001", number: str | None = "08999123", call: str = "c1") -> Call:
        return self.put(
            Call(
                id=call,
                call_id=f"x{call}",
                device=device,
                state=ConnectionState.ALERTING,
                direction=Direction.INCOMING,
                other=Party(number),
                called=Party(device),
                began=1000.0,
                since=1000.0,
            )
        )

    def put(self, call: Call, event: type[Any] = CallOffered) -> Call:
        self.known[call.id] = call
        if call.state is ConnectionState.NULL:
            del self.known[call.id]
        self.tell(event(call))
        return call

    def change(self, call: Call, event: type[Any], **changes: Any) -> Call:  # noqa: ANN401 -- any field
        return self.put(replace(call, **changes), event)

    async def _do(self, *command: str) -> None:
        self.sent.append(command)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        if self.outcome is not None:
            await self.outcome

    def start(self) -> None: ...

    async def stop(self) -> None:
        self.stopped = True

    def subscribe(self, listener: Callable[[ModelEvent], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    async def monitor(self, device: str) -> None:
        if device in self.unknown:
            raise LocalProtocolError(f"no device {device}")
        self.watched.append(device)

    async def unmonitor(self, device: str) -> None:
        self.watched.remove(device)

    def calls(self, device: str) -> tuple[Call, ...]:
        return tuple(call for call in self.known.values() if call.device == device)

    def capabilities(self, device: str) -> frozenset[Service]:
        return self.able

    async def snapshot(self, device: str) -> tuple[Call, ...]:
        return self.calls(device)

    async def make_call(self, device: str, number: str) -> str:
        await self._do("make_call", device, number)
        return "new"

    async def answer(self, device: str, call: str) -> None:
        await self._do("answer", device, call)

    async def clear_connection(self, device: str, call: str) -> None:
        await self._do("clear_connection", device, call)

    async def hold(self, device: str, call: str) -> None:
        await self._do("hold", device, call)

    async def retrieve(self, device: str, call: str) -> None:
        await self._do("retrieve", device, call)

    async def alternate(self, device: str, held: str, active: str) -> None:
        await self._do("alternate", device, held, active)

    async def reconnect(self, device: str, active: str, held: str) -> None:
        await self._do("reconnect", device, active, held)

    async def consult(self, device: str, call: str, number: str) -> str:
        await self._do("consult", device, call, number)
        return "new"

    async def transfer(self, device: str, held: str, active: str) -> None:
        await self._do("transfer", device, held, active)

    async def single_step_transfer(self, device: str, call: str, number: str) -> None:
        await self._do("single_step_transfer", device, call, number)

    async def conference(self, device: str, held: str, active: str) -> None:
        await self._do("conference", device, held, active)

    async def deflect(self, device: str, call: str, number: str) -> None:
        await self._do("deflect", device, call, number)

    async def pickup(self, device: str, from_device: str, call_id: str) -> None:
        await self._do("pickup", device, from_device, call_id)

    async def park(self, device: str, call: str, number: str) -> None:
        await self._do("park", device, call, number)

    async def generate_digits(self, device: str, call: str, digits: str) -> None:
        await self._do("generate_digits", device, call, digits)

    async def get_do_not_disturb(self, device: str) -> bool:
        return device == "2004"

    async def set_do_not_disturb(self, device: str, on: bool) -> None:
        await self._do("set_do_not_disturb", device, str(on))

    async def get_forwarding(self, device: str) -> dict[str, str]:
        return {"forwardBusy": "2002"} if device == "2004" else {}

    async def set_forwarding(self, device: str, forwarding_type: str, destination: str | None) -> None:
        await self._do("set_forwarding", device, forwarding_type, str(destination))


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 -- JSON
        return json.loads(self.body)

    @property
    def error(self) -> str:
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.json["id"])


class Browser:
    """Speaks HTTP to the gateway and keeps cookie and token as a page does."""

    def __init__(self, world: World, address: str = "127.0.0.1") -> None:
        self.world = world
        self.address = address
        self.cookie = ""
        self.csrf = ""

    def connect(self) -> tuple[Any, StringTransport]:
        transport = StringTransport(peerAddress=IPv4Address("TCP", self.address, 50000))
        protocol = Site.buildProtocol(self.world.server, transport.getPeer())
        transport.protocol = protocol  # type: ignore[attr-defined] # a real one knows its protocol
        protocol.makeConnection(transport)
        return protocol, transport

    def send(self, head: str, headers: dict[str, str], body: bytes = b"") -> StringTransport:
        protocol, transport = self.connect()
        lines = [f"{head} HTTP/1.1", "Host: cti.example.org", *(f"{name}: {value}" for name, value in headers.items())]
        if self.cookie:
            lines.append(f"Cookie: csta_session={self.cookie}")
        protocol.dataReceived("\r\n".join([*lines, "", ""]).encode() + body)
        return transport

    def ask(self, method: str, path: str, content: Any = None, **headers: str) -> Reply:  # noqa: ANN401 -- JSON
        body = content if isinstance(content, bytes) else b"" if content is None else json.dumps(content).encode()
        fields = {"Content-Type": "application/json", "Content-Length": str(len(body)), "X-CSRF-Token": self.csrf}
        fields.update({name.replace("_", "-"): value for name, value in headers.items()})
        return reply(self.send(f"{method} {path}", fields, body).value())

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, **headers)

    def post(self, path: str, content: Any = None, **headers: str) -> Reply:  # noqa: ANN401 -- JSON
        return self.ask("POST", path, content, **headers)

    def put(self, path: str, content: Any = None) -> Reply:  # noqa: ANN401 -- JSON
        return self.ask("PUT", path, content)

    def log_in(self, user: str, password: str | None = None) -> Reply:
        answer = self.post("/api/login", {"user": user, "password": password or user[0]})
        if answer.status == 200:
            self.cookie = answer.headers["set-cookie"].split(";")[0].partition("=")[2]
            self.csrf = answer.json["csrf"]
        return answer


def reply(data: bytes) -> Reply:
    """The first answer in what the server sent, chunks put together (RFC 9112 §7.1)."""
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        whole = b""
        while body:
            size, _, rest = body.partition(b"\r\n")
            whole += rest[: int(size, 16)]
            body = rest[int(size, 16) + 2 :]
        body = whole
    return Reply(int(first.split()[1]), headers, body)


class World:
    """Everything, with a clock that stands still."""

    def __init__(
        self,
        settings: config.Config,
        folder: Path,
        unknown: frozenset[str] = frozenset(),
        users: tuple[User, ...] = USERS,
    ) -> None:
        here = Here()
        self.folder = folder
        settings = self.placed(settings)
        self.clock = Clock()
        self.clock.advance(2000.0)
        self.switch = Switch(unknown=unknown)
        self.crm = Crm()
        where = (f"sqlite:///{folder / 'journal.db'}", cast(IReactorFromThreads, here), cast(ThreadPool, here))
        journal, tokens = Journal(*where), Tokens(*where)
        Deferred.fromCoroutine(journal.start())
        Deferred.fromCoroutine(tokens.start())
        self.database = PlainDatabase(where[0])
        self.gateway: Gateway = assemble(
            settings,
            clock=cast(Any, self.clock),
            users=Users(users),
            sources=[self.crm],
            journal=journal,
            tokens=tokens,
            make_provider=self._provider,
            verifier=self.verify,
        )
        self.root = Root(settings.server, application(self.gateway), health.pages(self.gateway))
        self.server = WebServer(self.root, cast(Any, self.clock))
        Deferred.fromCoroutine(self.gateway.board.begin())
        self.gateway.links.start(self.gateway.board.hear, self.gateway.board.calls.forget)
        self.switch.come_up()

    def placed(self, settings: config.Config) -> config.Config:
        """The settings with files in the folder of the test."""
        server = structs.replace(settings.server, session_file=str(self.folder / "sessions.json"))
        return structs.replace(settings, server=server, audit=config.Audit(folder=str(self.folder / "audit")))

    def _provider(self, connection: config.Connection, recording: Recording) -> Switch:
        assert isinstance(connection.switch, config.Link)
        self.link, self.recording = connection.switch, recording
        return self.switch

    async def verify(self, stored: str, password: str) -> bool:
        return stored == password

    def audited(self) -> list[dict[str, Any]]:
        """The lines of the audit log."""
        return [json.loads(line) for path in files(self.folder / "audit") for line in path.read_bytes().splitlines()]

    def browser(self, user: str | None = None) -> Browser:
        browser = Browser(self)
        assert user is None or browser.log_in(user).status == 200
        return browser


@pytest.fixture
def make_world(tmp_path: Path) -> Callable[..., World]:
    return lambda settings=SETTINGS, **options: World(settings, tmp_path, **options)


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()


@pytest.fixture
def settings() -> config.Config:
    return SETTINGS
