"""What every provider keeps, by this one, against the simulator over both wires."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.model.in_hand_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import DEVICES
from tests.unit.provider.conftest import LINKS, Bench

if TYPE_CHECKING:
    from tests.unit.model.provider_contract import Stage


@pytest.fixture(params=LINKS, ids="-".join)
def stage(request: pytest.FixtureRequest) -> Stage:
    bench = Bench(*request.param)
    bench.provider.start()
    for device in DEVICES:
        bench.run(bench.provider.monitor(device))
    bench.network.settle()
    bench.told.clear()
    return bench
