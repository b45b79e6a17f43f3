"""Who may do what: the whole matrix of roles, routes and telephones, written down a second time."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest

from crm_adapter.users import User, UserRole
from csta_gateway.api.application import ROUTES
from csta_gateway.policy import PERMISSIONS, SCOPES, Action, Scope, permits

OWN, OTHER = "2001", "2002"
ROLES: tuple[UserRole, ...] = ("user", "supervisor", "admin", "service")

OPEN = ("public",) * 4
SESSION = ("own", "own", "own", "-")
WATCHING = ("own", "any", "any", "any")
CONTROL = ("own", "own", "own", "any")
CALL = ("own", "own", "own", "-")
DIRECTORY = ("any",) * 4
JOURNAL = ("own", "own", "own", "-")
RUNNING = ("-", "-", "any", "any")

MATRIX: dict[str, tuple[str, ...]] = {
    "logIn": OPEN,
    "logInByProxy": OPEN,
    "describe": OPEN,
    "showSession": SESSION,
    "changeSession": SESSION,
    "logOut": SESSION,
    "openEvents": CALL,
    "previewNumber": DIRECTORY,
    "makeCall": CONTROL,
    "listCalls": WATCHING,
    "showCall": WATCHING,
    "listCallsAt": WATCHING,
    "listDevices": WATCHING,
    "directedPickupCall": ("own", "any", "any", "-"),
    "lookUpNumber": DIRECTORY,
    "listUsers": ("-", "any", "any", "any"),
    "parkCall": CALL,
    "answerCall": CALL,
    "clearConnection": CALL,
    "holdCall": CALL,
    "retrieveCall": CALL,
    "alternateCall": CALL,
    "reconnectCall": CALL,
    "consultationCall": CALL,
    "transferCall": CALL,
    "conferenceCall": CALL,
    "singleStepTransferCall": CALL,
    "deflectCall": CALL,
    "generateDigits": CALL,
    "setDoNotDisturb": CONTROL,
    "setForwarding": CONTROL,
    "findContacts": DIRECTORY,
    "addNumber": DIRECTORY,
    "listColleagues": DIRECTORY,
    "showJournal": JOURNAL,
    "findCalls": JOURNAL,
    "annotateEntry": JOURNAL,
    "annotateCall": JOURNAL,
    "markDone": JOURNAL,
    "makePrivate": JOURNAL,
    "exportPerson": RUNNING,
    "purgePerson": RUNNING,
    "listLinks": RUNNING,
    "downloadTrace": RUNNING,
    "showStatus": RUNNING,
}
"""Operation → what user, supervisor, admin and service reach: their own things, anybody's, or nothing."""

REACHES = {"-": set(), "own": {OWN, None}, "any": {OWN, OTHER, None}}


def user(role: UserRole = "user", cti_enabled: bool = True) -> User:
    return User(login="anna", name="Anna", role=role, devices=(OWN,), cti_enabled=cti_enabled)


def test_every_route_is_in_the_matrix() -> None:
    assert {route.name for route in ROUTES} == set(MATRIX)
    assert set(PERMISSIONS) == set(ROLES) == set(get_args(UserRole))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_whole_matrix(route: Any, role: UserRole) -> None:  # noqa: ANN401
    reach = MATRIX[route.name][ROLES.index(role)]
    assert (route.action is None) == (reach == "public")
    if route.action is not None:
        reached = {device for device in (OWN, OTHER, None) if permits(user(role), route.action, device)}
        assert reached == REACHES[reach]


RUNS = {Action.SEE_METRICS, Action.SEE_LINKS, Action.MANAGE_JOURNAL}


@pytest.mark.parametrize(("role", "action"), list(product(ROLES, Action)))
def test_without_cti_the_session_is_left_and_what_runs_the_gateway(role: UserRole, action: Action) -> None:
    expected = permits(user(role), action) and action in {Action.USE_SESSION, *RUNS}
    assert permits(user(role, cti_enabled=False), action) is expected


def test_scopes_are_told_apart_and_open_everything_but_sessions() -> None:
    assert set(SCOPES) == set(get_args(Scope))
    opened = [action for actions in SCOPES.values() for action in actions]
    assert sorted(opened, key=str) == sorted(set(Action) - {Action.USE_SESSION}, key=str)


@pytest.mark.parametrize(("role", "scope", "action"), list(product(ROLES, SCOPES, Action)))
def test_a_token_may_do_what_both_its_scope_and_the_role_allow(role: UserRole, scope: Scope, action: Action) -> None:
    for device in (OWN, OTHER, None):
        expected = permits(user(role), action, device) and action in SCOPES[scope]
        assert permits(user(role), action, device, frozenset({scope})) is expected
    assert not permits(user(role), action, None, frozenset())
