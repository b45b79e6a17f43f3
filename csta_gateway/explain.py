"""``csta-gateway number explain``: every step from a number as it came to what the gateway takes it for."""

from __future__ import annotations

from collections.abc import Iterator

from crm_adapter.errors import NumberInvalid
from crm_adapter.location import Location
from crm_adapter.numberrules import Role
from crm_adapter.numbers import canonical, dial, explain
from crm_adapter.texts import NUMBER_INVALID


def explained(raw: str, location: Location, role: Role) -> Iterator[str]:
    """Lines for people: the steps with the rule that fired, then the outcome, then what dialling it would send."""
    number, steps = explain(raw, location, role)
    rows = [(step.rule, step.outcome) for step in steps]
    rows += [("= E.164", number.e164 or "none"), ("= kind", number.kind), ("= shown as", number.display or "nothing")]
    if number.e164:
        rows.append(("= canonical", canonical(number, location)))
    rows.append(("= dialled as", _dialled(raw, location)))
    width = max(len(rule) for rule, _ in rows)
    yield from (f"{rule:<{width}}  {outcome}" for rule, outcome in rows)


def _dialled(raw: str, location: Location) -> str:
    try:
        return dial(raw, location).digits
    except NumberInvalid as problem:
        return f"nothing: {NUMBER_INVALID[problem.reason]['en']}"
