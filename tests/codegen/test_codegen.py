"""The generated modules are what the schema says, and the check that says so can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from csta.codegen import names
from csta.codegen.__main__ import ROOT, check, render
from csta.codegen.schema import Schema, Tag, load


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load()


def test_generated_files_are_up_to_date(schema: Schema) -> None:
    assert check(render(schema)) == 0


def test_a_stale_file_is_named_with_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    path: Path = ROOT / "messages" / "system.py"
    assert check({path: path.read_text() + "# touched\n"}) == 1
    told = capsys.readouterr()
    assert "+# touched" in told.out
    assert "python -m csta.codegen" in told.err


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("callID", "call_id"),
        ("crossRefIDorSnapshotData", "cross_ref_id_or_snapshot_data"),
        ("originatingNIDConneciton", "originating_nid_connection"),
        ("authCode", "auth_code"),
        ("sysStatRegisterID", "sys_stat_register_id"),
        ("switchingSubDomainCCIEType", "switching_sub_domain_ccie_type"),
        ("private", "private"),
    ],
)
def test_python_names(name: str, snake: str) -> None:
    assert names.snake(name) == snake


@pytest.mark.parametrize(
    ("value", "constant"),
    [("newCall", "NEW_CALL"), ("aCDBusy", "ACD_BUSY"), ("a-GPS", "A_GPS"), ("iSDNPublic", "ISDN_PUBLIC")],
)
def test_names_of_values(value: str, constant: str) -> None:
    assert names.constant(value) == constant


@pytest.mark.parametrize(
    ("name", "tag", "wrappers", "octet"),
    [
        ("ConnectionID", None, (0x6B,), None),  # [APPLICATION 11] CHOICE: explicit
        ("ConnectionID", Tag(0x80, explicit=True), (0xA0, 0x6B), None),
        ("SubjectDeviceID", Tag(0x83, explicit=False), (0xA3,), None),  # IMPLICIT replaces [APPLICATION 3]
        ("LocalConnectionState", None, (), 0x4E),  # [APPLICATION 14] IMPLICIT ENUMERATED
        ("MonitorCrossRefID", None, (), 0x55),
        ("UserData", None, (0x7D,), 0x04),  # [APPLICATION 29] without IMPLICIT
        ("CSTACommonArguments", None, (), 0x7E),
        ("DeviceID", None, (), 0x30),
        ("CallState", Tag(0x82, explicit=True), (0xA2,), None),
        ("CorrelatorData", Tag(0x80, explicit=False), (), 0x80),
    ],
)
def test_tags(schema: Schema, name: str, tag: Tag | None, wrappers: tuple[int, ...], octet: int | None) -> None:
    layers = schema.layers(name, tag)
    assert (layers.wrappers, layers.octet) == (wrappers, octet)


def test_every_operation_and_event_of_the_index_exists(schema: Schema) -> None:
    from csta.messages import message_class
    from csta.messages._index import CHAPTERS, EVENTS, OPERATIONS

    for code, (chapter, name) in OPERATIONS.items():
        assert getattr(message_class(name), "operation", None) == code
        assert CHAPTERS[name] == chapter
    assert len(EVENTS) == len(schema.events)


@pytest.mark.parametrize(
    ("owner", "printed", "name", "in_xml"),
    [
        ("CallCharacteristics", "maintainanceCall", "maintenanceCall", "maintainanceCall"),
        ("Offered", "deciceHistory", "deviceHistory", "deviceHistory"),
        (
            "RouteRegisterCapabilities",
            "requestedMonitorMediaClassEmail",
            "requestedMonitorMediaClassEmail",
            "requestedMonitorrMediaClassEmail",
        ),
        ("Play", "privateData", "privateData", "privateData"),
    ],
)
def test_misprints_of_bits(owner: str, printed: str, name: str, in_xml: str) -> None:
    assert names.bit_name(owner, printed) == name
    assert names.value_name(owner, printed) == in_xml


def test_the_table_of_names_speaks_of_what_the_schema_has(schema: Schema) -> None:
    owners = {
        found.name: {value for value, _ in found.values} | {each.name for each in found.members}
        for found in schema.types.values()
    }
    printed = {names.value_name(owner, value) for owner, values in owners.items() for value in values}
    named = [key.split(".") for table in ("xml", "values") for key in names.TABLE[table] if "." in key]
    wrong = [f"{owner}.{value}" for owner, value in named if value not in owners.get(owner, set())]
    assert not [key for key in wrong if key not in ("VendorSpecEvents.privateEvent",)]
    assert set(names.TABLE["misspelt"]) <= printed
