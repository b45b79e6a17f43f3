"""A document as a flat row of tags, each with the text behind it; and where in the document a tag stands.

Nearly every message on a link is plain: UTF-8, elements and text, no comment, no CDATA, no prefix. Such a document is
cut apart at each ``<``, which costs a fifth of building a tree, and the readers check it as they go: every name is one
they know, every end tag is that of the element it ends. Whatever is not as plain as that raises :class:`NotPlain`, and
the document is read again by libxml2, which knows all of XML, and its tree is written out plainly. So libxml2 decides
what is well-formed, and every error is its own; ``tests/wire/test_plain.py`` holds the two ways to the same result.

Neither way knows document types, entities of a document's own, or any other file (ECMA-323 uses none of them).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from operator import length_hint
from threading import local
from typing import NamedTuple, NoReturn

from lxml.etree import QName, XMLParser, XMLSyntaxError, _Element, fromstring, tostring

from csta.errors import DecodeError
from csta.xml.places import Place, local_name, places

MAX_OCTETS = 1 << 20
"""Longest document; the framing of ECMA-323 Annex J allows 65,535 octets."""

MAX_ATTRIBUTES = 64
"""Attributes of one element, namespace declarations included; the standard's own have nine."""

MAX_DEVIATIONS = 64
"""Deviations remembered per document."""

ENCODINGS = frozenset(
    {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "US-ASCII", "ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252"}
)
"""Encodings that are read; each has the characters of tags where ASCII has them, or zeros beside them."""

Tokens = Iterator[str]
"""What is left of a document: ``name attributes>text`` of start tags, ``/name>text`` of end tags."""


class NotPlain(Exception):
    """The document has to be read by libxml2."""


class Deviation(NamedTuple):
    """Something the standard does not have, read all the same.

    :param what: what it is, in words.
    :param where: path of the element, ``DeliveredEvent.connection``.
    :param line: line of its start tag, from 1.
    :param column: column of its start tag, from 1.
    """

    what: str
    where: str
    line: int
    column: int


_DOCUMENT_TYPE = re.compile(rb"[\xef\xbb\xbf\xfe\xff]*(?:\s|(?><\?.*?\?>)|(?><!--.*?-->))*+<!DOCTYPE", re.DOTALL)
"""A document type declaration before the root: it is refused before libxml2 reads the entities in it."""


def _parser() -> XMLParser:
    return XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,  # libxml2's own limits stay: 256 levels, names of 50,000 characters
        remove_comments=True,
        remove_pis=True,
    )


_PARSER = _parser()
_NEVER_PLAIN = bytes({*range(32), *b"!]"} - {*b"\t\n"})
"""Control characters, and what comments, document types and CDATA begin or end with."""
_REFERENCE = re.compile("&(?:(lt|gt|amp|quot|apos|#9|#10|#13);)?")
_CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "#9": "\t", "#10": "\n", "#13": "\r"}


class Reading:
    """The document that is being read; afterwards the one read last.

    :ivar namespace: that of the root, empty for none.
    """

    def __init__(self) -> None:
        self.source = b""
        self.plain = True
        self.declared = False
        self.namespace = ""
        self.tags: list[str] = []
        self.tokens: Tokens = iter(())
        self.noted: list[tuple[str, int]] = []
        self._encoding = "UTF-8"
        self._elements: Iterator[_Element] = iter(())
        self._passed = 0  # position of the tag of the element taken from these last

    def begin_plain(self, document: bytes) -> Tokens:
        """Cut a plain document apart; raises :class:`NotPlain` for what can be told at first sight."""
        if len(document) > MAX_OCTETS or len(document.translate(None, _NEVER_PLAIN)) != len(document):
            raise NotPlain
        try:
            text = document.decode()
        except UnicodeDecodeError:
            raise NotPlain from None
        if "\ufffe" in text or "\uffff" in text:
            raise NotPlain
        self.namespace = ""
        return self._begin(document, text.rstrip(), plain=True)

    def begin(self, document: bytes) -> Tokens:
        """Have libxml2 read a document, and cut apart what it writes of it.

        :raises DecodeError: for what is not XML, or not safe.
        """
        self.noted = []  # those of the attempt to read it as plain
        root = parse(document)
        self._encoding = root.getroottree().docinfo.encoding or "UTF-8"
        self._elements, self._passed = root.iter(), 0
        self.namespace = QName(root).namespace or ""
        tokens = self._begin(document, tostring(root, encoding="unicode"), plain=False)
        _limit_attributes(self.tags)
        return tokens

    def _begin(self, document: bytes, text: str, *, plain: bool) -> Tokens:
        tags = text.split("<")
        if "&" in text:
            tags = [unescaped(tag) if "&" in tag else tag for tag in tags]
        self.source = document
        self.plain = plain
        self.declared = not plain and b"?xml" in document[:24].replace(b"\0", b"")
        self.tags = tags
        self.tokens = tokens = iter(tags)
        if self.noted:
            self.noted = []
        return tokens

    def note(self, what: str) -> None:
        """Note a deviation in the tag read last."""
        if len(self.noted) < MAX_DEVIATIONS:
            self.noted.append((what, self._position()))

    def _position(self) -> int:
        return len(self.tags) - length_hint(self.tokens) - 1

    @property
    def last_tag(self) -> str:
        """The tag read last."""
        return self.tags[self._position()]

    @property
    def deviations(self) -> list[Deviation]:
        """What was read although the standard does not have it, in the order of the document."""
        where = self._places({position for _, position in self.noted})
        return [Deviation(what, *where.get(position, Place())) for what, position in self.noted]

    def placed(self, error: DecodeError) -> DecodeError:
        """The error with the path, line and column of the tag read last."""
        position = self._position()
        path, line, column = self._places({position}).get(position, Place())
        return type(error)(error.reason, f"{path}, line {line}, column {column}")

    def _places(self, positions: set[int]) -> dict[int, Place]:
        if not positions:
            return {}
        text = self.source.decode("UTF-8" if self.plain else self._encoding, errors="replace")
        return places(text, self.tags, positions)

    def element(self) -> _Element:
        """The tree of the start tag read last; elements are asked for in the order of the document."""
        position = self._position()
        skipped = _starts(self.tags[self._passed + 1 : position + 1]) - 1
        self._passed = position
        return next(islice(self._elements, skipped, None))


def _starts(tags: list[str]) -> int:
    return sum(not tag.startswith(("/", "?")) for tag in tags)


class _Here(local):
    def __init__(self) -> None:
        self.reading = Reading()


here = _Here()
"""What this thread reads."""


def parse(document: bytes) -> _Element:
    """The tree of a document; raises DecodeError for what is not XML, or not safe."""
    if len(document) > MAX_OCTETS:
        raise DecodeError(f"document of {len(document)} octets; at most {MAX_OCTETS} are read")
    if _DOCUMENT_TYPE.match(document.replace(b"\0", b"")):
        raise DecodeError("a document type declaration is not allowed", "line 1, column 1")
    try:
        root = fromstring(document, _PARSER)
    except XMLSyntaxError as error:
        line, column = error.position
        raise DecodeError(f"not well-formed: {error.msg}", f"line {line}, column {column}") from None
    except ValueError as error:
        raise DecodeError(f"not XML: {error}") from None
    information = root.getroottree().docinfo
    if information.doctype:
        raise DecodeError("a document type declaration is not allowed", "line 1, column 1")
    if (information.encoding or "UTF-8").upper() not in ENCODINGS:
        raise DecodeError(f"encoding {information.encoding} is not read", "line 1, column 1")
    return root


def _limit_attributes(tags: list[str]) -> None:
    for tag in tags:
        if tag.count('="') > MAX_ATTRIBUTES and tag.partition(">")[0].count('="') > MAX_ATTRIBUTES:
            raise DecodeError(f"an element with more than {MAX_ATTRIBUTES} attributes", local_name(tag))


def unescaped(tag: str) -> str:
    """A tag with the references in its text resolved; those in attributes are left."""
    head, sep, text = tag.partition(">")
    return f"{head}{sep}{resolved(text)}"


def resolved(text: str) -> str:
    """Text or an attribute with its references resolved."""
    return _REFERENCE.sub(_character, text)


def _character(reference: re.Match[str]) -> str:
    name = reference[1]
    return _CHARACTERS[name] if name else not_plain()


def not_plain() -> NoReturn:
    """Give the document to libxml2."""
    raise NotPlain
