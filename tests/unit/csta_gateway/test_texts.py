from __future__ import annotations

import string

import pytest

from crm_adapter.texts import Language
from csta.messages import errors
from csta.messages.base import Enumeration
from csta_gateway.failures import STATUS
from csta_gateway.texts import REFUSALS, TEXTS, refusal

CATEGORIES = {"security", "stateIncompatibility", "systemResourceAvailability", "subscribedResourceAvailability"}
VALUES = {
    value.value
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, Enumeration)
    for value in kind
}


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    assert set(TEXTS["de"]) == set(TEXTS["en"])
    assert {key: fields(text) for key, text in TEXTS["de"].items()} == {
        key: fields(text) for key, text in TEXTS["en"].items()
    }


def test_every_failure_has_words() -> None:
    assert set(STATUS) - {"number_invalid"} <= set(TEXTS["de"])
    assert {key for key in TEXTS["de"] if key.startswith("problem.")} == {f"problem.{key}" for key in STATUS}


def test_the_switchs_reasons_are_those_of_the_standard() -> None:
    assert set(REFUSALS) - CATEGORIES <= VALUES
    assert {f"refused.{reason}" for reason in REFUSALS.values()} <= set(TEXTS["de"])


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("code", sorted(VALUES | {"", "99"}))
def test_every_reason_is_a_sentence(code: str, language: Language) -> None:
    words = refusal("operation", code, language)
    assert words.endswith(".")
    assert "{" not in words


@pytest.mark.parametrize(
    ("category", "code", "words"),
    [
        ("systemResourceAvailability", "resourceBusy", "The telephone system refuses: the device is busy."),
        ("systemResourceAvailability", "networkBusy", "The telephone system refuses: all lines are in use."),
        ("stateIncompatibility", "noCallToAnswer", "The telephone system refuses: the call is in the wrong state"),
        ("unspecified", "", "The telephone system refuses: the order does not fit."),
    ],
)
def test_the_most_exact_reason_is_told(category: str, code: str, words: str) -> None:
    assert refusal(category, code, "en").startswith(words)
