"""A section for each dialect, made of its file in ``csta/dialects``."""

from __future__ import annotations

from collections.abc import Iterator

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from csta.dialect import Dialect, dialect, names


class Dialects(SphinxDirective):
    """All dialects, by name."""

    def run(self) -> list[nodes.Node]:
        """Parse the sections as if they stood in the page."""
        lines = [line for name in names() for line in section(name, dialect(name))]
        container = nodes.Element()
        source = self.get_source_info()[0]
        self.state.nested_parse(StringList(lines, source=source), self.content_offset, container, match_titles=True)
        return list(container.children)


def section(name: str, said: Dialect) -> Iterator[str]:
    """The lines of one section, in Markdown."""
    yield from (f"### {said.title}", "", "| setting | value |", "|---|---|")
    for key, value in properties(name, said).items():
        yield f"| {key} | {value} |"
    yield from ("", f"Based on: {said.based_on}", "", f"**{said.untested}**", "")
    for note in said.notes:
        yield f"- {' '.join(note.split())}"
    yield ""


def properties(name: str, said: Dialect) -> dict[str, str]:
    """What the file of a dialect says, in the order of a table."""
    rows = {
        "`dialect`": f"`{name}`",
        "wire": {"xml": f"XML, {said.edition} is written", "asn1": "ASN.1"}[said.protocol],
        "framing": _codes(said.framings),
        "association": _codes(said.associations),
        "log-in": said.login,
        "invoke ids": said.invoke_ids,
        "device identifiers": said.device_identifiers,
        "monitor filter": said.monitor_filter,
        "private data": said.private_data,
        "never sent": said.never_sent,
        "usual port": ", ".join(map(str, said.ports)),
        "longest message": f"{said.message_limit} octets" if said.message_limit else "",
        "heartbeat": _heartbeat(said),
    }
    return {key: value for key, value in rows.items() if value}


def _heartbeat(said: Dialect) -> str:
    if said.heartbeat == "keepalive":
        return f"`keepalive` every {said.heartbeat_interval:g} s, without an answer"
    interval, limit = said.heartbeat_interval, said.heartbeat_limit
    return f"`{said.heartbeat}` after {interval:g} s of silence; {limit} may stay unanswered"


def _codes(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("dialects", Dialects)
    return {"parallel_read_safe": True}
