"""The tables of Windows Telephony: layouts of both ABIs, sizes of each version, and the generated modules."""

from __future__ import annotations

import ctypes
from ctypes import c_uint32
from pathlib import Path
from typing import Any

import pytest

from csta.codegen.__main__ import check
from tapi_adapter import layout
from tapi_adapter.codegen.__main__ import COMMAND, render
from tapi_adapter.codegen.tables import VERSIONS, Tables, load
from tapi_adapter.constants import LINECALLSTATE, LINEERR
from tapi_adapter.functions import FUNCTIONS
from tapi_adapter.records import Record


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load()


def test_generated_files_are_up_to_date(tables: Tables) -> None:
    assert check(render(tables), COMMAND) == 0


def test_a_stale_file_is_named_with_the_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(layout.__file__)
    assert check({path: path.read_text() + "# touched\n"}, COMMAND) == 1
    assert "Run: python -m tapi_adapter.codegen" in capsys.readouterr().err


def layout_of_x86() -> dict[str, Any]:
    """The module as it is on x86, where what is as large as a pointer has four octets."""
    source = Path(layout.__file__).read_text()
    for wide in ("DWORD_PTR = c_size_t", "HANDLE = c_void_p"):
        assert wide in source
        source = source.replace(wide, wide.split("=")[0] + "= c_uint32")
    names: dict[str, Any] = {"__name__": "layout_of_x86"}
    exec(compile(source, "layout of x86", "exec"), names)  # noqa: S102 -- our own module
    return names


@pytest.mark.parametrize("pointer", [8, 4])
def test_ctypes_lays_out_as_the_tables_say(tables: Tables, pointer: int) -> None:
    if pointer == ctypes.sizeof(ctypes.c_void_p):
        module: dict[str, Any] = vars(layout)
    elif pointer == ctypes.sizeof(c_uint32):
        module = layout_of_x86()
    else:
        pytest.skip("layouts of x86-64 can be seen on a 64-bit machine only")
    for name in tables.structures:
        structure = module[name]
        offsets = {field: getattr(structure, field).offset for field, *_ in structure._fields_}
        assert offsets == dict(tables.offsets(name, pointer))
        assert ctypes.sizeof(structure) == tables.size(name, pointer)


# What differs between the ABIs, and what grew: from the headers of the Windows SDK, compiled for each version.
@pytest.mark.parametrize(
    ("structure", "x86_64", "x86"),
    [("LINEINITIALIZEEXPARAMS", 28, 24), ("LINEMESSAGE", 40, 24), ("LINECALLINFO", 344, 344), ("VARSTRING", 24, 24)],
)
def test_sizes_of_both_abis(tables: Tables, structure: str, x86_64: int, x86: int) -> None:
    assert (tables.size(structure, 8), tables.size(structure, 4)) == (x86_64, x86)


@pytest.mark.parametrize(
    ("structure", "sizes"),
    [
        (layout.LINEDEVCAPS, (252, 252, 268, 292, 292)),
        (layout.LINEADDRESSCAPS, (228, 228, 228, 228, 228)),
        (layout.LINECALLINFO, (324, 324, 324, 344, 344)),
        (layout.LINECALLPARAMS, (176, 176, 176, 180, 180)),
        (layout.LINECALLSTATUS, (56, 56, 56, 56, 56)),
        (layout.LINEDEVSTATUS, (88, 88, 88, 88, 88)),
        (layout.LINEFORWARD, (24, 24, 24, 24, 32)),
        (layout.LINEFORWARDLIST, (32, 32, 32, 32, 40)),
        (layout.LINEAPPINFO, (40, 40, 40, 40, 40)),
        (layout.LINECALLTREATMENTENTRY, (12, 12, 12, 12, 12)),
    ],
)
def test_fixed_sizes_of_each_version(structure: type[Record], sizes: tuple[int, ...]) -> None:
    assert tuple(structure.fixed_size(version) for version in VERSIONS.values()) == sizes


def test_offsets_that_were_once_mistyped() -> None:
    assert layout.LINECALLINFO.dwCallerIDSize.offset == 112  # type: ignore[attr-defined]
    assert layout.LINECALLINFO.CallerID.at == 112
    assert layout.LINEDEVCAPS.PermanentLineGuid.offset == 252  # type: ignore[attr-defined]


def test_constants() -> None:
    assert int(LINEERR.STRUCTURETOOSMALL) == 0x8000004D
    assert LINECALLSTATE.CONNECTED | LINECALLSTATE.IDLE == 0x101


@pytest.mark.parametrize(
    ("name", "arguments", "later"),
    [("lineInitializeExW", 7, False), ("lineOpenW", 9, False), ("lineMakeCallW", 5, True), ("lineForwardW", 7, True)],
)
def test_prototypes(name: str, arguments: int, later: bool) -> None:
    assert (len(FUNCTIONS[name].arguments), FUNCTIONS[name].later) == (arguments, later)
