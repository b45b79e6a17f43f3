"""The functions of ``tapi32.dll`` (or of a library built like it), called with :mod:`ctypes`.

Both conventions of Windows are met: stdcall on x86, the one of x86-64. All text is UTF-16, all functions are those with
W at the end. Everything here blocks, and may be called from any thread.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from ctypes import byref, c_uint32
from typing import NamedTuple, TypeVar

from tapi_adapter.constants import LINEERR, LINEINITIALIZEEXOPTION
from tapi_adapter.errors import LineError, TelephonyUnavailable
from tapi_adapter.functions import FUNCTIONS
from tapi_adapter.layout import LINEEXTENSIONID, LINEINITIALIZEEXPARAMS, LINEMESSAGE
from tapi_adapter.records import WIDE, Buffer, Reading, Record, filled

TAPI_2_0 = 0x00020000
TAPI_2_2 = 0x00020002
TAPI_3_1 = 0x00030001
UNTOUCHED = 0xFFFFFFFF
NO_EXTENSION = 0
R = TypeVar("R", bound=Record)
Function = Callable[..., int]


class Library:
    """A loaded library. A function is looked for when it is first called: not every ``tapi32.dll`` has all.

    :raises TelephonyUnavailable: the library, or a function of it, is not there.
    """

    def __init__(self, loaded: ctypes.CDLL, name: str) -> None:
        self.name = name
        self._loaded = loaded
        self._functions: dict[str, Function] = {}

    def call(self, name: str, *arguments: object) -> int:
        """Call a function. Gives what it returned: 0, or the number of a request that ``LINE_REPLY`` ends.

        :raises LineError: it returned one.
        """
        function = self._functions.get(name) or self._resolve(name)
        answer = function(*arguments)
        if answer < 0:
            raise LineError(name, answer)
        return answer

    def _resolve(self, name: str) -> Function:
        try:
            function = self._loaded[name]
        except AttributeError:
            raise TelephonyUnavailable(
                f"{self.name} has no function {name}: it is not the telephony library of Windows 2000 or later"
            ) from None
        function.argtypes = FUNCTIONS[name].arguments
        function.restype = ctypes.c_int32
        self._functions[name] = function
        return function


def load(path: str = "") -> Library:
    """Load the telephony library.

    :param path: of a library to be used instead of the ``tapi32.dll`` of Windows.
    :raises TelephonyUnavailable: there is none.
    """
    name = path or "tapi32.dll"
    try:
        if sys.platform == "win32":
            return Library(ctypes.WinDLL(name), name)
        if not path:
            raise TelephonyUnavailable("Windows Telephony exists on Windows only; run the agent on a Windows machine")
        return Library(ctypes.CDLL(name), name)
    except OSError as error:
        raise TelephonyUnavailable(f"{name} cannot be loaded: {error}") from error


def wide(text: str) -> Buffer | None:
    """Text as the library takes it: UTF-16 with a NUL at its end; none for an empty text.

    :raises LineError: the text has a NUL or half a surrogate pair in it.
    """
    if not text:
        return None
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise LineError("wide", LINEERR.INVALADDRESS, "a NUL or half a surrogate pair cannot be dialled")
    return ctypes.create_string_buffer(text.encode(WIDE) + b"\0\0")


class Negotiated(NamedTuple):
    """What an application and a driver agreed on for a line."""

    device: int
    version: int


class Application:
    """A registration with the telephony service, from ``lineInitializeEx`` to ``lineShutdown``.

    Messages are fetched with :meth:`next_message` (``LINEINITIALIZEEXOPTION_USEEVENT``), by one thread only, else they
    overtake each other.

    :param name: as shown to the users of Windows.
    :param version: the newest API version this application wants to speak; the library turns messages and
        structures into it.
    """

    def __init__(self, library: Library, name: str, version: int = TAPI_2_2) -> None:
        handle, devices, offered = c_uint32(0), c_uint32(UNTOUCHED), c_uint32(version)
        parameters = LINEINITIALIZEEXPARAMS(
            dwTotalSize=ctypes.sizeof(LINEINITIALIZEEXPARAMS), dwOptions=LINEINITIALIZEEXOPTION.USEEVENT
        )
        function = "lineInitializeExW"
        arguments = (byref(handle), None, None, wide(name), byref(devices), byref(offered), byref(parameters))
        library.call(function, *arguments)
        if not handle.value or devices.value == UNTOUCHED:
            raise TelephonyUnavailable(
                f"{library.name} reports success but gives no handle: it is an empty shell, as in Wine"
            )
        self.library = library
        self.version = min(version, offered.value)
        self.devices = range(devices.value)
        self._handle = handle.value

    def shut_down(self) -> None:
        """End: all handles are dead, and a waiting :meth:`next_message` returns."""
        self.library.call("lineShutdown", self._handle)

    def next_message(self, milliseconds: int) -> LINEMESSAGE | None:
        """Wait for a message; none when there was none in time.

        :raises LineError: there will be no more, for example ``LINEERR_INVALAPPHANDLE`` after :meth:`shut_down`.
        """
        message = LINEMESSAGE()
        try:
            self.library.call("lineGetMessage", self._handle, byref(message), milliseconds)
        except LineError as error:
            if error.code == LINEERR.OPERATIONFAILED:  # also the answer when the time is over
                return None
            raise
        return message

    def negotiate(self, device: int) -> Negotiated:
        """Agree on an API version for a device. Numbers of devices have holes: then this is refused."""
        version, extension = c_uint32(0), LINEEXTENSIONID()
        arguments = (self._handle, device, TAPI_2_0, self.version, byref(version), byref(extension))
        self.library.call("lineNegotiateAPIVersion", *arguments)
        if not TAPI_2_0 <= version.value <= self.version:
            raise LineError(
                "lineNegotiateAPIVersion",
                LINEERR.INCOMPATIBLEAPIVERSION,
                f"the driver chose version 0x{version.value:08x}, which was not offered",
            )
        return Negotiated(device, version.value)

    def of_device(self, function: str, structure: type[R], line: Negotiated, *which: int) -> Reading[R]:
        """``lineGetDevCapsW``, ``lineGetAddressCapsW`` (``which``: the address)."""
        arguments = (self._handle, line.device, *which, line.version, NO_EXTENSION)
        return self.read(function, structure, line.version, *arguments)

    def read(self, function: str, structure: type[R], version: int, *arguments: int) -> Reading[R]:
        """Call a function whose last argument is a structure of variable size.

        :raises LineError: the function refused, or wants more and more room.
        """
        try:
            return filled(structure, version, lambda buffer: self.library.call(function, *arguments, buffer))
        except OverflowError as error:
            raise LineError(function, LINEERR.STRUCTURETOOSMALL, str(error)) from error

    def open(self, line: Negotiated, privileges: int, media_modes: int) -> int:
        """``lineOpenW``; the device number comes back with each message of the line."""
        handle = c_uint32(0)
        where = (self._handle, line.device, byref(handle), line.version, NO_EXTENSION, line.device)
        self.library.call("lineOpenW", *where, privileges, media_modes, None)
        return given("lineOpenW", handle)


def given(function: str, handle: c_uint32) -> int:
    """The handle that a function gave.

    :raises LineError: it gave none, and yet said that all went well.
    """
    if not handle.value:
        raise LineError(function, LINEERR.OPERATIONFAILED, "the driver reports success but gives no handle")
    return handle.value
