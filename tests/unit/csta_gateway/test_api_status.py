from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import structs

from crm_adapter.directory import Match
from crm_adapter.errors import DirectoryError
from crm_adapter.numbers import Number
from csta_gateway.config import Config

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World

ERIKA = "08999123"


def test_links_sources_and_what_is_wrong_are_told(world: World) -> None:
    status = world.browser("chef").get("/api/status").json
    (link,) = status["links"]
    assert link == {
        "name": "HQ",
        "up": True,
        "reason": "",
        "since": 2_000_000,
        "retry_at": None,
        "monitors": 4,
        "out_of_service": [],
    }
    assert status["sources"] == [{"name": "crm", "failures": 0}]
    assert status["findings"] == []
    assert (status["version"], status["screens"]) == (world.gateway.version, 0)
    world.switch.go_down("Connection refused")
    (down,) = world.browser("chef").get("/api/status").json["links"]
    assert (down["up"], down["reason"], down["retry_at"]) == (False, "Connection refused", 2_008_000)


def test_every_question_is_told_with_the_reason_of_each_match_and_half_a_number(world: World) -> None:
    world.switch.ring()
    anna = world.browser("anna")
    anna.post("/api/dial/preview", {"number": "+44 161 4960142"})
    newest, first = world.browser("chef").get("/api/status").json["lookups"]
    assert first["matches"] == [
        {"kind": "person", "name": "Erika Mustermann", "company": "Muster GmbH", "certainty": "exact", "source": "crm"}
    ]
    assert (first["asked"], first["took"], first["failed"]) == (2_000_000, 0, [])
    assert newest["matches"] == []
    for told in (newest, first):
        assert "0142" not in told["number"]
        assert "99123" not in told["number"].replace(" ", "")


def test_a_source_that_does_not_answer_is_told(world: World) -> None:
    async def away(number: Number) -> tuple[Match, ...]:
        raise DirectoryError("the CRM is away")

    world.crm.lookup = away  # type: ignore[method-assign] # a CRM that knows somebody, and one day nobody
    world.switch.ring()
    status = world.browser("chef").get("/api/status").json
    assert status["sources"] == [{"name": "crm", "failures": 1}]
    assert status["lookups"][0]["failed"] == ["crm"]


def test_numbers_that_are_kept_nowhere_are_not_told_either(make_world: Callable[..., World], settings: Config) -> None:
    journal = structs.replace(settings.journal, excluded_numbers=(ERIKA,))
    world = make_world(structs.replace(settings, journal=journal))
    world.switch.ring()
    assert world.browser("chef").get("/api/status").json["lookups"] == []


def test_it_is_for_those_who_run_the_gateway(world: World) -> None:
    assert world.browser("anna").get("/api/status").error == "forbidden"
    assert world.browser().get("/api/status").error == "not_logged_in"
