"""What the switch has promised and not done yet: route dialogues, call-backs, predictive calls."""

from __future__ import annotations

from dataclasses import dataclass

from csta.messages.call_control import MakePredictiveCall
from csta.simulator.calls import Call, Connection, Extension, Group, RoutePoint
from csta.simulator.monitors import Client


@dataclass(eq=False, slots=True)
class Dialogue:
    """The question where one call shall go, and who was asked (§20.2).

    :param id: routeing cross reference, void after Route End.
    :param register_id: the registration it belongs to.
    :param connection: the call at the routeing device.
    :param retries: how often its destinations could not be reached.
    :param tells_used: whether it wants to know what became of it (Route Used).
    """

    id: str
    client: Client
    register_id: str
    point: RoutePoint
    connection: Connection
    retries: int = 0
    tells_used: bool = False


@dataclass(eq=False, slots=True)
class CallBack:
    """A promise to call (§6.7.4).

    :param message: only a message was left: the switch calls nobody.
    :param armed: the target was busy, or has been used since; before that it is no use to try again.
    """

    originator: Extension
    target: str
    message: bool = False
    armed: bool = True


@dataclass(eq=False, slots=True)
class Prediction:
    """A call whose called party comes first (§17.1.20).

    :param calling: the device that comes in later.
    """

    request: MakePredictiveCall
    call: Call
    calling: Extension | Group
