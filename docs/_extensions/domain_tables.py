"""Tables and diagrams of the documentation, made from the tables the program itself runs on."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from enum import IntFlag
from typing import ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from csta.framing import AUTO, FRAMINGS
from csta.model.states import NEEDS, PAIRS, ConnectionState
from csta.session.states import MOVES
from tapi_adapter.constants import (
    LINEADDRFEATURE,
    LINEBUSYMODE,
    LINECALLFEATURE,
    LINECALLFEATURE2,
    LINECALLSTATE,
    LINECONNECTEDMODE,
    LINEERR,
    LINEOFFERINGMODE,
    LINESPECIALINFO,
    LINETRANSFERMODE,
)
from tapi_adapter.model import CALL_STATES, FAILURES, Failure
from tapi_adapter.ways import WAYS, Way


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


MODES_OF: dict[LINECALLSTATE, type[IntFlag]] = {
    LINECALLSTATE.OFFERING: LINEOFFERINGMODE,
    LINECALLSTATE.BUSY: LINEBUSYMODE,
    LINECALLSTATE.SPECIALINFO: LINESPECIALINFO,
    LINECALLSTATE.CONNECTED: LINECONNECTEDMODE,
}


class WindowsCallStates(Table):
    """What a call state of TAPI means."""

    header = (
        "call state",
        "mode",
        "connection state",
        "far end",
        "events, as far as they were not told before",
        "cause",
    )

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One row for each of the table."""
        for row in CALL_STATES:
            modes = _flags(MODES_OF[row.state], row.modes) if row.modes else ""
            local = row.local.value if row.local is not None else "as before"
            far = row.far.value if row.far is not None else ""
            yield f"`{row.state.name}`", modes, local, far, "; ".join(each.value for each in row.tells), row.cause


class WindowsWays(Table):
    """How services are carried out."""

    header = ("service", "way", "features it takes")

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One row a way, the better ones first."""
        for service, ways in WAYS.items():
            for number, way in enumerate(ways, 1):
                yield f"`{service.value}`", str(number), _features(way)


class WindowsFailures(Table):
    """What an error of TAPI means."""

    header = ("failure", "`LINEERR_…`")

    def rows(self) -> Iterator[tuple[str, ...]]:
        """One row a universal failure."""
        failures: dict[Failure, list[str]] = {}
        for code, failure in FAILURES.items():
            failures.setdefault(failure, []).append(f"`{LINEERR(code).name}`")
        for failure, names in failures.items():
            yield f"{failure.category} / {failure.code}", ", ".join(names)


def _features(way: Way) -> str:
    kinds: Iterable[tuple[type[IntFlag], int]] = (
        (LINECALLFEATURE, way.call),
        (LINECALLFEATURE2, way.call2),
        (LINEADDRFEATURE, way.address),
        (LINETRANSFERMODE, way.transfer),
    )
    return ", ".join(_flags(kind, value) for kind, value in kinds if value)


def _flags(kind: type[IntFlag], value: int) -> str:
    return ", ".join(f"`{each.name}`" for each in kind if each & value)


def _names(states: frozenset[ConnectionState]) -> str:
    return ", ".join(state.value for state in ConnectionState if state in states)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("services-by-state", ServicesByState)
    app.add_directive("session-moves", SessionMoves)
    app.add_directive("framings", Framings)
    app.add_directive("windows-call-states", WindowsCallStates)
    app.add_directive("windows-ways", WindowsWays)
    app.add_directive("windows-failures", WindowsFailures)
    return {"parallel_read_safe": True}
