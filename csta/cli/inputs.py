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
    path = Path(source)
    if source.lstrip().startswith(opens) or (_HEX.issuperset(source.encode()) and not _is_file(path)):
        return source.encode()
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Trouble.usage(f"{source!r} is no data of the wanted kind, and as a file: {reason}") from None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a message in hexadecimal digits is longer than the name of any file
        return False


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
