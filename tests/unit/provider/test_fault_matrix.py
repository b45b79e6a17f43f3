"""Every fault in every phase of a call, over both wires: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from csta.model.call import Call
from csta.model.states import ConnectionState
from csta.provider.audit import SILENCE
from csta.simulator.faults import Fault, Kind
from tests.unit.provider.conftest import Bench
from tests.unit.provider.truth import Ledger, agree, belief, truth

S = ConnectionState
WIRES = ("asn1", "xml")
DEVICES = ("2001", "2002", "2003")
HEALED = 4 * SILENCE
SEVERAL = 3
"""Messages struck in a row by the faults that befall messages."""


class Scene:
    """A call from outside to 2001, taken through its phases by hand and by command."""

    def __init__(self, wire: str) -> None:
        self.bench = Bench(wire, "none", patient=True)
        self.ledger = Ledger(self.bench.switch._exchange)
        self.bench.provider.subscribe(self.ledger.hear)
        self.bench.provider.start()
        for device in DEVICES:
            self.bench.run(self.bench.provider.monitor(device))

    def the_call(self, state: ConnectionState) -> Call | None:
        return next((call for call in self.bench.provider.calls("2001") if call.state is state), None)

    def offer(self) -> None:
        self.bench.switch.ring("+49891234567", "2001", self.bench.network.seconds())

    def answer(self) -> None:
        self.bench.switch.lift("2001", self.bench.network.seconds())

    def hold(self) -> None:
        if call := self.the_call(S.CONNECTED):
            self.bench.run_or_fail(self.bench.provider.hold("2001", call.id))

    def retrieve(self) -> None:
        if call := self.the_call(S.HOLD):
            self.bench.run_or_fail(self.bench.provider.retrieve("2001", call.id))

    def consult(self) -> None:
        if call := self.the_call(S.CONNECTED):
            self.bench.run_or_fail(self.bench.provider.consult("2001", call.id, "2002"))
        self.bench.switch.lift("2002", self.bench.network.seconds())

    def transfer(self) -> None:
        held, active = self.the_call(S.HOLD), self.the_call(S.CONNECTED)
        if held and active:
            self.bench.run_or_fail(self.bench.provider.transfer("2001", held.id, active.id))

    def hang_up(self) -> None:
        for device in ("2002", "2001", "2001", "T1"):
            self.bench.switch.hang_up(device, self.bench.network.seconds())

    def agree(self) -> None:
        """Everything healed: the provider knows what the switch knows, and told of nothing else."""
        self.bench.network.pass_time(HEALED)
        for device in DEVICES:
            assert agree(belief(self.bench.provider.calls(device)), truth(self.bench.switch._exchange, device))
        assert not self.ledger.ghosts()
        known = {call.id for device in DEVICES for call in self.bench.provider.calls(device)}
        assert known == set(self.ledger.calls)


Step = Callable[[Scene], None]
PHASES: dict[str, tuple[list[Step], Step]] = {
    "offered": ([], Scene.offer),
    "connected": ([Scene.offer], Scene.answer),
    "held": ([Scene.offer, Scene.answer], Scene.hold),
    "retrieved": ([Scene.offer, Scene.answer, Scene.hold], Scene.retrieve),
    "consulting": ([Scene.offer, Scene.answer], Scene.consult),
    "transferring": ([Scene.offer, Scene.answer, Scene.consult], Scene.transfer),
    "clearing": ([Scene.offer, Scene.answer], Scene.hang_up),
}
"""Phase → what comes before it, and the step during which the fault strikes."""

STRIKES: dict[str, Fault] = {
    f"{kind.value}-{on}-{times}": Fault(what=kind, on=on, times=times, seconds=1.5)
    for kind in Kind
    for on, times in (("event", 1), ("event", SEVERAL), ("answer", 1), ("any", 1))
    if not (kind is Kind.WRONG_INVOKE_ID and on == "event")
}


@pytest.fixture(scope="module")
def survived(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Counts the combinations, and prints the number in the end."""
    combinations: list[str] = []
    yield combinations
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\nfault matrix: {len(combinations)} combinations of fault, phase and wire survived")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("strike", STRIKES)
def test_nothing_is_lost_and_nothing_doubled(wire: str, phase: str, strike: str, survived: list[str]) -> None:
    scene = Scene(wire)
    before, struck = PHASES[phase]
    for step in before:
        step(scene)
        scene.bench.network.settle()
    scene.bench.network.server.inject(STRIKES[strike])
    struck(scene)
    scene.agree()
    scene.hang_up()
    scene.agree()
    assert scene.bench.provider.calls("2001") == ()
    assert scene.bench.network.server.faults.struck
    survived.append(f"{strike} {phase} {wire}")
