"""A program as a service of Windows: what it tells Windows while it runs, and how it is installed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from ctypes import byref
from enum import IntEnum
from subprocess import list2cmdline

from twisted.logger import Logger

from tapi_adapter.advapi import (
    HANDLER,
    SERVICE_MAIN,
    Action,
    Advapi,
    Description,
    FailureActions,
    FailureFlag,
    Status,
    TableEntry,
)
from tapi_adapter.errors import INVALID_LEVEL, SERVICE_NOT_ACTIVE, ServiceControlError

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


def _manager(advapi: Advapi, rights: int) -> AbstractContextManager[int]:
    return _closing(advapi, advapi.call("OpenSCManagerW", None, None, rights))


@contextmanager
def _closing(advapi: Advapi, handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        advapi.call("CloseServiceHandle", handle)
