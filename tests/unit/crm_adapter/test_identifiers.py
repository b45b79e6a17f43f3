from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_adapter.identifiers import LONGEST, Identifier, unwrap
from csta.model.call import Presentation


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("2001", "2001", None),
        ("  2001 ", "2001", None),
        ("N<2001>Anna Berger;displayNumber=2001;uid=7;noa=nk", "2001", "Anna Berger"),
        ("N<+49891234567>", "+49891234567", None),
        ("<2001>", "2001", None),
        ("N<2001!sub&calling%agent>Anna", "2001", "Anna"),
        ("tel:+49-89-1234567", "+49-89-1234567", None),
        ("tel:+49-89-1234567;ext=12", "+49-89-1234567 ext 12", None),
        ("TEL:2001;phone-context=example.org", "2001", None),
        ("sip:+49891234567@gateway.example;user=phone", "+49891234567", None),
        ("sips:2001@pbx.example", "2001", None),
        ("sip:anna%20b@pbx.example", "anna b", None),
        ("2001@pbx.example", "2001", None),
        ("info@example.org", "info@example.org", None),
        ("tel:7654321;phone-context=+4930", "+49307654321", None),
        ("tel:2001;phone-context=+49-89-1234", "+49-89-12342001", None),
        ("tel:+49897654321;phone-context=+49", "+49897654321", None),
        ('"Anna Berger" <sip:2001@pbx.example>;tag=1', "2001", "Anna Berger"),
        ("Anna <sip:2001@pbx.example>", "2001", "Anna"),
        ("callto:089 1234567", "089 1234567", None),
    ],
)
def test_number_and_name_are_taken_out(text: str, number: str, name: str | None) -> None:
    assert unwrap(text) == Identifier(number, name)


@pytest.mark.parametrize(
    ("text", "presentation"),
    [
        (None, Presentation.NOT_KNOWN),
        ("", Presentation.NOT_KNOWN),
        ("notKnown", Presentation.NOT_KNOWN),
        ("notRequired", Presentation.NOT_KNOWN),
        ("N<>", Presentation.NOT_KNOWN),
        ("Unknown", Presentation.NOT_KNOWN),
        ("anonymous", Presentation.RESTRICTED),
        ("sip:anonymous@anonymous.invalid", Presentation.RESTRICTED),
        ("N<restricted>", Presentation.RESTRICTED),
    ],
)
def test_words_instead_of_a_number(text: str | None, presentation: Presentation) -> None:
    assert unwrap(text) == Identifier(None, None, presentation)


def test_a_name_is_kept_when_the_number_is_withheld() -> None:
    assert unwrap('"Anonymous" <sip:anonymous@anonymous.invalid>').name == "Anonymous"


@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_read(text: str) -> None:
    number = unwrap(text).number
    assert number is None or 0 < len(number) <= 2 * LONGEST
