"""The diagram of connection states, drawn from the table the program itself runs on."""

from __future__ import annotations

from math import cos, hypot, pi, sin
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from csta.model.states import TRANSITIONS, ConnectionState

WIDTH, HEIGHT = 720, 480
RADIUS = 44
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


PLACES = {state: _on_ring(each / len(TRANSITIONS)) for each, state in enumerate(TRANSITIONS)}


def svg() -> str:
    """The states in a ring, an arrow for each move."""
    moves = [_arrow(before, after) for before, following in TRANSITIONS.items() for after in sorted(following)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" fill="none"'
            ' stroke="currentColor" style="max-width: 100%"><title>Moves of a connection</title>',
            '<defs><marker id="move" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"'
            ' orient="auto"><path d="M0,0 L10,5 L0,10 z" fill="currentColor" stroke="none"/></marker></defs>',
            *moves,
            *(_circle(state) for state in TRANSITIONS),
            "</svg>",
        ]
    )


def _circle(state: ConnectionState) -> str:
    x, y = PLACES[state]
    text = f'<text x="{x:.0f}" y="{y + 5:.0f}" text-anchor="middle" fill="currentColor" stroke="none">{state}</text>'
    return f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{RADIUS}"/>{text}'


def _arrow(before: ConnectionState, after: ConnectionState) -> str:
    """A curve from rim to rim; its title names the move where the pointer rests on it."""
    start, end = PLACES[before], PLACES[after]
    over = Point(
        (start.x + end.x) / 2 + BEND * (end.y - start.y),
        (start.y + end.y) / 2 - BEND * (end.x - start.x),
    )
    one, other = _rim(start, over), _rim(end, over)
    path = f"M{one.x:.1f},{one.y:.1f} Q{over.x:.1f},{over.y:.1f} {other.x:.1f},{other.y:.1f}"
    return f'<path class="move" d="{path}" marker-end="url(#move)"><title>{before} → {after}</title></path>'


def _rim(centre: Point, towards: Point) -> Point:
    part = RADIUS / hypot(towards.x - centre.x, towards.y - centre.y)
    return Point(centre.x + part * (towards.x - centre.x), centre.y + part * (towards.y - centre.y))


class ConnectionMoves(SphinxDirective):
    """The diagram, in the page itself."""

    def run(self) -> list[nodes.Node]:
        """Put it there."""
        return [nodes.raw("", svg(), format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("connection-moves", ConnectionMoves)
    return {"parallel_read_safe": True}
