"""One run of the telephony service, from ``lineInitializeEx`` to ``lineShutdown``: its blocking calls.

All methods are called in the worker's thread.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from csta.errors import LinkLost
from tapi_adapter import reading
from tapi_adapter.binding import TAPI_2_0, Application, Library, Negotiated
from tapi_adapter.constants import LINEADDRESSSTATE, LINECALLPRIVILEGE, LINEDEVSTATE, LINEERR
from tapi_adapter.descriptions import AddressStatus, CallInfo, CallStatus, LineDescription
from tapi_adapter.errors import LineError, TelephonyUnavailable
from tapi_adapter.issuing import Issued, issue
from tapi_adapter.messages import CallStateChanged, Message, NewCall
from tapi_adapter.requests import Request, SetForwards

MOST_FAULTS_LOGGED = 1000
# The wanted messages of a line and of its addresses: all, or what every driver has.
STATUS_MESSAGES = (
    (sum(LINEDEVSTATE), sum(LINEADDRESSSTATE)),
    (LINEDEVSTATE.INSERVICE | LINEDEVSTATE.OUTOFSERVICE | LINEDEVSTATE.REMOVED, 0),
)
_log = Logger()


class Service:
    """The telephony service while it runs.

    :ivar over: it has been shut down, or has to be; whoever waits for a call of it gets :class:`LinkLost`.
    :ivar devices: numbers of the lines, as far as they are known; some may be no lines.
    """

    def __init__(self, library: Library, name: str, version: int) -> None:
        self.application = Application(library, name, version)
        self.library = library
        self.over = False
        self.devices = set(self.application.devices)
        self._open: dict[int, Negotiated] = {}
        self._told: set[str] = set()
        if not self.devices:
            self._log_drivers()

    def lines(self) -> tuple[LineDescription, ...]:
        """All lines that can be asked."""
        described = (self._line(device) for device in sorted(self.devices))
        return tuple(line for line in described if line is not None)

    def open(self, device: int, privileges: int, media_modes: int) -> int:
        """Open a line and ask for its messages."""
        negotiated = self.application.negotiate(device)
        handle = self.application.open(negotiated, privileges, media_modes)
        self._open[handle] = negotiated
        self._switch_on_messages(handle)
        return handle

    def close(self, line: int) -> None:
        """Close a line; that it is closed already is no error."""
        self._open.pop(line, None)
        without({LINEERR.INVALLINEHANDLE}, self.library.call, "lineClose", line)

    def release(self, call: int) -> None:
        """Give the handle of a call back; that it is dead already is no error."""
        without({LINEERR.INVALCALLHANDLE}, self.library.call, "lineDeallocateCall", call)

    def set_privilege(self, call: int, privilege: int) -> None:
        """Become owner of a call, or only its watcher."""
        self.library.call("lineSetCallPrivilege", call, privilege)

    def new_calls(self, line: int) -> tuple[int, ...]:
        """Handles of calls that were there before the line was opened."""
        faults: list[str] = []
        found = reading.new_calls(self.application, line, faults)
        self._log_faults(self._name_of(line), faults)
        return found

    def call_info(self, call: int) -> CallInfo:
        """What is known of a call."""
        faults: list[str] = []
        found = reading.call_info(self.application, call, faults)
        self._log_faults(f"line device {found.device}", faults)
        return found

    def call_status(self, call: int) -> CallStatus:
        """State of a call."""
        return reading.call_status(self.application, call)

    def address_status(self, line: int, address: int) -> AddressStatus:
        """State of an address."""
        faults: list[str] = []
        found = reading.address_status(self.application, line, address, self._version_of(line), faults)
        self._log_faults(self._name_of(line), faults)
        return found

    def issue(self, request: Request) -> Issued:
        """Hand a request to the library."""
        version = self._version_of(request.line) if isinstance(request, SetForwards) else TAPI_2_0
        return issue(self.library, request, version)

    def introduce(self, call: int) -> tuple[Message, ...]:
        """The messages that would have come, had somebody else made this call of ours."""
        info, status = self.call_info(call), self.call_status(call)
        return (
            NewCall(line=info.line, address=info.address, call=call, privilege=LINECALLPRIVILEGE.OWNER),
            CallStateChanged(call=call, state=status.state, mode=status.mode, privilege=status.privilege),
        )

    def end(self) -> None:
        """Close what is open, and shut down."""
        for line in list(self._open):
            try:
                self.close(line)
            except LineError as error:  # shutting down closes it all the same
                _log.debug("{line}: {error}", line=line, error=str(error))
        try:
            self.application.shut_down()
        except LineError as error:
            _log.warn("Windows Telephony: {error}", error=str(error))

    def _line(self, device: int) -> LineDescription | None:
        faults: list[str] = []
        try:
            found = reading.line_description(self.application, device, faults)
        except (LineError, ValueError) as error:
            self._log_faults(f"line device {device}, left out", [str(error)])
            return None
        self._log_faults(f"line device {device} ({found.name or 'without a name'})", faults)
        return found

    def _switch_on_messages(self, line: int) -> None:
        for lines, addresses in STATUS_MESSAGES:
            try:
                self.library.call("lineSetStatusMessages", line, lines, addresses)
            except LineError as error:
                self._log_faults(self._name_of(line), [str(error)])
            else:
                return

    def _version_of(self, line: int) -> int:
        negotiated = self._open.get(line)
        return negotiated.version if negotiated else TAPI_2_0

    def _name_of(self, line: int) -> str:
        negotiated = self._open.get(line)
        return f"line device {negotiated.device}" if negotiated else f"line handle 0x{line:x}"

    def _log_faults(self, where: str, faults: list[str]) -> None:
        for fault in faults:
            told = f"{where}: {fault}"
            if told not in self._told and len(self._told) < MOST_FAULTS_LOGGED:
                self._told.add(told)
                _log.warn("Windows Telephony, {told}", told=told)

    def _log_drivers(self) -> None:
        try:
            drivers = ", ".join(reading.providers(self.application)) or "none"
        except (LineError, TelephonyUnavailable, ValueError) as error:
            drivers = f"unknown ({error})"
        _log.warn(
            "Windows Telephony has no lines; installed drivers: {drivers}. Lines are set up in the driver, "
            "in Control Panel, Phone and Modem, Advanced.",
            drivers=drivers,
        )


def without(harmless: set[LINEERR], call: Callable[..., object], *arguments: object) -> None:
    """Make a call whose failure with a harmless error means that there was nothing to do."""
    try:
        call(*arguments)
    except LineError as error:
        if error.code not in harmless:
            raise


def alive(service: Service, what: str) -> Service:
    """The service, unless it has ended while a call of it waited: its handles may mean something else by now."""
    if service.over:
        raise LinkLost(what, "the telephony service went down")
    return service
