"""A call as one monitored device sees it. Immutable: every change is a new value, so a reader is never half-way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from csta.model.states import ConnectionState


class Direction(StrEnum):
    """Who started the call, seen from the monitored device."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Presentation(StrEnum):
    """How much of a party's identity the switch gives (ECMA-269 §12.3)."""

    ALLOWED = "allowed"
    RESTRICTED = "restricted"
    NOT_KNOWN = "notKnown"


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a call.

    :param number: the device identifier as the switch gave it, or None.
    :param name: a display name the switch sent along (untrusted text), or None.
    """

    number: str | None = None
    name: str | None = None
    presentation: Presentation = Presentation.ALLOWED


UNKNOWN = Party(presentation=Presentation.NOT_KNOWN)


@dataclass(frozen=True, slots=True)
class Call:
    """One call at one monitored device.

    :param id: names the call at this device for its whole life there, also when transfer or conference change the
        switch's call identifier (§12.3.9). This is what commands of :class:`csta.model.provider.Provider` take. Calls
        of two sources may have the same one, unless these share their :func:`call_names`.
    :param call_id: the switch's call identifier now, opaque.
    :param device: the monitored device.
    :param state: local connection state (§6.1.3).
    :param other: the far party: the caller of an incoming call, the called party of an outgoing one.
    :param called: the device first called (§12.3.6); not ``device`` when the call came by a group or a diversion.
    :param last_redirection: device the call was last routed away from (§12.3.24), or None.
    :param far_state: connection state of the far party, NULL while it is not known.
    :param parties: far parties, more than one in a conference.
    :param consultation_of: :attr:`id` of the held call this call consults for, or None.
    :param cause: event cause (§12.2.15) of the last change, ECMA-323 spelling.
    :param since: time of the last state change or of the answer, seconds, on the clock the provider was given.
    :param began: time the call was first seen at the device, same clock.
    :param answered: time it was first connected to the far party, or None.
    """

    id: str
    call_id: str
    device: str
    state: ConnectionState
    direction: Direction
    other: Party = UNKNOWN
    called: Party = UNKNOWN
    last_redirection: Party | None = None
    far_state: ConnectionState = ConnectionState.NULL
    parties: tuple[Party, ...] = ()
    consultation_of: str | None = None
    cause: str = ""
    since: float = 0.0
    began: float = 0.0
    answered: float | None = None


def call_names(first: int = 1) -> Iterator[str]:
    """Names for calls without end, each given once: sources of calls that share them have no two calls of one name.

    :param first: number of the first; the time in milliseconds keeps the names of each run of a program its own.
    """
    return (f"c{number}" for number in count(first))
