"""Where one message ends and the next begins in the octet stream of a link.

A framing is fed octets as they come and gives whole frames one at a time. "Not yet complete" is None,
never an error; an error here means that the stream cannot be followed any further.
"""

from __future__ import annotations

from csta.framing.auto import AUTO, AutoFraming, detect
from csta.framing.documents import LongXmlHeaderFraming, XmlHeaderFraming
from csta.framing.framing import APDU_TAGS, MAX_FRAME, MAX_LONG_FRAME, Framing
from csta.framing.greeting import OmniPcxFraming, TpktFraming
from csta.framing.pdus import HiPathFraming, LengthFraming, NoFraming

__all__ = [
    "APDU_TAGS",
    "AUTO",
    "FRAMINGS",
    "MAX_FRAME",
    "MAX_LONG_FRAME",
    "AutoFraming",
    "Framing",
    "HiPathFraming",
    "LengthFraming",
    "LongXmlHeaderFraming",
    "NoFraming",
    "OmniPcxFraming",
    "TpktFraming",
    "XmlHeaderFraming",
    "detect",
    "make_framing",
]

_KINDS: tuple[type[Framing], ...] = (
    LengthFraming,
    HiPathFraming,
    OmniPcxFraming,
    TpktFraming,
    NoFraming,
    XmlHeaderFraming,
    LongXmlHeaderFraming,
)
FRAMINGS: dict[str, type[Framing]] = {each.name: each for each in _KINDS}
"""The framings by name, without ``auto``, which is one of them."""


def make_framing(name: str, protocol: str, limit: int | None = None) -> Framing:
    """The framing of a name for a link of a wire.

    :param protocol: ``xml`` or ``asn1``; decides what ``auto`` writes until it has heard the peer.
    :param limit: octets of the longest message to send.
    """
    if name == AUTO:
        return AutoFraming(XmlHeaderFraming if protocol == "xml" else LengthFraming, limit)
    return FRAMINGS[name](limit)
