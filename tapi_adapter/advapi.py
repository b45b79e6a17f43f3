"""The functions of ``advapi32.dll`` that deal with services, called with :mod:`ctypes`. They may block."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes import POINTER, Structure, c_int32, c_uint32, c_void_p, c_wchar_p
from typing import Any, NamedTuple

from tapi_adapter.binding import SYSTEM_FOLDER
from tapi_adapter.errors import NoServices, ServiceControlError

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
    """The library.

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
