"""Private data read with a vendor's own schema, given as ASN.1 text and compiled at run time.

ECMA-285 leaves CSTAPrivateData and the argument of Escape to the vendor (ECMA-269 §12.2.11, §28): this library keeps
their octets in :attr:`csta.messages.common.PrivateData.private`, and a :class:`PrivateSchema` says what they mean.
"""

from __future__ import annotations

from typing import Any, Self

import asn1tools  # type: ignore[import-untyped] # has no type information
from asn1tools.compiler import Specification  # type: ignore[import-untyped] # has no type information

from csta.errors import DecodeError, LocalProtocolError
from csta.messages.base import Octets
from csta.messages.common import PrivateData

_FAILURES = (asn1tools.Error, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""asn1tools checks lengths and tags; what is wrong inside a value it lets Python's own errors say."""


class PrivateSchema:
    """One type of a vendor's schema, between octets and values.

    Values have the forms of asn1tools: a SEQUENCE is a dict, a SEQUENCE OF a list, a CHOICE a pair of alternative and
    value, an ENUMERATED its name. Where the schema has an extension mark (``...``), what a newer switch puts there
    reads as None.
    """

    def __init__(self, specification: Specification, type_name: str) -> None:
        """Use a type of a compiled specification; see :meth:`from_text`."""
        self.type_name = type_name
        self._specification = specification

    @classmethod
    def from_text(cls, text: str, type_name: str) -> Self:
        """Compile ASN.1 modules.

        :param text: one module or several, whole: ``Name DEFINITIONS ::= BEGIN … END``.
        :param type_name: the type that stands for the private data.
        :raises LocalProtocolError: with line and column, when the text is no ASN.1; when something is not defined.
        """
        try:
            specification = asn1tools.compile_string(text, "ber")
        except _FAILURES as error:
            raise LocalProtocolError(str(error), type_name) from error
        if type_name not in specification.types:
            raise LocalProtocolError("the schema defines no such type, or two of this name", type_name)
        return cls(specification, type_name)

    def read(self, data: PrivateData) -> Any:  # noqa: ANN401 - its shape is the vendor's
        """The value of a message's private data, whether the switch sends it bare or inside an OCTET STRING.

        :raises DecodeError: see :meth:`decode`; also for private data of an XML link.
        """
        octets = data.string if data.private is None else data.private
        if octets is None:
            raise DecodeError("private data of an XML link is no BER", self.type_name)
        return self.decode(octets)

    def write(self, value: object) -> PrivateData:
        """A value as private data to be sent bare; raises LocalProtocolError as :meth:`encode` does."""
        return PrivateData(private=self.encode(value))

    def decode(self, octets: bytes) -> Any:  # noqa: ANN401 - its shape is the vendor's
        """The value of the octets, all of them.

        :raises DecodeError: when they are no such value; offsets count from the start of the private data.
        """
        try:
            value, length = self._specification.decode_with_length(self.type_name, octets)
        except _FAILURES as error:
            raise DecodeError(str(error) or "not a value of this type", self.type_name) from error
        if length != len(octets):
            raise DecodeError("octets behind the value", self.type_name, length)
        return value

    def encode(self, value: object) -> Octets:
        """The octets of a value.

        :raises LocalProtocolError: with the path of what does not fit the schema.
        """
        try:
            return Octets(self._specification.encode(self.type_name, value))
        except _FAILURES as error:
            raise LocalProtocolError(str(error), self.type_name) from error
