"""Lists of telephones: what counts, and what is told about the rest."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crm_adapter.devicelist import Row, device_list
from crm_adapter.devicenames import DeviceNames

LISTED = [
    {"user": "anna", "tn": "4-0-1", "dn": "2001", "name": "SEP001122", "ip": "10.0.0.1", "sip": "sip:anna@example.org"},
    {"user": "jonas", "tn": "004002", "dn": "2002", "ip": "2001:db8::2"},
    {"user": "empfang", "tn": "4-0-3", "dn": "2003", "id": "2003:switch:10.0.0.3:0"},
]


def rows(*values: Mapping[str, object]) -> list[Row]:
    return [Row(f"list:{number}", each) for number, each in enumerate(values, 2)]


@pytest.mark.parametrize(
    ("name", "device", "known"),
    [
        pytest.param("2001", "2001", True, id="DN"),
        pytest.param("4-0-1", "2001", True, id="TN"),
        pytest.param("004002", "2002", True, id="TN of digits only"),
        pytest.param("sep001122", "2001", True, id="name, whatever its case"),
        pytest.param("10.0.0.1", "2001", True, id="IPv4 address"),
        pytest.param("2001:0DB8:0::2", "2002", True, id="IPv6 address, written otherwise"),
        pytest.param("sip:anna@example.org;transport=tcp", "2001", True, id="listed SIP URI"),
        pytest.param("anna@example.org", "2001", True, id="listed SIP URI without scheme"),
        pytest.param("2003", "2003:switch:10.0.0.3:0", True, id="DN where the switch says it otherwise"),
        pytest.param("2999", "2999", True, id="DN in no list"),
        pytest.param("sip:2004@pbx.example.org", "2004", True, id="SIP URI with an extension in it"),
        pytest.param("sip:2004@uris.example.org", "sip:2004@uris.example.org", True, id="SIP URI where they are taken"),
        pytest.param("sip:eva@pbx.example.org", "sip:eva@pbx.example.org", False, id="SIP URI of nobody"),
        pytest.param("10.9.9.9", "10.9.9.9", False, id="address of nobody"),
        pytest.param("9-9-9", "9-9-9", False, id="TN of nobody"),
    ],
)
def test_a_device_has_many_names(name: str, device: str, known: bool) -> None:
    names = DeviceNames(device_list(rows(*LISTED)).devices, lambda uri: "@uris." in uri)
    assert names.resolve(name) == (device, known)


@pytest.mark.parametrize(("name", "known"), [("T1", True), ("2001:switch:10.0.0.3:0", True), ("10.0.0.1", False)])
def test_without_lists_only_the_switch_can_tell(name: str, known: bool) -> None:
    assert DeviceNames().resolve(name) == (name, known)


MISTAKES = [
    pytest.param(
        {"user": "jonas", "dn": "2002", "tn": "4-0-1"},
        "duplicate",
        "list:3: TN 4-0-1 is in list:2 already and is anna's; the row is left out",
        [],
        id="duplicate TN",
    ),
    pytest.param(
        {"user": "jonas", "dn": "2001", "tn": "4-0-2"},
        "duplicate",
        "list:3: DN 2001 is in list:2 already and is anna's; the row is left out",
        [],
        id="duplicate DN",
    ),
    pytest.param(
        {"user": "jonas", "dn": "2002", "ip": "10.0.0.1"},
        "duplicate",
        "list:3: IP address 10.0.0.1 is in list:2 already and is anna's; it is passed over here",
        ["2002"],
        id="duplicate address",
    ),
    pytest.param(
        {"user": "jonas", "dn": " ", "tn": "4-0-2"},
        "empty",
        "list:3: `dn` is empty (user jonas, tn 4-0-2); the row is left out",
        [],
        id="no DN",
    ),
    pytest.param(
        {"user": "", "dn": "2002"}, "empty", "list:3: `user` is empty; 2002 is nobody's", ["2002"], id="no user"
    ),
    pytest.param(
        {"user": "jonas", "dn": "2002", "ip": "10.0.0.256"},
        "value",
        "list:3: `ip` '10.0.0.256' is no IP address; it is passed over",
        ["2002"],
        id="no address",
    ),
]


@pytest.mark.parametrize(("mistake", "kind", "told", "landed"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_the_rest_counts(
    mistake: Mapping[str, object], kind: str, told: str, landed: list[str]
) -> None:
    devices, findings = device_list(rows(LISTED[0], mistake, {"user": "eva", "dn": 2009}))
    assert [(each.kind, str(each)) for each in findings] == [(kind, told)]
    assert [device.id for device in devices] == ["2001", *landed, "2009"]


def test_a_device_is_listed_for_each_of_those_who_share_it() -> None:
    both = [{"user": user, "dn": "2900", "tn": "4-9-0", "shared": "ja"} for user in ("anna", "jonas")]
    devices, findings = device_list(rows(*both))
    assert not findings
    assert [(device.user, device.id) for device in devices] == [("anna", "2900"), ("jonas", "2900")]
    assert [each.kind for each in device_list(rows(*both, both[0])).findings] == ["duplicate", "duplicate"]


def test_rows_a_spreadsheet_leaves_behind_are_nothing() -> None:
    assert device_list(rows({"user": "", "dn": None}, {})) == ((), ())
