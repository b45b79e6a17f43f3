"""What the probe says of lines of Windows Telephony that work, are not there, or are called in vain."""

from __future__ import annotations

from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from csta_gateway.config import Config, Users
from csta_gateway.config_sources import SqlSource
from csta_gateway.config_tapi import Tapi
from csta_gateway.lineprobe import NO_CALL, NO_LINE, NO_LINES, NO_SERVICE, START_SECONDS, LineProbe
from csta_gateway.probe import CALL_SECONDS, Finding, TrialCall
from csta_gateway.providers import Providers
from tapi_adapter.constants import LINEERR
from tapi_adapter.requests import MakeCall
from tests.unit.tapi_adapter.faketelephony import FakeTelephony

WINDOWS = Tapi(name="windows")
CONFIG = Config(sources=(SqlSource(name="crm", url="sqlite://"),), users=Users(source="crm"), tapi=(WINDOWS,))


class Machine:
    """A machine with Windows Telephony, and the clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *stations: str) -> None:
        self.clock = Clock()
        self.telephony = FakeTelephony(stations)
        monkeypatch.setattr(Providers, "telephony", lambda providers, tapi: self.telephony)

    def findings(self, seconds: float = 0, **options: Any) -> tuple[bool, list[str]]:  # noqa: ANN401 -- as LineProbe takes them
        """Whether the probe is content, and what it says; advice in brackets."""
        told: list[Finding] = []
        ends: list[bool] = []
        probe = LineProbe(cast(Any, self.clock), CONFIG, WINDOWS, told.append, **options)
        Deferred.fromCoroutine(probe.run()).addCallback(ends.append)
        self.telephony.settle()
        for _ in range(2):
            self.clock.advance(seconds)
            self.telephony.settle()
        return ends[0], [f"{each.outcome.value} {each.step}: {each.words} [{each.advice}]" for each in told]


def test_lines_that_work(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, "2001", "2002")
    fine, told = machine.findings(devices=["2001"], call=TrialCall("2001", "2002"))
    assert fine
    assert told[0] == "ok telephony service: runs, with 2 lines []"
    assert told[1].startswith("ok line Line 2001: device 2001; permanent_id ")
    assert "can alternateCall, answerCall, clearConnection" in told[1]
    assert told[3:] == [
        "ok device 2001: can be watched; 0 calls now []",
        "ok test call: rings at the far end, and was ended []",
    ]
    assert machine.telephony.handles == {}
    assert not machine.telephony.up


def test_a_device_that_no_line_is(monkeypatch: pytest.MonkeyPatch) -> None:
    fine, told = Machine(monkeypatch, "2001").findings(devices=["2999"])
    assert not fine
    assert told[-1].startswith("!! device 2999: no line is device 2999 (lines: ")
    assert told[-1].endswith(f"[{NO_LINE}]")


def test_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Machine(monkeypatch).findings() == (
        False,
        ["ok telephony service: runs, with 0 lines []", f"!! lines: there are none [{NO_LINES}]"],
    )


def test_a_service_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, "2001")
    monkeypatch.setattr(machine.telephony, "start", lambda listener: None)
    fine, told = machine.findings(START_SECONDS)
    assert not fine
    assert told == [f"!! telephony service: lineInitializeEx: starting [{NO_SERVICE}]"]


def test_a_driver_that_refuses_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, "2001")
    machine.telephony.refuses[MakeCall] = LINEERR.CALLUNAVAIL
    fine, told = machine.findings(call=TrialCall("2001", "2002"))
    assert not fine
    assert told[-1].startswith("!! test call: ")


def test_a_call_that_rings_nowhere_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, "2001")
    monkeypatch.setattr("csta_gateway.lineprobe.ENDS", {})
    fine, told = machine.findings(CALL_SECONDS, call=TrialCall("2001", "0891234"))
    assert not fine
    assert told[-1] == f"!! test call: makeCall: no answer within {CALL_SECONDS:g} s [{NO_CALL}]"
    assert machine.telephony.handles == {}
