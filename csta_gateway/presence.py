"""Who of the colleagues is free, is rung or talks, and the telling of it."""

from __future__ import annotations

from collections.abc import Iterable

from crm_adapter.clock import Clock
from crm_adapter.users import User, Users
from csta.model.states import ConnectionState
from csta_gateway.links import Links
from csta_gateway.policy import Action, permits
from csta_gateway.streams import Streams
from csta_gateway.views import ColleagueView
from csta_gateway.views import Presence as State

DELAY = 0.1
"""Seconds until a change is told.

Everybody is told of everybody, so it goes out behind what a call means for the user it rings at, and together with
other changes of the same moment: calls × pages messages are what a busy office has most of.
"""


class Presence:
    """The states of all users, as the pages were told last.

    :param clock: the clock of the links.
    """

    def __init__(self, users: Users, links: Links, streams: Streams, clock: Clock) -> None:
        self._users = users
        self._links = links
        self._streams = streams
        self._clock = clock
        self._told: dict[str, State] = {}
        self._stirred: set[str] = set()

    def colleagues(self) -> list[ColleagueView]:
        """Everybody who can be called."""
        return [self._colleague(user) for user in self._users if user.extension]

    def stir(self, users: Iterable[User]) -> None:
        """Something happened to these users; tell soon whose state is another one then."""
        logins = {user.login for user in users if user.extension}
        if logins and not self._stirred:
            self._clock.callLater(DELAY, self._tell)
        self._stirred |= logins

    def _tell(self) -> None:
        stirred, self._stirred = self._stirred, set()
        now = [self._colleague(user) for user in map(self._users.by_login, sorted(stirred)) if user is not None]
        changed = [each for each in now if self._told.get(each.login) != each.state]
        self._told.update((each.login, each.state) for each in changed)
        for login in self._streams.logins() if changed else ():
            user = self._users.by_login(login)
            if user is not None and permits(user, Action.SEE_COLLEAGUES):
                self._streams.send(login, "presence", {"colleagues": changed})

    def _colleague(self, user: User) -> ColleagueView:
        return ColleagueView(login=user.login, name=user.name, extension=user.extension, state=self._state(user))

    def _state(self, user: User) -> State:
        links = [(link, device) for device in user.devices if (link := self._links.by_device(device))]
        if not (user.cti_enabled and links and all(link.state.up for link, _ in links)):
            return "unknown"
        states = {call.state for link, device in links for call in link.provider.calls(device)}
        if states - {ConnectionState.ALERTING, ConnectionState.NULL}:
            return "busy"
        return "ringing" if states & {ConnectionState.ALERTING} else "free"
