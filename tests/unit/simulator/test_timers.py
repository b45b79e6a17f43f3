from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from csta.simulator.timers import Timers


def test_a_new_timer_replaces_the_old_one_of_its_owner() -> None:
    timers, ran = Timers(), list[str]()
    timers.set("call", 5.0, lambda now: ran.append("first"))
    timers.set("call", 9.0, lambda now: ran.append("second"))
    assert timers.next_deadline() == 9.0
    timers.run(20.0)
    assert ran == ["second"]
    assert timers.next_deadline() is None


def test_a_cancelled_timer_does_not_run() -> None:
    timers, ran = Timers(), list[float]()
    timers.set("call", 5.0, ran.append)
    timers.cancel("call")
    timers.cancel("call")
    timers.run(20.0)
    assert ran == []


def test_an_action_sees_its_deadline_and_may_set_the_next_timer() -> None:
    timers, ran = Timers(), list[float]()

    def again(now: float) -> None:
        ran.append(now)
        if now < 3.0:
            timers.set("call", now + 1.0, again)

    timers.set("call", 1.0, again)
    timers.run(100.0)
    assert ran == [1.0, 2.0, 3.0]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["set", "cancel"]), st.integers(0, 9))))
def test_what_runs_is_what_was_set_last(steps: list[tuple[str, str, int]]) -> None:
    timers, ran, expected = Timers(), list[tuple[int, str]](), dict[str, int]()
    for owner, step, at in steps:
        if step == "set":
            timers.set(owner, at, lambda now, owner=owner: ran.append((int(now), owner)))  # type: ignore[misc]
            expected[owner] = at
        else:
            timers.cancel(owner)
            expected.pop(owner, None)
    assert timers.next_deadline() == min(expected.values(), default=None)
    timers.run(10.0)
    assert sorted(ran) == sorted((at, owner) for owner, at in expected.items())
    assert [at for at, _ in ran] == sorted(at for at, _ in ran)
