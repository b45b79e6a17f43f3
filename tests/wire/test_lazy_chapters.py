"""A chapter is loaded by its first message, no earlier."""

from __future__ import annotations

import subprocess
import sys


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_import_csta_loads_nothing_heavy() -> None:
    loaded = modules_after("import csta")
    assert not {name for name in loaded if name.startswith(("twisted", "csta.messages", "csta.asn1", "lxml"))}


def test_a_message_loads_its_chapter_only() -> None:
    loaded = modules_after("from csta import asn1; asn1.decode(bytes.fromhex('a10c020102020200d330030a0102'))")
    assert "csta.asn1.generated.system" in loaded
    assert not loaded & {"csta.asn1.generated.call_control", "csta.messages.snapshot", "lxml.etree", "twisted"}
