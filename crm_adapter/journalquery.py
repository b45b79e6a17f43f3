"""Which of a user's past calls somebody looks for, and what that is in SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, or_

from crm_adapter.callrules import Result
from crm_adapter.errors import NumberInvalid
from crm_adapter.journalschema import CALLS, NOTES
from crm_adapter.location import Location
from crm_adapter.numberset import digits_of, number_set
from crm_adapter.poprules import Way
from csta.model.call import Direction

LONGEST_TEXT = 100
"""Characters of a text that are looked at."""

SHORTEST_DIGITS = 3
"""Digits from which a text is also looked for in numbers."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What a call must have; what is left out is any.

    :param way: where it came from or went to.
    :param result: how it went.
    :param since: it began then or later (Unix milliseconds).
    :param before: it began earlier (Unix milliseconds).
    :param text: words that all stand in name, company or note; or a number, or part of one, in any spelling.
    :param locations: how a number in ``text`` may be meant.
    :param sees_numbers: whoever asks may see whole numbers, and so may find out by asking.
    """

    way: Way | None = None
    result: Result | None = None
    since: int | None = None
    before: int | None = None
    text: str = ""
    locations: Sequence[Location] = ()
    sees_numbers: bool = True


ALL = Wanted()


def conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What must be true of a row of calls with its note."""
    if wanted.way is not None:
        yield CALLS.c.internal == (wanted.way == "internal")
    if wanted.way in (Direction.INCOMING.value, Direction.OUTGOING.value):
        yield CALLS.c.direction == wanted.way
    if wanted.result is not None:
        yield CALLS.c.result == wanted.result
    if wanted.since is not None:
        yield CALLS.c.began >= wanted.since
    if wanted.before is not None:
        yield CALLS.c.began < wanted.before
    if words := wanted.text[:LONGEST_TEXT].split():
        yield or_(_has_words(words, wanted.sees_numbers), *_has_number(wanted))


def _has_words(words: Sequence[str], sees_numbers: bool) -> ColumnElement[bool]:
    """A name a switch gave may be a number; whoever may not see that one finds digits in the own notes only."""
    note = func.coalesce(NOTES.c.note, "")
    whole = func.coalesce(CALLS.c.name, "") + " " + func.coalesce(CALLS.c.company, "") + " " + note
    places = ((note if digits_of(word) and not sees_numbers else whole, word) for word in words)
    return and_(*(place.icontains(word, autoescape=True) for place, word in places))


def _has_number(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The number itself where the text is a whole one, else its digits without what is dialled before them."""
    text = wanted.text[:LONGEST_TEXT]
    digits = digits_of(text).lstrip("0")
    if not wanted.sees_numbers or len(digits) < SHORTEST_DIGITS or any(character.isalpha() for character in text):
        return
    yield from (column.contains(digits) for column in (CALLS.c.e164, CALLS.c.extension, CALLS.c.raw))
    try:
        meant = number_set([text], wanted.locations)
    except NumberInvalid:
        return
    yield CALLS.c.e164.in_(meant.e164s)
    yield CALLS.c.extension.in_(meant.extensions)
