"""The users of the embedded CRM, as whoever runs the gateway changes them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, or_, select, update

from crm_adapter.errors import UsersInvalid
from crm_adapter.sources.schema import USER_DEVICES, USERS
from crm_adapter.users import User


def add(connection: Connection, user: User) -> None:
    """Put in a user, with ``user.devices`` in this order.

    :raises UsersInvalid: somebody has the login or the extension already.
    """
    same = USERS.c.login == user.login
    if user.extension:
        same = or_(same, USERS.c.extension == user.extension)
    for known in connection.execute(select(USERS.c.login, USERS.c.name).where(same)):
        what = "login" if known.login == user.login else f"extension {user.extension}"
        raise UsersInvalid(f"{what}: {known.name} ({known.login}) has it already")
    values = {column.name: getattr(user, column.name) for column in USERS.columns}
    connection.execute(insert(USERS).values(values))
    for position, device in enumerate(user.devices):
        connection.execute(insert(USER_DEVICES).values(login=user.login, position=position, device=device))


def change(connection: Connection, login: str, *, password_hash: str, cti_enabled: bool | None = None) -> bool:
    """Give a user another password, empty for none, and switch telephones on or off; whether there is such a user.

    :param cti_enabled: None leaves it as it is.
    """
    values: dict[str, object] = {"password_hash": password_hash}
    if cti_enabled is not None:
        values["cti_enabled"] = cti_enabled
    return connection.execute(update(USERS).where(USERS.c.login == login).values(values)).rowcount == 1
