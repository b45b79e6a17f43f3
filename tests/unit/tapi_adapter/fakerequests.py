"""What the telephony service in memory does when it is asked for something."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tapi_adapter import requests
from tapi_adapter.constants import LINEADDRESSSTATE, LINETRANSFERMODE
from tapi_adapter.messages import AddressStateChanged, GenerateEnded
from tapi_adapter.requests import Reply
from tests.unit.tapi_adapter.fakepbx import Appearance, Pbx, S

if TYPE_CHECKING:
    from tests.unit.tapi_adapter.faketelephony import FakeTelephony


def _make_call(fake: FakeTelephony, request: requests.MakeCall) -> Reply:
    made = fake.mine(request.line, fake.pbx.seize)
    if request.destination:
        fake.pbx.dial(made, request.destination)
    return Reply(call=made.handle)


def _dial(fake: FakeTelephony, request: requests.Dial) -> Reply:
    fake.pbx.dial(fake.owned(request.call), request.destination)
    return Reply()


def _on_one(what: Callable[[Pbx, Appearance], None]) -> Callable[[FakeTelephony, Any], Reply]:
    def do(fake: FakeTelephony, request: Any) -> Reply:  # noqa: ANN401 - one of several classes
        what(fake.pbx, fake.owned(request.call))
        return Reply()

    return do


def _to_number(what: Callable[[Pbx, Appearance, str], None]) -> Callable[[FakeTelephony, Any], Reply]:
    def do(fake: FakeTelephony, request: Any) -> Reply:  # noqa: ANN401 - one of several classes
        what(fake.pbx, fake.owned(request.call), getattr(request, "destination", "") or request.number)
        return Reply()

    return do


def _swap(fake: FakeTelephony, request: requests.SwapHold) -> Reply:
    active, held = fake.owned(request.active), fake.owned(request.held)
    fake.pbx.hold(active)
    fake.pbx.unhold(held)
    return Reply()


def _setup_transfer(fake: FakeTelephony, request: requests.SetupTransfer) -> Reply:
    own = fake.owned(request.call)
    fake.pbx.hold(own, S.ONHOLDPENDTRANSFER)
    first = 0 if fake.slow_dial_tone else S.DIALTONE
    consultation = fake.mine(fake.line_of(own), lambda station: fake.pbx.seize(station, first))
    if request.destination:
        fake.pbx.dial(consultation, request.destination)
    return Reply(call=consultation.handle)


def _complete_transfer(fake: FakeTelephony, request: requests.CompleteTransfer) -> Reply:
    held, consult = fake.owned(request.call), fake.owned(request.consult)
    if request.mode == LINETRANSFERMODE.TRANSFER:
        fake.pbx.transfer(held, consult)
        return Reply()
    parent = fake.mine(fake.line_of(held), lambda station: fake.pbx.confer(held, consult))
    return Reply(call=parent.handle)


def _setup_conference(fake: FakeTelephony, request: requests.SetupConference) -> Reply:
    own = fake.owned(request.call)
    parent = fake.mine(request.line, lambda station: fake.pbx.set_up_conference(own))
    return Reply(call=parent.handle)


def _add_to_conference(fake: FakeTelephony, request: requests.AddToConference) -> Reply:
    fake.pbx.add(fake.owned(request.conference), fake.owned(request.call))
    return Reply()


def _pick_up(fake: FakeTelephony, request: requests.Pickup) -> Reply:
    return Reply(call=fake.mine(request.line, lambda station: fake.pbx.pick_up(station, request.number)).handle)


def _set_forwards(fake: FakeTelephony, request: requests.SetForwards) -> Reply:
    fake.forwards[fake.open[request.line]] = request.forwards
    fake.say(AddressStateChanged(line=request.line, address=request.address, state=LINEADDRESSSTATE.FORWARD))
    return Reply()


def _digits(fake: FakeTelephony, request: requests.GenerateDigits) -> Reply:
    fake.owned(request.call)
    fake.digits.append(request.digits)
    fake.say(GenerateEnded(call=request.call, complete=True))
    return Reply()


DO: dict[type[Any], Callable[[FakeTelephony, Any], Reply]] = {
    requests.MakeCall: _make_call,
    requests.Dial: _dial,
    requests.Answer: _on_one(Pbx.answer),
    requests.Drop: _on_one(Pbx.drop),
    requests.Hold: _on_one(Pbx.hold),
    requests.Unhold: _on_one(Pbx.unhold),
    requests.SwapHold: _swap,
    requests.SetupTransfer: _setup_transfer,
    requests.CompleteTransfer: _complete_transfer,
    requests.BlindTransfer: _to_number(Pbx.pass_on),
    requests.Redirect: _to_number(Pbx.redirect),
    requests.SetupConference: _setup_conference,
    requests.AddToConference: _add_to_conference,
    requests.Pickup: _pick_up,
    requests.Park: _to_number(Pbx.park),
    requests.SetForwards: _set_forwards,
    requests.GenerateDigits: _digits,
}
