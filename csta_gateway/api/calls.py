"""Dialling and what can be done with calls."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from msgspec import Meta, Struct

from crm_adapter.callrules import Action as CallAction
from csta_gateway.api.exchange import Answer, Route, Visit
from csta_gateway.commands import ON_ONE_CALL, ON_TWO_CALLS, WITH_NUMBER
from csta_gateway.policy import Action
from csta_gateway.views import PreviewView

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


class NewCallId(Struct, frozen=True):
    """The call that was begun."""

    call: str


async def preview(visit: Visit) -> Answer:
    """What would be dialled; nothing is sent."""
    dialable = visit.gateway.commands.preview(visit.user, visit.body(Wish).number)
    found = await visit.gateway.lookup.find(dialable.number)
    view = PreviewView(
        display=dialable.number.display,
        dial=dialable.digits,
        kind=dialable.number.kind,
        matches=tuple(visit.gateway.pages.match_view(match, visit.user) for match in found.matches),
    )
    return Answer(200, view)


async def make_call(visit: Visit) -> Answer:
    """Dial."""
    wish = visit.body(NewCall)
    return Answer(201, NewCallId(await visit.gateway.commands.make_call(visit.user, wish.number, wish.device)))


async def act(visit: Visit, call: str, *, action: CallAction) -> Answer:
    """An action that needs nothing but the call."""
    await visit.gateway.commands.act(visit.user, call, action)
    return Answer(204)


async def send_to(visit: Visit, call: str, *, action: CallAction) -> Answer:
    """An action that sends the call to a number."""
    await visit.gateway.commands.send_to(visit.user, call, action, visit.body(Wish).number)
    return Answer(204)


async def consult(visit: Visit, call: str) -> Answer:
    """Hold the call and ask somebody else."""
    return Answer(201, NewCallId(await visit.gateway.commands.consult(visit.user, call, visit.body(Wish).number)))


async def send_digits(visit: Visit, call: str) -> Answer:
    """Send tones to the far end."""
    await visit.gateway.commands.send_digits(visit.user, call, visit.body(Digits).digits)
    return Answer(204)


ROUTES = (
    Route("POST", "/dial/preview", Action.LOOK_UP, preview),
    Route("POST", "/calls", Action.MAKE_CALL, make_call),
    Route("POST", "/calls/<call>/consult", Action.CONTROL_CALL, consult),
    Route("POST", "/calls/<call>/digits", Action.CONTROL_CALL, send_digits),
    *(
        Route("POST", f"/calls/<call>/{action}", Action.CONTROL_CALL, partial(act, action=action))
        for action in (*ON_ONE_CALL, *ON_TWO_CALLS)
    ),
    *(
        Route("POST", f"/calls/<call>/{action}", Action.CONTROL_CALL, partial(send_to, action=action))
        for action in WITH_NUMBER
    ),
)
