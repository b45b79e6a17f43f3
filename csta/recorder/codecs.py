"""The codec of a message in a trace."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from csta.apdu import Apdu, Frame
from csta.session import Codec

_NAMESPACE = re.compile(rb"""\sxmlns(?::\w+)?\s*=\s*["']([^"']*)["']""")
_HEAD = 512


def codec(protocol: str, payload: bytes = b"") -> Codec:
    """The codec of a wire.

    :param payload: a document whose namespace is to be written too.
    """
    if protocol == "asn1":
        return _asn1()
    found = _NAMESPACE.search(payload[:_HEAD])
    return _xml(found[1].decode("utf-8", "replace") if found else "")


def decode(protocol: str, frame: Frame) -> Apdu:
    """Decode a frame of a trace; raises DecodeError and nothing else."""
    return (_asn1() if protocol == "asn1" else _xml("")).decode(frame)


@cache
def _asn1() -> Codec:
    from csta.asn1 import Codec

    return Codec()


@lru_cache(16)  # of a namespace the peer chose
def _xml(namespace: str) -> Codec:
    from csta.xml import Codec

    return Codec(namespace)
