"""The API's description of itself."""

from __future__ import annotations

from types import NoneType
from typing import TYPE_CHECKING, Any

import pytest

from csta_gateway.api.application import ROUTES
from csta_gateway.api.openapi import document
from csta_gateway.api.route import Route
from csta_gateway.failures import STATUS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.csta_gateway.conftest import World

GERMAN = document(ROUTES, "1.0", "de")
EVERY_ROUTE = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)


def references(value: Any) -> Iterator[str]:  # noqa: ANN401 -- JSON
    """Everything a description refers to."""
    if isinstance(value, dict):
        yield from (each for key, each in value.items() if key == "$ref")
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from references(each)


def operation(route: Route, path: str) -> dict[str, Any]:
    found: dict[str, Any] = GERMAN["paths"][path][route.method.lower()]
    return found


def test_anybody_can_read_it_in_the_language_of_the_browser_or_another(world: World) -> None:
    browser = world.browser()
    german = browser.get("/api/openapi.json").json
    assert german["openapi"] == "3.1.0"
    assert german["paths"]["/calls"]["post"]["summary"] == "Anrufen"
    for english in (
        browser.get("/api/openapi.json", Accept_Language="en"),
        browser.get("/api/openapi.json?language=en"),
    ):
        assert english.json["paths"]["/calls"]["post"]["summary"] == "Call somebody"
    assert browser.get("/api/openapi.json?language=fr").error == "bad_request"


@EVERY_ROUTE
def test_every_route_is_described(route: Route) -> None:
    path = route.path.replace("<", "{").replace(">", "}")
    told = operation(route, path)
    assert told["operationId"] == route.name
    assert (told["summary"], told["description"]) > ("", "")
    assert route.title.de != route.title.en
    assert ("requestBody" in told) == ("body" in route.types)
    assert {each["name"] for each in told["parameters"] if each["in"] == "path"} == set(route.parts)
    assert set(route.problems) <= set(STATUS)
    assert (route.status == 204) == (route.types["return"] is NoneType)
    shown = {key for each in told["responses"].values() for key in STATUS if f"`{key}`" in each["description"]}
    assert shown == route.failures


def test_names_of_routes_are_unique() -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_everything_referred_to_is_there_and_every_field_of_a_docstring_has_found_its_place() -> None:
    schemas = GERMAN["components"]["schemas"]
    assert {each.rpartition("/")[2] for each in references(GERMAN)} <= set(schemas)
    assert all(":param" not in schema["description"] for schema in schemas.values())
    assert schemas["Problem"]["properties"]["id"]["description"] == "names the kind of failure for programs."


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/api/journal?before=x", "Expected `int | null`, got `str` - at `$.before`, in the query"),
        ("/api/journal?after=1", "Object contains unknown field `after`, in the query"),
        ("/api/journal?missed=1&missed=0", "Expected `missed` once in the query"),
        ("/api/journal?before=%FF", "Expected UTF-8"),
    ],
)
def test_a_question_that_is_not_understood_is_told_to_the_programmer(world: World, path: str, reason: str) -> None:
    answer = world.browser("anna").get(path)
    assert (answer.status, answer.error, answer.json["reason"]) == (400, "bad_request", reason)


def test_a_problem_has_all_members_of_the_standard(world: World) -> None:
    answer = world.browser("jonas").post("/api/calls", {"number": 5})
    assert answer.json == {
        "type": "/reference/#bad_request",
        "title": "Request not understood",
        "status": 400,
        "detail": "The gateway does not understand the request. Please reload the page.",
        "id": "bad_request",
        "reason": "Expected `str`, got `int` - at `$.number`",
    }
