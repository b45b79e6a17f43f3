"""How people and programs write numbers: separators, words around the digits, extensions behind them."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import phonenumbers

__all__ = ["Spelling", "significant", "spelled"]


class Spelling(NamedTuple):
    """A number without what stands around it.

    :param number: the number itself; letters in it are those of a vanity number, or say that it is none.
    :param extension: what is to be dialled once somebody has answered: digits, ``*`` and ``#``; or nothing.
    """

    number: str
    extension: str = ""


_DASHES = "\\-\u2010-\u2015\u2043\u2212"
_SEPARATORS = rf"\s()\[\]/._'\u00b7{_DASHES}"
_PLAIN = re.compile(rf"[\s(\['\"]*\+?[\d{_SEPARATORS}]+")
_LETTER = r"[^\W\d_]"
# What formats text and does not show: soft hyphen, zero width, direction of writing. Copied from pages and cards.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
# Words for an extension in front of its digits; the last group are signs and pauses (w and p of mobile telephones).
_EXTENSION_WORDS = (
    r"(?:durchwahl|dw|apparat|app|nebenstelle|nst|klappe|kl|extension|extn|ext|anexo|poste|x)"
    rf"(?!{_LETTER})\.?:?"
)
_ANOTHER = rf"\s+[+0][\d{_SEPARATORS}]{{6,}}"  # two numbers in one field
_EXTENSION = re.compile(
    rf"(?P<number>.*?\d[\s)\]]*)"
    rf"(?:[\s,(/{_DASHES}]*(?<!{_LETTER}){_EXTENSION_WORDS}|;ext=|\s*[,;#~]+(?!{_ANOTHER})|\s*[pw](?=[\d,;pw]))"
    r"\s*(?P<extension>\d[\d*#,;pw\s]*)[\s)]*",
    re.IGNORECASE,
)
# Words for the kind of a number before it or behind it. Others before it make it no number.
_KINDS = (
    r"(?:tel(?:efon|ephone)?|fon|phone|ph|(?:tele)?fax|mobil(?:e|telefon)?|mob|handy|cell|privat|priv|private|home|work"
    r"|durchwahl|dw|apparat|app|nebenstelle|nst|klappe|kl|extension|ext"  # of a colleague
    r"|office|büro|buero|gesch(?:äftlich|aeftlich)?|dienstl(?:ich)?|firma|zentrale|main|direkt|direct|vanity|hotline"
    r"|[tfmpgdhwc])"
)
_KIND_BEFORE = re.compile(rf"\s*{_KINDS}(?:\s*\({_LETTER}+\))?[\s.:]+(?=[+(\[\s]*\d)", re.IGNORECASE)
_REMARK = re.compile(rf"(?P<number>.*\d[\s)\]]*?)\s*(?P<remark>[,;/{_DASHES}(\[]*\s*{_LETTER}\D*)", re.DOTALL)
_KIND_BEHIND = re.compile(rf"[\W_]*{_KINDS}[\W_]*", re.IGNORECASE)
_DIGITS_WITH_A_REMARK = 7
"""Digits from which words behind them are a remark, and not the letters of a vanity number."""


def spelled(text: str) -> Spelling:
    """Take a number out of its words; what does not look like one number stays as it is."""
    if _PLAIN.fullmatch(text):  # nearly every one
        return Spelling(text.strip())
    plain = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).split())
    kind = _KIND_BEFORE.match(plain)
    plain = _without_remark(plain[kind.end() :] if kind else plain)
    found = _EXTENSION.fullmatch(plain)
    if found is None:
        return Spelling(plain)
    return Spelling(found["number"].strip(), re.sub(r"[^\d*#]", "", found["extension"]))


def significant(text: str) -> str:
    """Digits with their ``+``, or nothing where letters say there is more than a number."""
    if not _PLAIN.fullmatch(text):
        return ""
    return ("+" if "+" in text else "") + str(phonenumbers.normalize_digits_only(text))


def _without_remark(text: str) -> str:
    found = _REMARK.fullmatch(text)
    if found is None:
        return text
    number, remark = found["number"], found["remark"]
    long = sum(character.isdecimal() for character in number) >= _DIGITS_WITH_A_REMARK
    in_brackets = remark.startswith(("(", "[")) and remark.rstrip().endswith((")", "]"))
    if in_brackets or _KIND_BEHIND.fullmatch(remark) or (long and not remark.isupper()):
        return number
    return text
