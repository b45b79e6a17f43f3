"""Where the switch stands: country, area, outside line and own numbers."""

from __future__ import annotations

import phonenumbers
from msgspec import Struct

from crm_adapter.numberrules import AreaCodeRule, NumberRule, Role


class Location(Struct, frozen=True, kw_only=True):
    """How numbers look at one site. A value that makes no sense raises ValueError with its field and what would do.

    :param country: ISO 3166 code of the site's country.
    :param area_code: the site's area code, with or without trunk prefix (``089``, ``89``); empty where there is none.
    :param outside_prefixes: digits that ask the switch for an outside line; the first is used for dialling.
    :param internal_length: digits of an extension.
    :param internal_ranges: extensions of other lengths, or such as are short numbers too: first and last number.
    :param main_numbers: own direct dialling blocks without extension, in E.164 (``+49 89 1234``); an extension's full
        number is in the first.
    :param prefixed_roles: how numbers came about that come with the outside prefix: ``outgoing``, and where the switch
        puts it before callers' numbers too, ``incoming``, ``redirecting`` and ``connected``.
    :param plus_missing: callers' numbers come in E.164 without ``+`` (``4930…``).
    :param trunk_prefix: what is dialled before an area code, where it is not what the country's number plan says.
    :param international_prefix: what is dialled before a country code, where it is not what the number plan says.
    :param dial_e164: the switch takes ``+`` and country code; it gets them instead of prefixes.
    :param emergency_with_prefix: dial emergency numbers with the outside prefix.
    :param short_with_prefix: dial other short numbers (``116117``) with the outside prefix.
    :param guess: a number that is none, or may be another one, with an outside prefix before it or a missing ``+`` is
        taken for what the number plan knows; when that is more than one, whoever has any of them is found. For lines
        whose numbers come now so, now so; rules are better.
    :param rules: what to make of numbers of this switch before anything else.
    :param area_code_rules: numbers that are dialled without area code or trunk prefix.
    """

    country: str = "DE"
    area_code: str = ""
    outside_prefixes: tuple[str, ...] = ("0",)
    internal_length: int = 4
    internal_ranges: tuple[tuple[int, int], ...] = ()
    main_numbers: tuple[str, ...] = ()
    prefixed_roles: tuple[Role, ...] = ("outgoing",)
    plus_missing: bool = False
    trunk_prefix: str | None = None
    international_prefix: str | None = None
    dial_e164: bool = False
    emergency_with_prefix: bool = False
    short_with_prefix: bool = True
    guess: bool = False
    rules: tuple[NumberRule, ...] = ()
    area_code_rules: tuple[AreaCodeRule, ...] = ()

    def __post_init__(self) -> None:
        for objection in self._objections():
            raise ValueError(objection)

    def _objections(self) -> list[str]:
        checks = (
            (self.country in phonenumbers.SUPPORTED_REGIONS, f"country {self.country!r}: use a code like DE, AT or GB"),
            (_digits(self.area_code, "()/- "), f"area_code {self.area_code!r}: use digits like 089"),
            (
                all(_digits(prefix) for prefix in self.outside_prefixes),
                f"outside_prefixes {list(self.outside_prefixes)!r}: use digits like 0",
            ),
            (1 <= self.internal_length <= 9, f"internal_length {self.internal_length}: use 1 to 9"),
            (
                all(0 < first <= last for first, last in self.internal_ranges),
                f"internal_ranges {[list(each) for each in self.internal_ranges]!r}: use [first, last] like [200, 299]",
            ),
            (
                all(_block(number, self.country) for number in self.main_numbers),
                f"main_numbers {list(self.main_numbers)!r}: use + and country code, like +49 89 1234",
            ),
            (_digits(self.trunk_prefix or ""), f"trunk_prefix {self.trunk_prefix!r}: use digits like 0"),
            (
                _digits(self.international_prefix or ""),
                f"international_prefix {self.international_prefix!r}: use digits like 00",
            ),
        )
        return [text for right, text in checks if not right]

    @property
    def calling_code(self) -> int:
        """Country calling code (49)."""
        return phonenumbers.country_code_for_region(self.country)

    @property
    def trunk(self) -> str:
        """What people dial before an area code (0), empty where nothing is."""
        if self.trunk_prefix is not None:
            return self.trunk_prefix
        return phonenumbers.ndd_prefix_for_region(self.country, True) or ""

    @property
    def area(self) -> str:
        """The area code as it stands in E.164, without trunk prefix."""
        return self.without_trunk(self.area_code)

    @property
    def blocks(self) -> tuple[str, ...]:
        """The own direct dialling blocks in E.164 (``+49891234``)."""
        return tuple(filter(None, (_block(number, self.country) for number in self.main_numbers)))

    @property
    def outside(self) -> str:
        """The outside prefix for dialling, empty where none is needed."""
        return self.outside_prefixes[0] if self.outside_prefixes else ""

    def without_trunk(self, area_code: str) -> str:
        """The digits of an area code as they stand in E.164."""
        return phonenumbers.normalize_digits_only(area_code).removeprefix(self.trunk)

    def without_prefix(self, digits: str) -> str:
        """``digits`` without the outside prefix; the longest that fits goes."""
        prefixes = sorted(filter(None, self.outside_prefixes), key=len, reverse=True)
        return next((digits.removeprefix(each) for each in prefixes if digits.startswith(each)), digits)

    def in_ranges(self, digits: str) -> bool:
        """Whether ``digits`` is one of the extensions given one by one."""
        return any(
            len(str(first)) <= len(digits) <= len(str(last)) and first <= int(digits) <= last
            for first, last in self.internal_ranges
        )

    def is_length_of_extension(self, digits: str) -> bool:
        """Whether ``digits`` could be an extension: right length, and no way to ask for an outside line."""
        return len(digits) == self.internal_length and self.without_prefix(digits) == digits


def _digits(text: str, others: str = "") -> bool:
    return all(character in "0123456789" or character in others for character in text)


def _block(text: str, country: str) -> str | None:
    """E.164 of a block's first digits; it is no whole number, so the number rules cannot judge it."""
    digits = phonenumbers.normalize_digits_only(text.replace("(0)", ""))
    code = str(phonenumbers.country_code_for_region(country))
    if not text.strip().startswith("+") or not digits.startswith(code) or not len(code) + 3 <= len(digits) <= 15:
        return None
    return f"+{digits}"
