"""Every service in Windows Telephony: what is asked of the driver, and what instead where the driver lacks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from csta.errors import ServiceError
from csta.model.provider import Provider
from csta.model.states import ConnectionState, Service
from tapi_adapter import requests
from tapi_adapter.constants import (
    LINEADDRCAPFLAGS,
    LINEADDRFEATURE,
    LINECALLFEATURE,
    LINECALLFEATURE2,
    LINEERR,
    LINETRANSFERMODE,
)
from tapi_adapter.descriptions import Address
from tapi_adapter.ways import SETTINGS, WAYS
from tests.unit.tapi_adapter.conftest import TapiBench
from tests.unit.tapi_adapter.faketelephony import EVERYTHING
from tests.unit.tapi_adapter.talks import ANNA, BERT, CARL, asked, consulting, states, talking, without

C, A = LINECALLFEATURE, LINEADDRFEATURE


Act = Callable[[TapiBench], object]


def on_one(act: Callable[[Provider, str], object]) -> Act:
    return lambda bench: bench.run(act(bench.provider, talking(bench)))  # type: ignore[arg-type]


def on_two(act: Callable[[Provider, str, str], object]) -> Act:
    return lambda bench: bench.run(act(bench.provider, *consulting(bench)))  # type: ignore[arg-type]


def on_ringing(act: Callable[[Provider, str], object]) -> Act:
    def do(bench: TapiBench) -> object:
        bench.run(bench.provider.make_call(ANNA, BERT))
        bench.telephony.asked.clear()
        return bench.run(act(bench.provider, bench.call(BERT).id))  # type: ignore[arg-type]

    return do


def picked_up(bench: TapiBench) -> None:
    bench.run(bench.provider.make_call(ANNA, BERT))
    bench.telephony.asked.clear()
    bench.run(bench.provider.pickup(CARL, BERT, bench.call(BERT).call_id))


def held(bench: TapiBench) -> None:
    call = talking(bench)
    bench.run(bench.provider.hold(ANNA, call))
    bench.telephony.asked.clear()
    bench.run(bench.provider.retrieve(ANNA, call))


SERVICES: list[tuple[Service, Act, Address, str]] = [
    (Service.MAKE_CALL, lambda bench: bench.run(bench.provider.make_call(ANNA, BERT)), EVERYTHING, "MakeCall"),
    (Service.ANSWER_CALL, on_ringing(lambda to, call: to.answer(BERT, call)), EVERYTHING, "Answer"),
    (Service.CLEAR_CONNECTION, on_one(lambda to, call: to.clear_connection(ANNA, call)), EVERYTHING, "Drop"),
    (Service.HOLD_CALL, on_one(lambda to, call: to.hold(ANNA, call)), EVERYTHING, "Hold"),
    (Service.RETRIEVE_CALL, held, EVERYTHING, "Unhold"),
    (Service.ALTERNATE_CALL, on_two(lambda to, one, two: to.alternate(ANNA, one, two)), EVERYTHING, "SwapHold"),
    (
        Service.ALTERNATE_CALL,
        on_two(lambda to, one, two: to.alternate(ANNA, one, two)),
        without(C.SWAPHOLD),
        "Hold Unhold",
    ),
    (
        Service.RECONNECT_CALL,
        on_two(lambda to, one, two: to.reconnect(ANNA, two, one)),
        EVERYTHING,
        "Drop Unhold",
    ),
    (
        Service.CONSULTATION_CALL,
        on_one(lambda to, call: to.consult(ANNA, call, CARL)),
        EVERYTHING,
        "SetupTransfer Dial",
    ),
    (
        Service.CONSULTATION_CALL,
        on_one(lambda to, call: to.consult(ANNA, call, CARL)),
        without(C.DIAL, call2=LINECALLFEATURE2.ONESTEPTRANSFER),
        "SetupTransfer",
    ),
    (
        Service.CONSULTATION_CALL,
        on_one(lambda to, call: to.consult(ANNA, call, CARL)),
        without(C.SETUPTRANSFER),
        "Hold MakeCall",
    ),
    (
        Service.TRANSFER_CALL,
        on_two(lambda to, one, two: to.transfer(ANNA, one, two)),
        EVERYTHING,
        "CompleteTransfer",
    ),
    (
        Service.CONFERENCE_CALL,
        on_two(lambda to, one, two: to.conference(ANNA, one, two)),
        EVERYTHING,
        "CompleteTransfer",
    ),
    (
        Service.CONFERENCE_CALL,
        on_two(lambda to, one, two: to.conference(ANNA, one, two)),
        without(transfer=LINETRANSFERMODE.CONFERENCE),
        "SetupConference AddToConference",
    ),
    (
        Service.SINGLE_STEP_TRANSFER_CALL,
        on_one(lambda to, call: to.single_step_transfer(ANNA, call, CARL)),
        EVERYTHING,
        "BlindTransfer",
    ),
    (
        Service.SINGLE_STEP_TRANSFER_CALL,
        on_one(lambda to, call: to.single_step_transfer(ANNA, call, CARL)),
        without(C.BLINDTRANSFER),
        "SetupTransfer Dial CompleteTransfer",
    ),
    (
        Service.SINGLE_STEP_TRANSFER_CALL,
        on_one(lambda to, call: to.single_step_transfer(ANNA, call, CARL)),
        without(C.BLINDTRANSFER | C.SETUPTRANSFER),
        "Hold MakeCall CompleteTransfer",
    ),
    (Service.DEFLECT_CALL, on_ringing(lambda to, call: to.deflect(BERT, call, CARL)), EVERYTHING, "Redirect"),
    (Service.DIRECTED_PICKUP_CALL, picked_up, EVERYTHING, "Pickup"),
    (Service.PARK_CALL, on_one(lambda to, call: to.park(ANNA, call, CARL)), EVERYTHING, "Park"),
    (
        Service.GENERATE_DIGITS,
        on_one(lambda to, call: to.generate_digits(ANNA, call, "1#")),
        EVERYTHING,
        "GenerateDigits",
    ),
]


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize(
    ("service", "act", "caps", "expected"), SERVICES, ids=[f"{each[0].value}: {each[3]}" for each in SERVICES]
)
def test_what_is_asked(service: Service, act: Act, caps: Address, expected: str, seed: int | None) -> None:
    bench = TapiBench(seed=seed, caps=caps).start(ANNA, BERT, CARL)
    assert service in bench.provider.capabilities(ANNA)
    act(bench)
    assert asked(bench) == expected


@pytest.mark.parametrize(
    ("act", "caps"), [(act, caps) for service, act, caps, _ in SERVICES if service is Service.SINGLE_STEP_TRANSFER_CALL]
)
def test_every_way_of_a_transfer_comes_to_the_same(act: Act, caps: Address) -> None:
    bench = TapiBench(caps=caps).start(ANNA, BERT, CARL)
    act(bench)
    assert states(bench) == {ANNA: [], BERT: [ConnectionState.CONNECTED], CARL: [ConnectionState.ALERTING]}
    assert bench.call(BERT).other.number == CARL


@pytest.mark.parametrize(
    ("act", "caps"), [(act, caps) for service, act, caps, _ in SERVICES if service is Service.CONFERENCE_CALL]
)
def test_every_way_of_a_conference_comes_to_the_same(act: Act, caps: Address) -> None:
    bench = TapiBench(caps=caps).start(ANNA, BERT, CARL)
    act(bench)
    assert {device: {party.number for party in bench.call(device).parties} for device in (ANNA, BERT, CARL)} == {
        ANNA: {BERT, CARL},
        BERT: {ANNA, CARL},
        CARL: {ANNA, BERT},
    }


@pytest.mark.parametrize(
    ("act", "caps"), [(act, caps) for service, act, caps, _ in SERVICES if service is Service.CONSULTATION_CALL]
)
def test_every_way_of_a_consultation_comes_to_the_same(act: Act, caps: Address) -> None:
    bench = TapiBench(caps=caps).start(ANNA, BERT, CARL)
    act(bench)
    first, second = bench.provider.calls(ANNA)
    assert (first.state, second.state, second.consultation_of) == (
        ConnectionState.HOLD,
        ConnectionState.CONNECTED,
        first.id,
    )
    assert second.other.number == CARL


def test_every_service_has_a_way() -> None:
    assert set(WAYS) | set(SETTINGS) == set(Service)
    assert {service for service, *_ in SERVICES} == set(WAYS)


FEATURES: list[tuple[Service, Address]] = [
    (Service.MAKE_CALL, without(address=A.MAKECALL)),
    (Service.ANSWER_CALL, without(C.ANSWER)),
    (Service.CLEAR_CONNECTION, without(C.DROP)),
    (Service.HOLD_CALL, without(C.HOLD)),
    (Service.RETRIEVE_CALL, without(C.UNHOLD)),
    (Service.ALTERNATE_CALL, without(C.SWAPHOLD | C.HOLD)),
    (Service.RECONNECT_CALL, without(C.UNHOLD)),
    (Service.CONSULTATION_CALL, without(C.SETUPTRANSFER | C.HOLD)),
    (Service.TRANSFER_CALL, without(C.COMPLETETRANSF)),
    (Service.CONFERENCE_CALL, without(C.SETUPCONF, transfer=LINETRANSFERMODE.CONFERENCE)),
    (Service.SINGLE_STEP_TRANSFER_CALL, without(C.BLINDTRANSFER | C.COMPLETETRANSF)),
    (Service.DEFLECT_CALL, without(C.REDIRECT)),
    (Service.DIRECTED_PICKUP_CALL, without(address=A.PICKUP)),
    (Service.PARK_CALL, without(C.PARK)),
    (Service.GENERATE_DIGITS, without(C.GENERATEDIGITS)),
    (Service.SET_FORWARDING, without(address=A.FORWARD)),
    (Service.SET_DO_NOT_DISTURB, without(address=A.FORWARDDND)),
]


@pytest.mark.parametrize(("service", "caps"), FEATURES, ids=[each[0].value for each in FEATURES])
def test_what_a_driver_lacks_is_not_offered(service: Service, caps: Address) -> None:
    bench = TapiBench(caps=caps).start(ANNA)
    assert service not in bench.provider.capabilities(ANNA)
    assert Service.SNAPSHOT_DEVICE in bench.provider.capabilities(ANNA)


def test_a_driver_that_says_nothing_is_tried_once() -> None:
    bench = TapiBench(caps=Address()).start(ANNA, BERT)
    assert Service.PARK_CALL in bench.provider.capabilities(ANNA)
    call = talking(bench)
    bench.telephony.refuses[requests.Park] = LINEERR.OPERATIONUNAVAIL
    with pytest.raises(ServiceError, match="requestIncompatibleWithObject"):
        bench.run(bench.provider.park(ANNA, call, CARL))
    assert Service.PARK_CALL not in bench.provider.capabilities(ANNA)
    assert Service.PARK_CALL in bench.provider.capabilities(BERT)


def test_a_driver_that_claims_too_much() -> None:
    bench = TapiBench().start(ANNA, BERT, CARL)
    call = talking(bench)
    bench.telephony.refuses[requests.BlindTransfer] = LINEERR.OPERATIONUNAVAIL
    bench.run(bench.provider.single_step_transfer(ANNA, call, CARL))
    assert asked(bench) == "BlindTransfer SetupTransfer Dial CompleteTransfer"


def test_a_driver_that_reconnects_by_itself() -> None:
    bench = TapiBench(caps=structs.replace(EVERYTHING, flags=LINEADDRCAPFLAGS.AUTORECONNECT)).start(ANNA, BERT, CARL)
    first, second = consulting(bench)
    bench.run(bench.provider.reconnect(ANNA, second, first))
    assert asked(bench) == "Drop"


def test_a_transfer_to_a_busy_number_is_taken_back() -> None:
    bench = TapiBench(caps=without(C.BLINDTRANSFER)).start(ANNA, BERT, CARL)
    call = talking(bench)
    bench.pbx.busy.add(CARL)
    with pytest.raises(ServiceError, match="invalidDestinationDeviceState"):
        bench.run(bench.provider.single_step_transfer(ANNA, call, CARL))
    assert states(bench) == {ANNA: [ConnectionState.CONNECTED], BERT: [ConnectionState.CONNECTED], CARL: []}


def test_a_transfer_that_is_refused_is_taken_back() -> None:
    bench = TapiBench(caps=without(C.BLINDTRANSFER)).start(ANNA, BERT, CARL)
    call = talking(bench)
    bench.telephony.refuses[requests.CompleteTransfer] = LINEERR.OPERATIONUNAVAIL
    with pytest.raises(ServiceError):
        bench.run(bench.provider.single_step_transfer(ANNA, call, CARL))
    assert asked(bench) == "SetupTransfer Dial CompleteTransfer Drop Unhold"
    assert bench.call(ANNA).state is ConnectionState.CONNECTED


def test_a_consultation_of_a_number_that_is_none_is_taken_back() -> None:
    bench = TapiBench().start(ANNA, BERT)
    call = talking(bench)
    bench.telephony.refuses[requests.Dial] = LINEERR.INVALADDRESS
    with pytest.raises(ServiceError, match="invalidCalledDeviceID"):
        bench.run(bench.provider.consult(ANNA, call, "nonsense"))
    assert (bench.call(ANNA).id, bench.call(ANNA).state) == (call, ConnectionState.CONNECTED)


def test_a_driver_that_lets_us_dial_late() -> None:
    bench = TapiBench().start(ANNA, BERT, CARL)
    call = talking(bench)
    [own] = bench.pbx.at(ANNA)
    bench.telephony.slow_dial_tone = True
    consulted = bench.begin(bench.provider.consult(ANNA, call, CARL))
    bench.settle()
    assert not consulted
    bench.telephony.give_dial_tone(ANNA)
    bench.settle()
    assert consulted == [bench.provider.calls(ANNA)[1].id]
    assert asked(bench) == "SetupTransfer Dial Dial"
    assert own in bench.pbx.at(ANNA)


def test_a_station_is_twice_in_one_conference(bench: TapiBench) -> None:
    held = bench.run(bench.provider.make_call("2001", "2002"))
    bench.run(bench.provider.answer("2002", bench.call("2002").id))
    bench.run(bench.provider.hold("2002", bench.call("2002").id))
    active = bench.run(bench.provider.consult("2001", held, "2002"))
    bench.run(bench.provider.answer("2002", bench.provider.calls("2002")[1].id))
    bench.run(bench.provider.conference("2001", held, active))
    assert [party.number for party in bench.call("2001").parties] == ["2002", "2002"]
    first, second = (call.id for call in bench.provider.calls("2002"))
    bench.run(bench.provider.clear_connection("2002", first))
    bench.settle(3)
    assert (bench.call("2002").id, [party.number for party in bench.call("2001").parties]) == (second, ["2002"])
