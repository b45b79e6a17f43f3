"""Users and device lists put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crm_adapter.devicelist import Row, Rows, device_list
from crm_adapter.errors import DirectoryError
from crm_adapter.location import Location
from crm_adapter.sites import Sites
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.staff import Staff, StaffSource, Surroundings, staff
from crm_adapter.users import User

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done

ANNA = User(login="anna", name="Anna Berger", devices=("2001", "4-9-0"))
JONAS = User(login="jonas", name="Jonas Weber", devices=("2002",))
LISTED = (
    Row("list:2", {"user": "", "tn": "4-9-0", "dn": "2900"}),
    Row("list:3", {"user": "jonas", "tn": "4-0-2", "dn": "2002"}),
    Row("list:4", {"user": "JONAS", "tn": "4-0-5", "dn": "2005"}),
    Row("list:5", {"user": "ghost", "dn": "2009"}),
)
AROUND = Surroundings(sites=Sites(Location(), {"vienna": Location(country="AT")}))


def told(together: Staff) -> list[tuple[str, str]]:
    return [(finding.kind, finding.place) for finding in together.findings]


def test_record_and_list_say_together_which_devices_are_whose() -> None:
    together = staff((ANNA, JONAS), device_list(LISTED), AROUND)
    assert [user.devices for user in together.users] == [("2001", "2900"), ("2002", "2005")]
    assert told(together) == [("empty", "list:2"), ("unknown_user", "list:5")]


def two(first: User, second: User, around: Surroundings = AROUND, rows: tuple[Row, ...] = ()) -> Staff:
    return staff((first, second), device_list(rows), around)


def test_a_device_is_its_first_users_alone() -> None:
    eva = User(login="eva", name="Eva Lang", devices=("2001", "2003"))
    together = two(ANNA, eva)
    assert together.users[1].devices == ("2003",)
    (finding,) = [each for each in together.findings if each.kind == "not_shared"]
    assert str(finding).startswith("user eva: 2001 is Anna Berger's (anna) already and Eva Lang is without it;")


@pytest.mark.parametrize(
    ("around", "rows"),
    [
        pytest.param(Surroundings(shared_devices=("29*",)), (), id="settings"),
        pytest.param(AROUND, (Row("list:2", {"dn": "2900", "shared": True}),), id="list"),
    ],
)
def test_a_device_is_shared_where_somebody_says_so(around: Surroundings, rows: tuple[Row, ...]) -> None:
    together = two(
        User(login="a", name="A", devices=("2900",)), User(login="b", name="B", devices=("2900",)), around, rows
    )
    assert [user.devices for user in together.users] == [("2900",), ("2900",)]
    assert not together.findings


def test_who_has_no_cti_takes_no_device_from_others() -> None:
    off = User(login="a", name="A", devices=("2900",), cti_enabled=False)
    assert not two(off, User(login="b", name="B", devices=("2900",))).findings


def screens(user: User) -> list[str]:
    return [f"{user.login}'s call screen {user.call_screen!r}"] if user.call_screen == "lead" else []


@pytest.mark.parametrize(
    ("user", "kind", "words"),
    [
        (User(login="a", name="A", devices=("10.0.0.9",)), "unknown_device", "device 10.0.0.9 is in no device list"),
        (User(login="a", name="A", devices=("3001",)), "not_served", "no link serves 3001"),
        (User(login="a", name="A", site="paris"), "unknown_site", "site 'paris' is not in [sites]"),
        (User(login="a", name="A", call_screen="lead"), "unknown_call_screen", "a's call screen 'lead'"),
        (User(login="a", name="A", area_code="munich"), "location", "area_code 'munich': use digits"),
        (User(login="a", name="A", site="vienna", call_screen="case", area_code="1"), None, ""),
    ],
)
def test_what_does_not_fit_is_told_and_nobody_is_lost(user: User, kind: str | None, words: str) -> None:
    around = Surroundings(sites=AROUND.sites, screen_warnings=screens, serves=lambda device: not device.startswith("3"))
    together = staff((user,), device_list(()), around)
    assert together.users == (user,)
    assert [each.kind for each in together.findings] == ([kind] if kind else [])
    assert all(str(each).startswith(f"user a: {words}") for each in together.findings)


def test_users_are_in_the_groups_of_their_record_and_of_the_settings() -> None:
    around = Surroundings(groups={"sales": ("ANNA", "otto"), "night": ("anna",)})
    users = (User(login="anna", name="A", groups=("night", "all")), User(login="ben", name="B"))
    together = staff(users, device_list(()), around)
    assert [user.groups for user in together.users] == [("night", "all", "sales"), ()]
    assert [str(each) for each in together.findings] == ["[users.groups] sales: there is no user otto"]


@pytest.mark.parametrize(
    ("value", "groups"),
    [
        (None, ()),
        (" Sales, night shift,, Sales ", ("Sales", "night shift")),
        ([r"CN=Sales\, North,OU=Groups,DC=example,DC=org", "cn=Night"], ("Sales, North", "Night")),
        (["Sales, North"], ("Sales, North",)),
    ],
)
def test_groups_of_a_record(value: object, groups: tuple[str, ...]) -> None:
    fields = FieldMap(fields={"groups": "memberOf"})
    assert fields.user({"login": "anna", "memberOf": value}, ()).groups == groups


class Source:
    """Users and a list that can be away."""

    name = "pbx"

    def __init__(self) -> None:
        self.away = False
        self.closed = False

    async def users(self) -> tuple[User, ...]:
        return (ANNA, JONAS)

    async def rows(self) -> Rows:
        if self.away:
            raise DirectoryError("database sqlite:///x: locked")
        return Rows(LISTED[:3])

    def close(self) -> None:
        self.closed = True


def test_a_list_that_cannot_be_read_is_as_it_was(done: Done) -> None:
    source = Source()
    source.away = True
    reading = StaffSource(source, [source])
    assert [user.devices for user in done(reading.read()).users] == [("2001", "4-9-0"), ("2002",)]
    source.away = False
    assert [user.devices for user in done(reading.read()).users] == [("2001", "2900"), ("2002", "2005")]
    source.away = True
    again = done(reading.read())
    assert [user.devices for user in again.users] == [("2001", "2900"), ("2002", "2005")]
    assert str(again.findings[0]) == "device list pbx: database sqlite:///x: locked"
    reading.close()
    assert source.closed
