"""What a switch can do for the gateway, found out by asking it, and told in plain words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as TooLate

from csta.cli.reports import call_id
from csta.client import Client
from csta.errors import (
    AssociationRefused,
    CSTAError,
    DecodeError,
    FramingError,
    LinkLost,
    RequestError,
    RequestRejected,
    RequestTimeout,
    ServiceError,
)
from csta.messages.base import Event
from csta.messages.call_control_events import DeliveredEvent, EstablishedEvent, FailedEvent
from csta.messages.capability_exchange import DeviceListItem
from csta.messages.cdr import DeviceCategory
from csta.messages.common import ConnectionID
from csta_gateway.config import Link
from csta_gateway.providers import client_of, login

MOST_DEVICES = 3
"""Devices that are tried when none are named."""

CALL_SECONDS = 20.0
"""How long a test call may take until the far end rings."""

ADVICE: tuple[tuple[type[CSTAError], str], ...] = (
    (AssociationRefused, "Check `user` and `password_file` of the link, and which `association` the switch wants."),
    (FramingError, "What the switch sends is another wire: check `protocol`, `framing` or `dialect` of the link."),
    (DecodeError, "What the switch sends is another wire or edition: check `protocol` or `dialect` of the link."),
    (RequestTimeout, "It took the request and does not answer: check `protocol`, `framing` or `dialect` of the link."),
    (LinkLost, "Check address and port, the firewall, and whether the switch lets this machine connect."),
    (RequestRejected, "The switch does not know the service, or expects another edition of the standard."),
    (ServiceError, "The switch understood and refused: check licences, and whether this application may do so."),
)
"""What to do about an error, by the first kind that fits."""


WRONG_WIRE = (
    "It took the connection and ended it at the first message: check `protocol`, `framing` or `dialect` of the link."
)
WITHOUT_TLS = (
    "Check the port, whether the switch speaks TLS there (`tcp:` does without), and that its certificate is known:"
    " `trustRoots=FILE` at the end of `endpoint` names the authority."
)
WITHOUT_CAPABILITIES = "The gateway takes what the dialect says instead."
WITHOUT_LIST = "Name the devices in the settings; `--device 2001` tries one."


class Outcome(Enum):
    """How a step ended."""

    FINE = "ok"
    WITHOUT = "--"
    FAILED = "!!"


class Finding(NamedTuple):
    """What one step showed.

    :param advice: what to do, empty where there is nothing to do.
    """

    outcome: Outcome
    step: str
    words: str
    advice: str = ""


class TrialCall(NamedTuple):
    """Who is to call whom."""

    calling: str
    called: str


class Probe:
    """Asks the switch of one link, step by step.

    :param tell: called with each finding as soon as there is one.
    :param devices: to be watched and looked at; the first stations the switch names where there are none.
    :param call: a call to make, which rings at somebody's desk; None: none.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 -- all of its interfaces
        link: Link,
        tell: Callable[[Finding], None],
        devices: Sequence[str] = (),
        call: TrialCall | None = None,
    ) -> None:
        self._reactor = reactor
        self._link = link
        self._tell = tell
        self._devices = tuple(devices)
        self._call = call
        self._failed = False

    async def run(self) -> bool:
        """All steps that make sense; whether what the gateway needs works."""
        client = await self._connected()
        if client is None:
            return False
        try:
            if await self._answers(client):
                await self._essential("capabilities", self._capabilities(client), WITHOUT_CAPABILITIES)
                stations = await self._listed(client)
                for device in self._devices or stations[:MOST_DEVICES]:
                    await self._essential(f"device {device}", self._watched(client, device))
                if not (self._devices or stations):
                    self._say(
                        Outcome.WITHOUT, "devices", "none tried: the switch names none", "Name some: --device 2001"
                    )
                if self._call is not None:
                    await self._essential("test call", self._called(client, self._call))
        finally:
            await client.close()
        return not self._failed

    async def _connected(self) -> Client | None:
        link = self._link
        try:
            client = await client_of(self._reactor, link)
        except CSTAError as error:
            encrypted = isinstance(error, LinkLost) and link.endpoint.startswith("tls:")
            self._fail("connection", error, WITHOUT_TLS if encrypted else "")
            return None
        kind = link.kind(login(link))
        opened = "" if kind.association == "none" else f", {kind.association} accepted"
        self._say(Outcome.FINE, "connection", f"{link.endpoint} is open{opened}; speaking {kind.dialect.protocol}")
        return client

    async def _answers(self, client: Client) -> bool:
        """Whether the switch speaks at all: a refusal is an answer, too."""
        try:
            status = (await client.system.request_system_status()).system_status
        except (ServiceError, RequestRejected) as error:
            self._say(Outcome.FINE, "answer", f"the switch answers, though not this question: {error}")
        except LinkLost as error:
            self._fail("answer", error, WRONG_WIRE)
            return False
        except CSTAError as error:
            self._fail("answer", error)
            return False
        else:
            self._say(Outcome.FINE, "answer", f"the switch says its state is {status.value}")
        return True

    async def _capabilities(self, client: Client) -> str:
        able = await client.capability_exchange.get_switching_function_caps()
        return f"{able.manufacturer_name} {able.switching_sub_domain_name}".strip() or "told, without a name"

    async def _listed(self, client: Client) -> list[str]:
        found: list[DeviceListItem] = []

        async def asked() -> str:
            found.extend(await client.capability_exchange.get_switching_function_devices())
            return f"the switch names {len(found)}"

        await self._essential("device list", asked(), WITHOUT_LIST)
        return [each.device_id.number for each in found if each.device_category is DeviceCategory.STATION]

    async def _watched(self, client: Client, device: str) -> str:
        monitor = await client.monitoring.monitor_start(device)
        try:
            seen = await client.snapshot.snapshot_device(device)
        finally:
            await client.monitoring.monitor_stop(monitor.monitor_cross_ref_id)
        count = len(seen.cross_ref_id_or_snapshot_data.snapshot_data or ())
        return f"can be watched; {count} {'call' if count == 1 else 'calls'} now"

    async def _called(self, client: Client, call: TrialCall) -> str:
        following = Following()
        unsubscribe = client.subscribe(following.hear)
        monitor = await client.monitoring.monitor_start(call.calling)
        try:
            made = (await client.call_control.make_call(call.calling, call.called)).calling_device
            following.follow(made)
            try:
                return await following.end.addTimeout(CALL_SECONDS, self._reactor)
            except TooLate:
                raise RequestTimeout("MakeCall", CALL_SECONDS) from None
            finally:
                await self._hang_up(client, made)
        finally:
            unsubscribe()
            await client.monitoring.monitor_stop(monitor.monitor_cross_ref_id)

    async def _hang_up(self, client: Client, connection: ConnectionID) -> None:
        """However the call went, nobody's telephone is left in it."""
        try:
            await client.call_control.clear_connection(connection)
        except (ServiceError, RequestRejected) as error:
            self._say(Outcome.WITHOUT, "end of the call", str(error), "It may be over already; look at the telephone.")

    async def _essential(self, step: str, asked: Awaitable[str], without: str | None = None) -> None:
        """One step; with ``without`` the gateway can do without it, and that is what it means."""
        try:
            self._say(Outcome.FINE, step, await asked)
        except CSTAError as error:
            if without is not None and isinstance(error, RequestError):
                self._say(Outcome.WITHOUT, step, str(error), without)
            else:
                self._fail(step, error)

    def _fail(self, step: str, error: CSTAError, advice: str = "") -> None:
        self._failed = True
        advice = advice or next((words for kind, words in ADVICE if isinstance(error, kind)), "")
        self._say(Outcome.FAILED, step, str(error), advice)

    def _say(self, outcome: Outcome, step: str, words: str, advice: str = "") -> None:
        self._tell(Finding(outcome, step, words, advice))


ENDS: dict[type[Event], str] = {
    DeliveredEvent: "rings at the far end, and was ended",
    EstablishedEvent: "was answered, and ended",
    FailedEvent: "failed: the far end is busy or cannot be reached",
}
"""Events that show how a test call went."""


class Following:
    """One call on its way; events may come before the answer that names it.

    :ivar end: fires with how it went.
    """

    def __init__(self) -> None:
        self.end: Deferred[str] = Deferred()
        self._call: str | None = None
        self._early: list[Event] = []

    def follow(self, connection: ConnectionID) -> None:
        """This is the call."""
        self._call = connection.call_id
        for event in self._early:
            self.hear(event)

    def hear(self, event: Event) -> None:
        """Take an event of any call."""
        if self._call is None:
            self._early.append(event)
        elif call_id(event) == self._call and type(event) in ENDS and not self.end.called:
            self.end.callback(ENDS[type(event)])
