"""What the lines of Windows Telephony can do for the gateway, found out by asking, and told in plain words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as TooLate

from csta.errors import CSTAError, LinkLost, RequestTimeout
from csta.model.events import CallAnswered, CallDelivered, CallEnded, CallEvent, CallFailed, LinkUp, ModelEvent
from csta_gateway.config import Config
from csta_gateway.config_tapi import Tapi
from csta_gateway.probe import CALL_SECONDS, Finding, Outcome, TrialCall
from csta_gateway.providers import Providers
from tapi_adapter.descriptions import LineDescription
from tapi_adapter.lines import Directory
from tapi_adapter.provider import TapiProvider
from tapi_adapter.telephony import Telephony
from tapi_adapter.ways import capabilities

START_SECONDS = 30.0
"""How long the telephony service may take to start, or its agent to connect."""

NO_SERVICE = "Check that the service “Telephony” runs there; for another machine, that its agent runs and is enrolled."
NO_LINES = (
    "Lines are set up in the driver (TSP), in Control Panel, Phone and Modem, Advanced; the log lists the drivers."
)
NO_LINE = "Say in [[tapi.lines]] which line it is: the rows above name them all."
NO_CALL = "The driver refused, or the switch: try the same with the telephone itself."

ENDS: dict[type[ModelEvent], str] = {
    CallDelivered: "rings at the far end, and was ended",
    CallAnswered: "was answered, and ended",
    CallFailed: "failed: the far end is busy or cannot be reached",
    CallEnded: "ended before it rang",
}
"""Events that show how a test call went."""


class Lines:
    """Windows Telephony of a machine, started.

    :ivar described: its lines.
    """

    def __init__(self, tapi: Tapi, telephony: Telephony, provider: TapiProvider) -> None:
        self.telephony = telephony
        self.provider = provider
        self.described: tuple[LineDescription, ...] = ()
        self._directory = Directory(tapi.lines, tapi.pattern)

    def devices(self, line: LineDescription) -> tuple[str, ...]:
        """What the settings may call the telephone of a line."""
        return self._directory.devices(line) or (line.name,)


@asynccontextmanager
async def lines_of(reactor: Any, config: Config, tapi: Tapi) -> AsyncIterator[Lines]:  # noqa: ANN401 -- all of its interfaces
    """Start Windows Telephony as the gateway would; raises :class:`csta.errors.CSTAError` when it does not start."""
    providers = Providers(reactor)
    telephony = providers.telephony(tapi)
    provider = TapiProvider(reactor, telephony, lines=tapi.lines, pattern=tapi.pattern, name=tapi.name)
    if tapi.agent is not None:
        await providers.agents.follow(config.agents)
    try:
        await _started(reactor, provider)
        lines = Lines(tapi, telephony, provider)
        lines.described = await telephony.lines()
        yield lines
    finally:
        await provider.stop()
        await providers.agents.stop()


async def _started(reactor: Any, provider: TapiProvider) -> None:  # noqa: ANN401 -- all of its interfaces
    up: Deferred[None] = Deferred()
    leave = provider.subscribe(lambda event: up.callback(None) if isinstance(event, LinkUp) and not up.called else None)
    provider.start()
    try:
        await up.addTimeout(START_SECONDS, reactor)
    except TooLate:
        raise LinkLost("lineInitializeEx", provider.link_reason) from None
    finally:
        leave()


class LineProbe:
    """Asks Windows Telephony, step by step.

    :param tell: called with each finding as soon as there is one.
    :param devices: to be watched and looked at.
    :param call: a call to make, which rings at somebody's desk; None: none.
    """

    def __init__(
        self,
        reactor: Any,  # noqa: ANN401 -- all of its interfaces
        config: Config,
        tapi: Tapi,
        tell: Callable[[Finding], None],
        devices: Sequence[str] = (),
        call: TrialCall | None = None,
    ) -> None:
        self._reactor = reactor
        self._config = config
        self._tapi = tapi
        self._tell = tell
        self._devices = tuple(devices)
        self._call = call
        self._fine = True

    async def run(self) -> bool:
        """All steps that make sense; whether what the gateway needs works."""
        try:
            async with lines_of(self._reactor, self._config, self._tapi) as lines:
                await self._ask(lines)
        except CSTAError as error:
            self._say(Outcome.FAILED, "telephony service", str(error), NO_SERVICE)
        return self._fine

    async def _ask(self, lines: Lines) -> None:
        self._say(Outcome.FINE, "telephony service", f"runs, with {len(lines.described)} lines")
        for line in lines.described:
            self._say(Outcome.FINE, f"line {line.name or 'without a name'}", in_words(line, lines.devices(line)))
        if not lines.described:
            self._say(Outcome.FAILED, "lines", "there are none", NO_LINES)
        for device in self._devices:
            await self._watched(lines, device)
        if self._call is not None:
            await self._called(lines.provider, self._call)

    async def _watched(self, lines: Lines, device: str) -> None:
        try:
            await lines.provider.monitor(device)
        except CSTAError as error:
            self._say(Outcome.FAILED, f"device {device}", str(error), NO_LINE)
        else:
            count = len(lines.provider.calls(device))
            words = f"can be watched; {count} {'call' if count == 1 else 'calls'} now"
            self._say(Outcome.FINE, f"device {device}", words)

    async def _called(self, provider: TapiProvider, call: TrialCall) -> None:
        try:
            self._say(Outcome.FINE, "test call", await self._trial(provider, call))
        except CSTAError as error:
            self._say(Outcome.FAILED, "test call", str(error), NO_CALL)

    async def _trial(self, provider: TapiProvider, call: TrialCall) -> str:
        await provider.monitor(call.calling)
        seen: list[CallEvent] = []
        leave = provider.subscribe(lambda event: seen.append(event) if isinstance(event, CallEvent) else None)
        try:
            made = await provider.make_call(call.calling, call.called)
            return await self._outcome(provider, call.calling, made, seen)
        finally:
            leave()

    async def _outcome(self, provider: TapiProvider, device: str, made: str, seen: list[CallEvent]) -> str:
        """How a call goes; nobody's telephone is left in it."""
        end: Deferred[str] = Deferred()

        def hear(event: ModelEvent) -> None:
            if isinstance(event, CallEvent) and event.call.id == made and type(event) in ENDS and not end.called:
                end.callback(ENDS[type(event)])

        leave = provider.subscribe(hear)
        for event in seen:
            hear(event)
        try:
            return await end.addTimeout(CALL_SECONDS, self._reactor)
        except TooLate:
            raise RequestTimeout("makeCall", CALL_SECONDS) from None
        finally:
            leave()
            if any(call.id == made for call in provider.calls(device)):
                await provider.clear_connection(device, made)

    def _say(self, outcome: Outcome, step: str, words: str, advice: str = "") -> None:
        self._fine &= outcome is not Outcome.FAILED
        self._tell(Finding(outcome, step, words, advice))


def in_words(line: LineDescription, devices: Sequence[str]) -> str:
    """By what a line can be chosen in the settings, and what its driver can do."""
    guid = f", guid {line.guid}" if line.guid else ""
    able = {service.value for address in line.addresses for service in capabilities(address)}
    return (
        f"device {', '.join(devices)}; permanent_id {line.permanent_id}{guid}, provider {line.provider or 'not told'};"
        f" can {', '.join(sorted(able)) or 'nothing'}"
    )
