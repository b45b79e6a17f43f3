"""What may be asked of Windows Telephony: one class for each asynchronous function, and for digits."""

from __future__ import annotations

from msgspec import Struct

from tapi_adapter.descriptions import Forward


class MakeCall(Struct, frozen=True, kw_only=True, tag=True):
    """``lineMakeCall``: gives the new call.

    :param destination: dialable number; empty to take the line and dial later.
    """

    line: int
    destination: str
    address: int = 0


class Dial(Struct, frozen=True, kw_only=True, tag=True):
    """``lineDial``: dial on a call that has dial tone."""

    call: int
    destination: str


class Accept(Struct, frozen=True, kw_only=True, tag=True):
    """``lineAccept``: say that somebody sees the call."""

    call: int


class Answer(Struct, frozen=True, kw_only=True, tag=True):
    """``lineAnswer``."""

    call: int


class Drop(Struct, frozen=True, kw_only=True, tag=True):
    """``lineDrop``."""

    call: int


class Hold(Struct, frozen=True, kw_only=True, tag=True):
    """``lineHold``."""

    call: int


class Unhold(Struct, frozen=True, kw_only=True, tag=True):
    """``lineUnhold``."""

    call: int


class SwapHold(Struct, frozen=True, kw_only=True, tag=True):
    """``lineSwapHold``."""

    active: int
    held: int


class SetupTransfer(Struct, frozen=True, kw_only=True, tag=True):
    """``lineSetupTransfer``: holds the call, gives the consultation call.

    :param destination: dialable number, where the driver dials in the same step
        (``LINECALLFEATURE2_ONESTEPTRANSFER``); empty to dial later.
    """

    call: int
    destination: str = ""


class CompleteTransfer(Struct, frozen=True, kw_only=True, tag=True):
    """``lineCompleteTransfer``: gives the conference call when ``mode`` asks for one.

    :param mode: ``LINETRANSFERMODE``.
    """

    call: int
    consult: int
    mode: int


class BlindTransfer(Struct, frozen=True, kw_only=True, tag=True):
    """``lineBlindTransfer``."""

    call: int
    destination: str


class Redirect(Struct, frozen=True, kw_only=True, tag=True):
    """``lineRedirect``."""

    call: int
    destination: str


class SetupConference(Struct, frozen=True, kw_only=True, tag=True):
    """``lineSetupConference``: gives the conference call and a consultation call to its first new member."""

    call: int
    line: int


class AddToConference(Struct, frozen=True, kw_only=True, tag=True):
    """``lineAddToConference``."""

    conference: int
    call: int


class RemoveFromConference(Struct, frozen=True, kw_only=True, tag=True):
    """``lineRemoveFromConference``: a member of a conference leaves it."""

    call: int


class Pickup(Struct, frozen=True, kw_only=True, tag=True):
    """``linePickup``: take the call that rings at another address; gives the call.

    :param number: where it rings, empty for any of the group.
    :param group: pick-up group, or empty.
    """

    line: int
    number: str
    address: int = 0
    group: str = ""


class Park(Struct, frozen=True, kw_only=True, tag=True):
    """``linePark``: gives the parking place where the driver chooses it.

    :param mode: ``LINEPARKMODE``.
    :param number: the parking place, empty where the driver chooses it.
    """

    call: int
    mode: int
    number: str = ""


class Unpark(Struct, frozen=True, kw_only=True, tag=True):
    """``lineUnpark``: take a parked call; gives the call."""

    line: int
    number: str
    address: int = 0


class SetForwards(Struct, frozen=True, kw_only=True, tag=True):
    """``lineForward``: these forwardings and no others; an empty tuple ends all."""

    line: int
    forwards: tuple[Forward, ...]
    address: int = 0
    rings: int = 0


class GenerateDigits(Struct, frozen=True, kw_only=True, tag=True):
    """``lineGenerateDigits`` in DTMF: ends when the driver has begun; :class:`GenerateEnded` tells the end."""

    call: int
    digits: str


Request = (
    MakeCall
    | Dial
    | Accept
    | Answer
    | Drop
    | Hold
    | Unhold
    | SwapHold
    | SetupTransfer
    | CompleteTransfer
    | BlindTransfer
    | Redirect
    | SetupConference
    | AddToConference
    | RemoveFromConference
    | Pickup
    | Park
    | Unpark
    | SetForwards
    | GenerateDigits
)


class Reply(Struct, frozen=True, kw_only=True):
    """What a request came to.

    :param call: handle of the call that came of it (new, consultation, conference, picked up), or 0.
    :param consult: handle of the consultation call beside a new conference, or 0.
    :param number: the parking place that the driver chose, or empty.
    """

    call: int = 0
    consult: int = 0
    number: str = ""
