"""What a user gave: words on the command line, a file, or standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from csta.cli.exits import Trouble

_HEX = frozenset(b"0123456789abcdefABCDEF \t\r\n:")


def read(source: str, opens: str) -> bytes:
    """The octets of an input.

    :param source: ``-`` for standard input, a file's path, or the data itself.
    :param opens: the character that data of the wanted kind begins with.
    """
    if source == "-":
        return sys.stdin.buffer.read()
    if source.lstrip().startswith(opens) or (_HEX.issuperset(source.encode()) and not Path(source).is_file()):
        return source.encode()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise Trouble.usage(f"{source!r} is no data of the wanted kind, and as a file: {error.strerror}") from None


def is_xml(data: bytes) -> bool:
    """Whether the data is XML text."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def unhex(data: bytes) -> bytes:
    """The octets that hexadecimal digits say; data that is no such text is given back as it is."""
    if not data.strip() or not _HEX.issuperset(data):
        return data
    try:
        return bytes.fromhex(data.decode().replace(":", " "))
    except ValueError:
        raise Trouble.usage("an odd number of hexadecimal digits") from None
