"""Takes the number and the name out of a device identifier as switches write it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from csta.model.call import Presentation

LONGEST = 250
"""Characters of an identifier that are looked at; no number is longer."""


class Identifier(NamedTuple):
    """What a device identifier says.

    :param number: number or address, still in the writing of the switch; None when it names no one.
    :param name: display name that came along (untrusted text), or None.
    """

    number: str | None
    name: str | None = None
    presentation: Presentation = Presentation.ALLOWED


# Words instead of a number: of ECMA-269 §12.3, of SIP (RFC 3323 §4.1.1.3) and of switches' own making.
_WORDS = {
    **dict.fromkeys(("", "notknown", "notrequired", "notspecified", "unknown", "unavailable"), Presentation.NOT_KNOWN),
    **dict.fromkeys(("restricted", "anonymous", "private", "withheld"), Presentation.RESTRICTED),
}
# The switching function representation N<number>name;key=value, and the name-addr of SIP: "name" <address>.
_BRACKETS = re.compile(r'\s*"?(?P<before>[^"<>]*?)"?\s*<(?P<inner>[^<>]*)>(?P<after>[^;<>]*)')
_URI = re.compile(r"(?P<scheme>tel|sips?|callto):(?://)?(?P<address>[^@;?]*)", re.IGNORECASE)
_AT_HOST = re.compile(r"(?P<address>[+*#\d]+)@[^@\s]+")  # the same without its scheme
_EXTENSION = re.compile(r";ext=(\d+)", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[\d().-]+)", re.IGNORECASE)
# Canonical form of Windows Telephony: +49 (89) 1234567|sub-address^name.
_CANONICAL = re.compile(r"(?P<number>\+[^|^]*)(?:\|[^^]*)?(?:\^(?P<name>.*))?", re.DOTALL)
# After the number in the representation: sub-address, calling address, extension, agent.
_PARTS = re.compile(r"[!&%~]")


def unwrap(text: str | None) -> Identifier:
    """Read a device identifier; whatever it is, the answer is an :class:`Identifier`."""
    name: str | None = None
    inner = (text or "")[:LONGEST].strip()
    if brackets := _BRACKETS.match(inner):
        before, inner, after = brackets.group("before", "inner", "after")
        name = (after if before in ("N", "") else before).strip() or None
        inner = _PARTS.split(inner.strip(), maxsplit=1)[0]
    elif canonical := _CANONICAL.fullmatch(inner):
        inner, name = canonical["number"], (canonical["name"] or "").strip() or None
    number = _address(inner)
    presentation = _WORDS.get(number.lower())
    if presentation is None:
        return Identifier(number, name)
    return Identifier(None, name, presentation)


def _address(text: str) -> str:
    """The address of a tel: or sip: URI (RFC 3966 §3, RFC 3261 §19.1), or the text itself."""
    uri = _URI.match(text) or _AT_HOST.fullmatch(text)
    if uri is None:
        return text.strip()
    extension = _EXTENSION.search(text, uri.end())
    context = _CONTEXT.search(text, uri.end())
    address = unquote(uri["address"]).strip()
    if context and address and not address.startswith("+"):
        address = context[1] + address  # a number of the place the context names (RFC 3966 §5.1.5)
    return f"{address} ext {extension[1]}" if extension else address
