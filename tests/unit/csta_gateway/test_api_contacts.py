"""The number of an unknown caller is written at a contact, and the call that rings has its name at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World

ERIKA = {"source": "crm", "kind": "person", "id": "7", "name": "Erika Mustermann"}
WISH = {**ERIKA, "number": "089 5551234", "label": "mobile"}
PATH = "/api/contacts/numbers"


def last_call(socket: Socket) -> dict[str, Any]:
    calls: list[dict[str, Any]] = [each["call"] for each in socket.messages() if each["type"] == "call"]
    return calls[-1]


def test_a_call_that_rings_has_the_name_at_once_and_the_audit_log_says_who_did_it(world: World) -> None:
    browser = world.browser("anna")
    socket = Socket(browser)
    world.switch.ring("2001", "0895551234")
    assert last_call(socket)["stranger"]["add_number"] is True
    found = browser.post("/api/contacts/search", {"text": "erika", "number": "089 5551234"}).json["contacts"]
    assert [(each["source"], each["id"], each["number_kinds"]) for each in found] == [
        ("crm", "7", ["business", "mobile"])
    ]
    assert browser.post(PATH, WISH).status == 204
    ((contact, number),) = world.crm.added
    assert (contact.record_id, contact.name, number.label, number.raw) == (
        "7",
        "Erika Mustermann",
        "mobile",
        "+49 89 5551234",
    )
    call = last_call(socket)
    assert (call["name"], call["stranger"]) == ("Erika Mustermann", None)
    line = world.audited()[-1]
    assert (line["event"], line["user"], line["source"], line["record"]) == ("number_added", "anna", "crm", "person:7")
    assert "5551234" not in line["number"]


@pytest.mark.parametrize(
    ("user", "change", "status", "error", "words"),
    [
        ("anna", {"id": "8"}, 409, "crm_refused", "Diesen Kontakt gibt es im CRM nicht mehr."),
        ("jonas", {"id": "8"}, 409, "crm_refused", "This contact is no longer in the CRM."),
        ("anna", {"source": "x"}, 409, "crm_refused", "Das CRM lässt hier keine Änderung zu."),
        ("anna", {"label": "Pager"}, 400, "bad_request", ""),
        ("anna", {"number": "2002"}, 422, "number_invalid", ""),
        ("anna", {"number": "anonymous"}, 422, "number_invalid", ""),
        ("anna", {"number": "x" * 129}, 400, "bad_request", ""),
        ("anna", {"id": ""}, 400, "bad_request", ""),
        ("anna", {"kind": "user"}, 400, "bad_request", ""),
        ("lager", {}, 403, "forbidden", ""),
    ],
    ids=["gone", "gone-en", "no-source", "no-kind", "inside", "none", "long", "empty", "colleague", "without-cti"],
)
def test_what_is_not_written_and_why(
    world: World, user: str, change: dict[str, str], status: int, error: str, words: str
) -> None:
    answer = world.browser(user).post(PATH, {**WISH, **change})
    assert (answer.status, answer.error) == (status, error)
    assert words in answer.json["detail"]
    assert world.crm.added == []
    assert "number_added" not in [line["event"] for line in world.audited()]


def test_a_crm_that_is_away_is_told(world: World) -> None:
    world.crm.broken = True
    answer = world.browser("anna").post(PATH, WISH)
    assert (answer.status, answer.error) == (503, "crm_down")
    assert "CRM" in answer.json["detail"]
