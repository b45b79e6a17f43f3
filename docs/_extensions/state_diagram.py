"""The diagrams of connections, sessions and ways to devices, drawn from the tables the program itself runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from math import cos, hypot, pi, sin
from typing import NamedTuple, TypeVar

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from csta.model.states import TRANSITIONS
from csta.session.states import MOVES
from csta_gateway import reach

State = TypeVar("State", bound=Enum)
Move = TypeVar("Move", bound=Enum)
Arrows = Mapping[tuple[str, str], str]
"""The states before and after → what the arrow says."""

WIDTH, HEIGHT = 720, 480
RADIUS = 48
"""Of the circle of a state."""
BEND = 0.12
"""How far an arrow swings out, as a part of its length, so that the one back is another line."""


class Point(NamedTuple):
    """A place in the picture."""

    x: float
    y: float


def _on_ring(turn: float) -> Point:
    """From the top, clockwise; ``turn`` is a part of the whole ring."""
    return Point(WIDTH / 2 + 290 * sin(2 * pi * turn), HEIGHT / 2 - 185 * cos(2 * pi * turn))


def connections() -> str:
    """The moves of a connection; an arrow says both states."""
    moves = ((before.value, after.value) for before, following in TRANSITIONS.items() for after in sorted(following))
    return svg(
        "Moves of a connection", [state.value for state in TRANSITIONS], {each: " → ".join(each) for each in moves}
    )


def sessions() -> str:
    """The moves of a session."""
    return by_cause("Moves of a session", MOVES)


def ways() -> str:
    """The moves of a device that has two ways."""
    return by_cause("Moves between the ways to a device", reach.MOVES)


def by_cause(title: str, table: Mapping[State, Mapping[Move, State]]) -> str:
    """The moves of a table; an arrow says all that leads from one state to the other."""
    causes: dict[tuple[str, str], list[str]] = {}
    for before, moves in table.items():
        for move, after in moves.items():
            if after is not before:
                causes.setdefault((before.value, after.value), []).append(move.value)
    return svg(title, [state.value for state in table], {each: ", ".join(said) for each, said in causes.items()})


def svg(title: str, states: list[str], arrows: Arrows) -> str:
    """The states in a ring, and the arrows between them."""
    places = {state: _on_ring(each / len(states)) for each, state in enumerate(states)}
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" fill="none"'
            f' stroke="currentColor" style="max-width: 100%"><title>{title}</title>',
            '<defs><marker id="move" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"'
            ' orient="auto"><path d="M0,0 L10,5 L0,10 z" fill="currentColor" stroke="none"/></marker></defs>',
            *_curves(places, arrows),
            *(_circle(state, place) for state, place in places.items()),
            "</svg>",
        ]
    )


def _circle(state: str, place: Point) -> str:
    x, y = place
    text = f'<text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle" fill="currentColor" stroke="none">{state}</text>'
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS}"/>{text}'


def _curves(places: Mapping[str, Point], arrows: Arrows) -> Iterator[str]:
    """Curves from rim to rim; where the pointer rests on one, its title says what it stands for."""
    for (before, after), said in arrows.items():
        start, end = places[before], places[after]
        over = Point(
            (start.x + end.x) / 2 + BEND * (end.y - start.y),
            (start.y + end.y) / 2 - BEND * (end.x - start.x),
        )
        one, other = _rim(start, over), _rim(end, over)
        path = f"M{one.x:.1f},{one.y:.1f} Q{over.x:.1f},{over.y:.1f} {other.x:.1f},{other.y:.1f}"
        yield f'<path class="move" d="{path}" marker-end="url(#move)"><title>{said}</title></path>'


def _rim(centre: Point, towards: Point) -> Point:
    part = RADIUS / hypot(towards.x - centre.x, towards.y - centre.y)
    return Point(centre.x + part * (towards.x - centre.x), centre.y + part * (towards.y - centre.y))


class ConnectionMoves(SphinxDirective):
    """The diagram of connections, in the page itself."""

    def run(self) -> list[nodes.Node]:
        """Put it there."""
        return [nodes.raw("", connections(), format="html")]


class WayDiagram(SphinxDirective):
    """The diagram of ways, in the page itself."""

    def run(self) -> list[nodes.Node]:
        """Put it there."""
        return [nodes.raw("", ways(), format="html")]


class SessionDiagram(SphinxDirective):
    """The diagram of sessions, in the page itself."""

    def run(self) -> list[nodes.Node]:
        """Put it there."""
        return [nodes.raw("", sessions(), format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("connection-moves", ConnectionMoves)
    app.add_directive("session-diagram", SessionDiagram)
    app.add_directive("way-diagram", WayDiagram)
    return {"parallel_read_safe": True}
