"""The tables against the ``tapi.h`` of mingw-w64: constants, layouts and prototypes, for x86-64 and x86."""

from __future__ import annotations

from pathlib import Path

import pytest

from tapi_adapter.codegen.tables import load
from tests.tapi.building import compiler, run
from tests.tapi.standin.header import assertions

MACHINES = {"x86_64": 8, "i686": 4}


@pytest.mark.interop
@pytest.mark.parametrize("machine", MACHINES)
def test_tables_and_header_agree(machine: str, tmp_path: Path) -> None:
    gcc = f"{machine}-w64-mingw32-gcc"
    if compiler(gcc) is None:
        pytest.skip(f"the header of Windows is compiled with {gcc}, which is not here")
    source = tmp_path / "assertions.c"
    source.write_text(assertions(load(), MACHINES[machine]))
    run([gcc, "-std=gnu11", "-fsyntax-only", str(source)])


@pytest.mark.interop
def test_a_wrong_layout_is_found(tmp_path: Path) -> None:
    gcc = "x86_64-w64-mingw32-gcc"
    if compiler(gcc) is None:
        pytest.skip(f"the header of Windows is compiled with {gcc}, which is not here")
    source = tmp_path / "assertions.c"
    source.write_text(assertions(load(), MACHINES["i686"]))
    with pytest.raises(RuntimeError, match=r"offsetof\(LINEMESSAGE, dwParam1\)"):
        run([gcc, "-std=gnu11", "-fsyntax-only", str(source)])
