"""Who may do what: the whole matrix of roles, routes and telephones, written down a second time."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest

from crm_adapter.users import User, UserRole
from csta_gateway.api.application import ROUTES
from csta_gateway.policy import PERMISSIONS, SCOPES, Action, Scope, permits

OWN, MATE, OTHER = "2001", "2003", "2002"
SALES = ("sales",)
OWNERS = {
    MATE: (User(login="ben", name="Ben", groups=("night", *SALES)), User(login="cora", name="Cora")),
    OTHER: (User(login="dora", name="Dora", groups=("service",)), User(login="emil", name="Emil")),
}
"""Telephones and whose they are: somebody's of the own group, and nobody's of it."""
ROLES: tuple[UserRole, ...] = ("user", "supervisor", "admin", "service")

OPEN = ("public",) * 4
SESSION = ("own", "own", "own", "-")
WATCHING = ("own", "groups", "any", "any")
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
    "directedPickupCall": ("own", "groups", "any", "-"),
    "lookUpNumber": DIRECTORY,
    "listUsers": ("-", "groups", "any", "any"),
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
"""Operation → what user, supervisor, admin and service reach: their own things, their groups', anybody's, none."""

REACHES = {"-": set(), "own": {OWN, None}, "groups": {OWN, MATE, None}, "any": {OWN, MATE, OTHER, None}}


def user(role: UserRole = "user", cti_enabled: bool = True, groups: tuple[str, ...] = ()) -> User:
    return User(login="anna", name="Anna", role=role, devices=(OWN,), cti_enabled=cti_enabled, groups=groups)


def test_every_route_is_in_the_matrix() -> None:
    assert {route.name for route in ROUTES} == set(MATRIX)
    assert set(PERMISSIONS) == set(ROLES) == set(get_args(UserRole))


@pytest.mark.parametrize("groups", [(), SALES], ids=["in no group", "in sales"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_whole_matrix(route: Any, role: UserRole, groups: tuple[str, ...]) -> None:  # noqa: ANN401
    reach = MATRIX[route.name][ROLES.index(role)]
    assert (route.action is None) == (reach == "public")
    if route.action is not None:
        who = user(role, groups=groups)
        devices = (OWN, MATE, OTHER, None)
        reached = {each for each in devices if permits(who, route.action, each, of=OWNERS.get(each or ""))}
        assert reached == REACHES["any" if reach == "groups" and not groups else reach]


def test_a_supervisor_with_groups_sees_nobody_by_mistake() -> None:
    sina = user("supervisor", groups=SALES)
    (ben, cora), (dora, emil) = OWNERS.values()
    assert [permits(sina, Action.SEE_USERS, of=(each,)) for each in (ben, cora, dora, emil)] == [True, *[False] * 3]
    assert not permits(sina, Action.WATCH_CALLS, OTHER)  # nobody said whose it is
    assert permits(sina, Action.SEE_USERS)  # at all


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
