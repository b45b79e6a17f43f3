"""Dialling and what can be done with calls."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated

from msgspec import Meta, Struct

from crm_adapter.callrules import ACTIONS
from crm_adapter.callrules import Action as CallAction
from csta.model.states import Service
from csta_gateway.api.exchange import Visit
from csta_gateway.api.route import Handler, Route
from csta_gateway.commands import ON_ONE_CALL, ON_TWO_CALLS, WITH_NUMBER
from csta_gateway.failures import ApiError
from csta_gateway.policy import Action
from csta_gateway.texts import Words
from csta_gateway.views import CallView, PreviewView

Dialled = Annotated[str, Meta(max_length=128)]
Name = Annotated[str, Meta(min_length=1, max_length=128)]


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to call."""

    number: Dialled


class NewCall(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to call, and from which telephone."""

    number: Dialled
    device: Name | None = None


class Digits(Struct, frozen=True, forbid_unknown_fields=True):
    """Tones to send (ITU-T Q.23)."""

    digits: Annotated[str, Meta(pattern="^[0-9*#A-D]{1,32}$")]


class PickUp(Struct, frozen=True, forbid_unknown_fields=True):
    """Which telephone rings, and where the call is taken.

    :param ringing: the telephone that rings.
    :param device: the user's own; left out: the first one.
    """

    ringing: Name
    device: Name | None = None


class CallsNow(Struct, frozen=True, kw_only=True):
    """Calls that are not over, oldest first."""

    calls: tuple[CallView, ...]


class NewCallId(Struct, frozen=True):
    """The call that was begun."""

    call: str


CallId = Annotated[str, Meta(description="The call's `id`.")]

COMMAND = ("link_down", "refused", "timeout")
"""How a command to the switch may fail."""
WITH_A_NUMBER = ("number_invalid", "dial_refused", "dial_rate")
"""How one with a number may fail before anything is sent."""
ON_A_CALL = (*COMMAND, "call_unknown", "call_state")

SERVICES = {rule.action: rule.service.value for rule in ACTIONS}
"""The service of ECMA-269 an action asks for."""

TITLES: dict[CallAction, Words] = {
    "answer": Words("Anruf annehmen", "Answer a call"),
    "clear": Words("Auflegen oder abweisen", "Hang up, or refuse"),
    "hold": Words("Anruf halten", "Hold a call"),
    "retrieve": Words("Gehaltenen Anruf zurückholen", "Take a call back from hold"),
    "alternate": Words("Zwischen zwei Anrufen wechseln", "Swap the active and the held call"),
    "reconnect": Words("Auflegen und zum gehaltenen Anruf zurück", "Hang up and go back to the held call"),
    "complete": Words("Anruf nach Rückfrage übergeben", "Join the two calls and leave them"),
    "conference": Words("Konferenz aus beiden Anrufen", "Join the two calls and stay"),
    "transfer": Words("Anruf ohne Rückfrage weitergeben", "Transfer a call unannounced"),
    "deflect": Words("Klingelnden Anruf umleiten", "Send a ringing call to a number"),
    "consult": Words("Anruf halten und Rückfrage", "Hold a call and ask somebody else"),
    "digits": Words("Töne senden", "Send tones to the far end"),
}


async def preview(visit: Visit, body: Wish) -> PreviewView:
    """What would be dialled; nothing is sent."""
    dialable = visit.gateway.commands.preview(visit.user, body.number)
    found = await visit.gateway.lookup.find(dialable.number)
    return PreviewView(
        display=dialable.number.display,
        dial=dialable.digits,
        kind=dialable.number.kind,
        matches=tuple(visit.gateway.pages.match_view(match, visit.user) for match in found.matches),
    )


async def make_call(visit: Visit, body: NewCall) -> NewCallId:
    """Dial, from the user's first telephone when none is named."""
    return NewCallId(await visit.gateway.commands.make_call(visit.user, body.number, body.device))


async def list_own(visit: Visit) -> CallsNow:
    """The calls at the user's telephones now."""
    return CallsNow(calls=tuple(visit.gateway.board.calls_at(visit.user, visit.user.devices)))


async def show(visit: Visit, call: CallId) -> CallView:
    """A call at one of the user's telephones."""
    views = visit.gateway.board.calls_at(visit.user, visit.user.devices)
    found = next((view for view in views if view.id == call), None)
    if found is None:
        raise ApiError("call_unknown")
    return found


async def pick_up(visit: Visit, body: PickUp) -> None:
    """Take the call that has rung longest at another telephone: of one's own, or for supervisors of their groups."""
    await visit.gateway.commands.pick_up(visit.user, body.ringing, body.device)


async def park(visit: Visit, call: CallId, body: Wish) -> None:
    """Leave the call at a number, from where it can be fetched."""
    await visit.gateway.commands.park(visit.user, call, body.number)


async def act(visit: Visit, call: CallId, *, action: CallAction) -> None:
    """An action that needs nothing but the call; where two calls take part, the gateway knows the held one."""
    await visit.gateway.commands.act(visit.user, call, action)


async def send_to(visit: Visit, call: CallId, body: Wish, *, action: CallAction) -> None:
    """An action that sends the call to a number."""
    await visit.gateway.commands.send_to(visit.user, call, action, body.number)


async def consult(visit: Visit, call: CallId, body: Wish) -> NewCallId:
    """Hold the call and ask somebody else; gives the consultation call."""
    return NewCallId(await visit.gateway.commands.consult(visit.user, call, body.number))


async def send_digits(visit: Visit, call: CallId, body: Digits) -> None:
    """Send tones to the far end."""
    await visit.gateway.commands.send_digits(visit.user, call, body.digits)


def _on_call(
    action: CallAction, handler: Handler, status: HTTPStatus = HTTPStatus.NO_CONTENT, problems: tuple[str, ...] = ()
) -> Route:
    return Route(
        method="POST",
        path=f"/calls/<call>/{action}",
        name=SERVICES[action],
        title=TITLES[action],
        action=Action.CONTROL_CALL,
        handler=handler,
        status=status,
        problems=(*ON_A_CALL, *problems),
    )


ROUTES = (
    Route(
        method="POST",
        path="/dial/preview",
        name="previewNumber",
        title=Words("Zeigen, was gewählt würde", "Show what would be dialled"),
        action=Action.LOOK_UP,
        handler=preview,
        problems=("number_invalid", "dial_refused"),
    ),
    Route(
        method="POST",
        path="/calls",
        name=Service.MAKE_CALL.value,
        title=Words("Anrufen", "Call somebody"),
        action=Action.MAKE_CALL,
        handler=make_call,
        status=HTTPStatus.CREATED,
        problems=(*COMMAND, "call_state", *WITH_A_NUMBER),
    ),
    Route(
        method="GET",
        path="/calls",
        name="listCalls",
        title=Words("Eigene Anrufe", "Own calls"),
        action=Action.WATCH_CALLS,
        handler=list_own,
    ),
    Route(
        method="GET",
        path="/calls/<call>",
        name="showCall",
        title=Words("Ein eigener Anruf", "One of the own calls"),
        action=Action.WATCH_CALLS,
        handler=show,
        problems=("call_unknown",),
    ),
    Route(
        method="POST",
        path="/calls/pickup",
        name=Service.DIRECTED_PICKUP_CALL.value,
        title=Words("Anruf heranholen", "Take a call that rings elsewhere"),
        action=Action.PICK_UP,
        handler=pick_up,
        status=HTTPStatus.NO_CONTENT,
        problems=ON_A_CALL,
    ),
    Route(
        method="POST",
        path="/calls/<call>/park",
        name=Service.PARK_CALL.value,
        title=Words("Anruf parken", "Park a call"),
        action=Action.CONTROL_CALL,
        handler=park,
        status=HTTPStatus.NO_CONTENT,
        problems=(*ON_A_CALL, *WITH_A_NUMBER),
    ),
    _on_call("consult", consult, HTTPStatus.CREATED, WITH_A_NUMBER),
    _on_call("digits", send_digits),
    *(_on_call(action, partial(act, action=action)) for action in (*ON_ONE_CALL, *ON_TWO_CALLS)),
    *(_on_call(action, partial(send_to, action=action), problems=WITH_A_NUMBER) for action in WITH_NUMBER),
)
