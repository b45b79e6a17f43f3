"""The XML wire: ECMA-323."""

from csta.xml.codec import ED4, Codec, decode, encode

__all__ = ["ED4", "Codec", "decode", "encode"]
