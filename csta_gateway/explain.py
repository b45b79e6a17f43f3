"""``csta-gateway number explain``: every step from a number as it came to what the gateway takes it for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from crm_adapter.errors import NumberInvalid
from crm_adapter.location import Location
from crm_adapter.numberrules import Role
from crm_adapter.numbers import Dialable, Number, canonical, dial, explain
from crm_adapter.numbersteps import Step
from crm_adapter.texts import NUMBER_INVALID, NUMBER_STEPS, Language
from csta_gateway.texts import text

PLAINLY = "refused"
"""Step whose outcome is a reason, not a number."""


class Explanation(NamedTuple):
    """What there is to say about a number.

    :param lines: for people: where it is looked at from, the steps with the rule that fired, the outcome, and what
        dialling it would send.
    :param understood: it is a number one can call or be called from.
    """

    lines: tuple[str, ...]
    understood: bool


def explained(raw: str, location: Location, role: Role, *, site: str = "", language: Language = "en") -> Explanation:
    """Explain a number.

    :param site: name of the site ``location`` is of; empty for the main one.
    """
    number, steps = explain(raw, location, role)
    dialable, dialling, refused = _dialling(raw, location)
    rows = [
        (text("number.site", language), f"{site or text('number.main_site', language)}, {_place(location)}"),
        (text("number.role", language), text(f"number.role.{role}", language)),
        *(_row(step, language) for step in steps),
        *_outcome(number, location, language),
        *(_row(step, language) for step in dialling if step.name == "area_rule"),
        (f"= {text('number.dialled', language)}", _dialled(dialable, refused, language)),
    ]
    width = max(len(name) for name, _ in rows)
    lines = tuple(f"{name:<{width}}  {outcome}" for name, outcome in rows)
    return Explanation(lines, number.kind != "unknown")


def _place(location: Location) -> str:
    return f"{location.country} {location.trunk}{location.area}" if location.area else location.country


def _row(step: Step, language: Language) -> tuple[str, str]:
    words = NUMBER_STEPS[step.name][language].format(detail=step.detail)
    return words, NUMBER_INVALID[step.outcome][language] if step.name == PLAINLY else step.outcome


def _outcome(number: Number, location: Location, language: Language) -> list[tuple[str, str]]:
    values: Mapping[str, str | None] = {
        "number.e164": number.e164 or text("number.none", language),
        "number.others": ", ".join(number.others),
        "number.kind": text(f"number.kind.{number.kind}", language),
        "number.shown": number.display or text("number.nothing", language),
        "number.canonical": canonical(number, location) if number.e164 else "",
        "number.doubt": "" if number.verified or not number.e164 else text("number.unverified", language),
    }
    return [(f"= {text(key, language)}", value) for key, value in values.items() if value]


def _dialling(raw: str, location: Location) -> tuple[Dialable | None, tuple[Step, ...], str]:
    steps: list[Step] = []
    try:
        return dial(raw, location, trace=steps.append), tuple(steps), ""
    except NumberInvalid as problem:
        return None, (), problem.reason


def _dialled(dialable: Dialable | None, refused: str, language: Language) -> str:
    if dialable is None:
        return text("number.not_dialled", language, reason=NUMBER_INVALID[refused][language])
    if dialable.post_dial:
        return text("number.then", language, digits=dialable.digits, then=dialable.post_dial)
    return dialable.digits
