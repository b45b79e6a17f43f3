"""What every provider keeps, by the one for Windows Telephony, through an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.model.in_hand_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import DEVICES
from tests.unit.tapi_adapter.agents import AgentBench

if TYPE_CHECKING:
    from tests.unit.model.provider_contract import Stage


@pytest.fixture(params=[None, 1, 2, 3], ids=["replies first", "mixed 1", "mixed 2", "mixed 3"])
def stage(request: pytest.FixtureRequest) -> Stage:
    return AgentBench(seed=request.param).start(*DEVICES)
