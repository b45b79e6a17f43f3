"""An agent's desktop: log on, take what is distributed, note it down for a while, be ready again.

``python examples/agent_desktop.py tcp:127.0.0.1:8800 2001 4711`` for agent 4711 at the telephone 2001.
"""

from __future__ import annotations

import sys
from typing import Any

from twisted.internet import defer, task

from csta.client import Client, connect
from csta.messages.base import Event
from csta.messages.call_control_events import ConnectionClearedEvent, DeliveredEvent
from csta.messages.logical_device import ReqAgentState
from csta.provider.identifiers import extension


class Desktop:
    """One agent at one telephone."""

    def __init__(self, reactor: Any, client: Client, device: str, agent: str) -> None:  # noqa: ANN401
        self.reactor, self.client, self.device, self.agent = reactor, client, device, agent.encode()

    async def be(self, state: ReqAgentState) -> None:
        """Ask for an agent state; the switch may let it wait until a call is over (§22.1.15)."""
        answer = await self.client.logical_device.set_agent_state(self.device, state, agent_id=self.agent)
        print(state.value, "later" if answer.pending_agent_state else "now", flush=True)

    def hear(self, event: Event) -> None:
        """Act on an event; what goes wrong is told and does not end the work."""
        defer.ensureDeferred(self.act(event)).addErrback(lambda failure: print(failure.value))

    async def act(self, event: Event) -> None:
        """Do what an event at the telephone asks for."""
        match event:
            case DeliveredEvent(connection=ringing) if extension(str(event.alerting_device.device)) == self.device:
                print("call from", extension(str(event.calling_device.device or "an unknown number")), flush=True)
                await self.client.call_control.answer_call(ringing)
            case ConnectionClearedEvent() if extension(str(event.releasing_device.device)) == self.device:
                await self.be(ReqAgentState.WORKING_AFTER_CALL)
                await task.deferLater(self.reactor, 20.0)  # for notes
                await self.be(ReqAgentState.READY)


async def main(reactor: Any, switch: str, device: str, agent: str, protocol: str = "xml") -> None:  # noqa: ANN401
    """Work until the link ends."""
    client = await connect(reactor, switch, protocol)
    desktop = Desktop(reactor, client, device, agent)
    client.subscribe(desktop.hear)
    await client.monitoring.monitor_start(device)
    await desktop.be(ReqAgentState.LOGGED_ON)
    await desktop.be(ReqAgentState.READY)
    await client.when_closed()


if __name__ == "__main__":
    task.react(main, sys.argv[1:])
