"""The format of a trace: JSON lines, one for each thing that happened on a link.

A trace begins with a :class:`Header`. A :class:`Link` stands before the first line about that link; what follows are
:class:`Message` lines, in the order they passed, a :class:`Gap` where something passed that is not kept, and an
:class:`End` when the link is over. A file that goes on where another ends (rotation) begins with the same header and
the links that are open, so that each can be read alone, and all of them one after the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from csta.apdu import Frame
from csta.errors import RemoteProtocolError
from csta.session import Role

VERSION = 1
"""Of the format. A reader takes what it does not know of the same version for news and passes over it."""

NOT_REDACTED = "not decodable, so that it cannot be redacted"
"""Why a message is left out of a redacted trace."""

LONGEST_LINE = 4 << 20
"""Octets of a line: the longest message of any framing in hexadecimal digits fits in."""


class Header(msgspec.Struct, frozen=True, kw_only=True, tag="trace", tag_field="type"):
    """The first line.

    :param version: of the format.
    :param started: wall clock at time 0, with its time zone.
    :param redacted: whether numbers and names are pseudonyms.
    """

    version: int = VERSION
    started: datetime
    redacted: bool = False


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="link", tag_field="type"):
    """A link of which messages follow.

    :param link: its number in this trace.
    :param t: when it was opened, seconds since the start of the trace on a clock that does not go back.
    :param name: endpoint or peer, in words. A link that is made anew to the same place has the same name.
    :param protocol: ``xml`` or ``asn1``.
    :param framing: a name of :data:`csta.framing.FRAMINGS`.
    :param dialect: a name of :func:`csta.dialect.names`, empty where it is not known.
    :param association: a name of :data:`csta.dialect.ASSOCIATIONS`, empty where it is not known.
    :param recorded_by: the function on whose side it was recorded, None for one who only listened.
    """

    link: int
    t: float
    name: str
    protocol: str
    framing: str
    dialect: str = ""
    association: str = ""
    recorded_by: Role | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="message", tag_field="type"):
    """One message: a BER PDU or an XML document, without the header of its framing.

    :param t: when it was sent or had arrived, seconds since the start of the trace.
    :param sender: the function that sent it.
    :param id: invoke id in the framing's header (XML).
    :param hex: its octets in hexadecimal digits, or
    :param xml: its text.
    """

    link: int
    t: float
    sender: Role
    id: int | None = None
    hex: str = ""
    xml: str = ""

    @property
    def frame(self) -> Frame:
        """The frame as the codecs take it."""
        return Frame(bytes.fromhex(self.hex) if self.hex else self.xml.encode(), self.id)


class Gap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="gap", tag_field="type"):
    """Octets that passed here and are not kept.

    :param octets: how many.
    :param reason: why, in words.
    """

    link: int
    t: float
    sender: Role
    octets: int
    reason: str


class End(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="end", tag_field="type"):
    """The link is over.

    :param reason: why, in words; empty when it was closed in order.
    """

    link: int
    t: float
    reason: str = ""


Entry = Header | Link | Message | Gap | End
"""One line."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)


class _Kind(msgspec.Struct):
    type: str


_kind = msgspec.json.Decoder(_Kind)
_KNOWN = frozenset(each.__struct_config__.tag for each in (Header, Link, Message, Gap, End))


class TraceError(RemoteProtocolError):
    """A trace, or a part of one, cannot be read; :attr:`where` is ``file:line``."""


class Damage(NamedTuple):
    """A part of a trace or capture that could not be used; everything before and after it is.

    :param where: file and line, or file and octet.
    :param reason: what is wrong, in words.
    """

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


def message(link: int, t: float, sender: Role, frame: Frame) -> Message:
    """The line of a frame; XML that is no UTF-8 is kept as octets."""
    payload, invoke_id = frame
    if payload[:1].isspace() or payload[:1] in (b"<", b"\xef"):
        try:
            return Message(link=link, t=t, sender=sender, id=invoke_id, xml=payload.decode())
        except UnicodeDecodeError:
            pass
    return Message(link=link, t=t, sender=sender, id=invoke_id, hex=payload.hex())


def encode(entry: Entry) -> bytes:
    """An entry as a line, with its end."""
    return _encoder.encode(entry) + b"\n"


def read(lines: Iterable[bytes], name: str = "trace") -> Iterator[Entry | Damage]:
    """The entries of a trace, one at a time, and in their place what could not be read.

    :param name: what the trace is called in :class:`Damage`.
    """
    links: set[int] = set()
    started = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        entry = _entry(line, f"{name}:{number}")
        if isinstance(entry, Header):
            started = True
        elif isinstance(entry, Link):
            links.add(entry.link)
        elif entry is not None and not isinstance(entry, Damage) and entry.link not in links:
            entry = Damage(f"{name}:{number}", f"link {entry.link} was not said before")
        if not started and not isinstance(entry, Header | Damage | None):
            started = True
            yield Damage(
                f"{name}:{number}", "the trace does not begin with its header: times count from its first line"
            )
        if entry is not None:
            yield entry


def last(entries: Iterable[Entry], messages: int) -> list[Entry]:
    """The end of a trace as a trace of its own: its header, the links of what follows, and the last ``messages``."""
    header: Header | None = None
    links: dict[int, Link] = {}
    tail: deque[Link | Message | Gap | End] = deque()
    kept = 0
    for entry in entries:
        if isinstance(entry, Header):
            header = header or entry
            continue
        if isinstance(entry, Link):
            if links.get(entry.link) == entry:  # said again where a part begins
                continue
            links[entry.link] = entry
        tail.append(entry)
        kept += isinstance(entry, Message)
        while kept > messages:
            kept -= isinstance(tail.popleft(), Message)
    opened = {entry.link for entry in tail if isinstance(entry, Link)}
    before = sorted({entry.link for entry in tail} - opened)
    return [*([] if header is None else [header]), *(links[number] for number in before), *tail]


def _entry(line: bytes, where: str) -> Entry | Damage | None:
    """What a line says; None for a kind of line that is news."""
    if len(line) > LONGEST_LINE:
        return Damage(where, f"a line of {len(line)} octets; at most {LONGEST_LINE} are read")
    try:
        entry: Entry = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return None if _is_news(line) else Damage(where, f"no line of a trace: {error}")
    if isinstance(entry, Header) and entry.version > VERSION:
        return Damage(where, f"format {entry.version} is newer than {VERSION}, the last known here")
    if isinstance(entry, Message) and (reason := _fault(entry)):
        return Damage(where, reason)
    return entry


def _fault(entry: Message) -> str:
    if bool(entry.hex) is bool(entry.xml):
        return "a message has either hex or xml"
    try:
        bytes.fromhex(entry.hex)
    except ValueError as error:
        return f"hex: {error}"
    return ""


def _is_news(line: bytes) -> bool:
    try:
        return _kind.decode(line).type not in _KNOWN
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False


def peer(role: Role) -> Role:
    """The function at the other end."""
    return Role.SWITCHING if role is Role.COMPUTING else Role.COMPUTING
