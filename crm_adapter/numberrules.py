"""Rules a site has for numbers: what its switch makes of them, and how the numbers of an area are dialled."""

from __future__ import annotations

import re
from typing import Literal

import phonenumbers
from msgspec import Struct

Role = Literal["incoming", "outgoing", "redirecting", "connected", "stored", "typed"]
"""How a number came about: the caller's, dialled, of who redirected, of who answered; read from a CRM; typed."""

FROM_THE_LINE: frozenset[Role] = frozenset({"incoming", "redirecting", "connected"})
"""Roles in which the number comes from the network; the habits of the line apply."""


class NumberRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[location.rules]]``: rewrites numbers as the switch delivers them; the first that fits is the only one.

    :param pattern: regular expression that fits the whole number, without the URI or brackets it came in.
    :param replace: what the number becomes; ``\\1`` stands for what the first group fits.
    :param roles: how the number came about: ``incoming``, ``outgoing``, ``redirecting`` or ``connected``.
    :param internal: what comes out is an extension, whatever its length.
    """

    pattern: str
    replace: str
    roles: tuple[Role, ...] = ("incoming", "outgoing", "redirecting", "connected")
    internal: bool = False

    def __post_init__(self) -> None:
        """A pattern or replacement that cannot work is told now, not when a call comes."""
        try:
            re.sub(self.pattern, self.replace, "")
        except (re.error, IndexError) as problem:
            raise ValueError(f"rule {self.pattern!r} → {self.replace!r}: {problem}") from problem

    def rewritten(self, text: str, role: Role) -> str | None:
        """What becomes of ``text``, or None when the rule is not for it."""
        found = re.fullmatch(self.pattern, text) if role in self.roles else None
        return found.expand(self.replace).strip() if found else None


class AreaCodeRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[[location.area_code_rules]]``: how numbers of one area are dialled; the first that fits is the only one.

    Without a rule they are dialled with trunk prefix and area code.

    :param area_code: the area, with or without trunk prefix.
    :param prefixes: first digits of the numbers within the area it is for; empty: of all.
    :param dial_area_code: dial the area code.
    :param dial_trunk_prefix: dial the trunk prefix (0, in the NANP 1) before the area code.
    """

    area_code: str
    prefixes: tuple[str, ...] = ()
    dial_area_code: bool = True
    dial_trunk_prefix: bool = True

    def __post_init__(self) -> None:
        """Digits are all there can be."""
        for text in (self.area_code, *self.prefixes):
            if not text or not phonenumbers.normalize_digits_only(text, keep_non_digits=True).isdecimal():
                raise ValueError(f"area_code_rules: {text!r} is not digits like 089")

    def applies(self, subscriber: str) -> bool:
        """Whether the rule is for the number ``subscriber`` of its area."""
        return subscriber.startswith(self.prefixes or "")
