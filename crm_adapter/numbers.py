"""Phone numbers: what the switch delivers, what a CRM stores and what people type, as one canonical value, and back.

Everything is compared by E.164. Where the rules of a site and those of the number plans disagree, the site's come
first: ``1120`` is an extension before anything else, and a prefix is only taken off where the site says there is one.
"""

from __future__ import annotations

import re
from typing import Literal

import phonenumbers
from msgspec import Struct
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from crm_adapter.errors import NumberInvalid
from crm_adapter.identifiers import unwrap
from crm_adapter.location import Location
from csta.model.call import Presentation

__all__ = ["Dialable", "Location", "Number", "NumberInvalid", "dial", "normalise"]

NumberKind = Literal["internal", "national", "international", "emergency", "service", "unknown"]
Role = Literal["incoming", "outgoing", "redirecting", "connected", "stored", "typed"]


class Number(Struct, frozen=True, kw_only=True):
    """A phone number, understood as far as possible.

    :param raw: as it came.
    :param e164: ``+`` and digits (E.164 §6.2), or None where there is no such form.
    :param internal: extension, when it is one of the own switch.
    :param kind: what sort of number it is from the own site.
    :param presentation: whether the far side may be known (ECMA-269 §12.3).
    :param display: as people write it: an extension, national at home, international else; empty when withheld.
    :param verified: the number plan knows such numbers; others may still ring.
    """

    raw: str = ""
    e164: str | None = None
    internal: str | None = None
    kind: NumberKind = "unknown"
    presentation: Presentation = Presentation.ALLOWED
    display: str = ""
    verified: bool = False


class Dialable(Struct, frozen=True, kw_only=True):
    """What to send to the switch (:attr:`digits`) for a number a person meant."""

    digits: str
    number: Number


FROM_THE_LINE: frozenset[Role] = frozenset({"incoming", "redirecting", "connected"})
"""Roles in which the number comes from the network; the habits of the line apply."""

_PLAIN = re.compile(r"\s*[+\uff0b]?[\d\s()\[\]/.\-\u2013]+")
_STRICT = re.compile(r"\s*(?:[\d ]+|\+ ?\d+ ?\(\d+\) ?[\d ]+|\+[\d ]+)\s*")  # the two forms of a strict dial field
_EXTENSION_WORDS = re.compile(r"\b(?:dw|durchwahl|app|nst|kl)\b\.?", re.IGNORECASE)
_LONGEST_SHORT_NUMBER = 6
_SERVICES = {PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}
_PARSE_REASONS = {
    NumberParseException.INVALID_COUNTRY_CODE: "country_unknown",
    NumberParseException.NOT_A_NUMBER: "not_a_number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    NumberParseException.TOO_SHORT_NSN: "too_short",
    NumberParseException.TOO_LONG: "too_long",
}
_LENGTH_REASONS = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
    ValidationResult.INVALID_COUNTRY_CODE: "country_unknown",
    ValidationResult.TOO_SHORT: "too_short",
    ValidationResult.TOO_LONG: "too_long",
    ValidationResult.INVALID_LENGTH: "not_possible",
}


def normalise(raw: str | None, location: Location, role: Role = "incoming") -> Number:
    """Understand a number; what cannot be understood stays readable as :attr:`Number.display`.

    :param raw: device identifier, number field of a CRM or typed text.
    :param role: how the number came about, which decides the prefixes it carries.
    """
    identity = unwrap(raw)
    if identity.number is None:
        return Number(raw=raw or "", presentation=identity.presentation)
    try:
        return _understood(raw or "", identity.number, location, role)
    except NumberInvalid:
        return Number(raw=raw or "", display=identity.number)


def dial(text: str, location: Location, *, strict: bool = False) -> Dialable:
    """Turn what a person typed or clicked into the digits for the switch.

    :param strict: accept only digits and spaces, or ``+ country (area) number``.
    :raises NumberInvalid: nobody has such a number; nothing should be sent.
    """
    identity = unwrap(text)
    if identity.number is None:
        raise NumberInvalid("not_a_number" if text.strip() else "empty")
    if "*" in identity.number or "#" in identity.number:
        raise NumberInvalid("feature_code")
    if strict and not _STRICT.fullmatch(identity.number):
        raise NumberInvalid("format")
    number = _understood(text, identity.number, location, "typed")
    return Dialable(digits=_dialled(number, location), number=number)


def _understood(raw: str, text: str, location: Location, role: Role) -> Number:
    """The first reading that fits: emergency, extension, short number, number of the world."""
    digits = _significant(text)
    return (
        _emergency(raw, digits, location, role)
        or _extension(raw, digits, location)
        or _short(raw, digits, location, role)
        or _external(raw, _reading(text, digits, location, role), location)
    )


def _significant(text: str) -> str:
    """Digits with their ``+``, or nothing where letters say there is more than a number."""
    if not _PLAIN.fullmatch(text):
        return ""
    sign = "+" if text.lstrip()[0] in "+\uff0b" else ""
    return sign + str(phonenumbers.normalize_digits_only(text))


def _candidates(digits: str, location: Location, role: Role) -> tuple[str, ...]:
    """``digits``, and as they are after the outside prefix where a person dialled them."""
    return (digits, location.without_prefix(digits)) if role in ("outgoing", "typed") else (digits,)


def _emergency(raw: str, digits: str, location: Location, role: Role) -> Number | None:
    for each in _candidates(digits, location, role):
        # Exact: the prefix test of the library would take extension 1120 for a call to 112.
        if phonenumbers.is_emergency_number(each, location.country):
            return Number(raw=raw, kind="emergency", display=each, verified=True)
    return None


def _short(raw: str, digits: str, location: Location, role: Role) -> Number | None:
    for each in _candidates(digits, location, role):
        if _is_short(each, location):
            return Number(raw=raw, kind="service", display=each, verified=True)
    return None


def _is_short(digits: str, location: Location) -> bool:
    if not digits.isdecimal() or digits.startswith("0") or len(digits) > _LONGEST_SHORT_NUMBER:
        return False
    number = PhoneNumber(country_code=location.calling_code, national_number=int(digits))
    return phonenumbers.is_valid_short_number_for_region(number, location.country)


def _extension(raw: str, digits: str, location: Location) -> Number | None:
    """An extension, which needs no E.164 to be one."""
    if not digits.isdecimal() or not _is_extension(digits, location):
        return None
    e164 = location.block + digits if location.block else None
    return Number(raw=raw, e164=e164, internal=digits, kind="internal", display=digits, verified=True)


def _is_extension(digits: str, location: Location) -> bool:
    if location.in_ranges(digits):
        return True
    return location.is_length_of_extension(digits) and not _is_short(digits, location)


def _reading(text: str, digits: str, location: Location, role: Role) -> str:
    """``text`` as a person of the country would write it: without outside prefix, with area code."""
    if role == "outgoing" or (role in FROM_THE_LINE and location.incoming_with_prefix):
        text = location.without_prefix(digits or text)
        digits = _significant(text)
    if not digits or digits.startswith("+"):
        return text
    if role in FROM_THE_LINE and location.plus_missing and not digits.startswith("0"):
        return f"+{digits}"
    return f"{location.trunk}{location.area}{digits}" if _is_local(digits, location) else text


def _is_local(digits: str, location: Location) -> bool:
    """Whether the area code is missing. Where the trunk prefix is 0 its absence says so; in other plans the length."""
    if not location.area:
        return False
    if location.trunk == "0":
        return not digits.startswith("0")
    number = PhoneNumber(country_code=location.calling_code, national_number=int(digits))
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE_LOCAL_ONLY


def _external(raw: str, reading: str, location: Location) -> Number:
    parsed = _parsed(reading, location.country)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if location.block and e164.startswith(location.block):
        own = e164.removeprefix(location.block)
        if own and _is_extension(own, location):
            return Number(raw=raw, e164=e164, internal=own, kind="internal", display=own, verified=True)
    at_home = parsed.country_code == location.calling_code
    writing = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return Number(
        raw=raw,
        e164=e164,
        kind=_kind(parsed, at_home),
        display=phonenumbers.format_number(parsed, writing),
        verified=phonenumbers.is_valid_number(parsed),
    )


def _parsed(text: str, country: str) -> PhoneNumber:
    try:
        parsed = phonenumbers.parse(_EXTENSION_WORDS.sub(" ext ", text), country)
    except NumberParseException as problem:
        raise NumberInvalid(_PARSE_REASONS[problem.error_type]) from problem
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible in _LENGTH_REASONS:
        raise NumberInvalid(_LENGTH_REASONS[possible])
    parsed.extension = None  # post-dial digits are no part of the number
    return parsed


def _kind(parsed: PhoneNumber, at_home: bool) -> NumberKind:
    if not at_home:
        return "international"
    return "service" if phonenumbers.number_type(parsed) in _SERVICES else "national"


def _dialled(number: Number, location: Location) -> str:
    """The digits for the switch; extensions and emergency numbers are never rewritten."""
    if number.internal is not None:
        return number.internal
    if number.kind == "emergency":
        return f"{location.outside if location.emergency_with_prefix else ''}{number.display}"
    if number.e164 is None:
        return f"{location.outside}{number.display}"
    return location.outside + _from_home(number.e164, location)


def _from_home(e164: str, location: Location) -> str:
    """An E.164 number as dialled on a plain line of the country: with trunk prefix, or international prefix."""
    local = f"+{location.calling_code}{location.area}"
    if location.area and not location.local_with_area_code and e164.startswith(local):
        return e164.removeprefix(local)
    written = phonenumbers.format_out_of_country_calling_number(phonenumbers.parse(e164), location.country)
    return str(phonenumbers.normalize_digits_only(written))
