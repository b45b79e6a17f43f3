"""Pseudonyms for numbers and names: the same for the same, as long as what they stand for, and not to be undone.

Numbers are permuted among those of their length by a Feistel network over decimal digits, as NIST SP 800-38G does it,
so that two numbers never get one pseudonym and nothing has to be remembered. Whoever knows the key can undo it: the
key is made anew for each trace and kept nowhere, unless somebody gives one.
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache

ROUNDS = 8
REMEMBERED = 1 << 16

_TOKENS = re.compile(r"\d+|[^\W\d_]{2,}")
_GRAMMAR = frozenset({"sip", "sips", "tel", "user", "phone", "displaynumber", "ext", "isub", "cpc", "transport", "tcp"})
"""Words of the notation of device identifiers (ECMA-269 §10.1) and of SIP URIs: they name nobody."""

_CONSONANTS, _VOWELS = "bdfgklmnprstvwz", "aeiou"


class Pseudonyms:
    """Pseudonyms under one key.

    :param key: secret octets; traces made with the same key have the same pseudonyms.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.number = lru_cache(REMEMBERED)(self._number)
        self.word = lru_cache(REMEMBERED)(self._word)

    def text(self, text: str) -> str:
        """A text with a pseudonym for every number and every word in it; marks and single letters stay.

        ``N<2001>Anna`` and ``sip:2001@host`` keep their form, and 2001 is the same pseudonym in both.
        """
        return _TOKENS.sub(self._token, text)

    def octets(self, octets: bytes) -> bytes:
        """The same for octets: as text where they are printable ASCII, else other octets."""
        if octets.isascii() and octets.decode().isprintable():
            return self.text(octets.decode()).encode()
        return self._stream(b"octets", octets, len(octets))

    def _token(self, match: re.Match[str]) -> str:
        token = match[0]
        if token[0].isdigit():
            return self.number(token) if token.isascii() else "0" * len(token)
        return token if token.lower() in _GRAMMAR else self.word(token)

    def _number(self, digits: str) -> str:
        """A number of the same length; leading zeros stay, for they say whether it is one outside."""
        rest = digits.lstrip("0")
        if not rest:
            return digits
        found = self._permuted(rest)
        while found[0] == "0":  # walk on until it is again a number without leading zero: still a permutation
            found = self._permuted(found)
        return digits[: -len(rest)] + found

    def _permuted(self, digits: str) -> str:
        if len(digits) == 1:
            return sorted("0123456789", key=lambda digit: self._stream(b"digit", digit.encode(), 8))[int(digits)]
        left, right = digits[: len(digits) // 2], digits[len(digits) // 2 :]
        for turn in range(ROUNDS):
            told = int.from_bytes(self._stream(b"%d/%d" % (turn, len(digits)), right.encode(), 24), "big")
            left, right = right, f"{(int(left) + told) % 10 ** len(left):0{len(left)}}"
        return left + right

    def _word(self, word: str) -> str:
        """A word of the same length that can be read aloud, with capitals where it had them."""
        octets = self._stream(b"word", word.lower().encode(), len(word))
        kinds = (_VOWELS if place % 2 else _CONSONANTS for place in range(len(word)))
        made = [letters[octet % len(letters)] for letters, octet in zip(kinds, octets, strict=True)]
        return "".join(new.upper() if old.isupper() else new for new, old in zip(made, word, strict=True))

    def _stream(self, purpose: bytes, octets: bytes, length: int) -> bytes:
        """As many octets as asked for that only key, purpose and ``octets`` determine."""
        made = b""
        while len(made) < length:
            counted = b"%s/%d/%s" % (purpose, len(made), octets)
            made += hmac.digest(self._key, counted, "sha256")
        return made[:length]
