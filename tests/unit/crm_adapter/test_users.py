from __future__ import annotations

import pytest

from crm_adapter.errors import UsersInvalid
from crm_adapter.users import User, Users

ANNA = User(login="anna", name="Anna Berger", devices=("2001", "2901"), extension="2001")
JONAS = User(login="jonas", name="Jonas Weber", devices=("2002", "2901", "2002"), extension="2002")
DOOR = User(login="door", name="Empfang", devices=("2000",), extension="2000", cti_enabled=False)


def test_a_user_is_found_by_login_device_and_extension() -> None:
    users = Users([ANNA, JONAS, DOOR])
    assert users.by_login("anna") is ANNA
    assert users.by_device("2001") == (ANNA,)
    assert users.by_extension("2002") is JONAS
    assert list(users) == [ANNA, JONAS, DOOR]
    assert len(users) == 3


def test_a_device_may_be_shared() -> None:
    assert Users([ANNA, JONAS]).by_device("2901") == (ANNA, JONAS)


def test_a_user_without_cti_is_a_colleague_but_has_no_monitored_device() -> None:
    users = Users([ANNA, DOOR])
    assert users.by_extension("2000") is DOOR
    assert users.by_device("2000") == ()
    assert users.devices() == {"2001", "2901"}


def test_what_is_unknown_is_not_found() -> None:
    users = Users([ANNA])
    assert users.by_login("jonas") is None
    assert users.by_extension("") is None
    assert users.by_device("2002") == ()


@pytest.mark.parametrize("field", ["login", "extension"])
def test_two_users_with_one_login_or_extension_are_refused_by_name(field: str) -> None:
    clash = User(**{"login": "eva", "name": "Eva Lang", "extension": "2009"} | {field: getattr(ANNA, field)})
    with pytest.raises(UsersInvalid) as raised:
        Users([ANNA, JONAS, clash])
    assert (
        str(raised.value)
        == f"{field} '{getattr(ANNA, field)}' belongs to Anna Berger (anna) and Eva Lang ({clash.login})"
    )
