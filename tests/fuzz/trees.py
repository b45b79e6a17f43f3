"""Damage done to the elements of valid messages: the lengths stay right, so that it is found deep inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from xml.sax.saxutils import escape

from lxml.etree import _Element, fromstring

from csta.asn1 import ber


@dataclass
class Node:
    """An element: identifier octet or XML name, and its content or the elements inside."""

    label: str
    content: bytes
    inside: list[Node]

    def all(self) -> Iterator[Node]:
        """This element and all that are inside."""
        yield self
        for node in self.inside:
            yield from node.all()

    def copy(self) -> Node:
        """The same once more."""
        return Node(self.label, self.content, [node.copy() for node in self.inside])


# --- the two wires ---------------------------------------------------------------------------------------------------


def from_asn1(octets: bytes) -> Node:
    """The elements of octets that we encoded."""
    octet, pos, stop = ber.header(octets, 0, len(octets), "")
    if not octet & ber.CONSTRUCTED:
        return Node(f"{octet:02x}", octets[pos:stop], [])
    inside = []
    while pos < stop:
        _, _, following = ber.header(octets, pos, stop, "")
        inside.append(from_asn1(octets[pos:following]))
        pos = following
    return Node(f"{octet:02x}", b"", inside)


def to_asn1(node: Node) -> bytes:
    """The octets, with the lengths as they must be."""
    return ber.tlv(int(node.label, 16), node.content + b"".join(to_asn1(each) for each in node.inside))


def from_xml(document: bytes) -> Node:
    """The elements of a document that we wrote."""
    return _from_xml(fromstring(document))


def _from_xml(element: _Element) -> Node:
    return Node(
        str(element.tag).rpartition("}")[2], (element.text or "").encode(), [_from_xml(each) for each in element]
    )


def to_xml(node: Node) -> bytes:
    """The document."""
    inside = escape(node.content.decode(errors="replace")).encode() + b"".join(to_xml(each) for each in node.inside)
    return b"<%s>%s</%s>" % (node.label.encode(), inside, node.label.encode())


WIRES: dict[str, tuple[Callable[[bytes], Node], Callable[[Node], bytes]]] = {
    "asn1": (from_asn1, to_asn1),
    "xml": (from_xml, to_xml),
}


# --- damage ----------------------------------------------------------------------------------------------------------


def remove(random: Random, parent: Node, other: Node) -> None:
    """One element less."""
    if parent.inside:
        del parent.inside[random.randrange(len(parent.inside))]


def double(random: Random, parent: Node, other: Node) -> None:
    """One element many times."""
    if parent.inside:
        place = random.randrange(len(parent.inside))
        parent.inside[place:place] = [parent.inside[place].copy() for _ in range(random.choice((1, 2, 50)))]


def exchange(random: Random, parent: Node, other: Node) -> None:
    """The elements in another order."""
    random.shuffle(parent.inside)


def graft(random: Random, parent: Node, other: Node) -> None:
    """An element of another message."""
    parent.inside.insert(random.randint(0, len(parent.inside)), random.choice(list(other.all())).copy())


def relabel(random: Random, parent: Node, other: Node) -> None:
    """An element under the name of another."""
    parent.label = random.choice(list(other.all())).label


def refill(random: Random, parent: Node, other: Node) -> None:
    """Other content."""
    parent.content = random.choice((b"", b"\xff" * 9, b"0" * 300, b"-1", b"\0", random.randbytes(3)))


def bury(random: Random, parent: Node, other: Node) -> None:
    """An element inside itself, many times."""
    for _ in range(random.choice((1, 5, 60))):
        parent.inside = [Node(parent.label, parent.content, parent.inside)]


def sow(random: Random, parent: Node, other: Node) -> None:
    """An element nobody knows, at the end of everything."""
    for node in list(parent.all()):
        if node.inside:
            node.inside.append(Node("9e", b"new", []))


DAMAGES = (remove, double, exchange, graft, relabel, refill, bury, sow)


def damaged(random: Random, one: Node, other: Node) -> Node:
    """One to four damages, each anywhere."""
    one = one.copy()
    for _ in range(random.randint(1, 4)):
        random.choice(DAMAGES)(random, random.choice(list(one.all())), other)
    return one
