"""The page of supported services: from the schema, and from the tables and methods that use its messages."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import msgspec
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import csta.asn1
import csta.provider
import csta.services
import csta.simulator
import csta_gateway
from csta.messages import message_class
from csta.messages._index import CHAPTERS, EVENTS, OPERATIONS
from csta.messages.base import Event, Message, Request
from csta.model.provider import Provider
from csta.services.requester import Services
from csta.services.serving import Handler
from csta.simulator.services import SERVICES

SCHEMA = Path(csta.asn1.__file__).with_name("schema")
SERVICES_HEADER = "| service | operation | request | answer | client | simulator | provider | gateway |"
EVENTS_HEADER = "| event | tags | fields | client | simulator | provider | gateway |"
EVENT_REPORT = 1
"""Operations of the standard that are no service of their own: the event report."""


class SupportedServices(SphinxDirective):
    """A section for each chapter with its services and events."""

    def run(self) -> list[nodes.Node]:
        """Parse the sections as if they stood in the page."""
        container = nodes.Element()
        lines = StringList(list(page()), source=self.get_source_info()[0])
        self.state.nested_parse(lines, self.content_offset, container, match_titles=True)
        return list(container.children)


def page() -> Iterator[str]:
    """The lines of the page, in Markdown."""
    use = Use()
    yield f"{len(OPERATIONS) + EVENT_REPORT} operations, the event report among them, and {len(EVENTS)} events."
    for chapter in dict.fromkeys(chapter for chapter, _ in [*OPERATIONS.values(), *EVENTS.values()]):
        yield from ("", f"## {title(chapter)}", "", f"Module `csta.messages.{chapter}`.")
        services = [(code, name) for code, (where, name) in OPERATIONS.items() if where == chapter]
        if services:
            yield from ("", SERVICES_HEADER, "|---" * 8 + "|")
            yield from (service_row(code, name, use) for code, name in services)
        events = [(tags, name) for tags, (where, name) in EVENTS.items() if where == chapter]
        if events:
            yield from ("", EVENTS_HEADER, "|---" * 7 + "|")
            yield from (event_row(tags, name, use) for tags, name in events)


def title(chapter: str) -> str:
    """What the schema says the chapter is, with its clause."""
    first = (SCHEMA / f"{chapter}.asn").read_text("utf-8").partition("\n")[0]
    return first.removeprefix("-- ").rstrip(".")


def service_row(code: int, name: str, use: Use) -> str:
    """One service: its code, what is asked, what is answered, and who makes use of it."""
    request, answer = message_class(name), f"{name}Response"
    answered = fields(message_class(answer)) if answer in CHAPTERS else "no answer"
    client = ", ".join(f"`{method}`" for method in use.client.get(request, ()))
    others = ("yes" if request in found else "" for found in (use.simulator, use.provider, use.gateway))
    return f"| {' | '.join((f'`{name}`', str(code), fields(request), answered, client, *others))} |"


def event_row(tags: tuple[int, int], name: str, use: Use) -> str:
    """One event: where it stands in the event report, what it says, and who makes use of it."""
    event = message_class(name)
    used = ("yes" if event in found else "" for found in (use.simulator, use.provider, use.gateway))
    return f"| {' | '.join((f'`{name}`', f'[{tags[0]}] [{tags[1]}]', fields(event), '`subscribe`', *used))} |"


def fields(message: type[Message]) -> str:
    """The components by their ECMA-323 names; what may be left out is in brackets."""
    described = [field for field in msgspec.structs.fields(message) if field.name != "monitor_cross_ref_id"]
    said = (field.encode_name if field.required else f"[{field.encode_name}]" for field in described)
    return ", ".join(said) or "nothing"


class Use:
    """Which messages which part of the library knows what to do with.

    :ivar client: request → the methods that make it, give its segments, or serve it.
    :ivar simulator: requests it answers and events it sends.
    :ivar provider: requests it makes and events it understands.
    :ivar gateway: requests it makes by way of the provider, and events that reach it.
    """

    def __init__(self) -> None:
        made = dict(methods())
        self.client: dict[Any, list[str]] = {}
        for request, method in (*made.items(), *handlers()):
            self.client.setdefault(request, []).append(method)
        self.simulator = {*SERVICES, *named(csta.simulator, Event)}
        understood = set(named(csta.provider, Event))
        source = "".join(inspect.getsource(module) for module in modules(csta.provider))
        self.provider = understood | set(named(csta.provider, Request)) | set(called(source, made))
        self.gateway = understood | set(called("".join(behind_the_gateway()), made))


def methods() -> Iterator[tuple[Any, str]]:
    """The requests that methods of the client's services make, or whose segments they give."""
    for chapter, kind in classes(Services):
        own = {name: found for name, found in vars(kind).items() if isinstance(found, FunctionType)}
        for name, method in own.items():
            if not name.startswith("_"):
                helpers = [own[each].__code__ for each in method.__code__.co_names if each in own]
                for code in (method.__code__, *helpers):
                    yield from (
                        (message_class(each), f"{chapter}.{name}") for each in code.co_names if is_request(each)
                    )


def handlers() -> Iterator[tuple[Any, str]]:
    """The requests of the switch that methods of handlers serve."""
    for _, kind in classes(Handler):
        yield from ((request, f"{kind.__name__}.{name_of(method)}") for request, method in kind().requests().items())


def behind_the_gateway() -> Iterator[str]:
    """The source of what the provider does by itself, and of the commands that the gateway gives it."""
    commands = {name for name, found in vars(Provider).items() if isinstance(found, FunctionType)}
    gateway = "".join(inspect.getsource(module) for module in modules(csta_gateway))
    for module in modules(csta.provider):
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__ == module.__name__:
                for name, method in vars(kind).items():
                    given = re.search(rf"provider(\([^()]*\))?\.{name}\(", gateway)
                    if isinstance(method, FunctionType) and (name not in commands or given):
                        yield inspect.getsource(method)


def called(source: str, made: dict[Any, str]) -> Iterator[Any]:
    """The requests whose methods a source calls."""
    yield from (request for request, method in made.items() if re.search(rf"\.{method}\(", source))


def classes(base: type[Any]) -> Iterator[tuple[str, type[Any]]]:
    """The classes of a kind in the chapters of the client's services."""
    for module in modules(csta.services):
        for kind in vars(module).values():
            if inspect.isclass(kind) and issubclass(kind, base) and kind is not base:
                if kind.__module__ == module.__name__:
                    yield module.__name__.rpartition(".")[2], kind


def name_of(method: object) -> str:
    """Name of a method."""
    return str(getattr(method, "__name__", method))


def named(package: ModuleType, base: type) -> Iterator[Any]:
    """The messages of a kind that the modules of a package name."""
    for module in modules(package):
        for found in vars(module).values():
            if inspect.isclass(found) and issubclass(found, base) and found.__name__ in CHAPTERS:
                yield found


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """The modules of a package."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def is_request(name: str) -> bool:
    """Whether something is the name of a request."""
    return name in CHAPTERS and issubclass(message_class(name), Request)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("supported-services", SupportedServices)
    return {"parallel_read_safe": True}
