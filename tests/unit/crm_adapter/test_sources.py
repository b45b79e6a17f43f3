"""What every source over HTTP does the same, whatever CRM is behind it; and what each does of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from twisted.internet.task import Clock

from crm_adapter.errors import TemplateInvalid
from crm_adapter.indexed import IndexedSource
from crm_adapter.numbers import normalise
from crm_adapter.sources import tryton
from crm_adapter.sources.tryton import TrytonFeed
from tests.unit.crm_adapter.servers import CARD, ERIKA_NUMBERS, PASSWORD, USER, CardDav, RestCrm, Server, Tryton
from tests.unit.crm_adapter.sources import CALL, MUNICH, World, failure

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Done


Make = Callable[[World, Server | None], Any]
OVER_HTTP = pytest.mark.parametrize(
    ("make", "server"),
    [
        pytest.param(World.carddav, CardDav, id="carddav"),
        pytest.param(World.tryton, Tryton, id="tryton"),
        pytest.param(World.rest, RestCrm, id="rest"),
    ],
)


def ask(source: Any, done: Done) -> Any:  # noqa: ANN401 -- a source of either kind
    """What needs the server: reading, where contacts are copied; else the question itself."""
    if isinstance(source, IndexedSource):
        done(source.refresh())
    return done(source.lookup(normalise("0891234567", MUNICH)))


@OVER_HTTP
def test_a_caller_is_found_whatever_else_is_wrong_with_records(
    make: Make, server: Callable[[], Server], world: World, done: Done
) -> None:
    source = make(world, server())
    (erika,) = [match for match in ask(source, done) if match.certainty == "exact"]
    assert (erika.kind, erika.name, erika.source) == ("person", "Erika Mustermann", "crm")
    (contact,) = [each for each in done(source.search("Muster", 9)) if each.kind == "person" and "Erika" in each.name]
    assert [number.raw for number in contact.numbers] == [number for number in ERIKA_NUMBERS if number]
    assert done(source.lookup(normalise("0891111111", MUNICH))) == ()
    assert done(source.users()) == ()


@OVER_HTTP
def test_a_server_that_is_down_is_told(make: Make, server: Callable[[], Server], world: World, clock: Clock) -> None:
    assert "cannot be reached" in failure(make(world, None), clock)


@OVER_HTTP
def test_a_server_that_is_slow_is_not_waited_for(
    make: Make, server: Callable[[], Server], world: World, clock: Clock
) -> None:
    slow = server()
    slow.trouble = "silent"
    assert "no answer in 5 s" in failure(make(world, slow), clock, 5.0)
    assert not clock.getDelayedCalls()


@OVER_HTTP
def test_a_wrong_password_is_told_and_not_repeated(
    make: Callable[..., Any], server: Callable[[], Server], world: World, clock: Clock
) -> None:
    told = failure(make(world, server(), "wrong"), clock)
    assert "check user and password" in told
    assert "wrong" not in told


@OVER_HTTP
def test_a_server_that_is_asked_too_much_is_left_alone(
    make: Make, server: Callable[[], Server], world: World, clock: Clock, done: Done
) -> None:
    busy = server()
    busy.trouble, busy.headers = 429, {"Retry-After": "20"}
    source = make(world, busy)
    assert "429" in failure(source, clock)
    asked = len(busy.requests)
    busy.trouble = None
    clock.advance(19.0)
    assert "429" in failure(source, clock)
    assert len(busy.requests) == asked
    clock.advance(1.0)
    assert ask(source, done)


@OVER_HTTP
def test_an_answer_that_makes_no_sense_is_told_without_numbers(
    make: Make, server: Callable[[], Server], world: World, clock: Clock
) -> None:
    class Nonsense(Server):
        def reply(self, request: Any, body: bytes) -> bytes:  # noqa: ANN401 -- Twisted's
            return b"<html>Welcome to your router"

    told = failure(make(world, Nonsense()), clock)
    assert told.startswith("source crm")
    assert "1234567" not in told


def test_cards_that_change_and_go_are_followed(world: World, done: Done) -> None:
    server = CardDav()
    source = world.carddav(server)
    assert done(source.refresh()) == 2
    assert done(source.refresh()) == 0
    server.put("max", None)
    server.put("erika", CARD.format(uid="u1", name="Erika Neu", company="", numbers="TEL:089 777777\r\n"))
    assert done(source.refresh()) == 2
    assert [match.name for match in done(source.lookup(normalise("089777777", MUNICH)))] == ["Erika Neu"]
    assert done(source.lookup(normalise("01713920099", MUNICH))) == ()


def test_a_sync_token_that_is_forgotten_means_reading_everything(world: World, done: Done) -> None:
    server = CardDav()
    source = world.carddav(server)
    done(source.refresh())
    done(source.refresh())
    server.put("max", None)
    server.history, forgotten = ["/book/erika.vcf", "/book/broken.vcf"], 403
    server.trouble = None
    original = server.reply
    server.reply = lambda request, body: _forgetting(original, request, body, forgotten)  # type: ignore[method-assign] # a server that was restored
    assert done(source.refresh()) == 1
    assert done(source.lookup(normalise("01713920099", MUNICH))) == ()


def _forgetting(reply: Callable[[Any, bytes], bytes], request: Any, body: bytes, status: int) -> bytes:  # noqa: ANN401
    if b"urn:sync:3" in body:
        request.setResponseCode(status)
        return b""
    return reply(request, body)


def test_parties_that_change_are_followed(world: World, done: Done) -> None:
    server = Tryton()
    source = world.tryton(server)
    assert done(source.refresh()) == 2
    assert done(source.refresh()) == 0
    (main,) = done(source.lookup(normalise("0891234999", MUNICH)))
    assert (main.name, main.kind, main.certainty, main.company_id) == ("Muster GmbH", "company", "main_number", "2")
    server.put("party.contact_mechanism", 4, value="+49 171 3920015")
    server.put("party.party", 2, active=False)
    assert done(source.refresh()) == 2
    assert [match.name for match in done(source.lookup(normalise("01713920015", MUNICH)))] == ["Erika Mustermann"]
    assert done(source.lookup(normalise("01713920014", MUNICH))) == ()
    assert done(source.lookup(normalise("0891234999", MUNICH))) == ()


def test_parties_and_numbers_that_were_deleted_are_gone(world: World, done: Done) -> None:
    server = Tryton()
    source = world.tryton(server)
    done(source.refresh())
    del server.tables["party.contact_mechanism"][4]
    assert done(source.refresh()) == 1
    assert done(source.lookup(normalise("01713920014", MUNICH))) == ()
    del server.tables["party.party"][1]
    assert done(source.refresh()) == 1
    assert [match.name for match in done(source.lookup(normalise("0891234567", MUNICH)))] == ["Muster GmbH"]
    assert done(source.refresh()) == 0


def test_after_many_changes_all_parties_are_read(world: World, done: Done, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Tryton()
    source = world.tryton(server)
    done(source.refresh())
    monkeypatch.setattr(tryton, "CHANGED", 1)
    server.put("party.party", 1, rec_name="Erika Neu")
    server.put("party.party", 2, rec_name="Neu GmbH")
    assert done(source.refresh()) == 2
    assert done(source.refresh()) == 0


def test_a_token_of_another_edition_means_reading_everything(world: World, done: Done) -> None:
    async def first() -> bool:
        feed = TrytonFeed("https://t.example.org", "db", (USER, PASSWORD), world.web(Tryton(), None))
        async for page in feed.changes('{"__class__": "datetime", "year": 2026}'):
            return page.whole
        return False

    assert done(first())


def test_a_session_of_tryton_that_ended_is_begun_again(world: World, done: Done) -> None:
    server = Tryton()
    source = world.tryton(server)
    done(source.refresh())
    server.sessions += 1
    assert done(source.refresh()) == 0


def test_a_call_becomes_one_note(world: World, done: Done) -> None:
    server = Tryton()
    log = world.tryton(server).activities
    assert log is not None
    for _ in range(2):
        done(log.write(CALL))
    (note,) = server.tables["ir.note"].values()
    assert (note["resource"], note["message"].split("\n")) == (
        "party.party,2",
        ["Call from Erika Mustermann", "Wants an offer", "[HQ-4711_1]"],
    )


def test_a_call_is_posted_with_its_key(world: World, done: Done) -> None:
    server = RestCrm()
    done(world.rest(server, log_body={"text": "{subject}: {note}", "tags": ["cti", "{result}"], "n": 1}).write(CALL))
    done(world.rest(server).write(CALL))
    assert server.calls[0] == (
        CALL.key,
        {"text": "Call from Erika Mustermann: Wants an offer", "tags": ["cti", "answered"], "n": 1},
    )
    assert server.calls[1][1]["login"] == "anna"
    assert world.rest(server, log="").activities is None


def test_ways_to_write_a_number_are_tried_in_order(world: World, done: Done) -> None:
    server = RestCrm()
    source = world.rest(server, formats=("digits", "national", "e164"))
    assert [match.name for match in done(source.lookup(normalise("01713920014", MUNICH)))] == ["Erika Mustermann"]
    assert [url.rpartition("=")[2] for _, url in server.requests] == ["491713920014", "01713920014"]


def test_without_verification_the_crm_is_believed(world: World, done: Done) -> None:
    found = done(world.rest(RestCrm(), verify=False).lookup(normalise("0891234567", MUNICH)))
    assert [match.name for match in found] == ["Erika Mustermann", "Max Ohnesorg"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lookup": "https://crm.example.org/{phone}"}, "crm.lookup': unknown variable {phone}; there are number"),
        ({"search": "https://crm.example.org/{text"}, "crm.search"),
        ({"log_body": {"a": ["{who}"]}}, "crm.log_body': unknown variable {who}"),
        ({"note": "https://crm.example.org/{id}"}, "crm.note': unknown variable {id}"),
        ({"note_body": {"a": "{text}"}}, "crm.note_body': unknown variable {text}"),
        ({"formats": ("e165",)}, "crm.formats': unknown 'e165'; there are e164"),
        ({"records": "$.items["}, "crm.records': '$.items[' is no JSONPath"),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_its_place(
    world: World, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TemplateInvalid) as raised:
        world.rest(None, **changes)
    assert reason in str(raised.value)
