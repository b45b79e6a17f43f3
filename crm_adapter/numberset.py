"""Telephone numbers somebody lists, so that every spelling of them is recognised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

import phonenumbers
from msgspec import Struct

from crm_adapter.errors import NumberInvalid
from crm_adapter.location import Location
from crm_adapter.numberrules import Role
from crm_adapter.numbers import Number, normalise

ROLES: tuple[Role, ...] = get_args(Role)


class NumberSet(Struct, frozen=True, kw_only=True):
    """Some numbers, in every form they can be stored in.

    :param e164s: those that have such a form.
    :param extensions: those of the own switch.
    :param digits: as they were written, for numbers that cannot be understood.
    :param locations: how other spellings of them are understood.
    """

    e164s: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()
    digits: frozenset[str] = frozenset()
    locations: tuple[Location, ...] = ()

    def __contains__(self, number: object) -> bool:
        """Whether a number is one of these, as it is understood or, where it is not, as it would be now."""
        if not isinstance(number, Number):
            return False
        if number.e164 is not None or number.internal is not None:
            return number.e164 in self.e164s or number.internal in self.extensions
        return self.spells(number.raw)

    def spells(self, raw: str) -> bool:
        """Whether a text is one of the numbers, however it came about."""
        digits = digits_of(raw)
        if not digits:
            return False
        if digits in self.digits:
            return True
        read = (normalise(raw, location, role) for location in self.locations for role in ROLES)
        return any(each.e164 in self.e164s or each.internal in self.extensions for each in read)


def number_set(texts: Iterable[str], locations: Sequence[Location]) -> NumberSet:
    """The numbers that ``texts`` mean, at any of the locations.

    :raises NumberInvalid: one of them has no digits.
    """
    written = tuple(texts)
    if not all(map(digits_of, written)):
        raise NumberInvalid("not_a_number")
    read = [normalise(text, location, "stored") for text in written for location in locations]
    e164s = frozenset(each.e164 for each in read if each.e164)
    return NumberSet(
        e164s=e164s,
        extensions=frozenset(each.internal for each in read if each.internal),
        digits=frozenset(map(digits_of, (*written, *e164s))),
        locations=tuple(locations),
    )


def digits_of(text: str) -> str:
    """What is left of a number without anything but digits."""
    return str(phonenumbers.normalize_digits_only(text))
