"""The seam between the provider and whatever reaches Windows Telephony: this machine, an agent elsewhere, a fake.

Everything that crosses it is plain data (:mod:`tapi_adapter.descriptions`, :mod:`tapi_adapter.requests`,
:mod:`tapi_adapter.messages`), so that it can be sent over a wire as it is. Handles are the 32-bit values of TAPI
(``HLINE``, ``HCALL``); they mean something from ``ServiceUp`` to the next ``ServiceDown`` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred

from tapi_adapter.descriptions import AddressStatus, CallInfo, CallStatus, LineDescription
from tapi_adapter.messages import Message
from tapi_adapter.requests import Reply, Request

Listener = Callable[[Message], None]


class Telephony(Protocol):
    """The telephony service of one Windows machine.

    Nothing here blocks. A Deferred ends in the reactor, with a result or with one of

    - :class:`tapi_adapter.errors.LineError`: the driver or the service refused;
    - :class:`csta.errors.RequestTimeout`: no answer came in time (a late one is dropped);
    - :class:`csta.errors.LinkLost`: the service is down, or went down meanwhile.

    Messages come in the order the service gave them. The answer to a request that makes a call and the first message of
    that call come in either order. Calls that exist when a line is opened are not announced: :meth:`new_calls` has
    them.
    """

    def start(self, listener: Listener) -> None:
        """Start the service, keep it started until :meth:`stop`, and tell ``listener`` everything."""

    def stop(self) -> Deferred[None]:
        """Close all lines and end; ``listener`` hears nothing afterwards, no thread and no handle is left."""

    def lines(self) -> Deferred[tuple[LineDescription, ...]]:
        """All line devices; one that cannot be asked is left out, with a line in the log."""

    def open_line(self, device: int, privileges: int, media_modes: int) -> Deferred[int]:
        """Open a line with all its messages switched on; gives its handle.

        :param privileges: ``LINECALLPRIVILEGE``.
        :param media_modes: ``LINEMEDIAMODE``.
        """

    def close_line(self, line: int) -> Deferred[None]:
        """Close a line; handles of its calls are dead then. A line that is closed already is no error."""

    def new_calls(self, line: int) -> Deferred[tuple[int, ...]]:
        """Handles of the calls on a line that this application has none of yet (``lineGetNewCalls``)."""

    def call_info(self, call: int) -> Deferred[CallInfo]:
        """What is known of a call."""

    def call_status(self, call: int) -> Deferred[CallStatus]:
        """State of a call."""

    def address_status(self, line: int, address: int) -> Deferred[AddressStatus]:
        """State of an address."""

    def set_privilege(self, call: int, privilege: int) -> Deferred[None]:
        """``lineSetCallPrivilege``.

        :param privilege: ``LINECALLPRIVILEGE``.
        """

    def release(self, call: int) -> Deferred[None]:
        """``lineDeallocateCall``: every handle is given back after the call is idle. A dead handle is no error."""

    def request(self, request: Request) -> Deferred[Reply]:
        """Do something; ends with the ``LINE_REPLY``."""
