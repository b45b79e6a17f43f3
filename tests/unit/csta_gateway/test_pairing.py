"""Which calls of two ways are one: spellings of numbers, times and states."""

from __future__ import annotations

import pytest

from csta.model.call import Call, Direction, Party, Presentation
from csta.model.states import ConnectionState
from csta_gateway.pairing import SLACK, Sighting, compare, pairs

_S = ConnectionState
WITHHELD = Party(presentation=Presentation.RESTRICTED)


def sighting(
    number: str | None = "0891234567",
    began: float = 100.0,
    exact: bool = True,
    state: ConnectionState = _S.ALERTING,
    direction: Direction = Direction.INCOMING,
    answered: float | None = None,
    name: str = "c1",
    parties: tuple[Party, ...] = (),
) -> Sighting:
    other = WITHHELD if number is None else Party(number)
    call = Call(name, name, "2001", state, direction, other, began=began, answered=answered, parties=parties)
    return Sighting(call, exact)


ONE: dict[str, tuple[Sighting, Sighting]] = {
    "the same": (sighting(), sighting()),
    "told a little later": (sighting(), sighting(began=100 + SLACK)),
    "told a little earlier": (sighting(began=100 + SLACK), sighting()),
    "with a prefix for outside": (sighting("0891234567"), sighting("00891234567")),
    "with the country": (sighting("0891234567"), sighting("+49891234567")),
    "the extension of a whole number": (sighting("+498912342001"), sighting("2001")),
    "one way shows no number": (sighting(), sighting(None)),
    "both show none": (sighting(None), sighting(None)),
    "answered meanwhile": (sighting(), sighting(state=_S.CONNECTED, answered=107)),
    "held meanwhile": (sighting(state=_S.CONNECTED, answered=101), sighting(state=_S.HOLD, answered=101)),
    "found later": (sighting(began=100), sighting(began=400, exact=False)),
    "both found": (sighting(began=400, exact=False), sighting(began=100, exact=False)),
    "who called whom was guessed": (sighting(), sighting(direction=Direction.OUTGOING)),
    "a conference": (
        sighting("1111", parties=(Party("1111"), Party("0891234567"))),
        sighting("2222", parties=(Party("2222"), Party("00891234567"))),
    ),
}
TWO: dict[str, tuple[Sighting, Sighting]] = {
    "other numbers": (sighting("0891234567"), sighting("0891234568")),
    "short numbers that end alike": (sighting("12"), sighting("0891234512")),
    "called again": (sighting(), sighting(began=100 + SLACK + 1)),
    "one began after the other was found": (sighting(began=100, exact=False), sighting(began=110)),
    "one was found before the other began": (sighting(began=110), sighting(began=100, exact=False)),
    "rings though it was answered": (sighting(state=_S.CONNECTED, answered=101), sighting()),
    "without a number, the other way round": (sighting(), sighting(None, direction=Direction.OUTGOING)),
}


@pytest.mark.parametrize(("known", "found"), ONE.values(), ids=ONE)
def test_one_call(known: Sighting, found: Sighting) -> None:
    assert compare(known, found) is not None


@pytest.mark.parametrize(("known", "found"), TWO.values(), ids=TWO)
def test_two_calls(known: Sighting, found: Sighting) -> None:
    assert compare(known, found) is None


def test_the_likeliest_are_paired_first() -> None:
    known = [sighting(None, name="withheld"), sighting("0891234567", name="known"), sighting("0897", name="gone")]
    found = [sighting("00891234567", name="1"), sighting(None, name="2"), sighting("0898", name="3")]
    assert dict(pairs(known, found)) == {"known": "1", "withheld": "2"}


def test_of_two_calls_of_one_caller_those_that_began_together_are_paired() -> None:
    known = [sighting(began=100, name="first"), sighting(began=104, name="second")]
    found = [sighting(began=104.1, name="2"), sighting(began=100.1, name="1")]
    assert dict(pairs(known, found)) == {"first": "1", "second": "2"}
