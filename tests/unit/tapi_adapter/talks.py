"""Three telephones, how far their talks are, and drivers that lack something."""

from __future__ import annotations

from msgspec import structs

from csta.model.states import ConnectionState
from tapi_adapter.constants import LINECALLFEATURE2
from tapi_adapter.descriptions import Address
from tests.unit.tapi_adapter.conftest import TapiBench
from tests.unit.tapi_adapter.faketelephony import EVERYTHING

ANNA, BERT, CARL = "2001", "2002", "2003"


def without(call: int = 0, address: int = 0, transfer: int = 0, call2: int = 0, flags: int = 0) -> Address:
    """Everything but this."""
    return structs.replace(
        EVERYTHING,
        call_features=EVERYTHING.call_features & ~call,
        features=EVERYTHING.features & ~address,
        transfer_modes=EVERYTHING.transfer_modes & ~transfer,
        call_features2=call2 or LINECALLFEATURE2.TRANSFERNORM,
        flags=flags,
    )


def talking(bench: TapiBench) -> str:
    call = bench.run(bench.provider.make_call(ANNA, BERT))
    bench.run(bench.provider.answer(BERT, bench.call(BERT).id))
    bench.telephony.asked.clear()
    return call


def consulting(bench: TapiBench) -> tuple[str, str]:
    held = talking(bench)
    active = bench.run(bench.provider.consult(ANNA, held, CARL))
    bench.run(bench.provider.answer(CARL, bench.call(CARL).id))
    bench.telephony.asked.clear()
    return held, active


def asked(bench: TapiBench) -> str:
    return " ".join(type(request).__name__ for request in bench.telephony.asked)


def states(bench: TapiBench) -> dict[str, list[ConnectionState]]:
    return {device: [call.state for call in bench.provider.calls(device)] for device in (ANNA, BERT, CARL)}
