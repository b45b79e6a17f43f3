"""The seam between a source of calls (CSTA link, TAPI) and everything that shows or uses calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from csta.model.call import Call
from csta.model.events import ModelEvent
from csta.model.states import Service

Listener = Callable[[ModelEvent], None]


class Provider(Protocol):
    """A source of calls and the commands on them.

    Commands name a call by the ``device`` it is at and its :attr:`csta.model.call.Call.id`. They end when the switch
    has answered; what follows is told by events. Each raises :class:`csta.errors.CSTAError`: ``ServiceError`` when the
    switch refuses, ``LocalProtocolError`` when the call is unknown or its state forbids the service, ``LinkLost``,
    ``RequestTimeout``.
    """

    @property
    def link_up(self) -> bool:
        """Whether commands can reach the switch now."""

    @property
    def link_reason(self) -> str:
        """Why the link is down, in words; empty while it is up."""

    def start(self) -> None:
        """Open the link and keep it open."""

    def stop(self) -> Awaitable[None]:
        """Release the monitors and close the link."""

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event from now on; returns a function that ends it."""

    def monitor(self, device: str) -> Awaitable[None]:
        """Watch a device, now and after every reconnect, until :meth:`unmonitor`."""

    def unmonitor(self, device: str) -> Awaitable[None]:
        """Stop watching a device."""

    def calls(self, device: str) -> tuple[Call, ...]:
        """The calls at a monitored device, oldest first."""

    def capabilities(self, device: str) -> frozenset[Service]:
        """What this source can do for the device now."""

    def snapshot(self, device: str) -> Awaitable[tuple[Call, ...]]:
        """Ask the switch for the calls at a device and heal what was missed."""

    def make_call(self, device: str, number: str) -> Awaitable[str]:
        """Call ``number`` (as dialled at the switch); gives the new call's id."""

    def answer(self, device: str, call: str) -> Awaitable[None]:
        """Connect a ringing call."""

    def clear_connection(self, device: str, call: str) -> Awaitable[None]:
        """Hang up, or refuse a ringing call."""

    def hold(self, device: str, call: str) -> Awaitable[None]:
        """Put a call on hold."""

    def retrieve(self, device: str, call: str) -> Awaitable[None]:
        """Take a call back from hold."""

    def alternate(self, device: str, held: str, active: str) -> Awaitable[None]:
        """Swap a held and an active call."""

    def reconnect(self, device: str, active: str, held: str) -> Awaitable[None]:
        """Hang up the active call and go back to the held one."""

    def consult(self, device: str, call: str, number: str) -> Awaitable[str]:
        """Hold a call and call ``number``; gives the consultation call's id."""

    def transfer(self, device: str, held: str, active: str) -> Awaitable[None]:
        """Join a held and an active call and leave both."""

    def single_step_transfer(self, device: str, call: str, number: str) -> Awaitable[None]:
        """Pass a call on to ``number`` without asking there first."""

    def conference(self, device: str, held: str, active: str) -> Awaitable[None]:
        """Merge a held and an active call."""

    def deflect(self, device: str, call: str, number: str) -> Awaitable[None]:
        """Send a ringing call to ``number``."""

    def pickup(self, device: str, from_device: str, call_id: str) -> Awaitable[None]:
        """Take a call that rings at another device; ``call_id`` is the switch's call identifier."""

    def park(self, device: str, call: str, number: str) -> Awaitable[None]:
        """Park a call at ``number``."""

    def generate_digits(self, device: str, call: str, digits: str) -> Awaitable[None]:
        """Send DTMF digits to the far end."""

    def get_do_not_disturb(self, device: str) -> Awaitable[bool]:
        """Whether do-not-disturb is on."""

    def set_do_not_disturb(self, device: str, on: bool) -> Awaitable[None]:
        """Switch do-not-disturb."""

    def get_forwarding(self, device: str) -> Awaitable[dict[str, str]]:
        """Active forwardings: ECMA-269 forwarding type (``forwardImmediate``) → destination."""

    def set_forwarding(self, device: str, forwarding_type: str, destination: str | None) -> Awaitable[None]:
        """Forward calls of that type to ``destination``, or stop with None."""
