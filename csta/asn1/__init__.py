"""The ASN.1 wire: ECMA-285 in BER."""

from csta.asn1.codec import Codec, decode, encode

__all__ = ["Codec", "decode", "encode"]
