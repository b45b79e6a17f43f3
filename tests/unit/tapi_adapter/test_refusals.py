"""Commands that a driver refuses, does not answer, or answers with nonsense."""

from __future__ import annotations

import pytest

from csta.errors import CSTAError, LinkLost, LocalProtocolError, RequestTimeout, ServiceError
from csta.model.events import CallEvent
from csta.model.states import ConnectionState
from tapi_adapter import requests
from tapi_adapter.constants import (
    LINEADDRFEATURE,
    LINECALLFEATURE,
    LINECALLPRIVILEGE,
    LINEERR,
)
from tests.unit.tapi_adapter.conftest import TapiBench
from tests.unit.tapi_adapter.talks import ANNA, BERT, CARL, consulting, talking

C, A = LINECALLFEATURE, LINEADDRFEATURE


def test_ownership_is_raised_for_the_call_that_is_controlled() -> None:
    bench = TapiBench().start(ANNA, BERT)
    bench.run(bench.provider.make_call(ANNA, BERT))
    [rings] = bench.pbx.at(BERT)
    assert rings.privilege == LINECALLPRIVILEGE.MONITOR
    bench.run(bench.provider.answer(BERT, bench.call(BERT).id))
    assert rings.privilege == LINECALLPRIVILEGE.OWNER


def test_ownership_that_is_not_given() -> None:
    bench = TapiBench().start(ANNA, BERT)
    bench.run(bench.provider.make_call(ANNA, BERT))
    bench.telephony.refuses["set_privilege"] = LINEERR.INVALCALLPRIVILEGE
    with pytest.raises(ServiceError, match="privilegeViolationSpecifiedDevice"):
        bench.run(bench.provider.answer(BERT, bench.call(BERT).id))


@pytest.mark.parametrize(
    ("code", "expected"), [(LINEERR.INVALCALLSTATE, "noActiveCall"), (0x80001234, "operation/generic")]
)
def test_a_request_that_is_refused(code: int, expected: str) -> None:
    bench = TapiBench().start(ANNA, BERT)
    call = talking(bench)
    bench.telephony.refuses[requests.Hold] = code
    with pytest.raises(ServiceError, match=expected):
        bench.run(bench.provider.hold(ANNA, call))
    assert bench.call(ANNA).state is ConnectionState.CONNECTED


def test_a_request_that_is_never_answered() -> None:
    bench = TapiBench().start(ANNA, BERT)
    call = talking(bench)
    bench.telephony.silent.add(requests.Hold)
    with pytest.raises(RequestTimeout, match="holdCall"):
        bench.run(bench.provider.hold(ANNA, call))
    assert bench.call(ANNA).id == call


def test_a_new_call_without_a_handle() -> None:
    bench = TapiBench().start(ANNA, BERT)
    bench.telephony.loses_handles = True
    with pytest.raises(ServiceError, match="generic"):
        bench.run(bench.provider.make_call(ANNA, BERT))


def test_a_refused_transfer_leaves_no_mark() -> None:
    """When such a call ends later, it has ended, it was not transferred."""
    bench = TapiBench().start(ANNA, BERT, CARL)
    first, second = consulting(bench)
    bench.telephony.refuses[requests.CompleteTransfer] = LINEERR.OPERATIONFAILED
    with pytest.raises(ServiceError):
        bench.run(bench.provider.transfer(ANNA, first, second))
    bench.told.clear()
    bench.run(bench.provider.clear_connection(ANNA, second))
    ends = [event.call for event in bench.told if isinstance(event, CallEvent) and event.call.id == second]
    assert [call.cause for call in ends if call.device == ANNA] == ["normalClearing"]


def test_a_forwarding_type_that_tapi_does_not_have(bench: TapiBench) -> None:
    with pytest.raises(ServiceError, match="invalidForwardingType"):
        bench.run(bench.provider.set_forwarding(ANNA, "forwardDNDInt", "1"))


def test_a_device_that_is_not_watched(bench: TapiBench) -> None:
    with pytest.raises(LocalProtocolError, match="not monitored"):
        bench.run(bench.provider.make_call("2004", ANNA))


def test_a_service_that_goes_down_under_a_command(bench: TapiBench) -> None:
    bench.run(bench.provider.make_call(ANNA, BERT))
    ended = bench.begin(bench.provider.answer(BERT, bench.call(BERT).id))
    bench.telephony.lose("gone")
    bench.settle()
    assert issubclass(ended[0].type, CSTAError)
    with pytest.raises(LinkLost):
        bench.run(bench.provider.answer(BERT, bench.call(BERT).id))
