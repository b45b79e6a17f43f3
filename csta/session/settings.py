"""What a session is made with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from csta.apdu import Apdu, Frame
from csta.dialect import HeartbeatKind


class Role(StrEnum):
    """Which of the two functions this side is (ECMA-269 §6.1)."""

    COMPUTING = "computing"
    SWITCHING = "switching"


class Codec(Protocol):
    """One of the two wires.

    :ivar namespace: edition that is written; empty on a wire without editions.
    """

    namespace: str

    @property
    def foreign(self) -> str | None:
        """Edition of the message decoded last, where it is not the one that is written."""

    def decode(self, frame: Frame) -> Apdu:
        """Decode a frame; raises DecodeError and nothing else."""

    def encode(self, apdu: Apdu) -> Frame:
        """Encode an APDU; raises LocalProtocolError for a value the wire has no form for."""


class Tap(Protocol):
    """Sees what passes on a link, for a recorder."""

    def opened(self) -> None:
        """The connection below has been made."""

    def passed(self, sender: Role, frame: Frame) -> None:
        """A frame was received, or is about to be sent."""

    def lost(self, octets: int, reason: str) -> None:
        """Octets of the peer make no frame."""

    def closed(self, reason: str) -> None:
        """The link is over; ``reason`` is empty when it was closed in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Limits of a session; times are in seconds.

    :param request_timeout: how long an answer may take where the request does not say.
    :param serve_timeout: how long a handler of the peer's requests may take before they are refused.
    :param most_outstanding: how many requests of a client may wait for an answer at a time (``simpleThreshold`` of
        §13.1.4); 0 for no limit.
    :param association_timeout: how long opening the association may take.
    :param release_timeout: how long the peer may take to agree to its end.
    :param heartbeat: what is sent for it.
    :param heartbeat_interval: silence of the peer before it is sent (0 to 180 of §14.2.2); 0 for never.
    :param heartbeat_limit: how many of them in a row may stay unanswered before the link is given up.
    """

    request_timeout: float = 10.0
    serve_timeout: float = 10.0
    most_outstanding: int = 100
    association_timeout: float = 10.0
    release_timeout: float = 5.0
    heartbeat: HeartbeatKind = "system-status"
    heartbeat_interval: float = 30.0
    heartbeat_limit: int = 2
