"""Asks servers over HTTP: with a time-out, a limit for answers, and errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from treq.client import HTTPClient
from twisted.internet.defer import CancelledError
from twisted.internet.defer import TimeoutError as Late
from twisted.python.failure import Failure
from twisted.web.client import RequestTransmissionFailed, ResponseFailed
from twisted.web.http_headers import Headers
from twisted.web.iweb import IResponse

from crm_adapter.errors import DirectoryError, WriteReason, WriteRefused

LONGEST_ANSWER = 32 * 1024 * 1024
"""Octets of an answer that are read."""

LONGEST_PAUSE = 600.0
"""Seconds a server that is asked too much can ask to be left alone (RFC 9110 §10.2.3)."""

FIRST_PAUSE = 5.0
"""Seconds it is left alone when it says nothing else."""


REASONS: Mapping[int, WriteReason] = MappingProxyType(
    {401: "forbidden", 403: "forbidden", 404: "gone", 410: "gone", 409: "changed", 412: "changed"}
)
"""What a status says to something that was to be written (RFC 9110 §15.5)."""


class Refusal(DirectoryError):
    """The server does not do what it was asked.

    :param code: its status, 4xx.
    """

    def __init__(self, told: str, code: int = 401) -> None:
        super().__init__(told)
        self.code = code


class LoginRefused(Refusal):
    """Name, password or session is not, or no longer, good for what was asked."""


@contextmanager
def writing() -> Iterator[None]:
    """Raises WriteRefused where a server refuses what is asked within."""
    try:
        yield
    except Refusal as problem:
        raise WriteRefused(REASONS.get(problem.code, "refused"), str(problem)) from problem


class WebService:
    """One server.

    :param client: sends requests.
    :param clock: for time-outs and pauses.
    :param name: of the source, for errors.
    :param login: name and password for HTTP Basic (RFC 7617), or None.
    :param headers: sent with every request.
    :param timeout: seconds an answer may take.
    """

    def __init__(
        self,
        client: HTTPClient,
        clock: Any,  # noqa: ANN401 -- a reactor's, or the one of a test
        name: str,
        *,
        login: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 5.0,
    ) -> None:
        self._client = client
        self._clock = clock
        self._name = name
        self._login = login
        self._headers = dict(headers or {})
        self._timeout = timeout
        self._quiet_until = 0.0

    async def ask(
        self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The body of the answer.

        :raises LoginRefused: 401 or 403.
        :raises Refusal: 4xx, except 429.
        :raises DirectoryError: the server cannot be reached, is slow, asks to be left alone or says anything but 2xx.
        """
        if self._clock.seconds() < self._quiet_until:
            raise self._error(url, "asks to be left alone for a while (429)")
        try:
            response, content = await self._exchange(method, url, body, {**self._headers, **(headers or {})})
        except DirectoryError:
            raise
        except Exception as problem:  # of sockets, TLS and HTTP there are many, and all mean the same here
            late = _cause(problem, CancelledError, Late)
            reason = f"no answer in {self._timeout:g} s" if late else f"cannot be reached: {_reason(problem)}"
            raise self._error(url, reason) from problem
        self._judge(url, response)
        return content

    async def ask_json(
        self, method: str, url: str, content: object = None, headers: Mapping[str, str] | None = None
    ) -> Any:  # noqa: ANN401 -- JSON
        """The JSON value of the answer, to a request with a JSON value or none. Fails as :meth:`ask` does."""
        body = None if content is None else json.dumps(content).encode()
        sent = {
            "Accept": "application/json",
            **({"Content-Type": "application/json"} if body else {}),
            **(headers or {}),
        }
        answer = await self.ask(method, url, body, sent)
        try:
            return json.loads(answer) if answer.strip() else None
        except ValueError as problem:
            raise self._error(url, "the answer is not JSON") from problem

    async def _exchange(
        self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[IResponse, bytes]:
        pieces: list[bytes] = []
        size = 0
        request = self._client.request(
            method,
            url,
            data=body,
            headers=Headers({name: [value] for name, value in headers.items()}),
            auth=self._login,
            allow_redirects=False,
            unbuffered=True,
        )
        response = await request.addTimeout(self._timeout, self._clock)

        def take(piece: bytes) -> None:
            nonlocal size
            size += len(piece)
            if size <= LONGEST_ANSWER:
                pieces.append(piece)

        await response.collect(take).addTimeout(self._timeout, self._clock)
        if size > LONGEST_ANSWER:
            raise self._error(url, f"the answer is longer than {LONGEST_ANSWER // 1024 // 1024} MiB")
        return response, b"".join(pieces)

    def _judge(self, url: str, response: IResponse) -> None:
        code = int(response.code)
        if code == 429:
            self._quiet_until = self._clock.seconds() + _pause(response)
            raise self._error(url, "asks to be left alone for a while (429)")
        if code in (401, 403):
            raise LoginRefused(
                f"source {self._name}: {_site(url)} refuses the log-in ({code}); check user and password", code
            )
        if 400 <= code < 500:
            raise Refusal(f"source {self._name}: {_site(url)}: answers with {code}", code)
        if not 200 <= code < 300:
            raise self._error(url, f"answers with {code}")

    def _error(self, url: str, reason: str) -> DirectoryError:
        return DirectoryError(f"source {self._name}: {_site(url)}: {reason}")


def _pause(response: IResponse) -> float:
    values = response.headers.getRawHeaders("retry-after") or [""]
    return min(float(values[0]), LONGEST_PAUSE) if values[0].isdecimal() else FIRST_PAUSE


def _site(url: str) -> str:
    """The part of an address that may be told: path and query hold numbers of people."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _cause(problem: Exception, *kinds: type[Exception]) -> bool:
    return isinstance(problem, kinds) or any(reason.check(*kinds) for reason in _reasons(problem))


def _reason(problem: Exception) -> str:
    first = next((reason.value for reason in _reasons(problem)), problem)
    return str(first) or type(first).__name__


def _reasons(problem: Exception) -> Sequence[Failure]:
    """Why a request was not sent, or an answer did not come."""
    return problem.reasons if isinstance(problem, ResponseFailed | RequestTransmissionFailed) else ()
