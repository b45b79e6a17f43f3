"""The XML wire: ECMA-323."""

from csta.xml.codec import ED4, Codec, decode, encode
from csta.xml.document import Deviation, here


def deviations() -> list[Deviation]:
    """What the last :func:`decode` on this thread read although the standard does not have it."""
    return here.reading.deviations


__all__ = ["ED4", "Codec", "Deviation", "decode", "deviations", "encode"]
