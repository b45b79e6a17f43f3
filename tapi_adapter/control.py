"""Commands on calls: ownership first, then one way after the other, errors in the words of CSTA."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from twisted.internet.defer import CancelledError
from twisted.logger import Logger

from csta.errors import LinkLost, LocalProtocolError, RequestTimeout, ServiceError
from csta.model.states import Service
from tapi_adapter import forwarding
from tapi_adapter.constants import LINECALLPRIVILEGE
from tapi_adapter.descriptions import Address, Forward
from tapi_adapter.errors import LineError
from tapi_adapter.forwarding import Settings
from tapi_adapter.legs import Leaving, Leg
from tapi_adapter.line import Line
from tapi_adapter.linecalls import LineCalls
from tapi_adapter.model import OUR_FAULT, failure
from tapi_adapter.requests import Reply, Request, SetForwards
from tapi_adapter.telephony import Telephony
from tapi_adapter.timing import Timing
from tapi_adapter.watch import Watch
from tapi_adapter.ways import LACKING, WAYS, capabilities, first_possible

R = TypeVar("R")

Change = Callable[[tuple[Forward, ...]], tuple[Forward, ...]]

PATIENCE = 10.0
"""Seconds that a call may take to a state that a service waits for."""


class Desk:
    """One service at one device under way; see :class:`tapi_adapter.ways.Desk`."""

    def __init__(self, control: Control, line: Line, address: int, calls: LineCalls, number: str) -> None:
        self.line = line.handle
        self.address = address
        self.calls = calls
        self.number = number
        self.caps = caps_of(line, address)
        self.legs: tuple[Leg, ...] = ()
        self._line = line
        self._control = control

    async def ask(self, request: Request) -> Reply:
        """Ask the driver, as owner of the calls."""
        for leg in self.legs:
            await self._own(leg)
        return await self._control.telephony.request(request)

    async def made(self, handle: int, dialled: str = "", purpose: str = "") -> Leg:
        """A new call that an answer names. Raises ServiceError when it names none."""
        leg = await self._line.made(handle, self.address, dialled, purpose) if handle else None
        if leg is None:
            Control.log.warn(
                "{line}: a new call without a handle", line=self._line.name, **self._control.about(self.calls.device)
            )
            raise ServiceError("makeCall", "operation", "generic")
        self._line.adopt(handle)
        return leg

    async def reached(self, leg: Leg, states: tuple[int, ...]) -> bool:
        """Wait until a call is in one of the states; False when that takes too long."""
        waiting = self._line.reached(leg, states)
        timer = self._control.reactor.callLater(PATIENCE, waiting.cancel)
        try:
            await waiting
        except CancelledError:
            return False
        finally:
            if timer.active():
                timer.cancel()
        return True

    async def leaving(self, legs: tuple[Leg, ...], leaving: Leaving, request: Request) -> None:
        """Ask for something that ends calls, so that their end is told as what it is."""
        for leg in legs:
            leg.leaving = leaving
        try:
            await self.ask(request)
        except BaseException:
            for leg in legs:
                leg.leaving = None
            raise

    async def _own(self, leg: Leg) -> None:
        """Only an owner may control a call; others may go on owning it, too."""
        if not leg.privilege & LINECALLPRIVILEGE.OWNER:
            await self._control.telephony.set_privilege(leg.handle, LINECALLPRIVILEGE.OWNER)
            leg.privilege = LINECALLPRIVILEGE.OWNER


def caps_of(line: Line, address: int) -> Address:
    """What an address has; nothing is known of one that the driver does not describe."""
    addresses = line.description.addresses
    return addresses[address] if address < len(addresses) else Address()


def _says_nothing(caps: Address) -> bool:
    """Whether a driver leaves it open what an address has, so that trying is the only way to learn it."""
    return not (caps.call_features and caps.features)


class Control:
    """The commands of one provider."""

    log = Logger()

    def __init__(self, reactor: Timing, telephony: Telephony, watch: Watch) -> None:
        self.reactor = reactor
        self.telephony = telephony
        self._watch = watch
        self._unsupported: set[tuple[int, int, Service]] = set()

    def about(self, device: str) -> dict[str, str]:
        """Fields of a line in the log about a device."""
        return {"link": self._watch.name, "device": device}

    def capabilities(self, device: str) -> frozenset[Service]:
        """What can be asked for a device now."""
        place = self._watch.lines.place(device)
        if place is None or not self._watch.up:
            return frozenset()
        line, address = place
        able = capabilities(caps_of(line, address))
        return frozenset(each for each in able if (line.handle, address, each) not in self._unsupported)

    def line(self, service: Service, device: str) -> tuple[Line, int]:
        """The open line of a device; raises LinkLost, LocalProtocolError, or ServiceError while it is closed."""
        if not self._watch.up:
            raise LinkLost(service.value, self._watch.reason)
        if device not in self._watch.lines.wanted:
            raise LocalProtocolError(f"device {device} is not monitored", service.value)
        place = self._watch.lines.place(device)
        if place is None:
            raise ServiceError(service.value, "systemResourceAvailability", "deviceOutOfService")
        return place

    async def run(self, service: Service, device: str, calls: tuple[str, ...] = (), number: str = "") -> Leg | None:
        """Carry out a service on calls of a device, given by the names that the tracker knows them by."""
        line, address = self.line(service, device)
        desk = Desk(self, line, address, line.devices[address], number)
        desk.legs = tuple(self._leg(desk.calls, call, service) for call in calls)
        return await self.asked(service, device, first_possible(WAYS[service], desk))

    async def settings(self, service: Service, device: str) -> Settings:
        """What is set at a device."""
        line, address = self.line(service, device)
        return await self.asked(service, device, self._watch.ask_features(device, line, address))

    async def set_do_not_disturb(self, device: str, on: bool) -> None:
        """Switch do-not-disturb."""
        line, address = self.line(Service.SET_DO_NOT_DISTURB, device)
        setting = self._set(device, line, address, lambda now: forwarding.with_do_not_disturb(now, on))
        await self.asked(Service.SET_DO_NOT_DISTURB, device, setting)

    async def set_forwarding(self, device: str, kind: str, destination: str | None) -> None:
        """Forward calls of a type, or stop with None."""
        line, address = self.line(Service.SET_FORWARDING, device)
        if kind not in forwarding.TYPES:
            raise ServiceError(Service.SET_FORWARDING.value, "operation", "invalidForwardingType")
        setting = self._set(device, line, address, lambda now: forwarding.with_type(now, kind, destination))
        await self.asked(Service.SET_FORWARDING, device, setting)

    async def asked(self, service: Service, device: str, request: Awaitable[R]) -> R:
        """The answer. After any failure the earlier states need not hold any more, so the device is looked at."""
        try:
            return await request
        except LineError as error:
            raise self._refused(service, device, error) from error
        except RequestTimeout as error:
            self._watch.doubt(device)
            raise RequestTimeout(service.value, error.seconds) from error
        except ServiceError as error:
            self._watch.doubt(device)
            raise ServiceError(service.value, error.category, error.code) from error

    def _refused(self, service: Service, device: str, error: LineError) -> ServiceError:
        self.log.info("{device}: {service}: {error}", service=service.value, error=error, **self.about(device))
        place = self._watch.lines.place(device)
        if error.code in LACKING and place is not None and _says_nothing(caps_of(*place)):
            self._unsupported.add((place[0].handle, place[1], service))
        self._watch.doubt(device)
        if error.code in OUR_FAULT:
            self.log.error("{device}: the request was wrong, please report: {error}", error=error, **self.about(device))
        return ServiceError(service.value, *failure(service, error.code))

    async def _set(self, device: str, line: Line, address: int, change: Change) -> None:
        status = await self.telephony.address_status(line.handle, address)
        request = SetForwards(line=line.handle, address=address, forwards=change(status.forwards))
        await self.telephony.request(request)
        await self._watch.ask_features(device, line, address)

    @staticmethod
    def _leg(calls: LineCalls, call_id: str, service: Service) -> Leg:
        leg = calls.control(call_id)
        if leg is None:
            raise LocalProtocolError(f"the line has no call {call_id} any more", service.value)
        return leg
