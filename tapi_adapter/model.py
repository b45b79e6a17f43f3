"""What Windows Telephony says in the words of CSTA: call states, causes, parties and failures, as tables.

The tables are total: a state, mode or error that they do not name is one a driver made up, and has its row, too.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from csta.model.call import UNKNOWN, Party, Presentation
from csta.model.states import ConnectionState, Service
from tapi_adapter.constants import (
    LINEBUSYMODE,
    LINECALLPARTYID,
    LINECALLREASON,
    LINECALLSTATE,
    LINECONNECTEDMODE,
    LINEDISCONNECTMODE,
    LINEERR,
    LINEOFFERINGMODE,
    LINESPECIALINFO,
)
from tapi_adapter.descriptions import PartyId

_S = ConnectionState
_T = LINECALLSTATE
_Busy, _Special, _Mode = LINEBUSYMODE, LINESPECIALINFO, LINECONNECTEDMODE


class Tells(Enum):
    """What a call state may tell, if it has not been told before."""

    RINGS_HERE = "Delivered, the own device alerts"
    INITIATED = "ServiceInitiated"
    ORIGINATED = "Originated"
    NETWORK_REACHED = "NetworkReached, when the call goes outside"
    RINGS_THERE = "Delivered, the far device alerts"
    FAILED = "Failed"
    TALKS = "Retrieved from hold, or Established"
    ELSEWHERE = "Diverted to another appearance of the line"
    HELD_THERE = "Held by the far device"
    HELD = "Held"
    QUEUED = "Queued instead of held, when the call was parked or camped on here"
    FAR_GONE = "ConnectionCleared of the far device, or Failed when it never answered"
    CLEARED = "ConnectionCleared, or what we ourselves did to the call"


class Row(NamedTuple):
    """What a call state means.

    :param state: the TAPI state.
    :param modes: any of these modes; 0 for every mode that no earlier row of the state has.
    :param local: own connection state, None when it depends on what was before.
    :param far: state of the far connection, None when the state does not tell.
    :param tells: in this order.
    :param cause: event cause, empty where the reason of the call or the disconnect mode gives it.
    """

    state: LINECALLSTATE
    modes: int
    local: ConnectionState | None
    far: ConnectionState | None
    tells: tuple[Tells, ...]
    cause: str = ""


_HELD_MODES = _Mode.ACTIVEHELD | _Mode.INACTIVEHELD

CALL_STATES: tuple[Row, ...] = (
    Row(_T.OFFERING, LINEOFFERINGMODE.INACTIVE, _S.NULL, None, ()),  # a shared line that does not ring here
    Row(_T.OFFERING, 0, _S.ALERTING, _S.CONNECTED, (Tells.RINGS_HERE,)),
    Row(_T.ACCEPTED, 0, _S.ALERTING, _S.CONNECTED, (Tells.RINGS_HERE,)),
    Row(_T.DIALTONE, 0, _S.INITIATED, None, (Tells.INITIATED,)),
    Row(_T.DIALING, 0, _S.INITIATED, None, (Tells.INITIATED,)),
    Row(_T.PROCEEDING, 0, _S.CONNECTED, None, (Tells.ORIGINATED, Tells.NETWORK_REACHED)),
    Row(_T.RINGBACK, 0, _S.CONNECTED, _S.ALERTING, (Tells.ORIGINATED, Tells.RINGS_THERE)),
    Row(_T.BUSY, _Busy.TRUNK, _S.FAIL, None, (Tells.FAILED,), "trunksBusy"),
    Row(_T.BUSY, 0, _S.FAIL, None, (Tells.FAILED,), "busy"),
    Row(_T.SPECIALINFO, _Special.NOCIRCUIT, _S.FAIL, None, (Tells.FAILED,), "networkCongestion"),
    Row(_T.SPECIALINFO, _Special.CUSTIRREG, _S.FAIL, None, (Tells.FAILED,), "numberUnallocated"),
    Row(_T.SPECIALINFO, 0, _S.FAIL, None, (Tells.FAILED,), "reorderTone"),
    Row(_T.CONNECTED, _Mode.INACTIVE, _S.NULL, None, (Tells.ELSEWHERE,), "callPickup"),
    Row(_T.CONNECTED, _HELD_MODES, _S.CONNECTED, _S.HOLD, (Tells.ORIGINATED, Tells.TALKS, Tells.HELD_THERE)),
    Row(_T.CONNECTED, 0, _S.CONNECTED, _S.CONNECTED, (Tells.ORIGINATED, Tells.TALKS)),
    Row(_T.ONHOLD, 0, _S.HOLD, None, (Tells.QUEUED, Tells.HELD)),
    Row(_T.ONHOLDPENDTRANSFER, 0, _S.HOLD, None, (Tells.HELD,), "consultation"),
    Row(_T.ONHOLDPENDCONF, 0, _S.HOLD, None, (Tells.HELD,), "conference"),
    Row(_T.DISCONNECTED, 0, None, _S.NULL, (Tells.FAR_GONE,)),
    Row(_T.IDLE, 0, _S.NULL, _S.NULL, (Tells.CLEARED,)),
)
"""Call states but CONFERENCED, which is about several calls, and UNKNOWN, which is no state. The first row that fits
counts."""


def row(state: int, mode: int) -> Row | None:
    """The row of a call state, None for one that has none."""
    return next((each for each in CALL_STATES if each.state == state and (not each.modes or each.modes & mode)), None)


_D = LINEDISCONNECTMODE

DISCONNECTS: dict[int, str] = {
    _D.NORMAL: "normalClearing",
    _D.UNKNOWN: "",
    _D.REJECT: "callCancelled",
    _D.PICKUP: "callPickup",
    _D.FORWARDED: "redirected",
    _D.BUSY: "busy",
    _D.NOANSWER: "callNotAnswered",
    _D.BADADDRESS: "numberUnallocated",
    _D.UNREACHABLE: "destNotObtainable",
    _D.CONGESTION: "networkCongestion",
    _D.INCOMPATIBLE: "incompatibleDestination",
    _D.UNAVAIL: "resourcesNotAvailable",
    _D.NODIALTONE: "networkNotObtainable",
    _D.NUMBERCHANGED: "numberChanged",
    _D.OUTOFORDER: "destOutOfOrder",
    _D.TEMPFAILURE: "networkOutOfOrder",
    _D.QOSUNAVAIL: "notAvailableBearerService",
    _D.BLOCKED: "blocked",
    _D.DONOTDISTURB: "doNotDisturb",
    _D.CANCELLED: "callCancelled",
    _D.DESTINATIONBARRED: "blocked",
    _D.FDNRESTRICT: "blocked",
}
"""Why a call ended: ``LINEDISCONNECTMODE`` → event cause."""

TAKEN_AWAY = frozenset({_D.PICKUP, _D.FORWARDED})
"""Disconnect modes of a ringing call that goes on at another device."""

_R = LINECALLREASON

REASONS: dict[int, str] = {
    _R.DIRECT: "newCall",
    _R.FWDBUSY: "callForwardBusy",
    _R.FWDNOANSWER: "callForwardNoAnswer",
    _R.FWDUNCOND: "callForwardImmediate",
    _R.PICKUP: "callPickup",
    _R.UNPARK: "park",
    _R.REDIRECT: "redirected",
    _R.TRANSFER: "transfer",
    _R.REMINDER: "recall",
    _R.CALLCOMPLETION: "callBack",
    _R.PARKED: "park",
    _R.CAMPEDON: "campOn",
    _R.INTRUDE: "intrude",
    _R.UNKNOWN: "",
    _R.UNAVAIL: "",
    _R.ROUTEREQUEST: "",
}
"""Why a call came: ``LINECALLREASON`` → event cause."""

WAITS_HERE = frozenset({_R.PARKED, _R.CAMPEDON})
"""Reasons of calls that first show as on hold at a device that has not taken part in them."""

MAY_COME = LINECALLPARTYID.ADDRESS | LINECALLPARTYID.BLOCKED | LINECALLPARTYID.OUTOFAREA | LINECALLPARTYID.UNAVAIL
"""Flags of which one is set when what is known of a party is all that will be (UNKNOWN may still become known)."""


def party(said: PartyId) -> Party:
    """One end of a call. A number counts only with its flag, and not when its owner withholds it."""
    name = said.name if said.flags & LINECALLPARTYID.NAME and said.name else None
    if said.flags & LINECALLPARTYID.BLOCKED:
        return Party(presentation=Presentation.RESTRICTED)
    if said.flags & LINECALLPARTYID.ADDRESS and (number := dialled(said.number)):
        return Party(number, name)
    return UNKNOWN if name is None else Party(None, name, Presentation.NOT_KNOWN)


def dialled(address: str) -> str:
    """The number in an address; canonical ones may go on with a subaddress and a name (``+49 (89) 123|5^Anna``)."""
    return address.split("|", 1)[0].split("^", 1)[0].strip()


class Failure(NamedTuple):
    """A universal failure (ECMA-269 §9.3)."""

    category: str
    code: str


_STATE = "stateIncompatibility"
_INVALID_STATE = Failure(_STATE, "invalidObjectState")
_OPERATION = "operation"
_SYSTEM = "systemResourceAvailability"
_SUBSCRIBED = "subscribedResourceAvailability"
_OUT_OF_SERVICE = Failure(_SYSTEM, "resourceOutOfService")
_OUT_OF_RANGE = Failure(_OPERATION, "valueOutOfRange")
_E = LINEERR

GENERIC = Failure(_OPERATION, "generic")
"""OPERATIONFAILED and everything that has no row."""

_ROWS: tuple[tuple[Failure, tuple[LINEERR, ...]], ...] = (
    (
        Failure(_OPERATION, "invalidConnectionID"),
        (_E.INVALCALLHANDLE, _E.INVALCONSULTCALLHANDLE, _E.INVALCONFCALLHANDLE),
    ),
    (
        Failure(_OPERATION, "invalidDeviceID"),
        (_E.BADDEVICEID, _E.NODEVICE, _E.INVALLINEHANDLE, _E.INVALADDRESSID),
    ),
    (
        Failure(_OPERATION, "invalidCalledDeviceID"),
        (_E.INVALADDRESS, _E.INVALCOUNTRYCODE, _E.TARGETNOTFOUND, _E.TARGETSELF),
    ),
    (Failure(_OPERATION, "privilegeViolationCalledDevice"), (_E.ADDRESSBLOCKED,)),
    (
        Failure(_OPERATION, "privilegeViolationSpecifiedDevice"),
        (_E.NOTOWNER, _E.INVALCALLPRIVILEGE, _E.INVALPRIVSELECT),
    ),
    (_INVALID_STATE, (_E.INVALCALLSTATE, _E.INVALLINESTATE, _E.INVALADDRESSSTATE)),
    (Failure(_OPERATION, "requestIncompatibleWithObject"), (_E.OPERATIONUNAVAIL, _E.NOCONFERENCE)),
    (Failure(_OPERATION, "invalidFeature"), (_E.INVALFEATURE,)),
    (Failure(_SYSTEM, "resourceBusy"), (_E.CALLUNAVAIL, _E.INUSE, _E.ALLOCATED)),
    (
        Failure(_SYSTEM, "generic"),
        (_E.RESOURCEUNAVAIL, _E.NOMEM, _E.BEARERMODEUNAVAIL, _E.RATEUNAVAIL),
    ),
    (Failure(_SYSTEM, "conferenceMemberLimitExceeded"), (_E.CONFERENCEFULL,)),
    (Failure(_SUBSCRIBED, "outstandingReqLimitExceeded"), (_E.REQUESTOVERRUN, _E.COMPLETIONOVERRUN)),
    (
        _OUT_OF_SERVICE,
        (_E.NODRIVER, _E.REINIT, _E.UNINITIALIZED, _E.INVALAPPHANDLE, _E.DISCONNECTED, _E.SERVICE_NOT_RUNNING),
    ),
    (_OUT_OF_RANGE, (_E.DIALBILLING, _E.DIALQUIET, _E.DIALDIALTONE, _E.DIALPROMPT, _E.DIALVOICEDETECT)),
    (
        _OUT_OF_RANGE,
        (
            _E.INVALPARAM,
            _E.INVALPOINTER,
            _E.STRUCTURETOOSMALL,
            _E.INVALCALLPARAMS,
            _E.INVALMEDIAMODE,
            _E.INVALDIGITS,
            _E.INVALTRANSFERMODE,
        ),
    ),
)

FAILURES: dict[int, Failure] = {code: failure for failure, codes in _ROWS for code in codes}
"""``LINEERR`` → universal failure."""

OUR_FAULT = frozenset(_ROWS[-1][1])
"""Errors that say the request itself was wrong."""

_TO_DESTINATION = Failure(_OPERATION, "invalidDestination")
_WRONG_STATE: dict[Service, Failure] = {
    Service.ANSWER_CALL: Failure(_STATE, "noCallToAnswer"),
    Service.RETRIEVE_CALL: Failure(_STATE, "noHeldCall"),
    Service.CLEAR_CONNECTION: Failure(_STATE, "noConnectionToClear"),
    Service.HOLD_CALL: Failure(_STATE, "noActiveCall"),
}
_PASSING_ON = (
    Service.TRANSFER_CALL,
    Service.SINGLE_STEP_TRANSFER_CALL,
    Service.DEFLECT_CALL,
    Service.PARK_CALL,
)

SHARPENED: dict[tuple[Service, Failure], Failure] = {
    **{(service, _INVALID_STATE): failure for service, failure in _WRONG_STATE.items()},
    **{(service, Failure(_OPERATION, "invalidCalledDeviceID")): _TO_DESTINATION for service in _PASSING_ON},
    (Service.SET_FORWARDING, Failure(_OPERATION, "invalidCalledDeviceID")): Failure(
        _OPERATION, "invalidForwardingDestination"
    ),
}
"""What a failure means for a service, where that says more."""


def failure(service: Service, code: int) -> Failure:
    """The universal failure that a ``LINEERR`` is, in answer to a service."""
    plain = FAILURES.get(code, GENERIC)
    return SHARPENED.get((service, plain), plain)
