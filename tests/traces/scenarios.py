"""What the traces in ``tests/traces/calls`` are recorded of: ``python -m tests.traces.scenarios`` does it anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from csta.messages.logical_device import AgentState
from csta.model.call import Call
from csta.provider import CstaProvider
from csta.recorder.live import Recording
from csta.simulator.calls import Extension, Group, Line
from csta.testing import MemorySwitch

TRACES = Path(__file__).parent / "calls"
STARTED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = {"2001": "Anna Berger", "2002": "Bernd Kraus", "2003": "Carla Weiss"}


GROUP = "500"


class Office:
    """Three telephones, two of them of agents, and their group, watched on a recorded link."""

    def __init__(self, path: Path, wire: str, started: datetime = STARTED) -> None:
        telephones = [Extension(number, name=name) for number, name in NAMES.items()]
        group = Group(GROUP, members=("2001", "2002"))
        self.here = MemorySwitch(wire, devices=[*telephones, group, Line("T1"), Line("T2")])
        self.recording = Recording(path, seconds=self.here.network.seconds, started=started)
        self.provider: CstaProvider = self.here.provider(*NAMES, GROUP, record=self.recording)
        self.wait(2)

    def wait(self, seconds: float) -> None:
        self.here.settle(seconds)

    def call(self, device: str) -> Call:
        """The newest call at a device."""
        return self.provider.calls(device)[-1]

    def ring(self, to: str, number: str | None = "0891234567", name: str = "Maier") -> None:
        assert self.here.switch.ring(number, to, self.here.now, name) is not None
        self.wait(3)

    def make_call(self, device: str, number: str) -> str:
        call = self.here.run(self.provider.make_call(device, number))
        self.wait(2)
        return call

    def answer(self, device: str) -> None:
        self.here.run(self.provider.answer(device, self.call(device).id))
        self.wait(4)

    def consult(self, device: str, number: str) -> tuple[str, str]:
        """The held and the new call."""
        held = self.call(device).id
        new = self.here.run(self.provider.consult(device, held, number))
        self.wait(3)
        return held, new

    def agent(self, device: str, state: AgentState) -> None:
        self.here.switch.set_agent_state(device, state, self.here.now)
        self.wait(2)

    def hang_up(self, device: str) -> None:
        self.here.run(self.provider.clear_connection(device, self.call(device).id))
        self.wait(1)

    def close(self) -> None:
        self.here.run(self.provider.stop())
        self.recording.close()


def incoming(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    office.hang_up("2001")
    office.ring("2002", None)
    office.here.switch.hang_up("T1", office.here.now)  # the caller gives up
    office.wait(1)


def outgoing(office: Office) -> None:
    office.make_call("2001", "0305550123")
    office.wait(10)
    office.hang_up("2001")


def hold(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    call = office.call("2001").id
    office.here.run(office.provider.hold("2001", call))
    office.wait(8)
    office.here.run(office.provider.retrieve("2001", call))
    office.wait(2)
    office.hang_up("2001")


def transfer(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    held, new = office.consult("2001", "2002")
    office.answer("2002")
    office.here.run(office.provider.transfer("2001", held, new))
    office.wait(5)
    office.hang_up("2002")


def single_step_transfer(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    office.here.run(office.provider.single_step_transfer("2001", office.call("2001").id, "2003"))
    office.wait(2)
    office.answer("2003")
    office.hang_up("2003")


def conference(office: Office) -> None:
    office.make_call("2001", "2002")
    office.answer("2002")
    held, new = office.consult("2001", "2003")
    office.answer("2003")
    office.here.run(office.provider.conference("2001", held, new))
    office.wait(6)
    for device in ("2003", "2002"):
        office.hang_up(device)


def diversion(office: Office) -> None:
    office.here.run(office.provider.set_forwarding("2001", "forwardImmediate", "2002"))
    office.wait(1)
    office.ring("2001")
    office.here.run(office.provider.deflect("2002", office.call("2002").id, "2003"))
    office.wait(2)
    office.answer("2003")
    office.hang_up("2003")


def busy(office: Office) -> None:
    office.make_call("2001", "0890000")
    office.hang_up("2001")
    office.make_call("2002", "2003")
    office.answer("2003")
    office.make_call("2001", "2003")
    office.hang_up("2001")
    office.hang_up("2003")


def queue(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    office.here.run(office.provider.park("2001", office.call("2001").id, "2002"))
    office.wait(5)
    office.answer("2002")
    office.hang_up("2002")


def agent(office: Office) -> None:
    office.agent("2001", AgentState.AGENT_NOT_READY)
    office.ring(GROUP)  # nobody is ready: it waits
    office.ring(GROUP, "0305550123", "Schulz")
    office.agent("2001", AgentState.AGENT_READY)
    office.answer("2001")
    office.hang_up("2001")
    office.agent("2002", AgentState.AGENT_READY)
    office.answer(next(device for device in ("2001", "2002") if office.provider.calls(device)))
    office.hang_up(next(device for device in ("2001", "2002") if office.provider.calls(device)))


def link_loss(office: Office) -> None:
    office.ring("2001")
    office.answer("2001")
    office.here.lose_links()
    office.wait(1)
    office.here.switch.ring("0305550123", "2002", office.here.now)  # nobody hears of it
    office.here.restore_links()
    office.wait(3)
    office.hang_up("2001")
    office.answer("2002")
    office.hang_up("2002")


SCENARIOS: dict[str, Callable[[Office], None]] = {
    "incoming": incoming,
    "outgoing": outgoing,
    "hold": hold,
    "transfer": transfer,
    "single-step-transfer": single_step_transfer,
    "conference": conference,
    "diversion": diversion,
    "busy": busy,
    "queue": queue,
    "agent": agent,
    "link-loss": link_loss,
}


def wire(name: str) -> str:
    """Every second trace is of the other wire."""
    return ("asn1", "xml")[list(SCENARIOS).index(name) % 2]


def record(name: str, path: Path) -> None:
    """Record one of them."""
    path.unlink(missing_ok=True)
    office = Office(path, wire(name), STARTED + timedelta(hours=list(SCENARIOS).index(name)))
    SCENARIOS[name](office)
    office.close()


if __name__ == "__main__":
    TRACES.mkdir(exist_ok=True)
    for each in SCENARIOS:
        record(each, TRACES / f"{each}.jsonl")
