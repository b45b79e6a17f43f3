"""Whatever a program sends, the application answers as its own description says; the requests are made from that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from requests import Request
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from csta.model.events import CallAnswered, CallEnded, CallHeld
from csta.model.states import ConnectionState
from csta_gateway.api.application import ROUTES
from csta_gateway.api.openapi import document
from tests.unit.csta_gateway.conftest import reply
from tests.unit.csta_gateway.test_proxy_login import BEHIND_PROXY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.csta_gateway.conftest import World

DESCRIPTION = schemathesis.openapi.from_dict(document(ROUTES, "1.0", "en"))
OPERATIONS = {each.label: each for each in (cast(Any, result).ok() for result in DESCRIPTION.get_all_operations())}
TAKES_SOMETHING = {
    label: each
    for label, each in OPERATIONS.items()
    if {"requestBody", "parameters"} & {key for key, value in each.definition.raw.items() if value}
}
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SOME = settings(
    max_examples=5,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
THERE = {"device": "2003", "call": "c1", "link": "HQ", "entry": "1"}
"""What is there, for the parts of addresses."""

SENSIBLE: dict[str, Any] = {
    "number": "2002",
    "device": "2003",
    "ringing": "2004",
    "user": "chef",
    "password": "c",
}
"""What makes sense, where a body has such a field."""

PERSON = {"user": "chef", "numbers": []}
WHOLE: dict[str, dict[str, Any]] = {
    "POST /contacts/numbers": {"source": "crm", "id": "7", "number": "0228 555012", "label": "mobile"},
    "POST /journal/export": PERSON,
    "POST /journal/purge": PERSON,
}
"""Operation → fields of its body that make sense only together."""


def send(world: World, case: Case[Any]) -> Response:
    """The application's answer to an administrator, in the form the checks want."""
    browser = world.browser("chef")
    wanted = case.as_transport_kwargs(base_url="http://cti.example.org/api")
    request = Request(**{name: wanted.get(name) for name in ("method", "url", "params", "json", "data")}).prepare()
    content = request.body or b""
    body = content.encode() if isinstance(content, str) else cast(bytes, content)
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body)), "X-CSRF-Token": browser.csrf}
    headers["X-Remote-User"] = "chef"
    transport = browser.send(f"{request.method} {request.path_url}", headers, body)
    if not transport.value():
        world.clock.pump([0.1] * 50)  # a trace takes its time
    answer = reply(transport.value())
    fields = {name: [value] for name, value in answer.headers.items()}
    return Response(answer.status, fields, answer.body, request, 0.0, False)


@pytest.fixture
def busy(make_world: Callable[..., World]) -> World:
    """There are a held call and another to act on, one that rings, and one in the journal; a proxy logs people in."""
    world = make_world(BEHIND_PROXY)
    world.switch.change(world.switch.ring("2003", call="c0"), CallEnded, state=ConnectionState.NULL)
    world.switch.change(world.switch.ring("2003", call="h1"), CallHeld, state=ConnectionState.HOLD)
    world.switch.change(world.switch.ring("2003"), CallAnswered, state=ConnectionState.CONNECTED)
    world.switch.ring("2004", call="c2")
    return world


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_is_right_is_answered_as_described(busy: World, label: str) -> None:
    statuses: set[int] = set()

    @SOME
    @given(case=OPERATIONS[label].as_strategy())
    def ask(case: Case[Any]) -> None:
        case.path_parameters = {name: THERE[name] for name in case.path_parameters or {}}
        if isinstance(case.body, dict):
            case.body = {name: SENSIBLE.get(name, value) for name, value in case.body.items()} | WHOLE.get(label, {})
        answer = send(busy, case)
        case.validate_response(answer, checks=CHECKS)
        statuses.add(answer.status_code)

    ask()
    assert statuses & ({426} if label == "GET /events" else {200, 201, 204})


@pytest.mark.parametrize("label", TAKES_SOMETHING)
def test_what_is_wrong_is_answered_as_described(busy: World, label: str) -> None:
    @SOME
    @given(case=TAKES_SOMETHING[label].as_strategy(GenerationMode.NEGATIVE))
    def ask(case: Case[Any]) -> None:
        case.validate_response(send(busy, case), checks=CHECKS)

    ask()
