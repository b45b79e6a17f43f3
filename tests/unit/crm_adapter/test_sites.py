"""What a user's site, and what the user has otherwise, make of a number that is dialled (U12 of the seed)."""

from __future__ import annotations

import pytest

from crm_adapter.location import Location
from crm_adapter.numbers import dial
from crm_adapter.sites import Sites
from crm_adapter.users import User

MUNICH = Location(country="DE", area_code="089", outside_prefixes=("0",), internal_length=4)
VIENNA = Location(country="AT", area_code="01", outside_prefixes=("9",), internal_length=3)
SITES = Sites(MUNICH, {"vienna": VIENNA})

DIALLED = [
    ({}, "030 1234567", "00301234567"),
    ({"outside_prefix": "8"}, "030 1234567", "80301234567"),
    ({}, "1234567", "00891234567"),
    ({"area_code": "030"}, "1234567", "00301234567"),
    ({"site": "vienna"}, "+49 30 1234567", "90049301234567"),
    ({"site": "vienna", "outside_prefix": "0"}, "+49 30 1234567", "00049301234567"),
    ({"site": "nowhere"}, "030 1234567", "00301234567"),
    ({"outside_prefix": "x"}, "030 1234567", "00301234567"),
]


@pytest.mark.parametrize(("user", "number", "digits"), DIALLED)
def test_numbers_are_dialled_as_at_the_user(user: dict[str, str], number: str, digits: str) -> None:
    location = SITES.of(User(login="anna", name="Anna", **user))  # type: ignore[arg-type] # strings all of them
    assert dial(number, location).digits == digits


@pytest.mark.parametrize(
    ("user", "said"),
    [({}, False), ({"outside_prefix": "8"}, False), ({"outside_prefix": "x"}, True), ({"area_code": "089x"}, True)],
)
def test_what_makes_no_sense_is_said(user: dict[str, str], said: bool) -> None:
    objection = SITES.objection(User(login="anna", name="Anna", **user))  # type: ignore[arg-type] # strings all of them
    assert (objection is not None) is said
