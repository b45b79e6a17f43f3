"""One call of the API: everything that serving, permitting and describing it needs."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any, get_type_hints

from csta_gateway.api.exchange import Visit
from csta_gateway.policy import Action
from csta_gateway.texts import Words

SAFE_METHODS = frozenset({"GET", "HEAD"})
"""Methods that change nothing (RFC 9110 §9.2.1)."""

Handler = Callable[..., Awaitable[Any]]
"""Takes a visit, the parts of the path by name, and a ``body`` and a ``query`` if it says of which type they are; gives
the answer's JSON value, None for none, a file or a WebSocket, as it says, too."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One call of the API.

    :param path: below ``/api``, with ``<name>`` for parts the handler gets by name.
    :param name: operation id, unique; that of the ECMA-269 service where there is one.
    :param title: what it does, in few words.
    :param action: what it needs permission for; None: open to everybody.
    :param handler: its annotations say what it takes and gives.
    :param admits: the handler gets visits of everybody, and asks itself what ``action`` needs permission for.
    :param status: of the answer when all went well.
    :param media: types of the answer's content.
    :param problems: ids of failures the handler can tell of, besides those every such route has.
    """

    method: str
    path: str
    name: str
    title: Words
    action: Action | None
    handler: Handler
    admits: bool = False
    status: HTTPStatus = HTTPStatus.OK
    media: tuple[str, ...] = ("application/json",)
    problems: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether something is different afterwards."""
        return self.method not in SAFE_METHODS

    @cached_property
    def types(self) -> Mapping[str, Any]:
        """Types of what the handler takes, by name, and as ``return`` of what it gives."""
        return get_type_hints(self.function, include_extras=True)

    @property
    def function(self) -> Callable[..., Any]:
        """The handler without what is already known about its arguments."""
        return self.handler.func if isinstance(self.handler, partial) else self.handler

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the variable parts of the path."""
        return tuple(re.findall(r"<(\w+)>", self.path))

    @property
    def failures(self) -> frozenset[str]:
        """Ids of all failures a request may be answered with."""
        ids = {"internal", "too_large", *self.problems}
        if {"body", "query"} & self.types.keys():
            ids.add("bad_request")
        if self.parts:
            ids.add("not_found")
        if self.changes:
            ids.add("forbidden")
        if self.action is not None:
            ids |= {"forbidden", "token_invalid", "too_many_attempts"}
            ids |= set() if self.admits else {"not_logged_in"}
            ids |= {"csrf"} if self.changes else set()
        return frozenset(ids)

    async def serve(self, visit: Visit, parts: Mapping[str, str]) -> Any:  # noqa: ANN401 -- whatever the handler gives
        """The handler's answer. Raises :class:`~csta_gateway.failures.ApiError` and what the handler raises."""
        asked: dict[str, Any] = dict(parts)
        if "body" in self.types:
            asked["body"] = visit.body(self.types["body"])
        if "query" in self.types:
            asked["query"] = visit.query(self.types["query"])
        return await self.handler(visit, **asked)
