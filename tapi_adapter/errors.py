"""What Windows Telephony refuses; time-outs and lost links are those of :mod:`csta.errors`."""

from __future__ import annotations

from csta.errors import CSTAError
from tapi_adapter.constants import LINEERR


class LineError(CSTAError):
    """A telephony function failed.

    :param function: what was called, ``lineMakeCall``.
    :param code: the value it gave, a ``LINEERR_*`` as unsigned 32 bits or anything a driver made up.
    :ivar name: the value by name, ``LINEERR_NOTOWNER``, or as a hexadecimal number where it has none.
    """

    def __init__(self, function: str, code: int) -> None:
        super().__init__(function, code)
        self.function = function
        self.code = code & 0xFFFFFFFF
        self.name = f"LINEERR_{LINEERR(self.code).name}" if self.code in _KNOWN else f"0x{self.code:08X}"

    def __str__(self) -> str:
        return f"{self.function}: {self.name}"


_KNOWN = frozenset(int(error) for error in LINEERR)
