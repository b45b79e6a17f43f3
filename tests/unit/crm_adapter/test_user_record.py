"""The fields of a user record (U01–U12 of the seed), as far as they are the CRM side's, in one place.

U11 needs nothing: there is no program on the user's computer that would have to be pointed at a server.
"""

from __future__ import annotations

import pytest
from msgspec import structs

from crm_adapter.calllist import CallEntry
from crm_adapter.devicelist import DeviceList, Row, device_list
from crm_adapter.directory import Match
from crm_adapter.location import Location
from crm_adapter.numbers import dial, normalise
from crm_adapter.poprules import ScreenPop
from crm_adapter.screenpop import Templates
from crm_adapter.screenpresets import preset
from crm_adapter.sites import Sites
from crm_adapter.staff import Staff, Surroundings, staff
from crm_adapter.users import User, Users
from csta.model.call import Direction

MUNICH = Location(country="DE", area_code="089", outside_prefixes=("0",), main_numbers=("+49 89 99998",))
ANNA = User(login="anna", name="Anna Berger", extension="2001", devices=("2001",))
JONAS = User(login="jonas", name="Jonas Weber", extension="2002", devices=("2002",))
ERIKA = Match(kind="person", record_id="7", name="Erika Mustermann", person_id="7", company_id="3")
CALL = CallEntry(
    id="c1",
    device="2001",
    direction=Direction.INCOMING,
    label="ringing",
    since=0,
    began=0,
    number=normalise("06990009123", MUNICH),
    matches=(ERIKA,),
)
FIELDS = ("user", "dn", "tn", "name", "ip", "sip", "shared")


def listed(*rows: tuple[str, ...]) -> DeviceList:
    return device_list(
        Row(f"list:{number}", {field: value for field, value in zip(FIELDS, row, strict=False) if value})
        for number, row in enumerate(rows, 1)
    )


TELEPHONES = listed(("", "2001", "4-0-12-3", "Empfang", "192.0.2.7", "sip:anna@example.org"))


def put_together(*users: User, devices: DeviceList = TELEPHONES, shared: tuple[str, ...] = ()) -> Staff:
    return staff(users, devices, Surroundings(shared_devices=shared))


def test_u01_without_cti_no_telephone_is_monitored_and_nothing_is_complained_about() -> None:
    off = structs.replace(ANNA, cti_enabled=False, devices=("2001", "2001"))
    together = put_together(off)
    assert together.findings == ()
    users = Users(together.users)
    assert (users.devices(), users.by_device("2001")) == (set(), ())
    assert Users(put_together(ANNA).users).devices() == {"2001"}


@pytest.mark.parametrize(
    "name", ["2001", "4-0-12-3", "empfang", "192.0.2.7", "sip:anna@example.org", "anna@example.org"]
)
def test_u02_the_device_name_is_any_name_the_telephone_has(name: str) -> None:
    together = put_together(structs.replace(ANNA, devices=(name,)))
    assert (together.users[0].devices, together.findings) == (("2001",), ())


def test_u02_an_unknown_device_is_told_and_the_others_work() -> None:
    together = put_together(structs.replace(ANNA, devices=("192.0.2.99", "2001")))
    assert together.users[0].devices == ("192.0.2.99", "2001")
    assert [finding.kind for finding in together.findings] == ["unknown_device"]


@pytest.mark.parametrize(
    ("seed", "call_screen", "page"),
    [
        ("U03", "", None),
        ("U03", "nowhere", None),
        ("U04", "new_case", "/case/new?person=7&company=3&phone=%2B496990009123"),
        ("U05", "new_lead", "/lead/new?person=7&company=3&name=Erika%20Mustermann&phone=%2B496990009123"),
        ("U06", "new_opportunity", "/opportunity/new?person=7&company=3"),
        ("U07", "summary", "/person/7"),
    ],
)
def test_the_call_screen_of_a_user_opens_with_who_is_calling(seed: str, call_screen: str, page: str | None) -> None:
    templates = Templates(preset("generic", "https://crm.example"), ["crm.example"])
    user = structs.replace(ANNA, call_screen=call_screen)
    url = ScreenPop(templates, Sites(MUNICH), {}, {}).url(CALL, user)
    assert url == (page and f"https://crm.example{page}"), seed


@pytest.mark.parametrize("number", ["2001", "+49 89 99998 2001", "089 99998-2001", "0049 89 999982001"])
def test_u08_a_colleague_is_known_by_extension_and_by_the_full_number(number: str) -> None:
    users = Users([ANNA, JONAS])
    assert users.by_extension(normalise(number, MUNICH).internal or "") is ANNA


def test_u09_numbers_that_are_given_twice_are_told_with_their_places() -> None:
    devices = listed(
        ("anna", "2001", "4-0"), ("jonas", "2001", "4-1"), ("jonas", "2002", "4-0"), ("who", "2003", "4-2")
    )
    together = put_together(ANNA, JONAS, devices=devices)
    assert [str(finding) for finding in together.findings] == [
        "list:2: DN 2001 is in list:1 already and is anna's; the row is left out",
        "list:3: TN 4-0 is in list:1 already and is anna's; the row is left out",
        "list:4: there is no user who; 2003 is nobody's",
    ]
    assert [user.devices for user in together.users] == [("2001",), ("2002",)]


def test_u10_a_telephone_is_one_users_unless_it_is_shared() -> None:
    both = (ANNA, structs.replace(JONAS, devices=("2002", "2900")), User(login="eva", name="Eva", devices=("2900",)))
    devices = listed(("", "2001"), ("", "2002"), ("", "2900"))
    alone = put_together(*both, devices=devices)
    assert [user.devices for user in alone.users] == [("2001",), ("2002", "2900"), ()]
    assert [(finding.kind, finding.place) for finding in alone.findings] == [("not_shared", "user eva")]
    for together in (
        put_together(*both, devices=devices, shared=("29*",)),
        put_together(*both, devices=listed(("", "2001"), ("", "2002"), ("", "2900", "", "", "", "", "yes"))),
    ):
        assert ([user.devices for user in together.users][2], together.findings) == (("2900",), ())


@pytest.mark.parametrize(
    ("own", "digits"),
    [
        ({}, "00891234567"),
        ({"area_code": "030"}, "00301234567"),
        ({"outside_prefix": "8"}, "80891234567"),
        ({"site": "Wien"}, "9011234567"),
        ({"site": "Wien", "outside_prefix": "0"}, "0011234567"),
    ],
    ids=["inherited", "area", "prefix", "site", "site-and-prefix"],
)
def test_u12_what_a_user_has_otherwise_goes_before_the_site(own: dict[str, str], digits: str) -> None:
    sites = Sites(MUNICH, {"Wien": Location(country="AT", area_code="01", outside_prefixes=("9",))})
    assert dial("1234567", sites.of(structs.replace(ANNA, **own))).digits == digits
