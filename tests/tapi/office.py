"""Two programs on a real socket: the agent with the stand-in below it, and a gateway that takes one call."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 60.0

AGENT = """
import sys
from pathlib import Path
from twisted.internet import reactor
from twisted.internet.task import LoopingCall
from tapi_adapter import agent
from tests.tapi.standin.script import Count, StandIn

standin = StandIn(Path(sys.argv.pop(1)))
standin.reset(1, 2)

def ring():
    if standin.count(Count.LINES):
        ringing.stop()
        standin.offer(0, "004989123", "Jörg Øst")

ringing = LoopingCall(ring)
reactor.callWhenRunning(ringing.start, 0.05, False)
agent.main()
"""

GATEWAY = """
import sys
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import react
from csta.model.events import CallAnswered, CallEnded, CallOffered
from csta_gateway.agents import Agents
from csta_gateway.config_agents import Agents as Settings
from examples.windows_telephony import in_words
from tapi_adapter.provider import TapiProvider

async def serve(reactor, folder):
    agents = Agents(reactor, Settings(host="localhost", address="127.0.0.1", port=0, directory=folder))
    provider = TapiProvider(reactor, agents.telephony("desk"), name="desk")
    over = Deferred()

    def hear(event):
        print(in_words(event), flush=True)
        if isinstance(event, CallOffered):
            ensureDeferred(provider.answer("2001", event.call.id))
        elif isinstance(event, CallAnswered):
            ensureDeferred(provider.clear_connection("2001", event.call.id))
        elif isinstance(event, CallEnded):
            over.callback(None)

    reactor.callLater(60, reactor.stop)
    provider.subscribe(hear)
    print(await agents.start(), flush=True)
    await provider.monitor("2001")
    provider.start()
    await over
    await provider.stop()
    await agents.stop()

react(serve, sys.argv[1:])
"""

TOLD = [
    "LinkDown(reason='agent desk has not connected', retry_in=None)",
    "LinkUp()",
    "incoming Jörg Øst: alerting",
    "incoming Jörg Øst: connected",
    "incoming Jörg Øst: over",
]
"""What the gateway says, in this order and with other words between."""


def one_call(
    certificates: Path, bundle: Path, python: Sequence[str], library: str, environment: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Let the gateway take a call of the agent; gives what either said.

    :param certificates: folder with what ``csta-gateway agent enroll`` makes.
    :param bundle: folder with the files of the agent.
    :param python: the interpreter of the agent.
    :param library: the stand-in, as that interpreter names it.
    """
    gateway = subprocess.Popen(
        [sys.executable, "-X", "utf8", "-c", GATEWAY, str(certificates)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert gateway.stdout is not None
    port = int(gateway.stdout.readline())
    settings = bundle / "agent.toml"
    settings.write_text(f"gateway = 'localhost:{port}'\nlibrary = '{library}'\n")
    command = [*python, "-X", "utf8", "-c", AGENT, library, "--config", str(settings)]
    agent = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
    )
    try:
        said = gateway.stdout.read()
    finally:
        gateway.wait(LONGEST)
        agent.terminate()
        logged, _ = agent.communicate(timeout=LONGEST)
    return said, logged
