"""One XML document ↔ one APDU (ECMA-323)."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from lxml.etree import XMLParser, XMLSyntaxError, _Element, fromstring

from csta.apdu import EVENT_INVOKE_ID, Apdu, Error, Frame, Invoke, Result
from csta.errors import DecodeError, LocalProtocolError, UnknownMessage
from csta.messages import _index
from csta.messages.base import Event, Message, Response, UnknownEvent
from csta.xml import application_session, elements, zultys

if TYPE_CHECKING:
    from csta.messages.errors import UniversalFailure

ED4 = "http://www.ecma-international.org/standards/ecma-323/csta/ed4"
"""Namespace of edition 4, the one most switches speak."""

MAX_OCTETS = 1 << 20
"""Longest document; the framing of ECMA-323 Annex J allows 65,535 octets."""

_FAILURE = "CSTAErrorCode"
_SPELLINGS = {"TransferredEvent": "TransferedEvent", _FAILURE: "UniversalFailure"}
_SPELLINGS |= {tag: name for name, tag in zultys.TAGS.items()}
_BESIDES = {**application_session.MESSAGES, **zultys.MESSAGES}
"""Messages that are not of ECMA-323."""
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def _parser() -> XMLParser:
    return XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


_PARSER = _parser()


@cache
def _codec(name: str) -> tuple[elements.Reader, elements.Writer]:
    if name in _BESIDES:
        return _BESIDES[name]
    module = import_module(f"csta.xml.generated.{_index.CHAPTERS[name]}")
    codecs: elements.Codecs = module.MESSAGES
    return codecs[name]


def decode(document: bytes, invoke_id: int = 0) -> Apdu:
    """Decode one document.

    Any edition's namespace, a prefix or none, children in any order, unknown elements: all are read, and listed in
    :data:`csta.xml.elements.report` until the next call.

    :param invoke_id: the id of the frame's header.
    :raises DecodeError: with path and line, for anything that is not a message; nothing else.
    """
    if elements.report.deviations:
        elements.report.deviations.clear()
    root = _parse(document)
    tag = elements.local_name(root)
    elements.report.namespace = elements.namespace(root)
    name = _SPELLINGS.get(tag, tag)
    if name not in _index.CHAPTERS and name not in _BESIDES:
        raise _located(UnknownMessage("not a message of ECMA-323 that is known here", tag), invoke_id)
    try:
        message: Message = _codec(name)[0](root)
    except DecodeError as error:
        raise _located(DecodeError(error.reason, f"{name}.{error.where}" if error.where else name), invoke_id) from None
    if tag == _FAILURE:
        return Error(invoke_id, _failure(message))
    if isinstance(message, Response):
        return Result(invoke_id, message)
    return Invoke(invoke_id, message)


def _located(error: DecodeError, invoke_id: int) -> DecodeError:
    error.invoke_id = invoke_id
    return error


def _failure(message: Message) -> UniversalFailure:
    from csta.messages.errors import UniversalFailure

    if isinstance(message, UniversalFailure) and message.chosen:
        return message
    return UniversalFailure(unspecified=True)  # a private error code (Zultys): listed among the deviations


def _parse(document: bytes) -> _Element:
    if len(document) > MAX_OCTETS:
        raise DecodeError(f"document of {len(document)} octets; at most {MAX_OCTETS} are read")
    try:
        root = fromstring(document, _PARSER)
    except XMLSyntaxError as error:
        line, column = error.position
        raise DecodeError(f"not well-formed: {error.msg}", f"line {line}, column {column}") from None
    except ValueError as error:
        raise DecodeError(f"not XML: {error}") from None
    if root.getroottree().docinfo.doctype:
        raise DecodeError("a document type declaration is not allowed", "line 1")
    return root


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
        namespace = elements.report.namespace
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
