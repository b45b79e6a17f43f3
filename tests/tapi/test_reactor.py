"""Windows Telephony in the reactor of this machine, by the example that shows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.tapi.standin.script import StandIn

ROOT = Path(__file__).parents[2]
OFFICE = """
import sys
from pathlib import Path
from twisted.internet import reactor
from twisted.internet.task import react
from examples.windows_telephony import watch
from tests.tapi.standin.script import StandIn

standin = StandIn(Path(sys.argv[1]))
standin.reset(1, 2)
ends = []
reactor.callLater(0.5, lambda: ends.append(standin.offer(0, "004989123", "Jörg Øst")))
reactor.callLater(0.7, lambda: standin.answers(ends[0]))
reactor.callLater(0.9, lambda: standin.far_hangs_up(ends[0]))
reactor.callLater(1.1, reactor.stop)
react(watch, ("2001", sys.argv[1]))
"""
TOLD = [
    "LinkUp",
    "Büro 2001: 2001; permanent id 1000, {04030201-0605-0807-090a-0b0c0d0e0000}",
    "Büro 2002: 2002; permanent id 1001, {04030201-0605-0807-090a-0b0c0d0e0100}",
    "incoming Jörg Øst: alerting",
    "incoming Jörg Øst: connected",
    "incoming Jörg Øst: over",
]


def test_the_example(library: Path) -> None:
    StandIn(library)  # loads here, too, or says why not
    command = [sys.executable, "-X", "utf8", "-c", OFFICE, str(library)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    for expected in TOLD:
        assert any(expected in line for line in said), done.stdout
