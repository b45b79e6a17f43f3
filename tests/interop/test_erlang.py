"""Random values of every message, read and written again by the codec that Erlang/OTP makes of our schema."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings

from csta import asn1
from csta.apdu import Invoke
from csta.asn1 import ber, rose
from csta.codegen.schema import SCHEMA
from csta.messages import chapter_of
from csta.messages._index import CHAPTERS
from csta.messages.base import Event, Message
from tests.backends.sharing import sharing
from tests.wire import rows_of_calls, rows_of_devices
from tests.wire.values import MESSAGES, messages

pytestmark = pytest.mark.interop

ROWS = [*rows_of_calls.ROWS, *rows_of_devices.ROWS]
DRIVER = Path(__file__).with_name("second_opinion.erl")
COMPILE = ["erlc", "-bber", "+maps", "+no_ssa_opt"]  # optimising takes longer than all comparisons together
INVOKE_ID, OPERATION = b"\x02\x01\x00", b"\x02\x01\x15"
RANGE = re.compile(r" \((SIZE ?\()?-?\d+\.\.-?\d+\)+")
HAS_ASN1 = ["erl", "-noinput", "-eval", "halt(case code:lib_dir(asn1) of {error, _} -> 1; _ -> 0 end)"]
CHAPTERS_OF_EVERY_CALL = frozenset(
    ("call_control", "call_control_events", "call_associated", "monitoring", "snapshot", "system")
)


class Erlang:
    """One running Erlang system with the compiled schema."""

    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        self.requests = requests
        self.answers = answers

    def again(self, module: str, kind: str, octets: bytes) -> bytes:
        """The octets Erlang writes for the value it reads from ``octets``; AssertionError if it cannot."""
        packet = f"{module} {kind} ".encode() + octets
        self.requests.write(len(packet).to_bytes(4, "big") + packet)
        self.requests.flush()
        answer = self.answers.read(int.from_bytes(self.answers.read(4), "big"))
        assert answer[:1] == b"=", f"Erlang cannot read {kind} {octets.hex()}: {answer[1:].decode(errors='replace')}"
        return answer[1:]


def compile_schema(folder: Path) -> None:
    """Compile every module of the schema; Erlang wants files named like their modules.

    The ranges are left out: Erlang refuses what is outside them; our codec passes on what a peer says.
    """
    for path in SCHEMA.glob("*.asn"):
        text = path.read_text()
        found = re.search(r"^CSTA-[a-z-]+", text, re.MULTILINE)
        assert found, path
        (folder / f"{found[0]}.asn").write_text(RANGE.sub("", text))
    files = sorted(path.name for path in folder.glob("*.asn"))
    done = subprocess.run([*COMPILE, str(DRIVER), *files], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def erlang(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erlang]:
    if not shutil.which("erlc") or subprocess.run(HAS_ASN1).returncode:
        pytest.skip("Erlang's ASN.1 compiler is not installed (Debian package erlang-asn1)")
    with sharing(pytestconfig, tmp_path_factory).shared("erlang") as folder:
        if not folder.exists():
            folder.mkdir()
            compile_schema(folder)
    command = ["erl", "-noinput", "-run", "second_opinion", "start"]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        yield Erlang(process.stdin, process.stdout)
        process.stdin.close()


def module_of(chapter: str) -> str:
    return f"CSTA-{chapter.replace('_', '-')}"


def as_sent(message: Message) -> tuple[str, str, bytes]:
    """Module, type and octets of a message as it goes over the link: an event inside its event report."""
    if not isinstance(message, Event):
        return module_of(chapter_of(message)), type(message).__name__, rose.encode_message(message)
    invoke = asn1.encode(Invoke(0, message))
    _, contents, _ = ber.header(invoke, 0, len(invoke), "")
    return module_of("event_report"), "CSTAEventReport", invoke[contents + len(INVOKE_ID + OPERATION) :]


@pytest.mark.parametrize("name", MESSAGES)
def test_erlang_reads_and_writes_the_same_octets(name: str, erlang: Erlang, compared: Counter[str]) -> None:
    examples = 20 if CHAPTERS[name] in CHAPTERS_OF_EVERY_CALL else 4

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(messages(name))
    def check(message: Message) -> None:
        module, kind, octets = as_sent(message)
        assert erlang.again(module, kind, octets).hex() == octets.hex()
        compared["Erlang/OTP"] += 1

    check()


@pytest.mark.parametrize(("message", "written", "_"), ROWS)
def test_erlang_reads_the_literal_octets(message: Message, written: str, _: str, erlang: Erlang) -> None:
    module, kind, octets = as_sent(message)
    assert octets.hex() in written.replace(" ", "")
    assert erlang.again(module, kind, octets) == octets


def test_what_erlang_refuses_is_told(erlang: Erlang) -> None:
    with pytest.raises(AssertionError, match="cannot read MakeCall 3000"):
        erlang.again("CSTA-call-control", "MakeCall", b"\x30\x00")
