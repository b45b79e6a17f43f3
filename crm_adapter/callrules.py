"""What a user may be told about a call and do with it now. Pure rules, all of them tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

from crm_adapter.numberrules import Role
from csta.model.call import Call, Direction
from csta.model.states import ConnectionState, Service

Label = Literal[
    "dialing",
    "ringing",
    "connected",
    "held",
    "pending",
    "transferring",
    "consultation",
    "busy",
    "invalid",
    "failed",
    "queued",
    "ended",
]
"""Key of the word for a call's state."""

Action = Literal[
    "answer",
    "clear",
    "hold",
    "retrieve",
    "consult",
    "transfer",
    "complete",
    "alternate",
    "reconnect",
    "conference",
    "deflect",
    "digits",
]
"""What a user can do with a call."""

Word = Action | Literal["refuse"]
"""Key of the word on a button."""

Result = Literal["answered", "missed", "busy", "unreachable", "elsewhere", "refused", "cancelled"]
"""How a call went, once it is over."""

BUSY_CAUSES = frozenset({"busy", "trunksBusy", "aCDBusy", "selectedTrunkBusy", "networkCongestion"})
"""Event causes (ECMA-269 §12.2.15) after which trying again later makes sense."""

INVALID_CAUSES = frozenset(
    {"destNotObtainable", "invalidNumberFormat", "numberUnallocated", "numberChanged", "reorderTone", "badURI"}
)
"""Event causes after which only another number helps."""

NO_ANSWER_CAUSES = frozenset({"callNotAnswered", "alertTimeExpired", "doNotDisturb", "destOutOfOrder", "timeout"})
"""Event causes of a dialled call that nobody took."""

TRANSFERS: frozenset[Action] = frozenset({"transfer", "complete"})


def _failed(call: Call) -> bool:
    """The dialled number could not be reached; some switches leave the own connection connected to the tone."""
    far_failed = call.far_state is ConnectionState.FAIL and call.answered is None
    return call.state is ConnectionState.FAIL or (far_failed and call.state is ConnectionState.CONNECTED)


def _being_dialled(call: Call) -> bool:
    far_takes_part = call.far_state in (ConnectionState.CONNECTED, ConnectionState.HOLD)
    return call.direction is Direction.OUTGOING and call.answered is None and not far_takes_part


def _consults(call: Call, others: Sequence[Call]) -> bool:
    return any(other.id == call.consultation_of for other in others)


def _is_consulted_for(call: Call, others: Sequence[Call]) -> bool:
    return any(other.consultation_of == call.id for other in others)


def _is_swapped(call: Call, others: Sequence[Call]) -> bool:
    """The call has the user back, and its consultation is held."""
    return any(other.consultation_of == call.id and other.state is ConnectionState.HOLD for other in others)


_S = ConnectionState

LABELS: tuple[tuple[Label, Callable[[Call, Sequence[Call]], bool]], ...] = (
    ("ended", lambda call, others: call.state is _S.NULL),
    ("busy", lambda call, others: _failed(call) and call.cause in BUSY_CAUSES),
    ("invalid", lambda call, others: _failed(call) and call.cause in INVALID_CAUSES),
    ("failed", lambda call, others: _failed(call)),
    ("queued", lambda call, others: call.state is _S.QUEUED),
    ("pending", lambda call, others: call.state is _S.HOLD and _is_consulted_for(call, others)),
    ("held", lambda call, others: call.state is _S.HOLD),
    ("ringing", lambda call, others: call.state is _S.ALERTING),
    ("dialing", lambda call, others: call.state is _S.INITIATED or _being_dialled(call)),
    ("consultation", _consults),
    ("connected", lambda call, others: call.state is _S.CONNECTED),
)
"""The first row that is true of a call, given the other calls at its device, names it."""


class ActionRule(NamedTuple):
    """One action of the call screen.

    :param service: what the source of calls must be able to do.
    :param labels: states of the call in which the action is offered.
    :param with_held: the device must also have a held call that the action joins or swaps.
    """

    action: Action
    service: Service
    labels: frozenset[Label]
    with_held: bool = False


_TALKING: frozenset[Label] = frozenset({"connected", "consultation"})
_FAILED: frozenset[Label] = frozenset({"busy", "invalid", "failed"})
_WAITING: frozenset[Label] = frozenset({"ringing", "queued", "held", "pending"})
_DIALLING: frozenset[Label] = frozenset({"dialing"})

ACTIONS: tuple[ActionRule, ...] = (
    ActionRule("answer", Service.ANSWER_CALL, frozenset({"ringing"})),
    ActionRule("complete", Service.TRANSFER_CALL, _TALKING, with_held=True),
    ActionRule("retrieve", Service.RETRIEVE_CALL, frozenset({"held"})),
    ActionRule("hold", Service.HOLD_CALL, frozenset({"connected"})),
    ActionRule("consult", Service.CONSULTATION_CALL, frozenset({"connected"})),
    ActionRule("transfer", Service.SINGLE_STEP_TRANSFER_CALL, frozenset({"connected"})),
    ActionRule("alternate", Service.ALTERNATE_CALL, _TALKING, with_held=True),
    ActionRule("conference", Service.CONFERENCE_CALL, _TALKING, with_held=True),
    ActionRule("reconnect", Service.RECONNECT_CALL, _DIALLING | _FAILED | _TALKING, with_held=True),
    ActionRule("deflect", Service.DEFLECT_CALL, frozenset({"ringing"})),
    ActionRule("digits", Service.GENERATE_DIGITS, _TALKING),
    ActionRule("clear", Service.CLEAR_CONNECTION, _DIALLING | _FAILED | _TALKING | _WAITING),
)
"""Every action in the order of its button; what no row allows is not offered."""

SWAPPED: frozenset[Action] = frozenset({"complete", "alternate", "conference", "digits", "clear"})
"""What is offered of a call that was swapped for its consultation: the two belong together as before."""

DIALLING: Label = "dialing"
"""While a call of a device has this label, no other one is dialled there."""

WORDS: dict[tuple[Direction, Label, Action], Word] = {(Direction.INCOMING, "ringing", "clear"): "refuse"}
"""What an action is called where that is not its own name."""

PRIMARY: dict[Label, Action] = {"ringing": "answer", "held": "retrieve", "consultation": "complete"}
"""The obvious next step of a state."""


def label(call: Call, others: Sequence[Call] = (), requested: Action | None = None) -> Label:
    """The state of a call in the user's words.

    :param others: the other calls at the device.
    :param requested: an action on this call that the switch has not carried out yet.
    """
    if requested in TRANSFERS and call.state is not ConnectionState.NULL:
        return "transferring"
    return next(name for name, applies in LABELS if applies(call, others))


def held_partner(call: Call, others: Sequence[Call]) -> Call | None:
    """The held call that ``call`` can be joined with: the one it consults for, else the only one there is."""
    held = [other for other in others if other.state is ConnectionState.HOLD and other.id != call.id]
    consulted = next((other for other in held if other.id == call.consultation_of), None)
    return consulted or (held[0] if len(held) == 1 else None)


def actions(
    call: Call, others: Sequence[Call], capabilities: frozenset[Service], requested: Action | None = None
) -> tuple[Action, ...]:
    """What may be done with a call now, in the order of the buttons.

    :param others: the other calls at the device.
    :param capabilities: services the source of calls offers for the device.
    :param requested: an action on this call that the switch has not carried out yet.
    """
    state = label(call, others, requested)
    partner = held_partner(call, others)
    offered = (
        rule.action
        for rule in ACTIONS
        if state in rule.labels and rule.service in capabilities and (partner is not None or not rule.with_held)
    )
    swapped = state == "connected" and _is_swapped(call, others)
    return tuple(action for action in offered if not swapped or action in SWAPPED)


def primary(call: Call, others: Sequence[Call], state: Label, offered: Sequence[Action]) -> Action | None:
    """The one of the offered actions that is the obvious next step, if any."""
    action = PRIMARY.get("consultation" if state == "connected" and _is_swapped(call, others) else state)
    return action if action in offered else None


def words(call: Call, state: Label, offered: Sequence[Action]) -> tuple[Word, ...]:
    """The key of the word on the button of each offered action, in their order."""
    return tuple(WORDS.get((call.direction, state, action), action) for action in offered)


def may_dial(states: Iterable[Label], capabilities: frozenset[Service]) -> bool:
    """Whether a call may be begun at a device, given the labels of the calls there."""
    return Service.MAKE_CALL in capabilities and DIALLING not in states


def role(call: Call) -> Role:
    """How the far party's number came about: dialled, or told by the network (also after a transfer)."""
    if call.direction is Direction.INCOMING:
        return "incoming"
    return "outgoing" if call.other.number == call.called.number else "connected"


_OUTGOING_RESULTS: tuple[tuple[frozenset[Label], frozenset[str], Result], ...] = (
    (frozenset({"busy"}), BUSY_CAUSES, "busy"),
    (frozenset({"invalid", "failed"}), INVALID_CAUSES | NO_ANSWER_CAUSES, "unreachable"),
)


_UNANSWERED: dict[Action | None, Result] = {"clear": "refused", "deflect": "elsewhere"}
"""How a call went that its user did not answer, by what the user did instead."""


def result(call: Call, before: Label, requested: Action | None = None, elsewhere: bool = False) -> Result:
    """How an ended call went.

    :param before: its label before it ended.
    :param requested: the user's last action on it.
    :param elsewhere: another device took it.
    """
    if call.answered is not None:
        return "answered"
    if call.direction is Direction.INCOMING:
        return "elsewhere" if elsewhere else _UNANSWERED.get(requested, "missed")
    for labels, causes, outcome in _OUTGOING_RESULTS:
        if before in labels or call.cause in causes:
            return outcome
    return "cancelled"
