"""How each service is carried out in Windows Telephony: one way or several, the better one first.

What a driver lacks it says in its capabilities (``LINEADDRESSCAPS``), or else by refusing (OPERATIONUNAVAIL); the next
way is taken then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from csta.errors import ServiceError
from csta.model.states import ConnectionState, Service
from tapi_adapter.constants import (
    LINEADDRCAPFLAGS,
    LINEADDRFEATURE,
    LINECALLFEATURE,
    LINECALLFEATURE2,
    LINECALLSTATE,
    LINEERR,
    LINEPARKMODE,
    LINETRANSFERMODE,
)
from tapi_adapter.descriptions import Address
from tapi_adapter.errors import LineError
from tapi_adapter.legs import Leaving, Leg
from tapi_adapter.linecalls import LineCalls
from tapi_adapter.model import GENERIC, failure
from tapi_adapter.requests import (
    AddToConference,
    Answer,
    BlindTransfer,
    CompleteTransfer,
    Dial,
    Drop,
    GenerateDigits,
    Hold,
    MakeCall,
    Park,
    Pickup,
    Redirect,
    Reply,
    Request,
    SetupConference,
    SetupTransfer,
    SwapHold,
    Unhold,
)

_C = LINECALLFEATURE
_A = LINEADDRFEATURE
_T = LINECALLSTATE

REACHED = (_T.RINGBACK, _T.CONNECTED, _T.BUSY, _T.DISCONNECTED, _T.IDLE)
"""States of a consultation call in which it can be joined, or has failed."""


JOINABLE = (_T.RINGBACK, _T.CONNECTED, _T.PROCEEDING)
"""Those in which a transfer can be completed."""


class Desk(Protocol):
    """One service at one device under way: what it is about, and the telephony to do it with.

    :ivar legs: the calls it is for, in the order of the service's parameters.
    :ivar number: the number it is for, or digits.
    :ivar caps: what the address has.
    """

    line: int
    address: int
    calls: LineCalls
    legs: tuple[Leg, ...]
    number: str
    caps: Address

    async def ask(self, request: Request) -> Reply:
        """Ask the driver, as owner of the calls."""

    async def made(self, handle: int, dialled: str = "", purpose: str = "") -> Leg:
        """A new call that an answer names. Raises ServiceError when it names none."""

    async def reached(self, leg: Leg, states: tuple[int, ...]) -> bool:
        """Wait until a call is in one of the states; False when that takes too long."""

    async def leaving(self, legs: tuple[Leg, ...], leaving: Leaving, request: Request) -> None:
        """Ask for something that ends calls."""


class Way(NamedTuple):
    """One way to carry out a service.

    :param do: does it; gives the new call where there is one.
    :param call: ``LINECALLFEATURE`` it takes, all of them.
    :param call2: ``LINECALLFEATURE2``.
    :param address: ``LINEADDRFEATURE``.
    :param transfer: ``LINETRANSFERMODE``.
    """

    do: Callable[[Desk], Awaitable[Leg | None]]
    call: int = 0
    call2: int = 0
    address: int = 0
    transfer: int = 0

    def possible(self, caps: Address) -> bool:
        """Whether an address has it. One that says nothing of a kind of features may have all of that kind."""
        pairs = (
            (self.call, caps.call_features),
            (self.call2, caps.call_features2),
            (self.address, caps.features),
            (self.transfer, caps.transfer_modes),
        )
        return all(not had or needed & had == needed for needed, had in pairs)


async def _make_call(desk: Desk) -> Leg:
    reply = await desk.ask(MakeCall(line=desk.line, destination=desk.number, address=desk.address))
    return await desk.made(reply.call, desk.number, "makeCall")


async def _answer(desk: Desk) -> None:
    await desk.ask(Answer(call=desk.legs[0].handle))


async def _drop(desk: Desk) -> None:
    await desk.ask(Drop(call=desk.legs[0].handle))


async def _hold(desk: Desk) -> None:
    await desk.ask(Hold(call=desk.legs[0].handle))


async def _retrieve(desk: Desk) -> None:
    await desk.ask(Unhold(call=desk.legs[0].handle))


async def _swap(desk: Desk) -> None:
    held, active = desk.legs
    if held.local is not ConnectionState.HOLD:  # one that rings is answered (ECMA-269 §17.2.16 FR 1)
        raise LineError("lineSwapHold", LINEERR.OPERATIONUNAVAIL)
    await desk.ask(SwapHold(active=active.handle, held=held.handle))


async def _hold_and_retrieve(desk: Desk) -> None:
    held, active = desk.legs
    await desk.ask(Hold(call=active.handle))
    if held.local is ConnectionState.HOLD:
        await desk.ask(Unhold(call=held.handle))
    else:
        await desk.ask(Answer(call=held.handle))


async def _reconnect(desk: Desk) -> None:
    held, active = desk.legs
    await desk.ask(Drop(call=active.handle))
    if desk.caps.flags & LINEADDRCAPFLAGS.AUTORECONNECT:
        return
    await desk.reached(active, (_T.IDLE,))
    if held.state != _T.CONNECTED:  # some drivers reconnect though they do not say so
        await desk.ask(Unhold(call=held.handle))


async def _consult(desk: Desk) -> Leg:
    """Set up a transfer and dial. Where that fails, the first call is taken back."""
    [first] = desk.legs
    reply = await desk.ask(SetupTransfer(call=first.handle))
    consultation = await desk.made(reply.call, desk.number, "consultation")
    try:
        await _dial(desk, consultation)
    except LineError as error:
        await _take_back(desk, first, consultation)
        raise ServiceError(Service.CONSULTATION_CALL.value, *failure(Service.CONSULTATION_CALL, error.code)) from error
    return consultation


async def _dial(desk: Desk, call: Leg) -> None:
    """Dial; some drivers let us only when there is dial tone."""
    request = Dial(call=call.handle, destination=desk.number)
    try:
        await desk.ask(request)
    except LineError as error:
        if error.code != LINEERR.INVALCALLSTATE or not await desk.reached(call, (_T.DIALTONE,)):
            raise
        await desk.ask(request)


async def _take_back(desk: Desk, first: Leg, consultation: Leg) -> None:
    """Give up a consultation. What the driver says to it comes second to why it was given up."""
    desk.legs = (first, consultation)
    try:
        await _reconnect(desk)
    except LineError:
        return


async def _consult_in_one(desk: Desk) -> Leg:
    reply = await desk.ask(SetupTransfer(call=desk.legs[0].handle, destination=desk.number))
    return await desk.made(reply.call, desk.number, "consultation")


async def _consult_by_hold(desk: Desk) -> Leg:
    await desk.ask(Hold(call=desk.legs[0].handle))
    reply = await desk.ask(MakeCall(line=desk.line, destination=desk.number, address=desk.address))
    return await desk.made(reply.call, desk.number, "consultation")


async def _transfer(desk: Desk) -> None:
    held, active = _held_first(desk.legs)
    request = CompleteTransfer(call=held.handle, consult=active.handle, mode=LINETRANSFERMODE.TRANSFER)
    await desk.leaving((held, active), desk.calls.transfer(held, active), request)


async def _conference(desk: Desk) -> None:
    held, active = _held_first(desk.legs)
    request = CompleteTransfer(call=held.handle, consult=active.handle, mode=LINETRANSFERMODE.CONFERENCE)
    reply = await desk.ask(request)
    if reply.call:
        await desk.made(reply.call)


async def _conference_by_setup(desk: Desk) -> None:
    """A conference of the active call, which the held one is added to."""
    held, active = _held_first(desk.legs)
    reply = await desk.ask(SetupConference(call=active.handle, line=desk.line))
    conference = await desk.made(reply.call)
    if reply.consult:
        await desk.made(reply.consult)
        await desk.ask(Drop(call=reply.consult))
    await desk.ask(AddToConference(conference=conference.handle, call=held.handle))


async def _blind_transfer(desk: Desk) -> None:
    request = BlindTransfer(call=desk.legs[0].handle, destination=desk.number)
    await desk.leaving(desk.legs, desk.calls.pass_on(desk.number), request)


async def _transfer_by_consulting(desk: Desk) -> None:
    """Consult, and join the two as soon as it rings there. Where it does not, the first call is taken back."""
    service = Service.SINGLE_STEP_TRANSFER_CALL
    [first] = desk.legs
    consultation = await first_possible(CONSULTATION, desk)
    if consultation is None:
        raise ServiceError(service.value, *GENERIC)
    await desk.reached(consultation, REACHED)
    if consultation.state not in JOINABLE:
        await _take_back(desk, first, consultation)
        raise ServiceError(service.value, "stateIncompatibility", "invalidDestinationDeviceState")
    request = CompleteTransfer(call=first.handle, consult=consultation.handle, mode=LINETRANSFERMODE.TRANSFER)
    try:
        await desk.leaving((first, consultation), desk.calls.transfer(first, consultation), request)
    except LineError as error:
        await _take_back(desk, first, consultation)
        raise ServiceError(service.value, *failure(service, error.code)) from error


async def _redirect(desk: Desk) -> None:
    request = Redirect(call=desk.legs[0].handle, destination=desk.number)
    await desk.leaving(desk.legs, desk.calls.divert(desk.number, "redirected"), request)


async def _pick_up(desk: Desk) -> None:
    reply = await desk.ask(Pickup(line=desk.line, number=desk.number, address=desk.address))
    await desk.made(reply.call)


async def _park(desk: Desk) -> None:
    request = Park(call=desk.legs[0].handle, mode=LINEPARKMODE.DIRECTED, number=desk.number)
    await desk.leaving(desk.legs, desk.calls.divert(desk.number, "park"), request)


async def _digits(desk: Desk) -> None:
    await desk.ask(GenerateDigits(call=desk.legs[0].handle, digits=desk.number))


def _held_first(legs: tuple[Leg, ...]) -> tuple[Leg, Leg]:
    """The first call of a transfer is the one on hold, the second the one that consults."""
    first, second = legs
    waits = second.local is ConnectionState.HOLD and first.local is not ConnectionState.HOLD
    return (second, first) if waits else (first, second)


CONSULTATION: tuple[Way, ...] = (
    Way(_consult, call=_C.SETUPTRANSFER | _C.DIAL),
    Way(_consult_in_one, call=_C.SETUPTRANSFER, call2=LINECALLFEATURE2.ONESTEPTRANSFER),
    Way(_consult_by_hold, call=_C.HOLD, address=_A.MAKECALL),
)

WAYS: dict[Service, tuple[Way, ...]] = {
    Service.MAKE_CALL: (Way(_make_call, address=_A.MAKECALL),),
    Service.ANSWER_CALL: (Way(_answer, call=_C.ANSWER),),
    Service.CLEAR_CONNECTION: (Way(_drop, call=_C.DROP),),
    Service.HOLD_CALL: (Way(_hold, call=_C.HOLD),),
    Service.RETRIEVE_CALL: (Way(_retrieve, call=_C.UNHOLD),),
    Service.ALTERNATE_CALL: (
        Way(_swap, call=_C.SWAPHOLD),
        Way(_hold_and_retrieve, call=_C.HOLD | _C.UNHOLD),
    ),
    Service.RECONNECT_CALL: (Way(_reconnect, call=_C.DROP | _C.UNHOLD),),
    Service.CONSULTATION_CALL: CONSULTATION,
    Service.TRANSFER_CALL: (Way(_transfer, call=_C.COMPLETETRANSF),),
    Service.CONFERENCE_CALL: (
        Way(_conference, call=_C.COMPLETETRANSF, transfer=LINETRANSFERMODE.CONFERENCE),
        Way(_conference_by_setup, call=_C.SETUPCONF | _C.ADDTOCONF),
    ),
    Service.SINGLE_STEP_TRANSFER_CALL: (
        Way(_blind_transfer, call=_C.BLINDTRANSFER),
        *(
            Way(_transfer_by_consulting, call=way.call | _C.COMPLETETRANSF, call2=way.call2, address=way.address)
            for way in CONSULTATION
        ),
    ),
    Service.DEFLECT_CALL: (Way(_redirect, call=_C.REDIRECT),),
    Service.DIRECTED_PICKUP_CALL: (Way(_pick_up, address=_A.PICKUP),),
    Service.PARK_CALL: (Way(_park, call=_C.PARK),),
    Service.GENERATE_DIGITS: (Way(_digits, call=_C.GENERATEDIGITS),),
}
"""Service → ways. Snapshots need nothing; forwarding and do-not-disturb stand in :data:`SETTINGS`."""

SETTINGS: dict[Service, int] = {
    Service.SNAPSHOT_DEVICE: 0,
    Service.GET_FORWARDING: _A.FORWARD,
    Service.SET_FORWARDING: _A.FORWARD,
    Service.GET_DO_NOT_DISTURB: _A.FORWARDDND,
    Service.SET_DO_NOT_DISTURB: _A.FORWARDDND,
}
"""Services that are no call's → ``LINEADDRFEATURE`` they take."""

LACKING = frozenset({LINEERR.OPERATIONUNAVAIL, LINEERR.INVALFEATURE})
"""What a driver says to a function that it does not have."""


def capabilities(caps: Address) -> frozenset[Service]:
    """What an address has according to its driver."""
    with_ways = {service for service, ways in WAYS.items() if any(way.possible(caps) for way in ways)}
    settings = {
        service for service, needed in SETTINGS.items() if not caps.features or needed & caps.features == needed
    }
    return frozenset(with_ways | settings)


async def first_possible(ways: tuple[Way, ...], desk: Desk) -> Leg | None:
    """Take the first way that the driver has; raises LineError when it turns out to have none."""
    lacking = LineError("lineGetAddressCaps", LINEERR.OPERATIONUNAVAIL)
    for way in ways:
        if not way.possible(desk.caps):
            continue
        try:
            return await way.do(desk)
        except LineError as error:
            if error.code not in LACKING:
                raise
            lacking = error
    raise lacking
