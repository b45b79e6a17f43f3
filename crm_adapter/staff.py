"""The users of a source with their telephones: names of devices made into identifiers, lists of devices taken in.

What is wrong is told and worked around: nobody is without a call screen because of somebody else's typing error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import NamedTuple, Protocol

from msgspec import structs

from crm_adapter.devicelist import DeviceList, Finding, FindingKind, ListedDevice, Row, Rows, device_list
from crm_adapter.devicenames import DeviceNames
from crm_adapter.errors import DirectoryError
from crm_adapter.location import Location
from crm_adapter.sites import Sites
from crm_adapter.users import User


class UserSource(Protocol):
    """A source of users; every :class:`crm_adapter.directory.DirectorySource` is one."""

    def users(self) -> Awaitable[tuple[User, ...]]:
        """The users it knows. May fail with ``DirectoryError``."""


class RowSource(Protocol):
    """A list of telephones somewhere. What is asked of it may fail with ``DirectoryError``."""

    @property
    def name(self) -> str:
        """Name in logs and findings."""

    def rows(self) -> Awaitable[Rows]:
        """All rows, with their fields under our names."""

    def close(self) -> None:
        """Give back connections and threads."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What users and their telephones have to fit into.

    :param sites: of the company.
    :param screen_warnings: what is wrong with the pages calls open for a user.
    :param shared_devices: patterns of devices several users may have without a list saying so.
    :param groups: group → logins of users who are in it besides those whose record says so.
    :param serves: whether a link serves a device.
    :param takes_uris: whether the switch that serves a device takes its SIP URI as identifier.
    """

    sites: Sites = field(default_factory=lambda: Sites(Location()))
    screen_warnings: Callable[[User], Iterable[str]] = lambda user: ()
    shared_devices: tuple[str, ...] = ()
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    serves: Callable[[str], bool] = lambda device: True
    takes_uris: Callable[[str], bool] = lambda device: False


class Staff(NamedTuple):
    """The users, and what somebody should put right."""

    users: tuple[User, ...]
    findings: tuple[Finding, ...]


class StaffSource:
    """Reads users and device lists, and puts them together.

    :param source: of the users.
    :param lists: of telephones.
    """

    def __init__(
        self, source: UserSource, lists: Sequence[RowSource] = (), surroundings: Surroundings | None = None
    ) -> None:
        self._source = source
        self._lists = tuple(lists)
        self._surroundings = surroundings if surroundings is not None else Surroundings()
        self._last: dict[str, tuple[Row, ...]] = {}

    async def read(self) -> Staff:
        """Everybody, as they are now. A list that cannot be read counts as it was the last time.

        :raises DirectoryError: the source of the users cannot be asked.
        """
        users = await self._source.users()
        rows: list[Row] = []
        findings: list[Finding] = []
        for each in self._lists:
            try:
                read = await each.rows()
            except DirectoryError as problem:
                findings.append(Finding(kind="unreadable", place=f"device list {each.name}", text=str(problem)))
            else:
                self._last[each.name] = tuple(read.rows)
                findings.extend(read.findings)
            rows.extend(self._last.get(each.name, ()))
        listed = device_list(rows)
        together = staff(users, listed, self._surroundings)
        return Staff(together.users, (*findings, *together.findings))

    def close(self) -> None:
        """Close the lists."""
        for each in self._lists:
            each.close()


def staff(users: Sequence[User], listed: DeviceList, surroundings: Surroundings) -> Staff:
    """The users with the telephones that are theirs by their record and by the list."""
    putting = _Putting(users, listed.devices, surroundings)
    known = tuple(putting.user(user) for user in users)
    return Staff(known, (*listed.findings, *putting.findings))


class _Putting:
    """Users and lists while they are put together."""

    def __init__(self, users: Sequence[User], devices: Sequence[ListedDevice], surroundings: Surroundings) -> None:
        self.findings: list[Finding] = []
        self._surroundings = surroundings
        self._names = DeviceNames(devices, surroundings.takes_uris)
        self._owners: dict[str, User] = {}
        self._shared = {device.id for device in devices if device.shared}
        self._logins = {user.login.casefold(): user.login for user in users} | {
            user.login: user.login for user in users
        }
        self._listed = self._by_login(devices)
        self._groups = self._by_member(surroundings.groups)

    def user(self, user: User) -> User:
        """The user with identifiers of devices, without those somebody else has."""
        place = f"user {user.login}"
        self._check(user, place)
        wanted = [self._resolved(name, place) for name in user.devices if name.strip()]
        wanted += [device.id for device in self._listed.get(user.login, ())]
        devices = tuple(device for device in dict.fromkeys(wanted) if self._may_have(user, device, place))
        groups = tuple(dict.fromkeys((*user.groups, *self._groups.get(user.login, ()))))
        together = structs.replace(user, devices=devices, groups=groups)
        return together if together != user else user

    def _by_login(self, devices: Sequence[ListedDevice]) -> dict[str, list[ListedDevice]]:
        found: dict[str, list[ListedDevice]] = {}
        for device in devices:
            if not device.user:
                continue
            login = self._login(device.user)
            if login is None:
                self._find("unknown_user", device.place, f"there is no user {device.user}; {device.id} is nobody's")
            else:
                found.setdefault(login, []).append(device)
        return found

    def _by_member(self, groups: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for group, members in groups.items():
            for member in members:
                login = self._login(member)
                if login is None:
                    self._find("unknown_user", f"[users.groups] {group}", f"there is no user {member}")
                else:
                    found.setdefault(login, []).append(group)
        return found

    def _login(self, written: str) -> str | None:
        """The login of a user somebody wrote down, perhaps in other letters."""
        return self._logins.get(written, self._logins.get(written.casefold()))

    def _resolved(self, name: str, place: str) -> str:
        device, known = self._names.resolve(name.strip())
        if not known:
            text = f"device {name} is in no device list; the switch is asked for it as it stands"
            self._find("unknown_device", place, text)
        return device

    def _may_have(self, user: User, device: str, place: str) -> bool:
        if not user.cti_enabled:
            return True  # it is not watched for this user
        if not self._surroundings.serves(device):
            self._find("not_served", place, f"no link serves {device}; see `devices` of the [[links]]")
        owner = self._owners.setdefault(device, user)
        if owner is user or device in self._shared or self._may_be_shared(device):
            return True
        self._find(
            "not_shared",
            place,
            f"{device} is {owner.name}'s ({owner.login}) already and {user.name} is without it;"
            " name it in `shared_devices` of [users] if both are to see its calls",
        )
        return False

    def _may_be_shared(self, device: str) -> bool:
        return any(fnmatchcase(device, pattern) for pattern in self._surroundings.shared_devices)

    def _check(self, user: User, place: str) -> None:
        around = self._surroundings
        if user.site and user.site not in around.sites:
            self._find("unknown_site", place, f"site {user.site!r} is not in [sites]; the main one counts")
        for warning in around.screen_warnings(user):
            self._find("unknown_call_screen", place, warning)
        if objection := around.sites.objection(user):
            self._find("location", place, f"{objection}; the site's counts")

    def _find(self, kind: FindingKind, place: str, text: str) -> None:
        self.findings.append(Finding(kind=kind, place=place, text=text))
