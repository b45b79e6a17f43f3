"""Tables and diagrams of the documentation, made from the tables the program itself runs on."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from csta.framing import AUTO, FRAMINGS
from csta.model.states import NEEDS, PAIRS, ConnectionState
from csta.session.states import MOVES


class Table(SphinxDirective):
    """A Markdown table made of :meth:`rows`."""

    header: ClassVar[tuple[str, ...]]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The rows of the table, top to bottom."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Parse the table as if it stood in the page."""
        lines = [self.header, ("---",) * len(self.header), *self.rows()]
        text = StringList([f"| {' | '.join(line)} |" for line in lines], source=self.get_source_info()[0])
        container = nodes.Element()
        self.state.nested_parse(text, self.content_offset, container)
        return list(container.children)


class ServicesByState(Table):
    """Which service asks for which local connection state."""

    header = ("service", "call", "second call")

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One row a service, in the order of the tables."""
        for service, states in NEEDS.items():
            yield f"`{service}`", _names(states), ""
        for service, (held, active) in PAIRS.items():
            yield f"`{service}`", _names(held), _names(active)


class SessionMoves(Table):
    """Every legal move of an association."""

    header = ("state", "what happens", "next state")

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One row a move; a closed session has none that leads anywhere."""
        for state, moves in MOVES.items():
            for move, following in moves.items():
                if following is not state:
                    yield state.value, move.value, following.value


class Framings(Table):
    """The framings by the name the configuration and the command line use."""

    header = ("name", "messages are cut by")

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One row a framing."""
        for name, framing in FRAMINGS.items():
            yield f"`{name}`", " ".join((inspect.getdoc(framing) or "").split())
        yield (
            f"`{AUTO}`",
            "what the peer's first octets tell; this side writes the first framing of its wire until then",
        )


def _names(states: frozenset[ConnectionState]) -> str:
    return ", ".join(state.value for state in ConnectionState if state in states)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("services-by-state", ServicesByState)
    app.add_directive("session-moves", SessionMoves)
    app.add_directive("framings", Framings)
    return {"parallel_read_safe": True}
