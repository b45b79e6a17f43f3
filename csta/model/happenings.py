"""What a switch says about a call, in the words of ECMA-269 §17.2 and §18.2, whatever the wire it came by.

A provider translates its messages into these values for :class:`csta.model.tracker.Tracker`. One value is what one
monitored device was told; two monitored devices in one call give two values.
"""

from __future__ import annotations

from dataclasses import dataclass

from csta.model.call import UNKNOWN, Party
from csta.model.states import ConnectionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One event of one call.

    :param call_id: the switch's identifier of the call, compared as a whole (§6.1.2.1).
    :param subject: the device the event is about (§12.3.30): the alerting, answering, holding, releasing … device.
    :param local: connection state of the *monitored* device (§12.2.17), or None when the event does not give it.
    :param cause: event cause (§12.2.15), ECMA-323 spelling, or empty.
    :param calling: calling device (§12.3.7), or None when the event does not say.
    :param called: device first called (§12.3.6), or None when the event does not say.
    :param last_redirection: device the call was last routed away from (§12.3.24), None when it was not redirected or
        the event does not say.
    """

    call_id: str
    subject: Party = UNKNOWN
    local: ConnectionState | None = None
    cause: str = ""
    calling: Party | None = None
    called: Party | None = None
    last_redirection: Party | None = None


class ServiceInitiated(Happening):
    """The subject is off-hook, or prompted to go off-hook (§17.2.17)."""


class Originated(Happening):
    """The subject, the calling device, dials out (§17.2.14)."""


class Offered(Happening):
    """The call is shown to the subject before it rings there (§17.2.13)."""


class Delivered(Happening):
    """The call rings at the subject (§17.2.5)."""


class NetworkReached(Happening):
    """The call leaves the switch by the subject, a network interface (§17.2.12)."""


class Established(Happening):
    """The subject was connected into the call (§17.2.8)."""


class Held(Happening):
    """The subject put the call on hold (§17.2.10)."""


class Retrieved(Happening):
    """The subject took the call back from hold (§17.2.16)."""


class Queued(Happening):
    """The call waits at the subject: parked, in a group's queue, camped on (§17.2.15), or inactive there (§17.2.1)."""


class Failed(Happening):
    """The call could not be brought to the subject, or the subject's call could not be made (§17.2.9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diverted(Happening):
    """The call leaves the subject for another device (§17.2.7).

    :param new_destination: where it goes.
    """

    new_destination: Party = UNKNOWN


class ConnectionCleared(Happening):
    """The subject left the call (§17.2.4)."""


class CallCleared(Happening):
    """The call is over for everybody (§17.2.2)."""


class CallInformation(Happening):
    """Data of the call changed, no connection did (§18.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouping(Happening):
    """Parties moved to a call whose identifier may be new: ``call_id`` names the resulting call.

    :param old_calls: identifiers of the former calls: primary, then secondary where there was one (§12.2.9).
    :param added: the device transferred to (§17.2.18) or added to the conference (§17.2.3).
    :param parties: everybody in the resulting call as far as the event lists them.
    """

    old_calls: tuple[str, ...] = ()
    added: Party = UNKNOWN
    parties: tuple[Party, ...] = ()


class Transferred(Regrouping):
    """The subject left the others to each other (§17.2.18)."""


class Conferenced(Regrouping):
    """The subject joined more parties into the call (§17.2.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotEntry:
    """One call found at a device by Snapshot Device (§16.1.2), completed by Snapshot Call where that was asked.

    :param call_id: the switch's identifier of the call.
    :param state: connection state of the device itself, the first of the call state (§12.2.26).
    :param far_state: connection state of the other end, NULL when the snapshot does not tell.
    :param other: device at the other end.
    :param calling: calling device, or None when the snapshot does not tell.
    :param called: device first called, or None when the snapshot does not tell.
    :param parties: all far parties when they are more than ``other``.
    """

    call_id: str
    state: ConnectionState
    far_state: ConnectionState = ConnectionState.NULL
    other: Party = UNKNOWN
    calling: Party | None = None
    called: Party | None = None
    parties: tuple[Party, ...] = ()
