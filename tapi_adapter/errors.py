"""What Windows refuses: its telephony, and its control of services; time-outs and lost links are those of
:mod:`csta.errors`.
"""

from __future__ import annotations

from csta.errors import CSTAError
from tapi_adapter.constants import LINEERR

ADVICE: dict[int, str] = {
    LINEERR.ALLOCATED: "another program holds the line for itself; close it, or let it share the line",
    LINEERR.BADDEVICEID: "there is no such line any more; the driver has been configured anew",
    LINEERR.CALLUNAVAIL: "all appearances of the line are in use",
    LINEERR.INCOMPATIBLEAPIVERSION: "the driver knows none of the API versions 2.0 to 3.1; update the driver",
    LINEERR.INIFILECORRUPT: "the telephony settings of Windows are damaged; set up the driver again",
    LINEERR.INVALMEDIAMODE: "the line carries no such media; for a telephone it must offer interactive voice",
    LINEERR.LINEMAPPERFAILED: "no line fits what was asked for",
    LINEERR.NODEVICE: "the device is not there; look at the driver's settings",
    LINEERR.NODRIVER: "the driver (TSP) of this line is missing or did not start; look at its settings and log",
    LINEERR.NOMEM: "Windows has no memory left for it",
    LINEERR.NOTOWNER: "this application may only watch the call",
    LINEERR.OPERATIONFAILED: "the driver gave no reason; its own log may have one",
    LINEERR.OPERATIONUNAVAIL: "the driver cannot do this",
    LINEERR.REINIT: "the telephony service starts anew; programs that use it must end first",
    LINEERR.RESOURCEUNAVAIL: "the driver has no resources left, often a licence of the switch for one more monitor",
    LINEERR.SERVICE_NOT_RUNNING: "start the Windows service TapiSrv (Telephony)",
    LINEERR.STRUCTURETOOSMALL: "the library wants more room than it said; please report this",
    LINEERR.TARGETNOTFOUND: "there is no such call or number",
}
_NAMES = {int(error): f"LINEERR_{error.name}" for error in LINEERR}


class LineError(CSTAError):
    """A telephony function failed.

    :param function: what was called, ``lineMakeCallW``.
    :param code: the value it gave, a ``LINEERR_*`` as unsigned 32 bits or anything a driver made up.
    :param detail: what else is known, in words; left out, there is advice for the codes that have some.
    :ivar name: the value by name, ``LINEERR_NOTOWNER``, or as a hexadecimal number where it has none.
    """

    def __init__(self, function: str, code: int, detail: str = "") -> None:
        super().__init__(function, code, detail)
        self.function = function
        self.code = code & 0xFFFFFFFF
        self.name = _NAMES.get(self.code, f"0x{self.code:08X}")
        self.detail = detail or ADVICE.get(self.code, "")

    def __str__(self) -> str:
        return f"{self.function}: {self.name}" + (f" ({self.detail})" if self.detail else "")


ACCESS_DENIED = 5
SERVICE_NOT_ACTIVE = 1062
INVALID_LEVEL = 124
SERVICE_ADVICE = {
    ACCESS_DENIED: "run this as administrator",
    1060: "it is not installed",
    1061: "it is just starting or stopping; try again in a moment",
    1063: "Windows has not started this process as a service; on a console, use `run`",
    1072: "it is being removed; close the Services window, or wait until it has stopped, and try again",
    1073: "it is installed already; `remove` it first",
}
"""System error codes of Windows, and what to do."""


class ServiceControlError(CSTAError):
    """Windows refused to do something with a service.

    :param function: what was called, ``CreateServiceW``.
    :param code: the system error code (``GetLastError``).
    """

    def __init__(self, function: str, code: int) -> None:
        super().__init__(function, code)
        self.function = function
        self.code = code

    def __str__(self) -> str:
        advice = SERVICE_ADVICE.get(self.code, f"`net helpmsg {self.code}` tells what that means")
        return f"{self.function}: error {self.code} ({advice})"


class NoServices(CSTAError):
    """This machine does not run Windows."""


class TelephonyUnavailable(CSTAError):
    """There is no Windows Telephony here that works; says what is missing and what to do."""
