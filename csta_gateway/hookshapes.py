"""What a webhook is told, in the shapes receivers take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from crm_adapter.callrules import Result
from crm_adapter.users import User
from csta.model.call import Direction
from csta_gateway.config_webhooks import Stage
from csta_gateway.views import CallView


class Message(NamedTuple):
    """A body and its media type."""

    type: str
    body: bytes


HELPDESK_EVENTS: Mapping[Stage, str] = {"ringing": "newCall", "answered": "answer", "ended": "hangup"}
HELPDESK_CAUSES: Mapping[Result, str] = {
    "answered": "normalClearing",
    "missed": "noAnswer",
    "busy": "busy",
    "unreachable": "notFound",
    "elsewhere": "forwarded",
    "refused": "busy",
    "cancelled": "cancel",
}
WITHHELD = "anonymous"


def csta(stage: Stage, user: User, call: CallView) -> Message:
    """``{"event", "user", "call": Call}``, the call as in the API."""
    return Message("application/json", msgspec.json.encode({"event": stage, "user": user.login, "call": call}))


def helpdesk(stage: Stage, user: User, call: CallView) -> Message:
    """A form with ``event``, ``user``, ``from``, ``to``, ``direction`` and ``callId``, at the end ``cause``."""
    there = (call.number.e164 or "").removeprefix("+") or call.number.raw or call.number.display or WITHHELD
    incoming = call.direction is Direction.INCOMING
    fields = {
        "event": HELPDESK_EVENTS[stage],
        "user": user.name,
        "from": there if incoming else call.device,
        "to": call.device if incoming else there,
        "direction": "in" if incoming else "out",
        "callId": call.id,
    }
    if call.result is not None:
        fields["cause"] = HELPDESK_CAUSES[call.result]
    return Message("application/x-www-form-urlencoded", urlencode(fields).encode())


SHAPES: Mapping[str, Callable[[Stage, User, CallView], Message]] = {"csta": csta, "helpdesk": helpdesk}
"""By the name in the settings."""
