"""The stand-in is strict: what it refuses and counts, seen from the bare binding."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator
from ctypes import byref, c_uint32, create_string_buffer
from functools import partial

import pytest

from tapi_adapter.binding import TAPI_2_2, TAPI_3_1, Application, load, wide
from tapi_adapter.constants import LINE, LINECALLPRIVILEGE, LINEERR, LINEMEDIAMODE
from tapi_adapter.errors import LineError
from tapi_adapter.layout import LINECALLINFO, LINEMESSAGE
from tests.tapi.standin.script import Count, StandIn

MONITOR, OWNER = LINECALLPRIVILEGE.MONITOR, LINECALLPRIVILEGE.OWNER
VOICE = LINEMEDIAMODE.INTERACTIVEVOICE


@pytest.fixture
def application(standin: StandIn) -> Iterator[Application]:
    application = Application(load(standin.path), "test")
    yield application
    application.shut_down()


def messages(application: Application) -> list[LINEMESSAGE]:
    """All that there are."""
    found = []
    while (message := application.next_message(0)) is not None:
        found.append(message)
    return found


def opened(application: Application, privileges: int = MONITOR) -> int:
    return application.open(application.negotiate(0), privileges, VOICE)


def offered(application: Application, standin: StandIn) -> int:
    standin.offer(0)
    (new,) = [each for each in messages(application) if each.dwMessageID == LINE.APPNEWCALL]
    return new.dwParam2


def test_the_newest_version_is_that_of_the_application(standin: StandIn) -> None:
    for version in (TAPI_2_2, TAPI_3_1):
        application = Application(load(standin.path), "test", version)
        assert (application.version, application.negotiate(0).version) == (version, version)
        application.shut_down()


def test_a_handle_is_written_with_the_reply_and_not_before(application: Application) -> None:
    line, handle = opened(application), c_uint32(0)
    number = application.library.call("lineMakeCallW", line, byref(handle), wide("2002"), 0, None)
    assert handle.value == 0
    before = 0
    while (message := application.next_message(0)) is not None and message.dwMessageID != LINE.REPLY:
        before += 1
        assert handle.value == 0
    assert message is not None
    assert (message.dwParam1, message.dwParam2 & 0xFFFFFFFF) == (number, 0)
    assert handle.value != 0


def test_the_order_of_reply_and_states_varies(standin: StandIn) -> None:
    places = set()
    for seed in range(1, 20):
        standin.reset(seed)
        application = Application(load(standin.path), "test")
        line, handle = opened(application), c_uint32(0)
        application.library.call("lineMakeCallW", line, byref(handle), wide("2002"), 0, None)
        places.add([each.dwMessageID for each in messages(application)].index(LINE.REPLY))
        application.shut_down()
    assert len(places) > 2


def test_a_structure_below_its_fixed_size(application: Application, standin: StandIn) -> None:
    opened(application)
    call = offered(application, standin)
    for size, fits in ((LINECALLINFO.fixed_size(TAPI_2_2) - 1, False), (LINECALLINFO.fixed_size(TAPI_2_2), True)):
        buffer = create_string_buffer(400)
        struct.pack_into("<I", buffer, 0, size)
        if fits:
            application.library.call("lineGetCallInfoW", call, buffer)
            total, needed, used = struct.unpack_from("<III", buffer)
            assert (total, used) == (size, size)
            assert needed > used
            assert LINECALLINFO.from_buffer_copy(buffer.raw).dwCallerIDOffset == 0  # left out, not cut
        else:
            with pytest.raises(LineError, match="LINEERR_STRUCTURETOOSMALL"):
                application.library.call("lineGetCallInfoW", call, buffer)
        assert buffer.raw[size:].strip(b"\0") == b""


@pytest.mark.parametrize(
    ("privileges", "media", "error"),
    [
        (0, VOICE, LINEERR.INVALPRIVSELECT),
        (8, VOICE, LINEERR.INVALPRIVSELECT),
        (OWNER, LINEMEDIAMODE.G3FAX, LINEERR.INVALMEDIAMODE),
    ],
)
def test_bits_that_there_are_not(application: Application, privileges: int, media: int, error: int) -> None:
    with pytest.raises(LineError) as caught:
        application.open(application.negotiate(0), privileges, media)
    assert caught.value.code == error


def test_handles_are_never_used_twice(application: Application, standin: StandIn) -> None:
    line = opened(application)
    application.library.call("lineClose", line)
    assert opened(application) != line
    with pytest.raises(LineError, match="LINEERR_INVALLINEHANDLE"):
        application.library.call("lineClose", line)
    assert standin.count(Count.DEAD) == 1


def test_the_only_owner_stays_until_the_call_is_over(application: Application, standin: StandIn) -> None:
    opened(application, OWNER)
    call = offered(application, standin)
    steps: list[Callable[[], int]] = [
        partial(application.library.call, "lineDeallocateCall", call),
        partial(application.library.call, "lineSetCallPrivilege", call, int(MONITOR)),
    ]
    for step in steps:
        with pytest.raises(LineError, match="LINEERR_INVALCALLSTATE"):
            step()
    standin.far_hangs_up(standin.last(0))
    application.library.call("lineDeallocateCall", call)


def test_no_program_starts_before_all_have_ended(standin: StandIn) -> None:
    first = Application(load(standin.path), "first")
    standin.reinit()
    with pytest.raises(LineError, match="LINEERR_REINIT"):
        Application(load(standin.path), "second")
    first.shut_down()
    Application(load(standin.path), "second").shut_down()


def test_a_shut_down_wakes_the_one_who_waits(standin: StandIn) -> None:
    application = Application(load(standin.path), "test")
    ended: list[LineError] = []

    def wait() -> None:
        try:
            application.next_message(30_000)
        except LineError as error:
            ended.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    while standin.count(Count.IDLE) == 0:
        pass
    application.shut_down()
    thread.join()
    assert ended[0].code == LINEERR.INVALAPPHANDLE


def test_two_who_fetch_messages_are_counted(standin: StandIn) -> None:
    application = Application(load(standin.path), "test")
    thread = threading.Thread(target=partial(application.next_message, 300))
    thread.start()
    while standin.count(Count.IDLE) == 0:
        pass
    application.next_message(0)
    thread.join()
    application.shut_down()
    assert standin.misuse() == "two threads fetch messages"
    standin.reset()
