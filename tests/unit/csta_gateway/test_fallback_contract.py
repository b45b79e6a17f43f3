"""What every provider keeps, by the one over two ways: on either of them alone, and while both are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from csta_gateway.reach import Way
from tests.unit.csta_gateway.twofakes import OnOneWay, TwoFakes
from tests.unit.model.in_hand_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import *  # noqa: F403 - all of its tests are tests of this module
from tests.unit.model.provider_contract import DEVICES

if TYPE_CHECKING:
    from tests.unit.model.provider_contract import Stage


class OnBoth(TwoFakes):
    """Both ways work."""

    def lose_link(self) -> None:
        self.lose(Way.MAIN)

    def restore_link(self) -> None:
        self.restore(Way.MAIN)


@pytest.fixture(params=["main", "fallback", "both"])
def stage(request: pytest.FixtureRequest) -> Stage:
    if request.param != "both":
        return OnOneWay(Way(request.param), *DEVICES)
    both = OnBoth()
    both.start(*DEVICES)
    return both
