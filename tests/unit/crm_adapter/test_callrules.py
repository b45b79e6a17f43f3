from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_adapter.callrules import (
    ACTIONS,
    LABELS,
    PRIMARY,
    Action,
    ActionRule,
    Label,
    Result,
    actions,
    held_partner,
    label,
    primary,
    result,
)
from csta.model.call import Call, Direction
from csta.model.states import NEEDS, PAIRS, ConnectionState, Service

S = ConnectionState
EVERYTHING = frozenset(Service)

INCOMING = Call(id="c1", call_id="1", device="2001", state=S.ALERTING, direction=Direction.INCOMING)
OUTGOING = Call(id="c2", call_id="2", device="2001", state=S.CONNECTED, direction=Direction.OUTGOING)
TALKING = replace(INCOMING, state=S.CONNECTED, answered=10.0, far_state=S.CONNECTED)
HELD = replace(TALKING, state=S.HOLD)
CONSULTING = replace(OUTGOING, consultation_of=HELD.id)
CONSULTED = replace(CONSULTING, answered=20.0, far_state=S.CONNECTED)
BUSY = replace(OUTGOING, state=S.FAIL, cause="busy")


@pytest.mark.parametrize(
    ("call", "others", "expected"),
    [
        pytest.param(replace(OUTGOING, state=S.INITIATED), (), "dialing", id="L02 off-hook"),
        pytest.param(OUTGOING, (), "dialing", id="L02 originated"),
        pytest.param(replace(OUTGOING, far_state=S.ALERTING), (), "dialing", id="L02 far end rings"),
        pytest.param(INCOMING, (), "ringing", id="L03"),
        pytest.param(TALKING, (), "connected", id="L04 incoming"),
        pytest.param(replace(OUTGOING, answered=5.0), (), "connected", id="L04 outgoing"),
        pytest.param(replace(OUTGOING, far_state=S.CONNECTED), (), "connected", id="L04 found by a snapshot"),
        pytest.param(replace(TALKING, far_state=S.HOLD), (), "connected", id="L04 held by the other side"),
        pytest.param(HELD, (), "held", id="L05"),
        pytest.param(HELD, (replace(OUTGOING, answered=5.0),), "held", id="L05 beside another call"),
        pytest.param(HELD, (CONSULTING,), "pending", id="L06 while the consultation is dialled"),
        pytest.param(HELD, (CONSULTED,), "pending", id="L06 during the consultation"),
        pytest.param(CONSULTING, (HELD,), "dialing", id="L08 not answered yet"),
        pytest.param(CONSULTED, (HELD,), "consultation", id="L08"),
        pytest.param(CONSULTED, (), "connected", id="L08 the held party is gone"),
        pytest.param(BUSY, (), "busy", id="L10 busy"),
        pytest.param(
            replace(BUSY, state=S.CONNECTED, far_state=S.FAIL), (), "busy", id="L10 busy tone on a connected line"
        ),
        pytest.param(replace(BUSY, cause="numberUnallocated"), (), "invalid", id="L10 invalid"),
        pytest.param(replace(BUSY, cause="destNotObtainable"), (), "invalid", id="L10 not obtainable"),
        pytest.param(replace(BUSY, cause="resourcesNotAvailable"), (), "failed", id="failed"),
        pytest.param(replace(BUSY, cause=""), (), "failed", id="failed, no cause"),
        pytest.param(replace(BUSY, consultation_of=HELD.id), (HELD,), "busy", id="L10 in a consultation"),
        pytest.param(replace(INCOMING, state=S.QUEUED), (), "queued", id="queued"),
        pytest.param(replace(TALKING, state=S.NULL), (), "ended", id="ended"),
    ],
)
def test_label(call: Call, others: tuple[Call, ...], expected: Label) -> None:
    assert label(call, others) == expected


@pytest.mark.parametrize("requested", ["transfer", "complete"])
def test_a_call_under_transfer_says_so_and_offers_nothing(requested: Action) -> None:
    assert label(TALKING, (), requested) == "transferring"
    assert actions(TALKING, (), EVERYTHING, requested) == ()
    assert label(replace(TALKING, state=S.NULL), (), requested) == "ended"


@pytest.mark.parametrize("requested", ["answer", "hold", "clear", "consult"])
def test_other_requests_do_not_change_the_label(requested: Action) -> None:
    assert label(TALKING, (), requested) == "connected"


@pytest.mark.parametrize(
    ("call", "others", "offered", "obvious"),
    [
        pytest.param(OUTGOING, (), {"clear"}, None, id="B02 while dialling"),
        pytest.param(INCOMING, (), {"answer", "deflect", "clear"}, "answer", id="B03"),
        pytest.param(TALKING, (), {"hold", "consult", "transfer", "digits", "clear"}, None, id="B04 B06 B07"),
        pytest.param(BUSY, (), {"clear"}, None, id="B04 not when busy"),
        pytest.param(replace(BUSY, cause="numberUnallocated"), (), {"clear"}, None, id="B04 not when invalid"),
        pytest.param(HELD, (), {"retrieve", "clear"}, "retrieve", id="B05"),
        pytest.param(HELD, (CONSULTED,), {"clear"}, None, id="held call in a consultation"),
        pytest.param(CONSULTING, (HELD,), {"reconnect", "clear"}, None, id="B08 not before the answer"),
        pytest.param(
            CONSULTED,
            (HELD,),
            {"complete", "alternate", "conference", "reconnect", "digits", "clear"},
            "complete",
            id="B08 B09",
        ),
        pytest.param(
            replace(TALKING, id=HELD.id),
            (replace(CONSULTED, state=S.HOLD),),
            {"complete", "alternate", "conference", "digits", "clear"},
            "complete",
            id="B08 after alternating",
        ),
        pytest.param(replace(BUSY, consultation_of=HELD.id), (HELD,), {"reconnect", "clear"}, None, id="B09 busy"),
        pytest.param(replace(TALKING, state=S.NULL), (), set(), None, id="ended"),
        pytest.param(replace(INCOMING, state=S.QUEUED), (), {"clear"}, None, id="queued"),
        pytest.param(
            replace(OUTGOING, answered=1.0),
            (HELD,),
            {"hold", "consult", "transfer", "complete", "alternate", "conference", "reconnect", "digits", "clear"},
            None,
            id="two calls of their own",
        ),
    ],
)
def test_actions(call: Call, others: tuple[Call, ...], offered: set[Action], obvious: Action | None) -> None:
    found = actions(call, others, EVERYTHING)
    assert set(found) == offered
    assert primary(call, others, label(call, others), found) == obvious


@pytest.mark.parametrize("rule", ACTIONS, ids=lambda rule: rule.action)
def test_what_the_link_cannot_do_is_absent(rule: ActionRule) -> None:
    situations = [(INCOMING, ()), (TALKING, ()), (HELD, ()), (CONSULTED, (HELD,))]
    able = [{*actions(call, others, EVERYTHING)} for call, others in situations]
    unable = [{*actions(call, others, EVERYTHING - {rule.service})} for call, others in situations]
    assert any(rule.action in offered for offered in able)
    assert unable == [offered - {rule.action} for offered in able]


def test_a_primary_action_the_link_cannot_do_is_none() -> None:
    assert primary(INCOMING, (), "ringing", ()) is None


calls = st.builds(
    Call,
    id=st.sampled_from(["c1", "c2", "c3"]),
    call_id=st.just("1"),
    device=st.just("2001"),
    state=st.sampled_from(S),
    direction=st.sampled_from(Direction),
    far_state=st.sampled_from(S),
    consultation_of=st.sampled_from([None, "c1", "c2", "gone"]),
    cause=st.sampled_from(["", "busy", "numberUnallocated", "newCall"]),
    answered=st.none() | st.just(3.0),
)


@given(calls, st.lists(calls, max_size=3), st.frozensets(st.sampled_from(Service)))
def test_every_call_has_a_label_and_only_legal_actions(
    call: Call, all_others: list[Call], can: frozenset[Service]
) -> None:
    others = [other for other in all_others if other.id != call.id]
    assert label(call, others) in get_args(Label)
    partner = held_partner(call, others)
    rules = {rule.action: rule for rule in ACTIONS}
    for action in actions(call, others, can):
        service = rules[action].service
        assert service in can
        if service in PAIRS:
            held, active = PAIRS[service]
            assert partner is not None
            assert partner.state in held
            assert call.state in active
        else:
            assert call.state in NEEDS[service]


def test_the_tables_name_every_label_and_action() -> None:
    assert {name for name, _ in LABELS} | {"transferring"} == set(get_args(Label))
    assert {rule.action for rule in ACTIONS} == set(get_args(Action))
    assert set(PRIMARY) <= set(get_args(Label))


def test_with_several_held_calls_only_the_consulted_one_is_the_partner() -> None:
    other = replace(HELD, id="c9")
    assert held_partner(CONSULTED, (other, HELD)) == HELD
    assert held_partner(replace(CONSULTED, consultation_of=None), (other, HELD)) is None


@pytest.mark.parametrize(
    ("call", "before", "requested", "elsewhere", "expected"),
    [
        (replace(TALKING, state=S.NULL), "connected", None, False, "answered"),
        (replace(TALKING, state=S.NULL), "held", "clear", False, "answered"),
        (replace(INCOMING, state=S.NULL), "ringing", None, False, "missed"),
        (replace(INCOMING, state=S.NULL), "ringing", None, True, "elsewhere"),
        (replace(INCOMING, state=S.NULL), "ringing", "clear", False, "refused"),
        (replace(INCOMING, state=S.NULL), "ringing", "answer", False, "missed"),
        (replace(INCOMING, state=S.NULL), "ringing", "deflect", False, "elsewhere"),
        (replace(OUTGOING, state=S.NULL), "dialing", "clear", False, "cancelled"),
        (replace(OUTGOING, state=S.NULL, cause="normalClearing"), "dialing", None, False, "cancelled"),
        (replace(OUTGOING, state=S.NULL, cause="normalClearing"), "busy", "clear", False, "busy"),
        (replace(OUTGOING, state=S.NULL, cause="busy"), "dialing", None, False, "busy"),
        (replace(OUTGOING, state=S.NULL), "invalid", "clear", False, "unreachable"),
        (replace(OUTGOING, state=S.NULL), "failed", None, False, "unreachable"),
        (replace(OUTGOING, state=S.NULL, cause="callNotAnswered"), "dialing", None, False, "unreachable"),
    ],
)
def test_result(call: Call, before: Label, requested: Action | None, elsewhere: bool, expected: Result) -> None:
    assert result(call, before, requested, elsewhere) == expected
