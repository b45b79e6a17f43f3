"""A literal row for every chapter; each construct of the schema stands in at least one of them."""

from __future__ import annotations

import pytest

from csta import asn1, xml
from csta.apdu import Apdu, Error, Invoke, Result
from csta.messages import chapter_of
from csta.messages._index import CHAPTERS
from csta.messages.base import Message, Response
from csta.messages.errors import UniversalFailure
from tests.wire import rows_of_calls, rows_of_devices

ROWS = [*rows_of_calls.ROWS, *rows_of_devices.ROWS]


def wrapped(message: Message) -> Apdu:
    if isinstance(message, UniversalFailure):
        return Error(1, message)
    return Result(1, message) if isinstance(message, Response) else Invoke(1, message)


@pytest.mark.parametrize(("message", "octets", "_"), ROWS)
def test_octets(message: Message, octets: str, _: str) -> None:
    assert asn1.encode(wrapped(message)).hex() == octets.replace(" ", "")
    assert asn1.decode(bytes.fromhex(octets)) == wrapped(message)


@pytest.mark.parametrize(("message", "_", "document"), ROWS)
def test_document(message: Message, _: str, document: str) -> None:
    assert xml.encode(wrapped(message), namespace="").decode().partition("?>")[2] == document
    assert xml.decode(document.encode(), 1) == wrapped(message)


def test_every_chapter_has_a_row() -> None:
    assert {chapter_of(message) for message, _, _ in ROWS} == set(CHAPTERS.values())
