"""CSTA Phase III (ECMA-269) for Python: ASN.1 and XML wires, sessions, call model, Twisted client."""

__version__ = "0.1.0"
