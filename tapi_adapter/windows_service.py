"""A program as a service of Windows: what it tells Windows while it runs, and how it is installed (``advapi32.dll``).

Everything here is called with :mod:`ctypes` and may block.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ctypes import POINTER, Structure, byref, c_int32, c_uint32, c_void_p, c_wchar_p
from enum import IntEnum
from subprocess import list2cmdline
from typing import Any, NamedTuple

from twisted.logger import Logger

from tapi_adapter.binding import SYSTEM_FOLDER
from tapi_adapter.errors import INVALID_LEVEL, SERVICE_NOT_ACTIVE, NoServices, ServiceControlError

ACCOUNT = "NT AUTHORITY\\LocalService"
"""Has few rights on the machine, and none on the network; has this name in every language of Windows."""

RESTARTS = (5, 60, 300)
"""Seconds until Windows starts the service again after its first, second, and every further failure of a day."""

STARTING, STOPPING = 10, 30
"""Seconds Windows shall wait for the next state; a driver is given 20 s to come back."""

OWN_PROCESS, AUTO_START, ERROR_NORMAL = 0x10, 2, 1
NO_ERROR, CALL_NOT_IMPLEMENTED, SPECIFIC_ERROR = 0, 120, 1066
FAULT = 1
"""Exit code of a service that ended by an exception nobody expected."""
_log = Logger()

# --- advapi32 --------------------------------------------------------------------------------------------------------

if sys.platform == "win32":
    from ctypes import WINFUNCTYPE as FUNCTION
else:
    from ctypes import CFUNCTYPE as FUNCTION

SERVICE_MAIN = FUNCTION(None, c_uint32, c_void_p)
HANDLER = FUNCTION(c_uint32, c_uint32, c_uint32, c_void_p, c_void_p)


class TableEntry(Structure):
    """``SERVICE_TABLE_ENTRYW``."""

    _fields_ = (("name", c_wchar_p), ("main", SERVICE_MAIN))


class Status(Structure):
    """``SERVICE_STATUS``."""

    _fields_ = (
        ("type", c_uint32),
        ("state", c_uint32),
        ("accepted", c_uint32),
        ("exit_code", c_uint32),
        ("specific_code", c_uint32),
        ("check_point", c_uint32),
        ("wait_hint", c_uint32),
    )


class Description(Structure):
    """``SERVICE_DESCRIPTIONW``."""

    LEVEL = 1
    _fields_ = (("text", c_wchar_p),)


class Action(Structure):
    """``SC_ACTION``."""

    RESTART = 1
    _fields_ = (("type", c_uint32), ("delay", c_uint32))


class FailureActions(Structure):
    """``SERVICE_FAILURE_ACTIONSW``."""

    LEVEL = 2
    _fields_ = (
        ("reset_period", c_uint32),
        ("message", c_wchar_p),
        ("command", c_wchar_p),
        ("count", c_uint32),
        ("actions", POINTER(Action)),
    )


class FailureFlag(Structure):
    """``SERVICE_FAILURE_ACTIONS_FLAG``: whether an exit code is a failure, too."""

    LEVEL = 4
    _fields_ = (("exit_codes", c_int32),)


class Prototype(NamedTuple):
    """Types of the arguments, and of the answer, which is 0 when the function failed."""

    arguments: tuple[Any, ...]
    answer: Any = c_int32


FUNCTIONS = {
    "ChangeServiceConfig2W": Prototype((c_void_p, c_uint32, c_void_p)),
    "CloseServiceHandle": Prototype((c_void_p,)),
    "ControlService": Prototype((c_void_p, c_uint32, POINTER(Status))),
    "CreateServiceW": Prototype(
        (c_void_p, c_wchar_p, c_wchar_p, *[c_uint32] * 4, c_wchar_p, c_wchar_p, c_void_p, *[c_wchar_p] * 3), c_void_p
    ),
    "DeleteService": Prototype((c_void_p,)),
    "OpenSCManagerW": Prototype((c_wchar_p, c_wchar_p, c_uint32), c_void_p),
    "OpenServiceW": Prototype((c_void_p, c_wchar_p, c_uint32), c_void_p),
    "RegisterServiceCtrlHandlerExW": Prototype((c_wchar_p, HANDLER, c_void_p), c_void_p),
    "SetServiceStatus": Prototype((c_void_p, POINTER(Status))),
    "StartServiceCtrlDispatcherW": Prototype((POINTER(TableEntry),)),
}


class Advapi:
    """The functions of ``advapi32.dll`` that deal with services.

    :param loaded: has the functions by name.
    :param last_error: gives the system error code of the function that was called last in this thread.
    """

    def __init__(self, loaded: Any, last_error: Callable[[], int]) -> None:  # noqa: ANN401 -- a CDLL, or a test's
        self._loaded = loaded
        self._last_error = last_error

    def call(self, name: str, *arguments: object) -> int:
        """Call a function; gives what it returned.

        :raises ServiceControlError: it failed.
        """
        function = self._loaded[name]
        function.argtypes, function.restype = FUNCTIONS[name]
        answer: int | None = function(*arguments)
        if not answer:
            raise ServiceControlError(name, self._last_error())
        return answer


def load() -> Advapi:
    """The library of Windows.

    :raises NoServices: this is another system.
    """
    if sys.platform == "win32":
        library = ctypes.WinDLL("advapi32.dll", use_last_error=True, winmode=SYSTEM_FOLDER)
        return Advapi(library, ctypes.get_last_error)
    raise NoServices("Services of this kind exist on Windows only; `run` serves without")


# --- while it runs ---------------------------------------------------------------------------------------------------


class State(IntEnum):
    """``dwCurrentState`` of a service."""

    STOPPED = 1
    START_PENDING = 2
    STOP_PENDING = 3
    RUNNING = 4


MOVES = {
    None: {State.START_PENDING},
    State.START_PENDING: {State.RUNNING, State.STOPPED},
    State.RUNNING: {State.STOP_PENDING, State.STOPPED},
    State.STOP_PENDING: {State.STOPPED},
    State.STOPPED: set[State](),
}
WAIT = {State.START_PENDING: STARTING, State.STOP_PENDING: STOPPING}


class Control(IntEnum):
    """What Windows asks of a service."""

    STOP = 1
    INTERROGATE = 4
    SHUTDOWN = 5


ACCEPT_STOP, ACCEPT_SHUTDOWN = 1, 4


class Service:
    """This process as a service.

    Windows calls the program in a thread of its own making, and tells controls in the main thread meanwhile.

    :param name: it is installed with.
    """

    def __init__(self, advapi: Advapi, name: str) -> None:
        self._advapi = advapi
        self._name = name
        self._handle = 0
        self._state: State | None = None
        self._code = FAULT
        self._changing = threading.Lock()
        self._stop: Callable[[], object] | None = None
        self._handler = HANDLER(self._controlled)  # Windows keeps no reference

    def run(self, program: Callable[[Service], int]) -> int:
        """Be the service until it has stopped; gives the exit code. To be called in the main thread.

        :param program: serves until it is stopped, and calls :meth:`running` when it begins to; gives 0, or its own
            exit code when it failed.
        :raises ServiceControlError: Windows has not started this process as a service.
        """
        main = SERVICE_MAIN(lambda count, words: self._main(program))
        table = (TableEntry * 2)(TableEntry(self._name, main), TableEntry())  # an empty one ends it
        self._advapi.call("StartServiceCtrlDispatcherW", table)
        return self._code

    def running(self, stop: Callable[[], object]) -> None:
        """The program serves.

        :param stop: ends it; called once at most, in another thread, and must return at once.
        """
        self._stop = stop
        self._move(State.RUNNING)

    def _main(self, program: Callable[[Service], int]) -> None:
        self._handle = self._advapi.call("RegisterServiceCtrlHandlerExW", self._name, self._handler, None)
        self._move(State.START_PENDING)
        try:
            self._code = program(self)
        except Exception:  # Windows has to hear of the end
            _log.failure("the service {name} failed", name=self._name)
        self._move(State.STOPPED, self._code)

    def _controlled(self, control: int, event: int, data: int | None, context: int | None) -> int:
        if control in (Control.STOP, Control.SHUTDOWN):
            if self._move(State.STOP_PENDING) and self._stop is not None:
                self._stop()
            return NO_ERROR
        return NO_ERROR if control == Control.INTERROGATE else CALL_NOT_IMPLEMENTED

    def _move(self, state: State, code: int = 0) -> bool:
        """Tell Windows; says whether the state has changed. A late or second wish for a state changes nothing."""
        with self._changing:
            if state not in MOVES[self._state]:
                return False
            self._state = state
            status = Status(
                type=OWN_PROCESS,
                state=state,
                accepted=ACCEPT_STOP | ACCEPT_SHUTDOWN if state == State.RUNNING else 0,
                exit_code=SPECIFIC_ERROR if code else NO_ERROR,
                specific_code=code,
                wait_hint=WAIT.get(state, 0) * 1000,
            )
            self._advapi.call("SetServiceStatus", self._handle, byref(status))
            return True


# --- installing it ---------------------------------------------------------------------------------------------------

CONNECT, CREATE = 0x1, 0x2
MAY_CONFIGURE, MAY_START, MAY_STOP, MAY_DELETE = 0x2, 0x10, 0x20, 0x10000
A_DAY = 86400


def install(advapi: Advapi, name: str, description: str, command: Sequence[str]) -> None:
    """Install a service that starts with Windows, runs as :data:`ACCOUNT`, and is started again when it fails.

    :param command: the program and its arguments.
    :raises ServiceControlError: Windows refused.
    """
    delays = [Action(type=Action.RESTART, delay=seconds * 1000) for seconds in RESTARTS]
    actions = FailureActions(reset_period=A_DAY, count=len(delays), actions=(Action * len(delays))(*delays))
    with _manager(advapi, CREATE) as manager:
        rights = MAY_CONFIGURE | MAY_START  # to have it started again is to start it
        how = (rights, OWN_PROCESS, AUTO_START, ERROR_NORMAL, list2cmdline(command), None, None, None, ACCOUNT, None)
        created = advapi.call("CreateServiceW", manager, name, name, *how)
        with _closing(advapi, created) as service:
            for setting in (Description(text=description), actions):
                advapi.call("ChangeServiceConfig2W", service, setting.LEVEL, byref(setting))
            try:
                advapi.call("ChangeServiceConfig2W", service, FailureFlag.LEVEL, byref(FailureFlag(exit_codes=True)))
            except ServiceControlError as error:
                if error.code != INVALID_LEVEL:  # Wine does not know it
                    raise


def remove(advapi: Advapi, name: str) -> None:
    """Stop a service and remove it; it is gone when it has stopped.

    :raises ServiceControlError: Windows refused.
    """
    with _manager(advapi, CONNECT) as manager:
        opened = advapi.call("OpenServiceW", manager, name, MAY_STOP | MAY_DELETE)
        with _closing(advapi, opened) as service:
            try:
                advapi.call("ControlService", service, Control.STOP, byref(Status()))
            except ServiceControlError as error:
                if error.code != SERVICE_NOT_ACTIVE:
                    raise
            advapi.call("DeleteService", service)


def _manager(advapi: Advapi, rights: int) -> Any:  # noqa: ANN401 -- a context manager
    return _closing(advapi, advapi.call("OpenSCManagerW", None, None, rights))


@contextmanager
def _closing(advapi: Advapi, handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        advapi.call("CloseServiceHandle", handle)
