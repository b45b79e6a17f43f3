"""Who may do what: one table and one function that every route and every subscription asks."""

from __future__ import annotations

from enum import Enum, auto

from crm_adapter.users import User


class Action(Enum):
    """What a request wants, as far as permission goes."""

    USE_SESSION = auto()
    WATCH_CALLS = auto()
    MAKE_CALL = auto()
    CONTROL_CALL = auto()
    CONTROL_DEVICE = auto()
    LOOK_UP = auto()
    WRITE_CONTACTS = auto()
    SEE_COLLEAGUES = auto()
    SEE_JOURNAL = auto()
    MANAGE_JOURNAL = auto()
    SEE_METRICS = auto()
    SEE_LINKS = auto()


class Reach(Enum):
    """Whose things an action may touch."""

    NOBODY = auto()
    OWN = auto()
    ANY = auto()


OWN_TELEPHONE = {
    Action.USE_SESSION: Reach.OWN,
    Action.WATCH_CALLS: Reach.OWN,
    Action.MAKE_CALL: Reach.OWN,
    Action.CONTROL_CALL: Reach.OWN,
    Action.CONTROL_DEVICE: Reach.OWN,
    Action.LOOK_UP: Reach.ANY,
    Action.WRITE_CONTACTS: Reach.ANY,
    Action.SEE_COLLEAGUES: Reach.ANY,
    Action.SEE_JOURNAL: Reach.OWN,
}

OF_THE_GATEWAY = (Action.SEE_METRICS, Action.SEE_LINKS, Action.MANAGE_JOURNAL)
"""What those who run the gateway do."""

PERMISSIONS: dict[str, dict[Action, Reach]] = {
    "user": OWN_TELEPHONE,
    "supervisor": OWN_TELEPHONE,
    "admin": {**OWN_TELEPHONE, **dict.fromkeys(OF_THE_GATEWAY, Reach.ANY)},
}
"""Role → action → reach; what is not in the table is forbidden."""

WITHOUT_CTI = frozenset({Action.USE_SESSION, *OF_THE_GATEWAY})
"""What is left to a user whose CTI is switched off."""


def permits(user: User, action: Action, device: str | None = None) -> bool:
    """Whether ``user`` may do ``action``, to ``device`` where the action has one.

    Without a device the question is about the user's own things or about nobody's in particular.
    """
    if not user.cti_enabled and action not in WITHOUT_CTI:
        return False
    reach = PERMISSIONS.get(user.role, {}).get(action, Reach.NOBODY)
    if reach is Reach.OWN:
        return device is None or device in user.devices
    return reach is Reach.ANY
