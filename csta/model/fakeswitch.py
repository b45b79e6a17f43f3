"""A friendly switch in memory, behind :class:`csta.model.fake.FakeProvider`.

It keeps calls and their connections and tells every device in a call what happens, each in its own words
(§12.2.17). What it is asked to do it does; whether it may be asked is checked before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from csta.model.call import Party, Presentation
from csta.model.happenings import (
    CallCleared,
    Conferenced,
    ConnectionCleared,
    Delivered,
    Diverted,
    Established,
    Failed,
    Happening,
    Held,
    Originated,
    Queued,
    Retrieved,
    ServiceInitiated,
    SnapshotEntry,
    Transferred,
)
from csta.model.states import ConnectionState

_S = ConnectionState

Told = Callable[[str, Happening], None]
"""Hears of every event: the device it is told to and the event."""


@dataclass(slots=True)
class SwitchCall:
    """A call inside the switch.

    :param connections: state of each device in the call, by number.
    :param left: devices that were in it.
    """

    id: str
    calling: Party
    called: Party
    last_redirection: Party | None = None
    connections: dict[str, ConnectionState] = field(default_factory=dict)
    left: dict[str, None] = field(default_factory=dict)

    def far_end(self, device: str) -> str | None:
        """Number of the first other device in the call."""
        return next((number for number in self.connections if number != device), None)


class FakeSwitch:
    """Calls between devices named by numbers.

    :param told: hears what every device in a call is told.
    :param local_states: whether events give the local connection state, as only some switches do.
    :param call_type: whether monitors are of the type that follows a call on after it left the device (§6.6.2.3); their
        events give no local state.
    :ivar busy: numbers that are busy.
    """

    def __init__(self, told: Told, local_states: bool = True, call_type: bool = False) -> None:
        self.busy: set[str] = set()
        self._listeners = [told]
        self._local_states = local_states and not call_type
        self._call_type = call_type
        self._calls: dict[str, SwitchCall] = {}
        self._parties: dict[str, Party] = {}
        self._last = 0

    def listen(self, told: Told) -> None:
        """One more hears of every event."""
        self._listeners.append(told)

    def call(self, call_id: str) -> SwitchCall | None:
        """The call with this identifier, while it lasts."""
        return self._calls.get(call_id)

    def snapshot(self, device: str) -> list[SnapshotEntry]:
        """The calls at a device (§16.1.2)."""
        return [self._entry(call, device) for call in self._calls.values() if device in call.connections]

    def arrive(self, device: str, caller: Party, called: str | None = None) -> SwitchCall:
        """A call from outside rings at a device.

        :param called: the number the caller dialled, when it is not the device's own.
        """
        call = self._open(caller, self.party(called or device))
        number = caller.number or f"withheld-{call.id}"
        self._parties[number] = caller
        call.connections[number] = _S.CONNECTED
        self.deliver(call, device, "newCall")
        return call

    def originate(self, device: str, number: str, cause: str) -> SwitchCall:
        """A device goes off-hook and dials; the number rings or is busy."""
        call = self._open(self.party(device), self.party(number))
        self._move(call, device, _S.INITIATED, ServiceInitiated, cause)
        self._move(call, device, _S.CONNECTED, Originated, cause)
        self.deliver(call, number, "newCall")
        return call

    def deliver(self, call: SwitchCall, device: str, cause: str) -> None:
        """The call rings at a device, or fails there."""
        if device in self.busy:
            self._move(call, device, _S.FAIL, Failed, "busy")
        else:
            self._move(call, device, _S.ALERTING, Delivered, cause)

    def establish(self, call: SwitchCall, device: str, cause: str = "newCall") -> None:
        """A device is connected into the call."""
        self._move(call, device, _S.CONNECTED, Established, cause)

    def hold(self, call: SwitchCall, device: str, cause: str = "normal") -> None:
        """A device puts the call on hold."""
        self._move(call, device, _S.HOLD, Held, cause)

    def retrieve(self, call: SwitchCall, device: str, cause: str = "normal") -> None:
        """A device takes the call back."""
        self._move(call, device, _S.CONNECTED, Retrieved, cause)

    def queue(self, call: SwitchCall, device: str, cause: str) -> None:
        """The call waits at a device."""
        self._move(call, device, _S.QUEUED, Queued, cause)

    def clear(self, call: SwitchCall, device: str, cause: str = "normalClearing") -> None:
        """A device leaves the call; who stays behind alone is cleared as well."""
        told = tuple(call.connections)
        self._leave(call, device)
        self._report(call, told, ConnectionCleared, device, cause)
        if len(call.connections) == 1:
            self.clear(call, next(iter(call.connections)), cause)
        elif not call.connections:
            self._calls.pop(call.id, None)
            if self._call_type:
                self._report(call, (), CallCleared, "", cause)

    def divert(self, call: SwitchCall, device: str, destination: str, cause: str) -> None:
        """The call leaves a device for another one, where the next step shows what becomes of it."""
        told = tuple(call.connections)
        self._leave(call, device)
        call.last_redirection = self.party(device)
        self._report(call, told, Diverted, device, cause, new_destination=self.party(destination))

    def transfer(self, calls: tuple[SwitchCall, ...], device: str, to: str, cause: str) -> SwitchCall:
        """A device leaves the others of its calls to each other, in a call with a new identifier."""
        joined = self._join(calls)
        self._leave(joined, device)
        self._report_joined(calls, joined, Transferred, device, to, cause)
        return joined

    def confer(self, held: SwitchCall, active: SwitchCall, device: str) -> SwitchCall:
        """A device makes two calls one, with a new identifier."""
        joined = self._join((held, active))
        joined.connections[device] = _S.CONNECTED
        self._report_joined((held, active), joined, Conferenced, device, active.far_end(device) or "", "conference")
        return joined

    def party(self, number: str) -> Party:
        """How the switch presents a number."""
        return self._parties.get(number, Party(number))

    def _open(self, calling: Party, called: Party) -> SwitchCall:
        self._last += 1
        call = SwitchCall(f"{self._last:04x}", calling, called)
        self._calls[call.id] = call
        return call

    def _leave(self, call: SwitchCall, device: str) -> None:
        del call.connections[device]
        call.left[device] = None

    def _move(self, call: SwitchCall, device: str, state: ConnectionState, kind: type[Happening], cause: str) -> None:
        call.connections[device] = state
        self._report(call, tuple(call.connections), kind, device, cause)

    def _join(self, calls: tuple[SwitchCall, ...]) -> SwitchCall:
        first = calls[0]
        joined = self._open(first.calling, calls[-1].called)  # §12.3.6: called is taken from the secondary call
        for call in calls:
            joined.connections |= call.connections
            joined.left |= call.left
            del self._calls[call.id]
        return joined

    def _report(
        self,
        call: SwitchCall,
        devices: Iterable[str],
        kind: type[Happening],
        subject: str,
        cause: str,
        **particulars: Party,
    ) -> None:
        for device in dict.fromkeys((*devices, *(call.left if self._call_type else ()))):
            happening = kind(
                call_id=call.id,
                subject=self.party(subject),
                local=self._local(call, device),
                cause=cause,
                calling=call.calling,
                called=call.called,
                last_redirection=call.last_redirection,
                **particulars,
            )
            self._tell(device, happening)

    def _tell(self, device: str, happening: Happening) -> None:
        for told in self._listeners:
            told(device, happening)

    def _report_joined(
        self,
        calls: tuple[SwitchCall, ...],
        joined: SwitchCall,
        kind: type[Transferred | Conferenced],
        device: str,
        added: str,
        cause: str,
    ) -> None:
        for told in dict.fromkeys(number for call in calls for number in call.connections):
            happening = kind(
                call_id=joined.id,
                subject=self.party(device),
                local=self._local(joined, told),
                cause=cause,
                old_calls=tuple(call.id for call in calls),
                added=self.party(added),
                parties=tuple(self.party(number) for number in joined.connections),
            )
            self._tell(told, happening)

    def _local(self, call: SwitchCall, device: str) -> ConnectionState | None:
        return call.connections.get(device, _S.NULL) if self._local_states else None

    def _entry(self, call: SwitchCall, device: str) -> SnapshotEntry:
        others = [number for number in call.connections if number != device]
        far = others[0] if others else None
        return SnapshotEntry(
            call_id=call.id,
            state=call.connections[device],
            far_state=_S.NULL if far is None else call.connections[far],
            other=Party(presentation=Presentation.NOT_KNOWN) if far is None else self.party(far),
            calling=call.calling,
            called=call.called,
            parties=tuple(self.party(number) for number in others),
        )
