"""The API described by OpenAPI 3.1, made from the table of routes and the types of their handlers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from inspect import cleandoc
from types import NoneType
from typing import Any

from autobahn.twisted.resource import WebSocketResource
from msgspec.json import schema_components

from crm_adapter.texts import Language
from csta_gateway.api.exchange import Download
from csta_gateway.api.route import Route
from csta_gateway.auth import COOKIE
from csta_gateway.failures import STATUS, Problem
from csta_gateway.texts import Words, text

Json = dict[str, Any]

PROBLEM = "application/problem+json"
"""Type of what a failed request is answered with (RFC 9457)."""

REFERENCE = "#/components/schemas/{name}"
PARAMETER = re.compile(r":param (\w+): (.*?)(?=\n:param|\Z)", re.DOTALL)
BODILESS = (NoneType, WebSocketResource)

INTRODUCTION = Words(
    "Alles, was der Anrufbildschirm tut, geht über diese Schnittstelle. Zeiten sind Unix-Millisekunden. Wer sich"
    " anmeldet, bekommt einen Cookie und `csrf`; jede Änderung braucht dessen Wert in der Kopfzeile `X-CSRF-Token`.",
    "Everything the call screen does goes through this API. Times are Unix milliseconds. Whoever logs in gets a cookie"
    " and `csrf`; every change needs its value in the header `X-CSRF-Token`.",
)
SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
}


def document(routes: Sequence[Route], version: str, language: Language) -> Json:
    """The whole description, with the titles in ``language``."""
    described = _Types(routes)
    paths: defaultdict[str, Json] = defaultdict(dict)
    for route in routes:
        paths[re.sub(r"<(\w+)>", r"{\1}", route.path)][route.method.lower()] = _operation(route, described, language)
    return {
        "openapi": "3.1.0",
        "info": {"title": "csta-gateway", "version": version, "description": INTRODUCTION.said(language)},
        "servers": [{"url": "/api"}],
        "paths": paths,
        "components": {"schemas": described.components, "securitySchemes": SECURITY},
        "x-problems": {key: {"status": STATUS[key], "title": text(f"problem.{key}", language)} for key in STATUS},
    }


class _Types:
    """The JSON schemas of all bodies and answers."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._types: list[Any] = [Problem]
        for route in routes:
            self._types += [kind for name in ("body", "return") if _is_json(kind := route.types.get(name))]
        self._schemas, components = schema_components(self._types, ref_template=REFERENCE)
        self.components = {name: _explained(schema) for name, schema in components.items()}

    def schema(self, kind: Any) -> Json:  # noqa: ANN401 -- whatever an annotation can be
        """The schema of one of the types."""
        return self._schemas[self._types.index(kind)]


def _is_json(kind: Any) -> bool:  # noqa: ANN401 -- whatever an annotation can be
    return kind not in (None, Download, *BODILESS)


def _explained(schema: Json) -> Json:
    """A schema whose fields are explained where they stand, not in the docstring of the whole."""
    whole = cleandoc(schema.get("description", "")).replace("``", "`")
    properties = {name: dict(each) for name, each in schema.get("properties", {}).items()}
    for name, words in PARAMETER.findall(whole):
        properties[name]["description"] = " ".join(words.split())
    explained = {**schema, "description": whole.partition("\n:param")[0].strip()}
    return {**explained, "properties": properties} if properties else explained


def _operation(route: Route, types: _Types, language: Language) -> Json:
    operation: Json = {
        "operationId": route.name,
        "summary": route.title.said(language),
        "description": " ".join((route.function.__doc__ or "").replace("``", "`").split()),
        "tags": [route.function.__module__.rpartition(".")[2]],
        "parameters": [*_parts(route), *_query(route)],
        "responses": {str(int(route.status)): _answer(route, types), **_problems(route, language)},
        "security": _security(route),
    }
    if "body" in route.types:
        content = {"application/json": {"schema": types.schema(route.types["body"])}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _parts(route: Route) -> list[Json]:
    schemas, _ = schema_components([route.types[name] for name in route.parts], ref_template=REFERENCE)
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in zip(route.parts, schemas, strict=True)
    ]


def _query(route: Route) -> list[Json]:
    if "query" not in route.types:
        return []
    _, components = schema_components([route.types["query"]], ref_template=REFERENCE)
    schema = _explained(components[route.types["query"].__name__])
    return [
        {"name": name, "in": "query", "required": name in schema["required"], "schema": each}
        for name, each in schema["properties"].items()
    ]


def _answer(route: Route, types: _Types) -> Json:
    kind = route.types["return"]
    answer: Json = {"description": route.status.phrase}
    if kind not in BODILESS:
        schema = types.schema(kind) if _is_json(kind) else {}
        answer["content"] = {media: {"schema": schema} for media in route.media}
    return answer


def _problems(route: Route, language: Language) -> Json:
    by_status: defaultdict[int, list[str]] = defaultdict(list)
    for key in STATUS:
        if key in route.failures:
            by_status[STATUS[key]].append(key)
    return {str(status): _problem(keys, language) for status, keys in by_status.items()}


def _problem(keys: list[str], language: Language) -> Json:
    return {
        "description": ", ".join(f"`{key}`: {text(f'problem.{key}', language)}" for key in keys),
        "content": {
            PROBLEM: {
                "schema": {
                    "allOf": [{"$ref": REFERENCE.format(name=Problem.__name__)}, {"properties": {"id": {"enum": keys}}}]
                }
            }
        },
    }


def _security(route: Route) -> list[Json]:
    if route.action is None:
        return []
    return [{"session": [], "csrf": []} if route.changes else {"session": []}]
