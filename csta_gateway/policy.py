"""Who may do what: one table and one function that every route and every subscription asks."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import Literal

from crm_adapter.users import User, UserRole


class Action(Enum):
    """What a request wants, as far as permission goes."""

    USE_SESSION = auto()
    WATCH_CALLS = auto()
    SUBSCRIBE = auto()
    MAKE_CALL = auto()
    CONTROL_CALL = auto()
    PICK_UP = auto()
    CONTROL_DEVICE = auto()
    LOOK_UP = auto()
    WRITE_CONTACTS = auto()
    SEE_COLLEAGUES = auto()
    SEE_USERS = auto()
    SEE_JOURNAL = auto()
    WRITE_JOURNAL = auto()
    MANAGE_JOURNAL = auto()
    SEE_METRICS = auto()
    SEE_LINKS = auto()


class Reach(Enum):
    """Whose things an action may touch."""

    NOBODY = auto()
    OWN = auto()
    GROUPS = auto()  # of those who share a group with the user; anybody's for a user who is in none
    ANY = auto()


Scope = Literal[
    "calls:read", "calls:control", "directory:read", "directory:write", "journal:read", "journal:write", "admin"
]
"""What a token is good for, at most."""

SCOPES: dict[Scope, frozenset[Action]] = {
    "calls:read": frozenset({Action.WATCH_CALLS, Action.SUBSCRIBE}),
    "calls:control": frozenset({Action.MAKE_CALL, Action.CONTROL_CALL, Action.PICK_UP, Action.CONTROL_DEVICE}),
    "directory:read": frozenset({Action.LOOK_UP, Action.SEE_COLLEAGUES, Action.SEE_USERS}),
    "directory:write": frozenset({Action.WRITE_CONTACTS}),
    "journal:read": frozenset({Action.SEE_JOURNAL}),
    "journal:write": frozenset({Action.WRITE_JOURNAL}),
    "admin": frozenset({Action.MANAGE_JOURNAL, Action.SEE_METRICS, Action.SEE_LINKS}),
}
"""What each scope opens; a token may do no more than the role of whom it acts for, whatever its scopes say."""

OWN_TELEPHONE = {
    Action.USE_SESSION: Reach.OWN,
    Action.WATCH_CALLS: Reach.OWN,
    Action.SUBSCRIBE: Reach.OWN,
    Action.MAKE_CALL: Reach.OWN,
    Action.CONTROL_CALL: Reach.OWN,
    Action.PICK_UP: Reach.OWN,
    Action.CONTROL_DEVICE: Reach.OWN,
    Action.LOOK_UP: Reach.ANY,
    Action.WRITE_CONTACTS: Reach.ANY,
    Action.SEE_COLLEAGUES: Reach.ANY,
    Action.SEE_JOURNAL: Reach.OWN,
    Action.WRITE_JOURNAL: Reach.OWN,
}

OF_THE_GATEWAY = (Action.SEE_METRICS, Action.SEE_LINKS, Action.MANAGE_JOURNAL)
"""What those who run the gateway do."""

SUPERVISION = (Action.WATCH_CALLS, Action.PICK_UP, Action.SEE_USERS)
"""Sees who talks to whom and takes what rings; what else is done with a call stays with whom it belongs to."""

PERMISSIONS: dict[UserRole, dict[Action, Reach]] = {
    "user": OWN_TELEPHONE,
    "supervisor": {**OWN_TELEPHONE, **dict.fromkeys(SUPERVISION, Reach.GROUPS)},
    "admin": {**OWN_TELEPHONE, **dict.fromkeys((*SUPERVISION, *OF_THE_GATEWAY), Reach.ANY)},
    "service": {
        Action.WATCH_CALLS: Reach.ANY,
        Action.MAKE_CALL: Reach.ANY,
        Action.CONTROL_DEVICE: Reach.ANY,
        Action.LOOK_UP: Reach.ANY,
        Action.WRITE_CONTACTS: Reach.ANY,
        Action.SEE_COLLEAGUES: Reach.ANY,
        Action.SEE_USERS: Reach.ANY,
        **dict.fromkeys(OF_THE_GATEWAY, Reach.ANY),
    },
}
"""Role → action → reach; what is not in the table is forbidden."""

WITHOUT_CTI = frozenset({Action.USE_SESSION, *OF_THE_GATEWAY})
"""What is left to a user whose CTI is switched off."""


def scopes_of(action: Action) -> list[Scope]:
    """The scopes that open an action."""
    return [scope for scope, actions in SCOPES.items() if action in actions]


def permits(
    user: User,
    action: Action,
    device: str | None = None,
    scopes: frozenset[Scope] | None = None,
    *,
    of: Iterable[User] | None = None,
) -> bool:
    """Whether ``user`` may do ``action``, to ``device`` where the action has one.

    Without either the question is about the user's own things or about nobody's in particular.

    :param scopes: of the token with which the user asks; None: of a session, which has no such limit.
    :param of: whose the device is, or of whom something is to be seen; it counts where that depends on their groups.
    """
    if scopes is not None and not any(action in SCOPES[scope] for scope in scopes):
        return False
    if not user.cti_enabled and action not in WITHOUT_CTI:
        return False
    reach = PERMISSIONS[user.role].get(action, Reach.NOBODY)
    if reach is Reach.GROUPS and (device is not None or of is not None) and user.groups:
        return device in user.devices or any(set(each.groups) & set(user.groups) for each in of or ())
    if reach is Reach.OWN:
        return device is None or device in user.devices
    return reach is not Reach.NOBODY
