"""What a provider tells its listeners. Frozen values, one class per happening."""

from __future__ import annotations

from dataclasses import dataclass

from csta.model.call import Call
from csta.model.states import Service


@dataclass(frozen=True, slots=True)
class CallEvent:
    """Something happened to a call at a monitored device; :attr:`call` is the call after it."""

    call: Call


class CallOffered(CallEvent):
    """A new call rings at the device (Offered, Delivered)."""


class CallInitiated(CallEvent):
    """The device went off-hook or was prompted to (Service Initiated)."""


class CallOriginated(CallEvent):
    """The device dials out (Originated, Network Reached)."""


class CallDelivered(CallEvent):
    """The far end of an outgoing call rings (Delivered seen by the caller)."""


class CallAnswered(CallEvent):
    """Both ends are connected (Established)."""


class CallHeld(CallEvent):
    """The device put the call on hold (Held)."""


class CallRetrieved(CallEvent):
    """The device took the call back from hold (Retrieved)."""


class CallQueued(CallEvent):
    """The call waits in a queue (Queued)."""


class CallFailed(CallEvent):
    """The call could not be put through: busy, not obtainable (Failed); ``call.cause`` says why."""


class CallTransferred(CallEvent):
    """The far party changed by a transfer; the call goes on at this device (Transferred)."""


class CallConferenced(CallEvent):
    """Parties joined the call (Conferenced)."""


class CallUpdated(CallEvent):
    """Something else about the call changed: far end held, party names, correlator data."""


@dataclass(frozen=True, slots=True)
class CallEnded(CallEvent):
    """The call is over at this device; ``call.state`` is NULL and ``call.cause`` says why.

    :param answered_by: device that took the call when it left this one unanswered (pickup, diversion), or None.
    """

    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceChanged:
    """A feature of a device changed. None means: not said in this event.

    :param in_service: whether the device works; what calls it has is known then.
    :param via: name of the way it is reached by instead of its usual one, empty for that.
    :param lacks: what could be asked for on the usual way and cannot now.
    """

    device: str
    do_not_disturb: bool | None = None
    forwarding: dict[str, str] | None = None
    in_service: bool | None = None
    via: str | None = None
    lacks: frozenset[Service] | None = None


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The link works, all monitors are in place and every device's calls are known."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link is lost: calls are those last known.

    :param reason: what happened, in words.
    :param retry_in: seconds until the next try, or None when there is none.
    """

    reason: str
    retry_in: float | None = None


ModelEvent = CallEvent | DeviceChanged | LinkUp | LinkDown
