"""Two programs on a real socket: the agent with the stand-in below it, and a gateway that takes one call."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from csta_gateway.certificates import Enrolment

ROOT = Path(__file__).parents[2]
LONGEST = 60.0

AGENT = """
import sys
from pathlib import Path
from twisted.internet import reactor
from twisted.internet.task import LoopingCall
from tapi_adapter.program import main
from tests.tapi.standin.script import Count, StandIn

standin = StandIn(Path(sys.argv.pop(1)))
standin.reset(1, 2)

def ring():
    if standin.count(Count.LINES):
        ringing.stop()
        standin.offer(0, "004989123", "Jörg Øst")

ringing = LoopingCall(ring)
reactor.callWhenRunning(ringing.start, 0.05, False)
main()
"""

GATEWAY = """
import sys
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import react
from csta.model.events import CallAnswered, CallEnded, CallOffered, LinkUp
from csta_gateway.agents import Agents
from csta_gateway.config_agents import Agents as Settings
from examples.windows_telephony import in_words
from tapi_adapter.provider import TapiProvider

async def serve(reactor, folder):
    agents = Agents(reactor)
    provider = TapiProvider(reactor, agents.telephony("desk"), name="desk")
    over = Deferred()

    def hear(event):
        print(in_words(event), flush=True)
        if isinstance(event, CallOffered | LinkUp) and provider.link_up and provider.calls("2001"):
            ensureDeferred(provider.answer("2001", provider.calls("2001")[0].id))
        elif isinstance(event, CallAnswered):
            ensureDeferred(provider.clear_connection("2001", event.call.id))
        elif isinstance(event, CallEnded):
            over.callback(None)

    reactor.callLater(60, reactor.stop)
    provider.subscribe(hear)
    await agents.follow(Settings(host="localhost", address="127.0.0.1", port=0, directory=folder))
    print(agents.port, flush=True)
    await provider.monitor("2001")
    provider.start()
    await over
    await provider.stop()
    await agents.stop()

react(serve, sys.argv[1:])
"""

TOLD = [
    "LinkDown(reason='agent desk has not connected', retry_in=None)",
    "incoming Jörg Øst: alerting",
    "incoming Jörg Øst: connected",
    "incoming Jörg Øst: over",
]
"""What the gateway says, in this order and with other words between."""


def enrolled(folder: Path) -> Path:
    """Folder with what the agent ``desk`` needs, beside that of the certificates."""
    enrolment = Enrolment(folder / "agents")
    bundle = folder / "desk"
    bundle.mkdir()
    (bundle / "agent.pem").write_bytes(enrolment.enroll("desk", "localhost", datetime.now(UTC)))
    (bundle / "authority.pem").write_bytes(enrolment.authority.read_bytes())
    return bundle


def assert_taken(
    folder: Path, python: Sequence[str], library: str, environment: Mapping[str, str] | None = None
) -> str:
    """A gateway takes a call of an agent, each in a process of its own; gives what the agent said.

    :param folder: an empty one.
    :param python: the interpreter of the agent.
    :param library: the stand-in, as that interpreter names it.
    :param environment: what it needs besides.
    """
    said, logged = one_call(folder / "agents", enrolled(folder), python, library, environment or {})
    lines = iter(said.splitlines())
    for words in TOLD:
        assert any(line.endswith(words) for line in lines), said + logged
    assert "connected" in logged
    assert "the gateway ends, or needs this agent no longer. Next try in" in logged
    return logged


class Gateway:
    """A gateway in a process of its own; ends with the first call.

    :param certificates: their folder.
    :ivar said: what it says.
    """

    def __init__(self, certificates: Path) -> None:
        command = [sys.executable, "-X", "utf8", "-c", GATEWAY, str(certificates)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8")
        assert self.process.stdout is not None
        self.said = self.process.stdout
        self._port = int(self.said.readline())

    def write_settings(self, bundle: Path, library: str) -> Path:
        """Settings of an agent, beside its certificates."""
        settings = bundle / "agent.toml"
        settings.write_text(f"gateway = 'localhost:{self._port}'\nlibrary = '{library}'\n")
        return settings

    def until(self, words: str) -> None:
        """Wait until it says something that begins so."""
        assert any(line.startswith(words) for line in self.said), words


def one_call(
    certificates: Path, bundle: Path, python: Sequence[str], library: str, environment: Mapping[str, str]
) -> tuple[str, str]:
    """What gateway and agent say to a call."""
    gateway = Gateway(certificates)
    settings = gateway.write_settings(bundle, library)
    program = bundle / "office.py"
    program.write_text(AGENT, "utf-8")
    agent = subprocess.Popen(
        [*python, "-X", "utf8", str(program), library, "run", "--config", str(settings)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    try:
        said = gateway.said.read()
    finally:
        gateway.process.wait(LONGEST)
        agent.terminate()
        logged, _ = agent.communicate(timeout=LONGEST)
    return said, logged
