"""Past calls over the API: what users write about them, and what administrators give out and delete."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from crm_adapter.callnotes import FINDING
from csta.model.call import Direction, Party
from csta.model.events import CallAnswered, CallEnded, CallOffered
from csta.model.states import ConnectionState
from csta_gateway import config
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.csta_gateway.conftest import World


def test_the_journal_holds_past_calls(world: World) -> None:
    for number in range(3):
        call = world.switch.ring(call=f"c{number}")
        call = world.switch.change(call, CallAnswered, began=1000.0 + number)
        world.switch.change(call, CallEnded, state=ConnectionState.NULL, answered=1990.0 if number == 1 else None)
    browser = world.browser("anna")
    page = browser.get("/api/journal").json
    assert [(entry["began"], entry["result"], entry["duration"]) for entry in page["entries"]] == [
        (1_002_000, "missed", 0),
        (1_001_000, "answered", 10),
        (1_000_000, "missed", 0),
    ]
    assert page["more"] is False
    assert set(page["entries"][0]) == {
        "id", "direction", "number", "name", "company", "internal", "result", "began", "duration",
        "done", "note", "disposition", "crm",
    }  # fmt: skip
    assert page["entries"][0]["name"] == "Erika Mustermann"
    assert [entry["began"] for entry in browser.get("/api/journal?missed=1&before=1002000").json["entries"]] == [
        1_000_000
    ]
    assert world.browser("jonas").get("/api/journal").json["entries"] == []
    for nonsense in ("x", "-1", "9" * 17, "%FF", "%C2%B2"):
        assert browser.get(f"/api/journal?before={nonsense}").error == "bad_request"


def test_a_handset_that_was_only_lifted_leaves_no_trace(world: World) -> None:
    for number in (None, "08999123"):
        lifted = {"direction": Direction.OUTGOING, "other": Party(number), "state": ConnectionState.INITIATED}
        call = world.switch.change(world.switch.ring(), CallOffered, **lifted)
        world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    (kept,) = world.browser("anna").get("/api/journal").json["entries"]
    assert (kept["number"]["display"], kept["result"]) == ("089 99123", "cancelled")


def a_missed_call(world: World) -> str:
    world.switch.change(world.switch.ring(), CallEnded, state=ConnectionState.NULL)
    return str(world.browser("anna").get("/api/journal").json["entries"][0]["id"])


def test_a_note_on_a_past_call_is_kept(world: World) -> None:
    entry, anna = a_missed_call(world), world.browser("anna")
    written = anna.put(f"/api/journal/{entry}", {"note": "calls again <b>", "disposition": "offer"})
    assert (written.status, written.json["entry"]["note"]) == (200, "calls again <b>")
    (kept,) = anna.get("/api/journal").json["entries"]
    assert (kept["note"], kept["disposition"], kept["done"]) == ("calls again <b>", "offer", False)


def test_a_private_call_keeps_nobody_s_number_and_name(world: World) -> None:
    entry, anna = a_missed_call(world), world.browser("anna")
    anna.put(f"/api/journal/{entry}", {"note": "the doctor"})
    assert anna.post(f"/api/journal/{entry}/private").status == 200
    (kept,) = anna.get("/api/journal").json["entries"]
    assert kept["number"] == {"raw": "", "e164": None, "display": "", "presentation": "restricted"}
    assert (kept["name"], kept["company"], kept["note"], kept["result"]) == (None, None, "", "missed")


@pytest.mark.parametrize("entry", ["999", "x", "9" * 30, "-1"])
def test_only_own_calls_that_exist_can_be_written_on(world: World, entry: str) -> None:
    anna, jonas = world.browser("anna"), world.browser("jonas")
    assert anna.put(f"/api/journal/{entry}", {"note": "?"}).error == "not_found"
    assert jonas.put(f"/api/journal/{a_missed_call(world)}", {"note": "mine"}).error == "not_found"
    assert jonas.post(f"/api/journal/{a_missed_call(world)}/private").error == "not_found"
    assert anna.put("/api/journal/1", {"note": "n" * 4001}).error == "bad_request"


def test_roles_that_must_not_see_numbers_see_their_beginning(
    make_world: Callable[..., World], settings: config.Config
) -> None:
    world = make_world(structs.replace(settings, journal=config.Journal(masked_for=("user",))))
    a_missed_call(world)
    (entry,) = world.browser("anna").get("/api/journal").json["entries"]
    assert entry["number"]["display"].endswith("****")
    assert (entry["number"]["raw"], entry["number"]["e164"]) == ("", None)


def test_past_calls_are_found_by_what_stands_in_the_body(world: World) -> None:
    a_missed_call(world)
    anna = world.browser("anna")
    for fits in ({}, {"text": "089/99-123"}, {"text": "muster"}, {"way": "incoming", "result": "missed"}):
        assert len(anna.post("/api/journal/search", fits).json["entries"]) == 1, fits
    for other in ({"way": "internal"}, {"since": 1_000_001}, {"before": 1_000_000}, {"text": "weber"}):
        assert anna.post("/api/journal/search", other).json == {"entries": [], "more": False}, other
    for nonsense in ({"way": "x"}, {"since": -1}, {"text": "x" * 129}, {"number": "1"}):
        assert anna.post("/api/journal/search", nonsense).error == "bad_request"
    assert world.browser("jonas").post("/api/journal/search", {"text": "muster"}).json["entries"] == []


def test_who_must_not_see_a_number_cannot_guess_it(make_world: Callable[..., World], settings: config.Config) -> None:
    world = make_world(structs.replace(settings, journal=config.Journal(masked_for=("user",))))
    a_missed_call(world)
    anna = world.browser("anna")
    assert anna.post("/api/journal/search", {"text": "99123"}).json["entries"] == []
    assert len(anna.post("/api/journal/search", {"text": "Erika"}).json["entries"]) == 1


def test_an_ended_call_is_written_into_the_crm(world: World) -> None:
    a_missed_call(world)
    (activity,) = world.crm.written
    assert (activity.record_id, activity.result, activity.login) == ("7", "missed", "anna")


def end(world: World, call: str = "c1", answered: float | None = None, began: float = 1000.0, **ring: str) -> None:
    """A call comes and goes."""
    offered = world.switch.ring(call=call, **ring)
    world.switch.change(offered, CallEnded, state=ConnectionState.NULL, began=began, answered=answered)


def test_a_note_on_a_live_call_is_seen_at_once_and_stays_with_the_call(world: World) -> None:
    call, anna = world.switch.ring(), world.browser("anna")
    pages = [Socket(anna), Socket(anna)]
    for page in pages:
        page.messages()
    written = anna.put("/api/calls/c1/note", {"note": "wants an offer", "disposition": "order"})
    assert (written.status, written.json["call"]["note"], written.json["call"]["private"]) == (
        200,
        "wants an offer",
        False,
    )
    for page in pages:
        (told,) = page.messages()
        assert (told["type"], told["call"]["note"], told["call"]["disposition"]) == ("call", "wants an offer", "order")
    world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    (entry,) = anna.get("/api/journal").json["entries"]
    assert (entry["note"], entry["disposition"], entry["crm"]) == ("wants an offer", "order", "written")
    assert [each.note for each in world.crm.written] == ["wants an offer"]


def test_what_is_written_in_the_last_moment_of_a_call_is_not_lost(world: World) -> None:
    end(world)
    anna = world.browser("anna")
    late = anna.put("/api/calls/c1/note", {"note": "one word more"})
    assert (late.status, late.json["entry"]["note"]) == (200, "one word more")
    assert [each.note for each in world.crm.updated] == ["one word more"]
    world.clock.advance(3600.0)
    assert anna.put("/api/calls/c1/note", {"note": "too late"}).error == "call_unknown"


def test_a_call_marked_as_private_while_it_lasts_is_kept_without_number_and_told_to_no_crm(world: World) -> None:
    call, anna = world.switch.ring(), world.browser("anna")
    anna.put("/api/calls/c1/note", {"note": "the doctor", "private": True})
    world.switch.change(call, CallEnded, state=ConnectionState.NULL)
    (entry,) = anna.get("/api/journal").json["entries"]
    assert (entry["number"]["raw"], entry["name"], entry["note"], entry["crm"]) == ("", None, "", None)
    assert world.crm.written == []


def test_a_call_can_be_made_private_in_its_last_moment(world: World) -> None:
    end(world)
    entry = world.browser("anna").put("/api/calls/c1/note", {"private": True}).json["entry"]
    assert (entry["number"]["presentation"], entry["name"]) == ("restricted", None)


def test_nobody_writes_on_the_live_call_of_another(world: World) -> None:
    world.switch.ring()
    assert world.browser("jonas").put("/api/calls/c1/note", {"note": "?"}).error == "call_unknown"
    assert world.browser("anna").put("/api/calls/c1/note", {"note": "n" * 4001}).error == "bad_request"


def test_a_note_on_a_live_call_outlives_the_gateway(make_world: Callable[..., World]) -> None:
    before = make_world()
    before.switch.ring()
    before.browser("anna").put("/api/calls/c1/note", {"note": "began before"})
    after = make_world()
    call = after.switch.ring(call="c5")
    (snapshot,) = Socket(after.browser("anna")).messages()
    assert snapshot["calls"][0]["note"] == "began before"
    after.switch.change(call, CallEnded, state=ConnectionState.NULL)
    assert after.browser("anna").get("/api/journal").json["entries"][0]["note"] == "began before"
    for later in (after, make_world()):  # the next call of the same number is another one
        later.switch.ring(call="c6")
        assert later.browser("anna").get("/api/calls/c6").json["note"] == ""


def test_a_call_with_another_number_has_no_note_of_before(make_world: Callable[..., World]) -> None:
    before = make_world()
    before.switch.ring()
    before.browser("anna").put("/api/calls/c1/note", {"note": "about Erika"})
    after = make_world()
    after.switch.ring(number="030123456")
    (snapshot,) = Socket(after.browser("anna")).messages()
    assert snapshot["calls"][0]["note"] == ""


def test_a_call_that_begins_long_after_the_restart_has_no_note_of_before(make_world: Callable[..., World]) -> None:
    before = make_world()
    before.switch.ring(number=None)
    before.browser("anna").put("/api/calls/c1/note", {"note": "about somebody"})
    after = make_world()
    began = after.clock.seconds() + FINDING
    later = replace(before.switch.known["c1"], id="c5", began=began, since=began)
    after.switch.put(later)
    assert after.browser("anna").get("/api/calls/c5").json["note"] == ""


def test_the_end_of_a_call_leaves_the_note_on_another_of_the_same_number(make_world: Callable[..., World]) -> None:
    before = make_world()
    before.clock.advance(1.0)
    calls = [before.switch.ring(number=None, call=each) for each in ("c1", "c2")]
    for call in calls:
        before.browser("anna").put(f"/api/calls/{call.id}/note", {"note": f"about {call.id}"})
    before.switch.change(calls[0], CallEnded, state=ConnectionState.NULL)
    after = make_world()
    after.switch.ring(number=None, call="c5")
    assert after.browser("anna").get("/api/calls/c5").json["note"] == "about c2"


def test_a_later_note_reaches_the_crm_and_the_page_is_told(world: World) -> None:
    entry, anna = a_missed_call(world), world.browser("anna")
    page = Socket(anna)
    page.messages()
    assert anna.put(f"/api/journal/{entry}", {"note": "called back"}).json["entry"]["crm"] == "revised"
    assert [each["entry"]["crm"] for each in page.messages()][-1] == "written"
    assert [each.note for each in world.crm.updated] == ["called back"]


def test_a_crm_that_is_away_does_not_keep_the_note(world: World) -> None:
    world.crm.broken = True
    entry, anna = a_missed_call(world), world.browser("anna")
    written = anna.put(f"/api/journal/{entry}", {"note": "kept here"}).json["entry"]
    assert (written["note"], written["crm"]) == ("kept here", "waiting")
    world.crm.broken = False
    world.clock.advance(10.0)
    assert [each.note for each in world.crm.written] == ["kept here"]


@pytest.mark.parametrize("done", [True, False])
def test_a_missed_call_is_marked_as_done_and_back(world: World, done: bool) -> None:
    entry, anna = a_missed_call(world), world.browser("anna")
    for wish in (not done, done):
        assert anna.put(f"/api/journal/{entry}/done", {"done": wish}).json["entry"]["done"] is wish
    assert anna.get("/api/journal?missed=1").json["entries"][0]["done"] is done
    assert world.browser("jonas").put(f"/api/journal/{entry}/done", {"done": True}).error == "not_found"


def test_calling_back_marks_the_missed_call_on_the_page(world: World) -> None:
    entry, anna = a_missed_call(world), world.browser("anna")
    page = Socket(anna)
    page.messages()
    end(world, call="c2", answered=1500.0, began=1400.0)
    told = [each["entry"] for each in page.messages() if each["type"] == "journal"]
    assert [(each["id"], each["done"]) for each in told if each["id"] == entry] == [(entry, True)]


def test_calls_with_excluded_numbers_are_kept_nowhere(
    make_world: Callable[..., World], settings: config.Config
) -> None:
    world = make_world(structs.replace(settings, journal=config.Journal(excluded_numbers=("089 / 99-123",))))
    world.switch.ring()
    anna = world.browser("anna")
    page = Socket(anna)
    page.messages()
    assert anna.put("/api/calls/c1/note", {"note": "hush"}).status == 200
    end(world)
    assert "call_ended" in [each["type"] for each in page.messages()]
    assert anna.get("/api/journal").json["entries"] == []
    assert world.crm.written == []
    assert world.browser("chef").post("/api/journal/export", {"user": "anna"}).json == {"calls": []}


SPELLINGS = ["089/99123", "+49 (89) 99123", "004989 99-123", "99123", "(0 89) 99 1 23"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_person_s_calls_are_given_out_and_deleted_however_the_number_is_spelled(world: World, spelling: str) -> None:
    end(world)
    end(world, call="c2", device="2002", number="0049 89 99123")
    end(world, call="c3", number="030123456")
    chef = world.browser("chef")
    given = chef.post("/api/journal/export", {"numbers": [spelling]})
    assert given.headers["content-disposition"] == 'attachment; filename="calls.json"'
    assert [(call["user"], call["e164"]) for call in given.json["calls"]] == [
        ("anna", "+498999123"),
        ("jonas", "+498999123"),
    ]
    assert chef.post("/api/journal/purge", {"numbers": [spelling], "dry_run": True}).json == {"calls": 2}
    page = Socket(world.browser("anna"))
    page.messages()
    assert chef.post("/api/journal/purge", {"numbers": [spelling]}).json == {"calls": 2}
    assert [each["type"] for each in page.messages()] == ["snapshot"]
    assert [entry["number"]["raw"] for entry in world.browser("anna").get("/api/journal").json["entries"]] == [
        "030123456"
    ]
    written = [line for line in world.audited() if line["event"].startswith("journal_")]
    assert [(line["user"], line["event"], line["calls"]) for line in written] == [
        ("chef", "journal_exported", 2),
        ("chef", "journal_purged", 2),
    ]
    assert not any(spelling in line["whose"] for line in written)


def test_a_user_s_calls_are_given_out_as_a_table_no_cell_of_which_is_a_formula(world: World) -> None:
    end(world, number="030123456")
    entry = world.browser("anna").get("/api/journal").json["entries"][0]["id"]
    world.browser("anna").put(f"/api/journal/{entry}", {"note": '=HYPERLINK("http://x")'})
    given = world.browser("chef").post("/api/journal/export", {"user": "anna", "format": "csv"})
    assert given.headers["content-type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(given.body.decode("utf-8-sig")))
    assert (row["note"], row["e164"], row["began"]) == (
        '\'=HYPERLINK("http://x")',
        "+4930123456",
        "1970-01-01T00:16:40+00:00",
    )


@pytest.mark.parametrize("path", ["export", "purge"])
@pytest.mark.parametrize(
    ("user", "body", "error"),
    [
        ("anna", {"user": "anna"}, "forbidden"),
        ("chef", {}, "bad_request"),
        ("chef", {"user": "anna", "numbers": ["2001"]}, "bad_request"),
        ("chef", {"numbers": ["nobody"]}, "bad_request"),
        ("chef", {"user": ""}, "bad_request"),
    ],
)
def test_only_administrators_who_say_whose_calls_get_or_delete_them(
    world: World, path: str, user: str, body: dict[str, Any], error: str
) -> None:
    end(world)
    assert world.browser(user).post(f"/api/journal/{path}", body).error == error
    assert len(world.browser("anna").get("/api/journal").json["entries"]) == 1
