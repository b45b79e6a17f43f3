"""What a provider told is what its recorded link tells, whatever happens on it, on every wire and framing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csta.dialect import Login
from csta.errors import CSTAError
from csta.framing import FRAMINGS
from csta.model.call import Call
from csta.model.events import LinkDown, LinkUp, ModelEvent
from csta.recorder import files
from csta.recorder.dialogue import follow
from csta.recorder.following import Follower
from csta.recorder.live import Recording
from csta.testing import MemorySwitch

DEVICES = ("2001", "2002", "2003")
NUMBERS = ("2001", "2002", "2003", "2004", "089471", "0890000", "29")
LINKS = [
    pytest.param("xml" if framing.carries_invoke_id else "asn1", name, id=name) for name, framing in FRAMINGS.items()
]

Action = tuple[int, int, int, int]
"""Kind of what happens, device, number, which of the calls."""


class Session:
    """A provider on a recorded link, random things that happen, and what it told."""

    def __init__(self, wire: str, framing: str, path: Path, *, redact: bool = False) -> None:
        dialect, login = ("hipath-3000", Login("cti", "secret")) if framing == "hipath" else (None, None)
        self.here = MemorySwitch(wire, dialect=dialect, framing=framing, login=login)
        clock = self.here.network.seconds
        self.recording = Recording(path, seconds=clock, started=datetime(2026, 1, 2, tzinfo=UTC), redact=redact)
        self.told: list[tuple[float, ModelEvent]] = []
        self.provider = self.here.provider(record=self.recording)
        self.provider.subscribe(lambda event: self.told.append((clock(), event)))
        for device in DEVICES:
            self.here.run(self.provider.monitor(device))
        self.here.settle()

    def close(self) -> None:
        self.here.run(self.provider.stop())
        self.recording.close()

    def call(self, device: str, which: int) -> Call | None:
        calls = self.provider.calls(device)
        return calls[which % len(calls)] if calls else None

    def act(self, action: Action) -> None:
        kind, index, number, which = action
        device, to = DEVICES[index], NUMBERS[number]
        call = self.call(device, which)
        other = self.call(device, which + 1)
        try:
            self._act(kind, device, to, call, other)
        except CSTAError:
            pass  # refused: that is recorded too
        self.here.settle(1.5)

    def _act(self, kind: int, device: str, to: str, call: Call | None, other: Call | None) -> None:
        provider, run, switch = self.provider, self.here.run, self.here.switch
        if kind == 0:
            run(provider.make_call(device, to))
        elif kind == 1:
            switch.ring("0891234567", device, self.here.now, "Maier")
        elif kind == 2:
            switch.lift(device, self.here.now)
        elif kind == 3:
            switch.hang_up(device, self.here.now)
        elif kind == 4:
            self.here.lose_links()
            self.here.restore_links()
            self.here.settle(3)
        elif kind == 5:
            run(provider.set_do_not_disturb(device, len(to) % 2 == 0))
        elif kind == 6:
            self.here.settle(20)
        elif call is not None and other is not None:
            self._act_on(kind, device, to, call.id, other.id)

    def _act_on(self, kind: int, device: str, to: str, call: str, other: str) -> None:
        provider = self.provider
        commands = (
            lambda: provider.answer(device, call),
            lambda: provider.clear_connection(device, call),
            lambda: provider.hold(device, call),
            lambda: provider.retrieve(device, call),
            lambda: provider.consult(device, call, to),
            lambda: provider.transfer(device, call, other),
            lambda: provider.conference(device, call, other),
            lambda: provider.single_step_transfer(device, call, to),
            lambda: provider.deflect(device, call, to),
            lambda: provider.snapshot(device),
        )
        self.here.run(commands[(kind - 7) % len(commands)]())


ACTIONS = st.lists(
    st.tuples(
        st.integers(0, 16), st.integers(0, len(DEVICES) - 1), st.integers(0, len(NUMBERS) - 1), st.integers(0, 3)
    ),
    max_size=16,
)


def comparable(told: Iterable[tuple[float, ModelEvent]]) -> list[tuple[float, ModelEvent]]:
    """Without what no message says: that all monitors are in place, and when a lost link is tried again."""
    kept = [(t, event) for t, event in told if not isinstance(event, LinkUp)]
    return [(t, replace(event, retry_in=None) if isinstance(event, LinkDown) else event) for t, event in kept]


@pytest.mark.parametrize(("wire", "framing"), LINKS)
@settings(max_examples=25, deadline=None)
@given(actions=ACTIONS)
def test_the_same_model_events_and_final_state(wire: str, framing: str, actions: list[Action]) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory, "trace.jsonl")
        session = Session(wire, framing, path)
        for action in actions:
            session.act(action)
        follower = Follower()
        replayed = [(told.t, told.event) for each in follow(files.read(path)) for told in follower.hear(each)]
        known = [call for device in DEVICES for call in session.provider.calls(device)]
        told = comparable(session.told)
        session.close()
        assert comparable(replayed) == told
        assert follower.calls() == known
