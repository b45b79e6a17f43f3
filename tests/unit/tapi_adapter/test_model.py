"""The tables: every call state, cause, party and failure of Windows Telephony in the words of CSTA."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from csta.messages import errors
from csta.messages.call_data import EventCause
from csta.messages.errors import UniversalFailure
from csta.messages.logical_device import ForwardingType
from csta.model.call import UNKNOWN, Party, Presentation
from csta.model.states import ConnectionState, Service
from tapi_adapter import forwarding
from tapi_adapter.constants import (
    LINEBUSYMODE,
    LINECALLORIGIN,
    LINECALLPARTYID,
    LINECALLREASON,
    LINECALLSTATE,
    LINECONNECTEDMODE,
    LINEDISCONNECTMODE,
    LINEERR,
    LINEFORWARDMODE,
    LINEOFFERINGMODE,
    LINESPECIALINFO,
)
from tapi_adapter.descriptions import CallInfo, Forward, PartyId
from tapi_adapter.linecalls import LineCalls
from tapi_adapter.model import CALL_STATES, DISCONNECTS, FAILURES, REASONS, SHARPENED, failure, party, row

S = LINECALLSTATE
M = LINECONNECTEDMODE
N, I, A, C, H, Q, F = (  # noqa: E741 - the table below is easier to read
    ConnectionState.NULL,
    ConnectionState.INITIATED,
    ConnectionState.ALERTING,
    ConnectionState.CONNECTED,
    ConnectionState.HOLD,
    ConnectionState.QUEUED,
    ConnectionState.FAIL,
)
OWN, FAR = "2001", "2002"
RINGING: list[tuple[int, int]] = [(S.OFFERING, LINEOFFERINGMODE.ACTIVE)]
DIALLED: list[tuple[int, int]] = [(S.DIALTONE, 0), (S.DIALING, 0)]
RINGS_THERE: list[tuple[int, int]] = [*DIALLED, (S.PROCEEDING, 0), (S.RINGBACK, 0)]
TALKING: list[tuple[int, int]] = [*RINGS_THERE, (S.CONNECTED, M.ACTIVE)]
ANSWERED: list[tuple[int, int]] = [*RINGING, (S.CONNECTED, M.ACTIVE)]
HELD: list[tuple[int, int]] = [*TALKING, (S.ONHOLD, 0)]

History = Sequence[tuple[int, int]]

ROWS: list[tuple[str, History, int, int, ConnectionState, list[str]]] = [
    ("rings", [], S.OFFERING, LINEOFFERINGMODE.ACTIVE, A, ["Delivered own newCall"]),
    ("rings, the driver gives no mode", [], S.OFFERING, 0, A, ["Delivered own newCall"]),
    ("does not ring here", [], S.OFFERING, LINEOFFERINGMODE.INACTIVE, N, []),
    ("accepted", RINGING, S.ACCEPTED, 0, A, []),
    ("accepted, never offered", [], S.ACCEPTED, 0, A, ["Delivered own newCall"]),
    ("off-hook", [], S.DIALTONE, 0, I, ["ServiceInitiated own newCall"]),
    ("dials", DIALLED[:1], S.DIALING, 0, I, []),
    ("dials, no dial tone", [], S.DIALING, 0, I, ["ServiceInitiated own newCall"]),
    ("dialled", DIALLED, S.PROCEEDING, 0, C, ["Originated own newCall"]),
    ("rings there", [*DIALLED, (S.PROCEEDING, 0)], S.RINGBACK, 0, C, ["Delivered far newCall"]),
    ("rings there at once", DIALLED, S.RINGBACK, 0, C, ["Originated own newCall", "Delivered far newCall"]),
    ("busy", DIALLED, S.BUSY, LINEBUSYMODE.STATION, F, ["Failed own busy"]),
    ("busy somewhere", DIALLED, S.BUSY, LINEBUSYMODE.UNKNOWN, F, ["Failed own busy"]),
    ("no trunk", DIALLED, S.BUSY, LINEBUSYMODE.TRUNK, F, ["Failed own trunksBusy"]),
    ("no circuit", DIALLED, S.SPECIALINFO, LINESPECIALINFO.NOCIRCUIT, F, ["Failed own networkCongestion"]),
    ("no such number", DIALLED, S.SPECIALINFO, LINESPECIALINFO.CUSTIRREG, F, ["Failed own numberUnallocated"]),
    ("reorder tone", DIALLED, S.SPECIALINFO, LINESPECIALINFO.REORDER, F, ["Failed own reorderTone"]),
    ("answered here", RINGING, S.CONNECTED, M.ACTIVE, C, ["Established own newCall"]),
    ("answered here, no mode", RINGING, S.CONNECTED, 0, C, ["Established own newCall"]),
    ("answered there", RINGS_THERE, S.CONNECTED, M.ACTIVE, C, ["Established far newCall"]),
    ("answered there, confirmed", RINGS_THERE, S.CONNECTED, M.CONFIRMED, C, ["Established far newCall"]),
    ("answered, said twice", TALKING, S.CONNECTED, M.CONFIRMED, C, []),
    ("dialled and answered at once", DIALLED, S.CONNECTED, 0, C, ["Originated own newCall", "Established far newCall"]),
    ("taken back", HELD, S.CONNECTED, M.ACTIVE, C, ["Retrieved own normal"]),
    ("answered at another appearance", RINGING, S.CONNECTED, M.INACTIVE, N, ["Diverted own callPickup"]),
    ("goes on at another appearance", ANSWERED, S.CONNECTED, M.INACTIVE, N, ["Diverted own callPickup"]),
    ("held there", TALKING, S.CONNECTED, M.ACTIVEHELD, C, ["Held far normal"]),
    ("held there, inactive", TALKING, S.CONNECTED, M.INACTIVEHELD, C, ["Held far normal"]),
    ("taken back there", [*TALKING, (S.CONNECTED, M.ACTIVEHELD)], S.CONNECTED, M.ACTIVE, C, ["Retrieved far normal"]),
    ("held", TALKING, S.ONHOLD, 0, H, ["Held own normal"]),
    ("held to transfer", TALKING, S.ONHOLDPENDTRANSFER, 0, H, ["Held own consultation"]),
    ("held to confer", TALKING, S.ONHOLDPENDCONF, 0, H, ["Held own conference"]),
    ("held, said twice", HELD, S.ONHOLDPENDTRANSFER, 0, H, []),
    ("far end gone", TALKING, S.DISCONNECTED, LINEDISCONNECTMODE.NORMAL, C, ["ConnectionCleared far normalClearing"]),
    ("far end gone while held", HELD, S.DISCONNECTED, 1, H, ["ConnectionCleared far normalClearing"]),
    ("never answered", RINGS_THERE, S.DISCONNECTED, LINEDISCONNECTMODE.NOANSWER, F, ["Failed own callNotAnswered"]),
    ("caller gave up", RINGING, S.DISCONNECTED, LINEDISCONNECTMODE.NORMAL, N, ["ConnectionCleared own normalClearing"]),
    ("picked up elsewhere", RINGING, S.DISCONNECTED, LINEDISCONNECTMODE.PICKUP, N, ["Diverted own callPickup"]),
    ("forwarded", RINGING, S.DISCONNECTED, LINEDISCONNECTMODE.FORWARDED, N, ["Diverted own redirected"]),
    ("over", TALKING, S.IDLE, 0, N, ["ConnectionCleared own normalClearing"]),
    ("over before it began", [], S.IDLE, 0, N, []),
    ("over after the far end", [*TALKING, (S.DISCONNECTED, 1)], S.IDLE, 0, N, ["ConnectionCleared own normalClearing"]),
    ("over after the caller", [*RINGING, (S.DISCONNECTED, 1)], S.IDLE, 0, N, []),
    ("a state nobody knows", TALKING, S.UNKNOWN, 0, C, []),
    ("a state that is none", TALKING, 0x40000, 0, C, []),
]
"""What is so, the states before, a state and its mode, the connection state then, and what is told."""


def info(**more: object) -> CallInfo:
    given = PartyId(flags=LINECALLPARTYID.ADDRESS, number=FAR)
    described = {"call_id": 7, "reason": LINECALLREASON.DIRECT, "caller": given, "called": given}
    return CallInfo(**(described | more))  # type: ignore[arg-type]


def told(calls: LineCalls, history: Iterable[tuple[int, int]]) -> list[str]:
    happenings = [happening for state, mode in history for happening in calls.change(1, state, mode)]
    who = {OWN: "own", FAR: "far"}
    return [
        f"{type(each).__name__} {who.get(each.subject.number or '', '?')} {each.cause}".rstrip() for each in happenings
    ]


@pytest.mark.parametrize(
    ("history", "state", "mode", "local", "expected"), [each[1:] for each in ROWS], ids=[each[0] for each in ROWS]
)
def test_call_states(history: History, state: int, mode: int, local: ConnectionState, expected: list[str]) -> None:
    calls = LineCalls(OWN)
    leg = calls.begin(1, info())
    told(calls, history)
    assert told(calls, [(state, mode)]) == expected
    assert leg.local is local


def test_every_state_has_a_row() -> None:
    without = {S.CONFERENCED, S.UNKNOWN}
    assert {each.state for each in CALL_STATES} == set(S) - without
    assert all(row(state, mode) for state in set(S) - without for mode in (0, 1, 0x4000_0000))


@pytest.mark.parametrize(
    ("reason", "state", "expected"),
    [
        (LINECALLREASON.PARKED, S.ONHOLD, "Queued own park"),
        (LINECALLREASON.CAMPEDON, S.ONHOLD, "Queued own campOn"),
        (LINECALLREASON.FWDBUSY, S.OFFERING, "Delivered own callForwardBusy"),
        (LINECALLREASON.UNKNOWN, S.OFFERING, "Delivered own"),
        (0x1234, S.OFFERING, "Delivered own"),
    ],
)
def test_why_a_call_came(reason: int, state: int, expected: str) -> None:
    calls = LineCalls(OWN)
    calls.begin(1, info(reason=reason))
    assert told(calls, [(state, 0)]) == [expected]


def test_the_network_is_reached_outside_only() -> None:
    for origin, expected in (
        (LINECALLORIGIN.EXTERNAL, ["Originated own newCall", "NetworkReached ? newCall"]),
        (0, ["Originated own newCall"]),
    ):
        calls = LineCalls(OWN)
        calls.begin(1, info(origin=origin | LINECALLORIGIN.OUTBOUND))
        assert told(calls, [(S.PROCEEDING, 0)]) == expected


ENDS = (
    "NORMAL normalClearing; REJECT callCancelled; PICKUP callPickup; FORWARDED redirected; BUSY busy; NOANSWER "
    "callNotAnswered; BADADDRESS numberUnallocated; UNREACHABLE destNotObtainable; CONGESTION networkCongestion; "
    "INCOMPATIBLE incompatibleDestination; UNAVAIL resourcesNotAvailable; NODIALTONE networkNotObtainable; "
    "NUMBERCHANGED numberChanged; OUTOFORDER destOutOfOrder; TEMPFAILURE networkOutOfOrder; QOSUNAVAIL "
    "notAvailableBearerService; BLOCKED blocked; DONOTDISTURB doNotDisturb; CANCELLED callCancelled"
)
COMES = (
    "DIRECT newCall; FWDBUSY callForwardBusy; FWDNOANSWER callForwardNoAnswer; FWDUNCOND callForwardImmediate; PICKUP "
    "callPickup; UNPARK park; REDIRECT redirected; TRANSFER transfer; REMINDER recall; CALLCOMPLETION callBack; PARKED "
    "park; CAMPEDON campOn; INTRUDE intrude"
)


@pytest.mark.parametrize("line", ENDS.split("; "))
def test_why_a_call_ended(line: str) -> None:
    mode, cause = line.split()
    calls = LineCalls(OWN)
    calls.begin(1, info())
    told(calls, TALKING)
    assert told(calls, [(S.DISCONNECTED, LINEDISCONNECTMODE[mode])]) == [f"ConnectionCleared far {cause}"]


@pytest.mark.parametrize("line", COMES.split("; "))
def test_how_a_call_came(line: str) -> None:
    reason, cause = line.split()
    calls = LineCalls(OWN)
    calls.begin(1, info(reason=LINECALLREASON[reason]))
    assert told(calls, RINGING) == [f"Delivered own {cause}"]


def test_every_cause_is_one_of_csta() -> None:
    known = {cause.value for cause in EventCause} | {""}
    assert set(REASONS) == set(LINECALLREASON)
    assert {*REASONS.values(), *DISCONNECTS.values(), *(each.cause for each in CALL_STATES)} <= known
    assert set(DISCONNECTS) >= set(LINEDISCONNECTMODE)


FAILING = {
    "invalidConnectionID": "INVALCALLHANDLE INVALCONSULTCALLHANDLE INVALCONFCALLHANDLE",
    "invalidDeviceID": "BADDEVICEID NODEVICE INVALLINEHANDLE INVALADDRESSID",
    "invalidCalledDeviceID": "INVALADDRESS INVALCOUNTRYCODE TARGETNOTFOUND TARGETSELF",
    "privilegeViolationCalledDevice": "ADDRESSBLOCKED",
    "privilegeViolationSpecifiedDevice": "NOTOWNER INVALCALLPRIVILEGE INVALPRIVSELECT",
    "invalidObjectState": "INVALCALLSTATE INVALLINESTATE INVALADDRESSSTATE",
    "requestIncompatibleWithObject": "OPERATIONUNAVAIL NOCONFERENCE",
    "invalidFeature": "INVALFEATURE",
    "resourceBusy": "CALLUNAVAIL INUSE ALLOCATED",
    "conferenceMemberLimitExceeded": "CONFERENCEFULL",
    "outstandingReqLimitExceeded": "REQUESTOVERRUN COMPLETIONOVERRUN",
    "resourceOutOfService": "NODRIVER REINIT UNINITIALIZED INVALAPPHANDLE DISCONNECTED SERVICE_NOT_RUNNING",
    "valueOutOfRange": "INVALPARAM INVALPOINTER STRUCTURETOOSMALL INVALCALLPARAMS INVALMEDIAMODE INVALDIGITS "
    "INVALTRANSFERMODE DIALBILLING DIALQUIET DIALDIALTONE DIALPROMPT DIALVOICEDETECT",
    "generic": "RESOURCEUNAVAIL NOMEM BEARERMODEUNAVAIL RATEUNAVAIL OPERATIONFAILED USERUSERINFOTOOBIG",
}


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in FAILING.items() for name in names.split()])
def test_failures(code: str, name: str) -> None:
    assert failure(Service.SNAPSHOT_DEVICE, LINEERR[name]).code == code


@pytest.mark.parametrize(
    ("service", "name", "code"),
    [
        (Service.ANSWER_CALL, "INVALCALLSTATE", "noCallToAnswer"),
        (Service.RETRIEVE_CALL, "INVALCALLSTATE", "noHeldCall"),
        (Service.CLEAR_CONNECTION, "INVALCALLSTATE", "noConnectionToClear"),
        (Service.HOLD_CALL, "INVALCALLSTATE", "noActiveCall"),
        (Service.TRANSFER_CALL, "INVALADDRESS", "invalidDestination"),
        (Service.DEFLECT_CALL, "TARGETSELF", "invalidDestination"),
        (Service.MAKE_CALL, "INVALADDRESS", "invalidCalledDeviceID"),
        (Service.CONSULTATION_CALL, "TARGETNOTFOUND", "invalidCalledDeviceID"),
        (Service.SET_FORWARDING, "INVALADDRESS", "invalidForwardingDestination"),
    ],
)
def test_failures_sharpened_by_the_service(service: Service, name: str, code: str) -> None:
    assert failure(service, LINEERR[name]).code == code


def test_every_failure_is_one_of_csta() -> None:
    kinds = {
        "operation": "operation",
        "stateIncompatibility": "state_incompatibility",
        "systemResourceAvailability": "system_resource_availability",
        "subscribedResourceAvailability": "subscribed_resource_availability",
    }
    types = {name: UniversalFailure.__annotations__[field].split(" ")[0] for name, field in kinds.items()}
    for category, code in {*FAILURES.values(), *SHARPENED.values(), failure(Service.MAKE_CALL, 0xDEAD)}:
        assert code in {each.value for each in getattr(errors, types[category])}


P = LINECALLPARTYID


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (PartyId(flags=P.ADDRESS, number="+49 (89) 12345"), Party("+49 (89) 12345")),
        (PartyId(flags=P.ADDRESS | P.PARTIAL | P.NAME, number="12", name="Anna"), Party("12", "Anna")),
        (PartyId(flags=P.ADDRESS, number="+49 (89) 12|5^Anna"), Party("+49 (89) 12")),
        (PartyId(flags=P.ADDRESS, number="12", name="not meant"), Party("12")),
        (PartyId(flags=P.ADDRESS, number=""), UNKNOWN),
        (PartyId(flags=0, number="12"), UNKNOWN),
        (PartyId(flags=P.NAME, name="Anna"), Party(None, "Anna", Presentation.NOT_KNOWN)),
        (PartyId(flags=P.BLOCKED), Party(presentation=Presentation.RESTRICTED)),
        (PartyId(flags=P.BLOCKED | P.ADDRESS, number="12"), Party(presentation=Presentation.RESTRICTED)),
        (PartyId(flags=P.OUTOFAREA), UNKNOWN),
        (PartyId(flags=P.UNKNOWN), UNKNOWN),
        (PartyId(flags=P.UNAVAIL), UNKNOWN),
    ],
)
def test_parties(said: PartyId, expected: Party) -> None:
    assert party(said) == expected


def test_every_forwarding_type_is_one_of_csta() -> None:
    assert set(forwarding.TYPES) <= {kind.value for kind in ForwardingType}


def test_forwardings() -> None:
    both = (Forward(mode=LINEFORWARDMODE.BUSYNA, destination="9"),)
    assert forwarding.read(both).forwarding == {"forwardBusy": "9", "forwardNoAns": "9"}
    only_busy = forwarding.with_type(both, "forwardNoAns", None)
    assert forwarding.read(only_busy).forwarding == {"forwardBusy": "9"}
    quiet = forwarding.with_do_not_disturb(only_busy, True)
    assert forwarding.read(quiet) == (True, {"forwardBusy": "9"})
    always = forwarding.with_type(quiet, "forwardImmediate", "8")
    assert forwarding.read(always) == (True, {"forwardBusy": "9", "forwardImmediate": "8"})
    assert forwarding.read(forwarding.with_do_not_disturb(always, False)).do_not_disturb is False


def test_a_forwarding_of_some_callers_is_let_alone() -> None:
    special = Forward(mode=LINEFORWARDMODE.UNCOND, destination="5", caller="4711")
    assert forwarding.read([special]) == (False, {})
    assert special in forwarding.with_type([special], "forwardImmediate", "6")
