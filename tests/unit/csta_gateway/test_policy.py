from __future__ import annotations

from typing import get_args

import pytest

from crm_adapter.users import User, UserRole
from csta_gateway.policy import PERMISSIONS, Action, permits

OWN, OTHER, NONE = "2001", "2002", None

EVERYBODY = {
    (Action.USE_SESSION, NONE),
    (Action.WATCH_CALLS, OWN),
    (Action.WATCH_CALLS, NONE),
    (Action.MAKE_CALL, OWN),
    (Action.MAKE_CALL, NONE),
    (Action.CONTROL_CALL, OWN),
    (Action.CONTROL_CALL, NONE),
    (Action.CONTROL_DEVICE, OWN),
    (Action.CONTROL_DEVICE, NONE),
    (Action.LOOK_UP, NONE),
    (Action.WRITE_CONTACTS, NONE),
    (Action.SEE_COLLEAGUES, NONE),
    (Action.SEE_JOURNAL, NONE),
}
MATRIX: dict[UserRole, set[tuple[Action, str | None]]] = {
    "user": EVERYBODY,
    "supervisor": EVERYBODY,
    "admin": EVERYBODY | {(Action.SEE_METRICS, NONE), (Action.SEE_LINKS, NONE), (Action.MANAGE_JOURNAL, NONE)},
}
ABOUT_DEVICES = {Action.WATCH_CALLS, Action.MAKE_CALL, Action.CONTROL_CALL, Action.CONTROL_DEVICE}
QUESTIONS = [
    (role, action, device)
    for role in MATRIX
    for action in Action
    for device in ((OWN, OTHER, NONE) if action in ABOUT_DEVICES else (NONE,))
]


def user(role: UserRole = "user", cti_enabled: bool = True) -> User:
    return User(login="anna", name="Anna", role=role, devices=(OWN,), cti_enabled=cti_enabled)


@pytest.mark.parametrize(("role", "action", "device"), QUESTIONS)
def test_the_whole_matrix(role: UserRole, action: Action, device: str | None) -> None:
    assert permits(user(role), action, device) is ((action, device) in MATRIX[role])


@pytest.mark.parametrize("action", Action)
def test_without_cti_only_the_session_is_left(action: Action) -> None:
    assert permits(user(cti_enabled=False), action) is (action is Action.USE_SESSION)


def test_every_role_is_in_the_table() -> None:
    assert set(PERMISSIONS) == set(MATRIX) == set(get_args(UserRole))
