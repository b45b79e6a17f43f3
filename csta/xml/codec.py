"""One XML document ↔ one APDU (ECMA-323)."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from csta.apdu import EVENT_INVOKE_ID, Apdu, Error, Frame, Invoke, Result
from csta.dialect import EDITIONS
from csta.errors import DecodeError, LocalProtocolError, UnknownMessage
from csta.messages import _index, message_class
from csta.messages.base import Event, Response, UnknownEvent
from csta.xml import application_session, elements, zultys
from csta.xml.document import NotPlain, Reading, Tokens, here
from csta.xml.places import local_name

ED4 = EDITIONS["ed4"]
"""Namespace of edition 4, the one most switches speak."""

_FAILURE = "CSTAErrorCode"
_SPELLINGS = {"TransferredEvent": "TransferedEvent", _FAILURE: "UniversalFailure"}
_SPELLINGS |= {tag: name for name, tag in zultys.TAGS.items()}
_BESIDES = {**application_session.MESSAGES, **zultys.MESSAGES}
"""Messages that are not of ECMA-323."""
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
_PLAIN_DECLARATIONS = frozenset(
    f"?xml version={quote}1.0{quote} encoding={quote}{name}{quote}?>" for quote in "\"'" for name in ("UTF-8", "utf-8")
)
_NAMESPACES = {
    f"xmlns={quote}{name}{quote}": name
    for quote in "\"'"
    for name in (
        *EDITIONS.values(),
        "http://www.ecma.ch/standards/ecma-323/csta/ed2",  # the old host: OpenScape Voice
        application_session.NAMESPACE,
    )
} | {"": ""}
"""Attributes of a plain root → its namespace."""


@cache
def _codec(name: str) -> tuple[elements.Reader, elements.Writer]:
    if name in _BESIDES:
        return _BESIDES[name]
    module = import_module(f"csta.xml.generated.{_index.CHAPTERS[name]}")
    codecs: elements.Codecs = module.MESSAGES
    return codecs[name]


def decode(document: bytes, invoke_id: int = 0) -> Apdu:
    """Decode one document.

    Any edition's namespace, a prefix or none, children in any order, unknown elements and attributes, no declaration:
    all are read, and listed in :func:`csta.xml.deviations` until the next call.

    :param invoke_id: the id of the frame's header.
    :raises DecodeError: with path, line and column, for anything that is not a message; nothing else.
    """
    reading = here.reading
    try:
        return _apdu(reading, reading.begin_plain(document), invoke_id)
    except (NotPlain, DecodeError, StopIteration):
        pass  # read by libxml2 it may be a message still; else the error is said there
    tokens = reading.begin(document)
    try:
        return _apdu(reading, tokens, invoke_id)
    except DecodeError as error:
        placed = reading.placed(error)
        placed.invoke_id = invoke_id
        raise placed from None


def _apdu(reading: Reading, tokens: Tokens, invoke_id: int) -> Apdu:
    head, inside = _root(reading, tokens)
    tag, _, attributes = head.partition(" ")
    if reading.plain and attributes in _NAMESPACES:
        reading.namespace = _NAMESPACES[attributes]
    else:
        tag, said = elements.opened(head)
        known = zultys.ATTRIBUTES.get(tag, ())
        elements.unknown_attributes(name for name in said if name not in known)
    kind, read, end = _READERS.get(tag) or _reader(tag)
    apdu = kind(invoke_id, read(inside, end))
    if reading.plain and (next(tokens, None) is not None or (inside is tokens and reading.tags[-1] != end)):
        raise NotPlain  # something stands behind the root
    return apdu


def _reader(tag: str) -> tuple[type[Error | Result | Invoke], elements.Reader, str]:
    """What a root element makes of the message, what reads its children, and its end tag."""
    name = _SPELLINGS.get(tag, tag)
    if name not in _index.CHAPTERS and name not in _BESIDES:
        raise UnknownMessage("not a message of ECMA-323 that is known here")
    if tag == _FAILURE:
        kind: type[Error | Result | Invoke] = Error
    else:
        kind = Result if issubclass(message_class(name), Response) else Invoke
    _READERS[tag] = kind, _codec(name)[0], f"/{tag}>"
    return _READERS[tag]


_READERS: dict[str, tuple[type[Error | Result | Invoke], elements.Reader, str]] = {}


def _root(reading: Reading, tokens: Tokens) -> tuple[str, Tokens]:
    """The start tag of the root, and what is left of the document behind it."""
    before = next(tokens)
    token = next(tokens)
    if token.startswith("?"):
        if before or token.rstrip("\n\t ") not in _PLAIN_DECLARATIONS:
            raise NotPlain
        token = next(tokens)
    elif before.strip():
        raise NotPlain
    elif not reading.declared:
        reading.note("no XML declaration")
    head, closed, text = token.partition(">")
    if not closed:
        raise NotPlain
    if head.endswith("/"):
        if text:
            raise NotPlain
        return head[:-1].rstrip(), iter((f"/{local_name(head)}>",))
    return head, tokens


def encode(apdu: Apdu, namespace: str = ED4) -> bytes:
    """Encode one APDU as a document in ``namespace`` (empty: none).

    :raises LocalProtocolError: for a value or an APDU that has no form in XML.
    """
    if not isinstance(apdu, Invoke | Result | Error) or apdu.message is None:
        raise LocalProtocolError("has no form in XML", type(apdu).__name__)
    message = apdu.message
    name = type(message).__name__
    if isinstance(message, UnknownEvent):
        raise LocalProtocolError("an event known by its ASN.1 tags only has no form in XML", name)
    tag = _FAILURE if isinstance(apdu, Error) else zultys.TAGS.get(name, name)
    namespace = application_session.NAMESPACE if name in application_session.MESSAGES else namespace
    edition = f' xmlns="{namespace}"' if namespace else ""
    out = [_DECLARATION, f"<{tag}{edition}{zultys.attributes(message)}>"]
    _codec(name)[1](message, out)
    out.append(f"</{tag}>")
    return "".join(out).encode()


class Codec:
    """The two functions as the session takes them.

    :param namespace: what is written; any is read.
    """

    def __init__(self, namespace: str = ED4) -> None:
        self.namespace = namespace

    @property
    def foreign(self) -> str | None:
        """Namespace of the message decoded last, where it is not the one that is written; None where it is."""
        namespace = here.reading.namespace
        return None if namespace in (self.namespace, application_session.NAMESPACE) else namespace

    def decode(self, frame: Frame) -> Apdu:
        """Decode a frame; see :func:`decode`."""
        return decode(frame.payload, frame.invoke_id or 0)

    def encode(self, apdu: Apdu) -> Frame:
        """Encode into a frame; events get the invoke id that ECMA-323 Annex J keeps for them."""
        event = isinstance(apdu, Invoke) and isinstance(apdu.message, Event)
        return Frame(encode(apdu, self.namespace), EVENT_INVOKE_ID if event else apdu_id(apdu))


def apdu_id(apdu: Apdu) -> int:
    """Invoke id of an APDU that has one."""
    if isinstance(apdu, Invoke | Result | Error):
        return apdu.invoke_id
    raise LocalProtocolError("has no form in XML", type(apdu).__name__)
