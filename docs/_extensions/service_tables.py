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
from csta.messages import message_class
from csta.messages._index import CHAPTERS, EVENTS, OPERATIONS
from csta.messages.base import Event, Message, Request
from csta.simulator.services import SERVICES

SCHEMA = Path(csta.asn1.__file__).with_name("schema")
HEADER = "| {0} | {1} | request | answer | client | simulator | provider |"
EVENT_HEADER = "| {0} | {1} | fields | simulator | provider |"
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
            yield from ("", HEADER.format("service", "operation"), "|---|---|---|---|---|---|---|")
            yield from (service_row(code, name, use) for code, name in services)
        events = [(tags, name) for tags, (where, name) in EVENTS.items() if where == chapter]
        if events:
            yield from ("", EVENT_HEADER.format("event", "tags"), "|---|---|---|---|---|")
            yield from (event_row(tags, name, use) for tags, name in events)


def title(chapter: str) -> str:
    """What the schema says the chapter is, with its clause."""
    first = (SCHEMA / f"{chapter}.asn").read_text("utf-8").partition("\n")[0]
    return first.removeprefix("-- ").rstrip(".")


def service_row(code: int, name: str, use: Use) -> str:
    """One service: its code, what is asked, what is answered, and who makes use of it."""
    request, answer = message_class(name), f"{name}Response"
    answered = fields(message_class(answer)) if answer in CHAPTERS else "no answer"
    cells = (
        f"`{name}`",
        str(code),
        fields(request),
        answered,
        use.client.get(request, ""),
        "yes" if request in use.simulator else "",
        "yes" if request in use.provider else "",
    )
    return f"| {' | '.join(cells)} |"


def event_row(tags: tuple[int, int], name: str, use: Use) -> str:
    """One event: where it stands in the event report, what it says, and who makes use of it."""
    event = message_class(name)
    used = ("yes" if event in found else "" for found in (use.simulator, use.provider))
    return f"| {' | '.join((f'`{name}`', f'[{tags[0]}] [{tags[1]}]', fields(event), *used))} |"


def fields(message: type[Message]) -> str:
    """The components by their ECMA-323 names; what may be left out is in brackets."""
    described = [field for field in msgspec.structs.fields(message) if field.name != "monitor_cross_ref_id"]
    said = (field.encode_name if field.required else f"[{field.encode_name}]" for field in described)
    return ", ".join(said) or "nothing"


class Use:
    """Which messages which part of the library knows what to do with.

    :ivar client: request → the method that makes it.
    :ivar simulator: requests it answers and events it sends.
    :ivar provider: requests it makes and events it understands.
    """

    def __init__(self) -> None:
        self.client = dict(methods())
        self.simulator = set(SERVICES) | set(named(csta.simulator, Event))
        self.provider = set(named(csta.provider, Event)) | set(called(self.client))


def methods() -> Iterator[tuple[Any, str]]:
    """The requests that methods of the client's services make."""
    for module in modules(csta.services):
        chapter = module.__name__.rpartition(".")[2]
        for kind in vars(module).values():
            if inspect.isclass(kind) and kind.__module__ == module.__name__:
                for name, method in vars(kind).items():
                    if isinstance(method, FunctionType):
                        made = (vars(module).get(each) for each in method.__code__.co_names)
                        yield from ((each, f"`{chapter}.{name}`") for each in made if is_request(each))


def called(client: dict[Any, str]) -> Iterator[Any]:
    """The requests whose methods the provider calls, or that it makes itself."""
    yield from named(csta.provider, Request)
    source = "".join(inspect.getsource(module) for module in modules(csta.provider))
    yield from (request for request, method in client.items() if re.search(rf"\.{method.strip('`')}\(", source))


def named(package: ModuleType, base: type) -> Iterator[Any]:
    """The messages of a kind that the modules of a package name."""
    for module in modules(package):
        for found in vars(module).values():
            if inspect.isclass(found) and issubclass(found, base) and found.__name__ in CHAPTERS:
                yield found


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """The modules of a package."""
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def is_request(found: object) -> bool:
    """Whether something is the class of a request."""
    return inspect.isclass(found) and issubclass(found, Request) and found.__name__ in CHAPTERS


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("supported-services", SupportedServices)
    return {"parallel_read_safe": True}
