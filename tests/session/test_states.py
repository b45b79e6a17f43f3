from __future__ import annotations

import itertools

import pytest

from csta.errors import LocalProtocolError, RemoteProtocolError
from csta.session.states import MOVES, Move, State, after

LEGAL = """
unopened    start without an association -> active
unopened    send associate               -> associating
unopened    wait for associate           -> awaiting
unopened    close                        -> closed
unopened    connection lost              -> closed
associating associate accepted           -> active
associating associate refused            -> closed
associating status received              -> associating
associating log-in asked for again       -> associating
associating abort received               -> closed
associating close                        -> closed
associating no answer in time            -> closed
associating connection lost              -> closed
awaiting    associate received           -> active
awaiting    associate received and refused -> closed
awaiting    abort received               -> closed
awaiting    close                        -> closed
awaiting    no answer in time            -> closed
awaiting    connection lost              -> closed
active      send a message               -> active
active      message received             -> active
active      send release                 -> releasing
active      release received             -> closed
active      abort received               -> closed
active      close                        -> closed
active      no answer in time            -> closed
active      connection lost              -> closed
releasing   message received             -> releasing
releasing   release response received    -> closed
releasing   release received             -> closed
releasing   abort received               -> closed
releasing   close                        -> closed
releasing   no answer in time            -> closed
releasing   connection lost              -> closed
closed      close                        -> closed
closed      no answer in time            -> closed
closed      connection lost              -> closed
"""


def rows() -> dict[tuple[State, Move], State]:
    found = {}
    for line in LEGAL.strip().splitlines():
        left, target = line.split(" -> ")
        state, move = left.split(maxsplit=1)
        found[State(state), Move(move.strip())] = State(target)
    return found


@pytest.mark.parametrize(("state", "move"), [*itertools.product(State, Move)], ids=lambda each: each.name)
def test_every_move_in_every_state(state: State, move: Move) -> None:
    expected = rows().get((state, move))
    if expected is not None:
        assert after(state, move) is expected
        return
    fault = RemoteProtocolError if move.by_peer else LocalProtocolError
    with pytest.raises(fault, match=f"not while the association is {state.value}"):
        after(state, move)


def test_every_state_can_be_reached_and_ends() -> None:
    reached = {State.UNOPENED}
    while (more := {target for state in reached for target in MOVES[state].values()} - reached) != set():
        reached |= more
    assert reached == set(State)
    assert all(MOVES[state][Move.LOSE] is State.CLOSED for state in State)
