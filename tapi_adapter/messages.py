"""What Windows Telephony tells: the ``LINE_*`` messages, decoded, and whether the service is there at all."""

from __future__ import annotations

from msgspec import Struct


class ServiceUp(Struct, frozen=True, kw_only=True, tag=True):
    """The telephony service works; told after each start, before anything else. No line is open."""


class ServiceDown(Struct, frozen=True, kw_only=True, tag=True):
    """The service is gone or could not be started (no driver, REINIT, agent not connected): all handles are void.

    :param reason: what happened, in words.
    :param retry_in: seconds to the next try, or None when there is none.
    """

    reason: str
    retry_in: float | None = None


class NewCall(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_APPNEWCALL``: a call that this application did not make; its state follows.

    :param privilege: ``LINECALLPRIVILEGE``.
    """

    line: int
    address: int
    call: int
    privilege: int = 0


class CallStateChanged(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_CALLSTATE``.

    :param state: ``LINECALLSTATE``, without the device specific bits.
    :param mode: as :attr:`CallStatus.mode`.
    :param privilege: ``LINECALLPRIVILEGE``, 0 when it did not change.
    """

    call: int
    state: int
    mode: int = 0
    privilege: int = 0


class CallInfoChanged(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_CALLINFO``.

    :param what: ``LINECALLINFOSTATE``.
    """

    call: int
    what: int


class LineClosed(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_CLOSE``: the line was closed under us, its handle and those of its calls are dead."""

    line: int


class LineCreated(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_CREATE``: there is a new line device."""

    device: int


class LineRemoved(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_REMOVE``, or ``LINEDEVSTATE_REMOVED``: a line device is gone."""

    device: int


class LineStateChanged(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_LINEDEVSTATE`` of an open line.

    :param state: ``LINEDEVSTATE``.
    """

    line: int
    state: int
    detail: int = 0


class AddressStateChanged(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_ADDRESSSTATE``.

    :param state: ``LINEADDRESSSTATE``.
    """

    line: int
    address: int
    state: int


class GenerateEnded(Struct, frozen=True, kw_only=True, tag=True):
    """``LINE_GENERATE``.

    :param complete: whether all digits were sent.
    """

    call: int
    complete: bool


Message = (
    ServiceUp
    | ServiceDown
    | NewCall
    | CallStateChanged
    | CallInfoChanged
    | LineClosed
    | LineCreated
    | LineRemoved
    | LineStateChanged
    | AddressStateChanged
    | GenerateEnded
)
