"""Start, loss and end of the telephony service; no thread and no handle outlives it."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, cast

import pytest
from twisted.internet.defer import Deferred

from csta.errors import LinkLost, RequestTimeout
from tapi_adapter.binding import Library, load
from tapi_adapter.constants import LINE, LINEERR
from tapi_adapter.errors import LineError, TelephonyUnavailable
from tapi_adapter.local import CHECK_INTERVAL, LONGEST_STOP, RETRIES, LocalTelephony
from tapi_adapter.messages import LineStateChanged, Message, NewCall, ServiceDown, ServiceUp
from tapi_adapter.requests import Answer, MakeCall
from tests.tapi.loop import Loop
from tests.tapi.running import PATIENCE, Running
from tests.tapi.standin.script import Count, Lie, StandIn

SILENT_SUCCESS = 1


def test_stop_leaves_nothing(standin: StandIn) -> None:
    running = Running(standin)
    running.start()
    running.open(0)
    running.offered(0)
    running.stop()
    assert [standin.count(each) for each in (Count.APPS, Count.LINES, Count.CALLS)] == [0, 0, 0]
    running.stop()  # twice is no error


def test_nothing_is_told_after_stop(standin: StandIn) -> None:
    running = Running(standin)
    running.start()
    running.open(0)
    standin.busy_line(0, 100)
    stopped = running.telephony.stop()
    told = len(running.told)
    running.result(stopped)
    assert len(running.told) == told


def test_stop_while_it_starts(standin: StandIn) -> None:
    running = Running(standin)
    running.telephony.start(running.told.append)
    running.stop()
    assert running.told == []


def test_start_twice(running: Running) -> None:
    with pytest.raises(RuntimeError, match="started already"):
        running.telephony.start(running.told.append)


def test_reinit(running: Running) -> None:
    line = running.open(0)
    running.standin.lie(0, Lie.NO_REPLY)
    call = running.offered(0)
    running.own(call)
    waiting = running.telephony.request(Answer(call=call))
    running.until_timer()
    running.standin.reinit()
    down = running.until(ServiceDown)
    assert "REINIT" in down.reason
    assert down.retry_in == RETRIES[0]
    with pytest.raises(LinkLost, match="lineAnswer"):
        running.result(waiting)
    for refused in (running.telephony.request(MakeCall(line=line, destination="2002")), running.telephony.lines()):
        with pytest.raises(LinkLost, match="the telephony service is down"):
            running.result(cast(Deferred[object], refused))
    running.loop.advance(RETRIES[0])
    running.until(ServiceUp, 2)
    assert running.open(0) != line


def test_reinit_goes_on_until_all_programs_have_ended(running: Running) -> None:
    running.standin.plan("lineInitializeExW", LINEERR.REINIT, 2)
    running.standin.reinit()
    for attempt, delay in enumerate(RETRIES[:3]):
        assert running.until(ServiceDown, attempt + 1).retry_in == delay
        running.loop.advance(delay)
    running.until(ServiceUp, 2)


def test_messages_end_unexpectedly(running: Running) -> None:
    running.standin.plan("lineGetMessage", LINEERR.OPERATIONUNAVAIL)
    running.standin.message(0, LINE.CREATE, 9)  # wakes the one who waits
    assert "lineGetMessage: LINEERR_OPERATIONUNAVAIL" in running.until(ServiceDown).reason
    running.loop.advance(RETRIES[0])
    running.until(ServiceUp, 2)


def test_a_function_says_that_the_service_is_gone(running: Running) -> None:
    running.standin.plan("lineOpenW", LINEERR.SERVICE_NOT_RUNNING)
    with pytest.raises(LinkLost, match="start the Windows service TapiSrv"):
        running.open(0)
    running.until(ServiceDown)


def test_what_waits_while_the_service_goes_down_is_not_done(running: Running) -> None:
    line = running.open(0)
    running.standin.lie(1, Lie.HANGS)
    under_way = running.telephony.open_line(1, 2, 4)
    call = running.telephony.request(MakeCall(line=line, destination="2002"))
    calls = running.telephony.new_calls(line)
    running.standin.reinit()
    running.until(ServiceDown)
    running.standin.lie(1, Lie.NONE)
    waiting: tuple[Deferred[Any], ...] = (under_way, call, calls)
    for each in waiting:
        with pytest.raises(LinkLost, match="went down"):
            running.result(each)
    assert running.standin.last(0) == -1


def test_a_library_that_is_an_empty_shell(standin: StandIn) -> None:
    standin.plan("lineInitializeExW", SILENT_SUCCESS)
    running = Running(standin)
    running.telephony.start(running.told.append)
    assert "it is an empty shell, as in Wine" in running.until(ServiceDown).reason
    running.loop.advance(RETRIES[0])
    running.until(ServiceUp)
    running.stop()


def test_no_library(tmp_path: Path) -> None:
    loop = Loop()
    told: list[Message] = []
    telephony = LocalTelephony(loop, library=str(tmp_path / "tapi32.dll"))
    telephony.start(told.append)
    loop.run_until(lambda: bool(told))
    assert isinstance(told[0], ServiceDown)
    assert "tapi32.dll cannot be loaded" in told[0].reason
    loop.result(telephony.stop())


@pytest.mark.skipif(sys.platform == "win32", reason="this is Windows")
def test_telephony_of_windows_is_on_windows_only() -> None:
    with pytest.raises(TelephonyUnavailable, match="on Windows only"):
        load()


@pytest.mark.skipif(sys.platform != "win32" or not hasattr(ctypes.CDLL("ntdll"), "wine_get_version"), reason="not Wine")
def test_the_library_of_wine_is_an_empty_shell() -> None:
    """In a process of its own: here a library of that name is loaded already."""
    code = "from tapi_adapter.binding import Application, load; Application(load(), 'test')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "TelephonyUnavailable: tapi32.dll reports success but gives no handle" in done.stderr


def test_a_function_that_is_not_there(library: Path) -> None:
    found = Library(ctypes.CDLL(str(library)), "tapi32.dll")
    with pytest.raises(LineError, match=r"lineTranslateAddressW: LINEERR_OPERATIONUNAVAIL \(tapi32.dll has no such"):
        found.call("lineTranslateAddressW")


def test_start_after_stop(standin: StandIn) -> None:
    running = Running(standin)
    for starts in (1, 2):
        running.telephony.start(running.told.append)
        running.until(ServiceUp, starts)
        running.stop()


def test_no_lines(standin: StandIn, log: list[str]) -> None:
    standin.reset(1, 0)
    running = Running(standin)
    running.start()
    assert running.result(running.telephony.lines()) == ()
    assert any("has no lines; installed drivers: standin.tsp" in line for line in log)
    running.stop()


def test_a_driver_that_does_not_come_back(running: Running) -> None:
    running.standin.lie(1, Lie.HANGS)
    stuck = running.telephony.open_line(1, 2, 4)
    behind = running.telephony.open_line(0, 2, 4)
    running.loop.advance(PATIENCE + CHECK_INTERVAL)
    for deferred in (stuck, behind):
        with pytest.raises(RequestTimeout, match="lineOpen: no answer within 10 s"):
            running.result(deferred)
    running.standin.lie(1, Lie.NONE)
    assert running.open(2)
    running.loop.run_until(lambda: running.standin.count(Count.LINES) == 1, "closing what opened too late")


def test_stop_does_not_wait_for_ever(standin: StandIn) -> None:
    running = Running(standin)
    running.start()
    standin.lie(0, Lie.HANGS)
    running.telephony.open_line(0, 2, 4).addErrback(lambda reason: None)
    stopped = running.telephony.stop()
    running.loop.advance(LONGEST_STOP)
    running.result(stopped)
    standin.lie(0, Lie.NONE)
    running.loop.run_until(lambda: not [each for each in threading.enumerate() if each.name.startswith("tapi-")])


def test_many_messages_keep_their_order(running: Running) -> None:
    running.open(0)
    running.standin.busy_line(0, 25_000)
    running.until(LineStateChanged, 25_000)
    details = [each.detail for each in running.all_of(LineStateChanged)]
    assert details == sorted(details, reverse=True)


def test_a_listener_that_fails_loses_one_message(standin: StandIn) -> None:
    running = Running(standin)

    def listen(message: Message) -> None:
        running.told.append(message)
        if isinstance(message, ServiceUp):
            raise ValueError("a fault of the listener")

    running.telephony.start(listen)
    running.loop.run_until(lambda: bool(running.told))
    running.open(0)
    standin.offer(0)
    running.until(NewCall)
    running.stop()
