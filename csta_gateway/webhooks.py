"""Tells other programs of calls: signed, one message after the other, again until they have it or it is old."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

import treq
from treq.client import HTTPClient
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.web.client import Agent
from twisted.web.iweb import IAgent

from crm_adapter.calllist import CallEntry
from crm_adapter.errors import DirectoryError
from crm_adapter.users import User
from csta_gateway.config_webhooks import Stage, Webhook
from csta_gateway.hookshapes import SHAPES, Message
from csta_gateway.metrics import Metrics
from csta_gateway.views import CallView

log = Logger()

MOST_WAITING = 1000
"""Messages that wait for one address; the oldest makes room."""

OLDEST = 600.0
"""Seconds after which a message is of no use any more."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds before the next attempt; it doubles with each that fails, and nothing else is sent meanwhile."""

MOST_CALLS = 10_000
"""Calls whose stage is remembered; a gateway has far fewer at a time."""

AGAIN = frozenset({408, 425, 429})
GONE = 410
ORDER: tuple[Stage, ...] = ("ringing", "answered", "ended")

Outcome = Literal["delivered", "refused", "failed", "gone"]


class Delivery(NamedTuple):
    """A message on its way.

    :param id: the same in every attempt, so that a receiver can tell a repetition.
    :param since: when it happened, seconds.
    :param about: fields of a line in the log about its call.
    """

    id: str
    since: float
    message: Message
    about: Mapping[str, str]


class Hook:
    """One address and what waits for it. What happened first is sent first.

    :param secret: what messages are signed with.
    :param clock: a reactor, or the one of a test.
    """

    def __init__(self, settings: Webhook, secret: bytes, client: HTTPClient, clock: Any, metrics: Metrics) -> None:  # noqa: ANN401 -- as webservice.py
        self.settings = settings
        self._secret = secret
        self._client = client
        self._clock = clock
        self._metrics = metrics
        self._waiting: deque[Delivery] = deque()
        self._sending: Deferred[None] | None = None
        self._busy = False
        self._failures = 0
        self._gone = False

    def tell(self, message: Message, about: Mapping[str, str]) -> None:
        """Send a message when its turn comes.

        :param about: fields of a line in the log about its call.
        """
        if self._gone:
            return self._count("dropped")
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._count("dropped")
        self._waiting.append(Delivery(secrets.token_hex(16), self._clock.seconds(), message, about))
        if not self._busy:
            self._busy = True
            self._sending = ensureDeferred(self._send()).addErrback(self._broke)

    def is_for(self, other: Hook) -> bool:
        """Whether what waits for ``other`` can be sent from here: the program and what it reads are the same."""
        mine, its = self.settings, other.settings
        return (mine.name, mine.url, mine.shape) == (its.name, its.url, its.shape)

    def follow(self, other: Hook) -> None:
        """Go on with the settings and the secret of ``other``; an address that was gone is tried again if they differ.

        What waits stays in its place.
        """
        if (self.settings, self._secret) != (other.settings, other._secret):
            self.settings, self._secret, self._gone = other.settings, other._secret, False

    def stop(self) -> None:
        """Send nothing any more."""
        self._gone = True
        for _ in self._waiting:
            self._count("dropped")
        self._waiting.clear()
        if self._sending is not None:
            self._sending.cancel()

    async def _send(self) -> None:
        try:
            while self._waiting and not self._gone:
                delivery = self._waiting[0]
                if delivery.since < self._clock.seconds() - OLDEST:
                    self._settle(delivery, "dropped")
                    continue
                outcome = await self._attempt(delivery)
                self._count(outcome)
                if outcome == "failed":
                    await deferLater(self._clock, self._pause(), lambda: None)
                else:
                    self._failures = 0
                    self._settle(delivery, None)
        finally:
            self._busy = False

    def _settle(self, delivery: Delivery, outcome: str | None) -> None:
        if self._waiting and self._waiting[0] is delivery:  # else it made room meanwhile
            self._waiting.popleft()
        if outcome is not None:
            self._count(outcome)

    def _pause(self) -> float:
        self._failures += 1
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (self._failures - 1))

    async def _attempt(self, delivery: Delivery) -> Outcome:
        try:
            code = await self._post(delivery)
        except Exception as problem:  # of sockets, TLS and HTTP there are many, and all mean the same here
            self._tell_failure(delivery, str(problem) or type(problem).__name__)
            return "failed"
        if code == GONE:
            words = "webhook {webhook}: the address is gone (410); it gets nothing until it is changed"
            log.error(words, webhook=self.name, **delivery.about)
            self._gone = True
            self._waiting.clear()
            return "gone"
        if code >= 500 or code in AGAIN:
            self._tell_failure(delivery, f"answers with {code}")
            return "failed"
        if code >= 300:
            words = "webhook {webhook}: refuses a message with {code}; it is not sent again"
            log.warn(words, webhook=self.name, code=code, **delivery.about)
            return "refused"
        return "delivered"

    async def _post(self, delivery: Delivery) -> int:
        now = int(self._clock.seconds())
        headers: dict[bytes | str, bytes | str] = {
            "Content-Type": delivery.message.type,
            "X-CSTA-Delivery": delivery.id,
            "X-CSTA-Signature": signature(self._secret, now, delivery.message.body),
        }
        asked = ensureDeferred(self._exchange(delivery.message.body, headers))
        return await asked.addTimeout(self.settings.timeout_seconds, self._clock)

    async def _exchange(self, body: bytes, headers: dict[bytes | str, bytes | str]) -> int:
        url = self.settings.url
        response = await self._client.post(url, data=body, headers=headers, allow_redirects=False, unbuffered=True)
        await treq.collect(response, lambda data: None)
        return int(response.code)

    def _tell_failure(self, delivery: Delivery, reason: str) -> None:
        if self._failures == 0:
            log.warn("webhook {webhook}: {reason}; trying again", webhook=self.name, reason=reason, **delivery.about)

    def _broke(self, failure: Any) -> None:  # noqa: ANN401 -- of Twisted
        if not self._gone:
            log.failure("webhook {webhook} stopped in a way nobody foresaw", failure, webhook=self.name)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.settings.name

    def _count(self, outcome: str) -> None:
        self._metrics.webhooks.labels(self.name, outcome).inc()


class Webhooks:
    """Follows calls and tells each address once that one rings, is answered and has ended.

    :param about: fields of a line in the log about a call at a device, by device and id.
    """

    def __init__(
        self,
        hooks: Iterable[Hook],
        about: Callable[[str, str], Mapping[str, str]] = lambda device, call: {"call": call, "device": device},
    ) -> None:
        self._hooks = tuple(hooks)
        self._about = about
        self._stages: OrderedDict[tuple[str, str, str], Stage] = OrderedDict()

    def replace(self, hooks: Iterable[Hook]) -> None:
        """Tell these from now on; what waits for one whose address and shape stay is still sent."""
        before, self._hooks = self._hooks, ()
        for new in hooks:
            kept = next((each for each in before if each.is_for(new)), new)
            kept.follow(new)
            self._hooks += (kept,)
        for each in before:
            if each not in self._hooks:
                each.stop()

    def follow(self, user: User, call: CallEntry, view: CallView) -> None:
        """A call is new or has changed."""
        for stage in self._reached(user.login, call):
            for hook in self._hooks:
                if hook.settings.wants(user.login, call, stage):
                    hook.tell(SHAPES[hook.settings.shape](stage, user, view), self._about(call.device, call.id))

    def stop(self) -> None:
        """Tell nobody any more."""
        for hook in self._hooks:
            hook.stop()

    def _reached(self, login: str, call: CallEntry) -> Iterator[Stage]:
        """The stages a call has come to since the last time."""
        key = (login, call.device, call.id)
        before = self._stages.pop(key, None)
        now = _stage(call)
        if now != "ended":
            self._stages[key] = now if before is None else max(before, now, key=ORDER.index)
            while len(self._stages) > MOST_CALLS:
                self._stages.popitem(last=False)
        if before is None:
            yield "ringing"
        if now == "answered" and before != "answered":
            yield "answered"
        if now == "ended":
            yield "ended"


def hooks(settings: Iterable[Webhook], reactor: Any, metrics: Metrics) -> list[Hook]:  # noqa: ANN401 -- all of its interfaces
    """The addresses of the settings. Raises :class:`DirectoryError` when a secret cannot be read."""
    client = HTTPClient(cast(IAgent, Agent(reactor)))
    return [Hook(each, _secret(each), client, reactor, metrics) for each in settings]


def _secret(settings: Webhook) -> bytes:
    try:
        secret = next(iter(Path(settings.secret_file).read_bytes().splitlines()), b"").strip()
    except OSError as problem:
        raise DirectoryError(f"webhook {settings.name}: `secret_file` cannot be read: {problem}") from problem
    if not secret:
        raise DirectoryError(f"webhook {settings.name}: `secret_file` is empty; write a long random secret into it")
    return secret


def _stage(call: CallEntry) -> Stage:
    if call.result is not None:
        return "ended"
    return "answered" if call.label in ("connected", "held", "pending", "consultation") else "ringing"


def signature(secret: bytes, time: int, body: bytes) -> str:
    """``t=TIME,v1=HEX``: HMAC-SHA256 (RFC 2104) over the Unix time, a dot and the body."""
    signed = hmac.new(secret, f"{time}.".encode() + body, hashlib.sha256)
    return f"t={time},v1={signed.hexdigest()}"
