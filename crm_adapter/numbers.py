"""Phone numbers: what the switch delivers, what a CRM stores and what people type, as one canonical value, and back.

Everything is compared by E.164. Where the rules of a site and those of the number plans disagree, the site's come
first: ``1120`` is an extension before anything else, and a prefix is only taken off where the site says there is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import phonenumbers
from msgspec import Struct, structs
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from crm_adapter.errors import NumberInvalid
from crm_adapter.identifiers import unwrap
from crm_adapter.location import Location
from crm_adapter.numberrules import FROM_THE_LINE, Role
from crm_adapter.numbersteps import Step, StepName, Trace, unheard
from crm_adapter.shortnumbers import is_emergency, is_short
from crm_adapter.spelling import significant, spelled
from csta.model.call import Presentation

__all__ = [
    "Dialable",
    "Location",
    "Number",
    "NumberInvalid",
    "canonical",
    "dial",
    "explain",
    "national",
    "normalise",
]

NumberKind = Literal["internal", "national", "international", "emergency", "service", "feature", "unknown"]


class Number(Struct, frozen=True, kw_only=True):
    """A phone number, understood as far as possible.

    :param raw: as it came.
    :param e164: ``+`` and digits (E.164 §6.2), or None where there is no such form.
    :param internal: extension, when it is one of the own switch.
    :param kind: what sort of number it is from the own site.
    :param presentation: whether the far side may be known (ECMA-269 §12.3).
    :param display: as people write it: an extension, national at home, international else; empty when withheld.
    :param verified: the number plan knows such numbers; others may still ring.
    :param others: E.164 forms it may have as well, where the site lets the gateway guess.
    """

    raw: str = ""
    e164: str | None = None
    internal: str | None = None
    kind: NumberKind = "unknown"
    presentation: Presentation = Presentation.ALLOWED
    display: str = ""
    verified: bool = False
    others: tuple[str, ...] = ()


class Dialable(Struct, frozen=True, kw_only=True):
    """What to send to the switch (:attr:`digits`) for a number a person meant.

    :param post_dial: digits to send once somebody has answered (an extension written behind the number), or nothing.
    """

    digits: str
    number: Number
    post_dial: str = ""


# The two forms of a strict dial field.
_STRICT = re.compile(r"\s*(?:[\d ]+|\+ ?\d+ ?\(\d+\) ?[\d ]+|\+[\d ]+)\s*")
_FEATURE_CODE = re.compile(r"[*#][\d*#]*")
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


def normalise(raw: str | None, location: Location, role: Role = "incoming", trace: Trace = unheard) -> Number:
    """Understand a number; what cannot be understood stays readable as :attr:`Number.display`.

    :param raw: device identifier, number field of a CRM or typed text.
    :param role: how the number came about, which decides the prefixes it carries.
    :param trace: hears of every step.
    """
    identity = unwrap(raw)
    if identity.number is None:
        trace(Step("withheld", identity.presentation.value))
        return Number(raw=raw or "", presentation=identity.presentation)
    trace(Step("identifier", identity.number))
    try:
        return _understood(raw or "", identity.number, location, role, trace)
    except NumberInvalid as problem:
        trace(Step("refused", problem.reason))
        return Number(raw=raw or "", display=identity.number)


def dial(
    text: str, location: Location, *, strict: bool = False, feature_codes: bool = False, trace: Trace = unheard
) -> Dialable:
    """Turn what a person typed or clicked into the digits for the switch.

    :param strict: accept only digits and spaces, or ``+ country (area) number``.
    :param feature_codes: codes that begin with ``*`` or ``#`` are dialled as they are; else they are refused.
    :param trace: hears of every step.
    :raises NumberInvalid: nobody has such a number; nothing should be sent.
    """
    identity = unwrap(text)
    if identity.number is None:
        raise NumberInvalid("not_a_number" if text.strip() else "empty")
    if strict and not _STRICT.fullmatch(identity.number):
        raise NumberInvalid("format")
    spelling = spelled(identity.number)
    code = any(sign in spelling.number for sign in "*#")
    if code and not (feature_codes and _FEATURE_CODE.fullmatch(identity.number)):
        raise NumberInvalid("feature_code")
    number = _understood(text, identity.number, location, "typed", trace)
    digits = _dialled(number, location, trace)
    trace(Step("dialled", digits))
    behind = number.e164 is not None and number.internal is None
    return Dialable(digits=digits, number=number, post_dial=spelling.extension if behind else "")


def explain(raw: str, location: Location, role: Role) -> tuple[Number, tuple[Step, ...]]:
    """What :func:`normalise` makes of a number, and every step that led there."""
    steps: list[Step] = []
    number = normalise(raw, location, role, steps.append)
    return number, tuple(steps)


def canonical(number: Number, location: Location) -> str:
    """The canonical form of Windows Telephony: ``+49 (89) 1234567``; of an own extension ``+49 (89) 1234-2001``.

    Numbers without an E.164 form stay as people write them.
    """
    if number.e164 is None:
        return number.display
    parsed = phonenumbers.parse(number.e164)
    national = phonenumbers.national_significant_number(parsed)
    length = phonenumbers.length_of_geographical_area_code(parsed)
    if not length and phonenumbers.ndd_prefix_for_region(phonenumbers.region_code_for_number(parsed) or "", True):
        length = phonenumbers.length_of_national_destination_code(parsed)  # a mobile network; elsewhere just a grouping
    block = next((each for each in location.blocks if number.internal and number.e164.startswith(each)), None)
    subscriber = national[length:]
    if block:
        subscriber = f"{subscriber.removesuffix(number.e164.removeprefix(block))}-{number.e164.removeprefix(block)}"
    area = f"({national[:length]}) " if length else ""
    return f"+{parsed.country_code} {area}{subscriber}"


def national(e164: str, location: Location) -> str:
    """The digits of an E.164 number as people of the country write it: ``08912345``, ``00441615527789``."""
    code = f"+{location.calling_code}"
    if e164.startswith(code):
        return f"{location.trunk}{e164.removeprefix(code)}"
    if location.international_prefix is not None:
        return f"{location.international_prefix}{e164.removeprefix('+')}"
    written = phonenumbers.format_out_of_country_calling_number(phonenumbers.parse(e164), location.country)
    return str(phonenumbers.normalize_digits_only(written))


def _understood(raw: str, text: str, location: Location, role: Role, trace: Trace) -> Number:
    """The first reading that fits: a rule's, code, emergency, extension, short number, number of the world."""
    for position, rule in enumerate(location.rules, 1):
        rewritten = rule.rewritten(text, role)
        if rewritten is not None:
            trace(Step("rule", rewritten, f"{position} {rule.pattern!r}"))
            text = rewritten
            if rule.internal:
                return _own(raw, rewritten, location)
            break
    if _FEATURE_CODE.fullmatch(text):
        trace(Step("feature", text))
        return Number(raw=raw, kind="feature", display=text)
    spelling = spelled(text)
    if spelling.number != text:
        trace(Step("spelling", spelling.number))
    if spelling.extension:
        trace(Step("behind", spelling.extension))
    digits = significant(spelling.number)
    for name, test in _HERE:
        number = test(raw, digits, location, role)
        if number is not None:
            trace(Step(name, number.display))
            return number
    if location.guess and digits:
        return _guessed(raw, digits, location, role, trace)
    return _external(raw, _reading(digits or spelling.number, location, role, trace), location, trace)


_Test = Callable[[str, str, Location, Role], Number | None]


def _candidates(digits: str, location: Location, role: Role) -> tuple[str, ...]:
    """``digits``, and as they are after the outside prefix where a person dialled them."""
    return (digits, location.without_prefix(digits)) if role in ("outgoing", "typed") else (digits,)


def _emergency(raw: str, digits: str, location: Location, role: Role) -> Number | None:
    for each in _candidates(digits, location, role):
        if is_emergency(each, location):
            return Number(raw=raw, kind="emergency", display=each, verified=True)
    return None


def _short(raw: str, digits: str, location: Location, role: Role) -> Number | None:
    for each in _candidates(digits, location, role):
        if is_short(each, location):
            return Number(raw=raw, kind="service", display=each, verified=True)
    return None


def _extension(raw: str, digits: str, location: Location, role: Role) -> Number | None:
    """An extension, which needs no E.164 to be one."""
    return _own(raw, digits, location) if digits.isdecimal() and _is_extension(digits, location) else None


_HERE: tuple[tuple[StepName, _Test], ...] = (("emergency", _emergency), ("internal", _extension), ("service", _short))
"""What a number is looked at for before it may be one of the world, in this order."""


def _own(raw: str, extension: str, location: Location, e164: str | None = None) -> Number:
    full = e164 or next((block + extension for block in location.blocks if extension.isdecimal()), None)
    return Number(raw=raw, e164=full, internal=extension, kind="internal", display=extension, verified=True)


def _is_extension(digits: str, location: Location) -> bool:
    if location.in_ranges(digits):
        return True
    return location.is_length_of_extension(digits) and not is_short(digits, location)


def _reading(text: str, location: Location, role: Role, trace: Trace) -> str:
    """``text`` as a person of the country would write it: without outside prefix, with area code.

    :param text: digits with their ``+``, or a vanity number.
    """
    plain = location.without_prefix(text)
    # Nothing but an outside prefix stands before a plus, whoever put it there.
    if plain != text and (role in location.prefixed_roles or plain.startswith("+")):
        trace(Step("outside", plain))
        text = plain
    if not text.isdecimal():
        return text
    if location.international_prefix and text.startswith(location.international_prefix):
        text = f"+{text.removeprefix(location.international_prefix)}"
        trace(Step("abroad", text))
    elif role in FROM_THE_LINE and location.plus_missing and not text.startswith("0"):
        text = f"+{text}"
        trace(Step("plus", text))
    elif _is_local(text, location):
        text = f"{location.trunk}{location.area}{text}"
        trace(Step("area", text))
    return text


def _guessed(raw: str, digits: str, location: Location, role: Role, trace: Trace) -> Number:
    """The reading the site's settings give, if the number plan knows it, else the first of the others it knows."""
    plain = location.without_prefix(digits)
    readings = [_reading(each, location, role, unheard) for each in dict.fromkeys((digits, plain)) if each]
    if digits.isdecimal() and not digits.startswith("0"):
        readings.append(f"+{digits}")
    known: dict[str, Number] = {}
    for reading in readings:
        try:
            number = _external(raw, reading, location, unheard)
        except NumberInvalid:
            continue
        if number.verified and number.e164 is not None:
            known.setdefault(number.e164, number)
    if not known:
        return _external(raw, _reading(digits, location, role, trace), location, trace)
    first, *others = known
    trace(Step("guess", ", ".join(known)))
    return structs.replace(known[first], others=tuple(others))


def _is_local(digits: str, location: Location) -> bool:
    """Whether the area code is missing. Where the trunk prefix is 0 its absence says so; in other plans the length."""
    if not location.area:
        return False
    if location.trunk == "0":
        return not digits.startswith("0")
    number = PhoneNumber(country_code=location.calling_code, national_number=int(digits))
    return phonenumbers.is_possible_number_with_reason(number) == ValidationResult.IS_POSSIBLE_LOCAL_ONLY


def _external(raw: str, reading: str, location: Location, trace: Trace) -> Number:
    parsed = _parsed(reading, location.country)
    e164 = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    trace(Step("plan", e164, location.country))
    for block in location.blocks:
        own = e164.removeprefix(block)
        if own and own != e164 and _is_extension(own, location):
            trace(Step("own", own, block))
            return _own(raw, own, location, e164)
    at_home = parsed.country_code == location.calling_code
    return Number(
        raw=raw,
        e164=e164,
        kind=_kind(parsed, at_home),
        display=_written(parsed, location),
        verified=phonenumbers.is_valid_number(parsed),
    )


def _written(parsed: PhoneNumber, location: Location) -> str:
    """As people at the location write it."""
    if parsed.country_code != location.calling_code:
        return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
    return _with_trunk(phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL), parsed, location)


def _with_trunk(written: str, parsed: PhoneNumber, location: Location) -> str:
    """A number at home; the plan leaves the trunk prefix out where it has no pattern for the number."""
    return f"{location.trunk}{written}" if written == phonenumbers.national_significant_number(parsed) else written


def _parsed(text: str, country: str) -> PhoneNumber:
    """The number without what is dialled after it is answered."""
    try:
        parsed = phonenumbers.parse(text, country)
    except NumberParseException as problem:
        raise NumberInvalid(_PARSE_REASONS[problem.error_type]) from problem
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible in _LENGTH_REASONS:
        raise NumberInvalid(_LENGTH_REASONS[possible])
    parsed.extension = None
    return parsed


def _kind(parsed: PhoneNumber, at_home: bool) -> NumberKind:
    if not at_home:
        return "international"
    return "service" if phonenumbers.number_type(parsed) in _SERVICES else "national"


def _dialled(number: Number, location: Location, trace: Trace) -> str:
    """The digits for the switch; extensions, emergency and short numbers and codes are never rewritten."""
    if number.internal is not None:
        return number.internal
    if number.kind == "feature":
        return number.display
    if number.e164 is None:
        with_prefix = location.emergency_with_prefix if number.kind == "emergency" else location.short_with_prefix
        return f"{location.outside if with_prefix else ''}{number.display}"
    if location.dial_e164:
        return number.e164
    return location.outside + _from_home(number.e164, location, trace)


def _from_home(e164: str, location: Location, trace: Trace) -> str:
    """An E.164 number as dialled on a plain line of the country: with trunk prefix, or international prefix."""
    parsed = phonenumbers.parse(e164)
    national = phonenumbers.national_significant_number(parsed)
    if parsed.country_code == location.calling_code:
        for position, rule in enumerate(location.area_code_rules, 1):
            area = location.without_trunk(rule.area_code)
            if national.startswith(area) and rule.applies(national.removeprefix(area)):
                trace(Step("area_rule", rule.area_code, str(position)))
                trunk = location.trunk if rule.dial_trunk_prefix else ""
                return trunk + (national if rule.dial_area_code else national.removeprefix(area))
        if location.trunk_prefix is not None:
            return f"{location.trunk_prefix}{national}"
    elif location.international_prefix is not None:
        return f"{location.international_prefix}{parsed.country_code}{national}"
    written = phonenumbers.format_out_of_country_calling_number(parsed, location.country)
    digits = str(phonenumbers.normalize_digits_only(written))
    return _with_trunk(digits, parsed, location) if parsed.country_code == location.calling_code else digits
