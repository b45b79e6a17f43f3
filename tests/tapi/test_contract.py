"""What every provider keeps, by the one for Windows Telephony, through the real binding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.tapi.bench import StandInBench
from tests.tapi.standin.script import StandIn
from tests.unit.model.in_hand_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import DEVICES

if TYPE_CHECKING:
    from tests.unit.model.provider_contract import Stage


@pytest.fixture(params=[1, 2, 3], ids="seed {}".format)
def stage(standin: StandIn, request: pytest.FixtureRequest) -> Iterator[Stage]:
    standin.reset(request.param, 4)
    bench = StandInBench(standin).start(*DEVICES)
    yield bench
    bench.run(bench.provider.stop())
