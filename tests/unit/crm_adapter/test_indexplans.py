"""How SQLite goes about a look-up: from the number to its owners, never through all contacts of a source."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, event

from crm_adapter.indexqueries import find_matches
from crm_adapter.indexschema import METADATA
from crm_adapter.location import Location
from crm_adapter.numbers import normalise
from crm_adapter.phoneindex import candidates, tail


@pytest.mark.parametrize("uncertain", [False, True])
def test_a_caller_is_found_from_the_number(uncertain: bool) -> None:
    number = normalise("089 1234567", Location(area_code="089"), "incoming")
    assert number.e164 is not None
    asked: list[tuple[str, Any]] = []
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        event.listen(engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
        find_matches(connection, "crm", candidates(number), tail(number.e164) if uncertain else None)
        questions = list(asked)
        plans = [
            [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
            for text, values in questions
        ]
    first = ["SEARCH numbers USING INDEX numbers_by_e164 (e164=?)"]
    if uncertain:
        first.append("SEARCH numbers USING INDEX numbers_by_tail (tail=?)")
    assert [plan[0] for plan in plans] == first
    assert all("SEARCH contacts USING INTEGER PRIMARY KEY (rowid=?)" in plan for plan in plans)
