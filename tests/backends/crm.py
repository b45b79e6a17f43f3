"""What the contract tests need of a CRM: people are put into it by its own interface, then the source is asked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol

from msgspec import Struct, field

from crm_adapter.location import Location
from csta_gateway.config_sources import Source
from tests.backends.network import Way

PASSWORD = "geheim-4711"
WRONG = "falsch-0815"
MUNICH = Location(country="DE", area_code="089")
PATIENT, IMPATIENT = 20.0, 1.0
"""Seconds a source waits for an answer: of a server under load, and of one that gives none."""


class Entry(Struct, frozen=True, kw_only=True):
    """A person as it stands in a CRM.

    :param numbers: ``business`` and ``mobile`` ones, each as somebody wrote it.
    """

    name: str
    numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Crm(Protocol):
    """A place in a real server that only one test uses."""

    port: int
    refusal: str
    """What a source says when the password is wrong."""

    def put(self, entry: Entry) -> str:
        """Put a person in; gives the key of the record."""

    def change(self, key: str, entry: Entry) -> None:
        """Make the person another one."""

    def drop(self, key: str) -> None:
        """Take the person out."""

    def source(self, way: Way, password: str = PASSWORD) -> Source:
        """Settings of the source."""

    def read_only(self, way: Way) -> Source:
        """Settings of a source with a user who may change nothing."""

    def busy(self, way: Way) -> AbstractContextManager[None]:
        """Make the server turn down new questions because there are too many."""


class TakesCalls(Crm, Protocol):
    """A CRM calls can be written into."""

    def calls(self, key: str) -> list[str]:
        """What is written at a person, read through the server's own interface."""
