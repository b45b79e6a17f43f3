"""Refuses numbers a user may not call, and calls that come too fast: the two marks of toll fraud."""

from __future__ import annotations

from collections import defaultdict, deque
from math import ceil

from crm_adapter.clock import Clock
from crm_adapter.destinations import Destination, destination
from crm_adapter.location import Location
from crm_adapter.numbers import Dialable, national
from crm_adapter.users import User
from csta_gateway.audit import AuditLog
from csta_gateway.config_dialling import Dialling, Limits
from csta_gateway.failures import ApiError
from csta_gateway.metrics import Metrics

MINUTE, HOUR = 60.0, 3600.0
FREE: tuple[Destination, ...] = ("internal", "emergency")
"""Destinations that cost nothing and are not counted."""


class DialLimits:
    """Asked before a number is sent to a switch, to be called or to send calls to."""

    def __init__(self, settings: Dialling, clock: Clock, metrics: Metrics, audit: AuditLog) -> None:
        self._settings = settings
        self._clock = clock
        self._metrics = metrics
        self._audit = audit
        self._begun: defaultdict[str, deque[float]] = defaultdict(deque)

    def replace(self, settings: Dialling) -> None:
        """Go on with other settings; calls already begun count under them, too."""
        self._settings = settings

    def check(self, user: User, dialable: Dialable, location: Location) -> None:
        """Raise :class:`ApiError` ``dial_refused`` when ``user`` may not call the number at all."""
        where = destination(dialable.number, location)
        limits = self._settings.of(user)
        if where == "emergency":
            return
        if _is_denied(dialable, location, limits.denied_prefixes):
            raise ApiError("dial_refused", reason="prefix")
        if where not in limits.allowed:
            raise ApiError("dial_refused", reason=where)

    def admit(self, user: User, dialable: Dialable, location: Location) -> None:
        """Take a call into account.

        :raises ApiError: ``dial_refused`` as above, or ``dial_rate``: there have been too many calls.
        """
        try:
            self.check(user, dialable, location)
            if destination(dialable.number, location) not in FREE:
                self._count(user)
        except ApiError as refusal:
            reason = refusal.reason or "rate"
            self._metrics.refused_calls.labels(reason).inc()
            self._audit.write("dial_refused", user.login, reason=reason, number=dialable.digits)
            raise

    def _count(self, user: User) -> None:
        now = self._clock.seconds()
        begun = self._begun[user.login]
        while begun and begun[0] <= now - HOUR:
            begun.popleft()
        if pause := _pause(begun, self._settings.of(user), now):
            raise ApiError("dial_rate", retry_after=pause)
        begun.append(now)


def _is_denied(dialable: Dialable, location: Location, prefixes: tuple[str, ...]) -> bool:
    """Whether a number begins so, as E.164, as people of the country write it, or as it is sent."""
    e164 = dialable.number.e164
    forms = (dialable.digits,) if e164 is None else (e164, national(e164, location), dialable.digits)
    return any(form.startswith(prefixes) for form in forms)


def _pause(begun: deque[float], limits: Limits, now: float) -> int:
    """Seconds until another call may begin; 0: now."""
    within = ((MINUTE, limits.calls_per_minute), (HOUR, limits.calls_per_hour))
    return max(_until(begun, most, span, now) for span, most in within)


def _until(begun: deque[float], most: int, span: float, now: float) -> int:
    recent = [time for time in begun if time > now - span]
    if len(recent) < most:
        return 0
    return ceil((recent[-most] if most else now) + span - now)
