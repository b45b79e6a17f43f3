"""Builds the stand-in of the telephony library."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tapi_adapter.codegen.tables import load
from tests.tapi.standin.header import header

SOURCES = Path(__file__).parent / "standin"
STRICT = ("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-g", "-shared")


def compiler(name: str) -> str | None:
    """Path of a compiler, or None."""
    return shutil.which(name)


def compile_library(folder: Path, *options: str) -> Path:
    """The stand-in as a shared library of this machine."""
    (folder / "tapi.h").write_text(header(load()))
    library = folder / "libstandin.so"
    run(["gcc", *STRICT, *options, "-fPIC", f"-I{folder}", "-o", str(library), *sources(), "-lpthread"])
    return library


def compile_dll(folder: Path, machine: str) -> Path:
    """The stand-in as ``tapi32.dll``, against the header of mingw-w64. ``machine`` is x86_64 or i686."""
    library = folder / "tapi32.dll"
    run([f"{machine}-w64-mingw32-gcc", *STRICT, "-static-libgcc", "-Wl,--kill-at", "-o", str(library), *sources()])
    return library


def sources() -> list[str]:
    return sorted(map(str, SOURCES.glob("*.c")))


def run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
