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


CALLS = """
from twisted.internet.task import Clock
from csta.client import Client
from csta.opening import open_session
from csta.session import Role
client = Client(Clock(), open_session(Role.COMPUTING, "asn1"))
client.call_control, client.call_associated, client.monitoring, client.snapshot, client.system, client.logical_device
"""


def test_a_client_loads_the_chapters_it_uses() -> None:
    loaded = modules_after(CALLS.strip().replace("\n", "; "))
    used = {"call_control", "call_associated", "monitoring", "snapshot", "system", "logical_device"}
    services = {name for name in loaded if name.startswith("csta.services.")}
    assert {f"csta.services.{chapter}" for chapter in used} <= services
    for chapter in (
        "capability_exchange",
        "routeing",
        "voice_unit",
        "io_services",
        "physical_device",
        "location",
        "cdr",
    ):
        assert not loaded & {f"csta.services.{chapter}", f"csta.messages.{chapter}", f"csta.asn1.generated.{chapter}"}
