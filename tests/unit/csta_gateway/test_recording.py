"""A link of the gateway is recorded by one setting, and its last messages are there for support."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from twisted.internet.defer import Deferred

from csta.recorder import files, trace
from csta.recorder.live import Recording
from csta.testing import MemorySwitch
from csta_gateway import config as settings
from csta_gateway.links import SwitchLink
from csta_gateway.metrics import Metrics
from csta_gateway.providers import provider as made
from csta_gateway.traces import MOST_MESSAGES, RecordingFailed, file_name, recording
from tests.unit.csta_gateway.conftest import reply

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import Browser, Reply, World

NUMBER = "0891234567"


def talk(link: settings.Link, kept: Recording) -> None:
    """A call rings on a link that is recorded, and the gateway stops."""
    here = MemorySwitch("xml")
    provider = made(here.network, link, kept)
    provider.start()
    here.run(provider.monitor("2001"))
    here.settle()
    here.switch.ring(NUMBER, "2001", here.now, "Maier")
    here.settle()
    here.run(SwitchLink(link.name, provider, kept, (), cast(Any, here.network), Metrics("1")).stop())


def take(world: World, browser: Browser, query: str = "") -> Reply:
    """Ask for the trace and let time pass until it is there."""
    transport = browser.send(f"GET /api/links/HQ/trace{query}", {})
    wait(world)
    return reply(transport.value())


def wait(world: World) -> None:
    world.clock.pump([0.1] * 50)


def unpacked(answer: Reply) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def entries(answer: Reply) -> list[trace.Entry | trace.Damage]:
    return list(trace.read(unpacked(answer)["trace.jsonl"].splitlines()))


@pytest.mark.parametrize("names", [True, False])
def test_a_link_is_recorded(tmp_path: Path, names: bool) -> None:
    path = tmp_path / "trace.jsonl"
    link = settings.Link(name="HQ", endpoint="tcp:switch:8800", record=str(path), record_names=names)
    talk(link, recording(link))
    header, opened, *_ = files.read(path)
    assert isinstance(header, trace.Header)
    assert isinstance(opened, trace.Link)
    assert (header.redacted, opened.name) == (not names, "HQ")
    assert (NUMBER in path.read_text()) is names


def test_what_was_recorded_is_on_the_disk_when_the_gateway_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("csta.recorder.writer.os.fsync", synced.append)
    link = settings.Link(name="HQ", endpoint="tcp:switch:8800", record=str(tmp_path / "trace.jsonl"))
    talk(link, recording(link))
    assert len(synced) == 1


def test_a_recording_ends_also_when_its_link_does_not_close(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(world.recording, "close", lambda: closed.append(True))

    async def broken() -> None:
        raise RuntimeError("the switch does not let go")

    monkeypatch.setattr(world.switch, "stop", broken)
    Deferred.fromCoroutine(next(iter(world.gateway.links)).stop()).addErrback(
        lambda failure: failure.trap(RuntimeError)
    )
    assert closed == [True]


def test_a_trace_that_cannot_be_written_is_said_before_the_gateway_starts(tmp_path: Path) -> None:
    link = settings.Link(name="HQ", endpoint="tcp:switch:8800", record=str(tmp_path / "nowhere" / "trace.jsonl"))
    with pytest.raises(RecordingFailed, match="link HQ: `record` cannot be written"):
        recording(link)


def test_an_administrator_takes_the_last_messages_with_pseudonyms_and_their_chart(world: World) -> None:
    talk(world.link, world.recording)
    answer = take(world, world.browser("chef"))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.headers["content-disposition"] == 'attachment; filename="HQ-19700101-003320.zip"'
    assert answer.headers["cache-control"] == "no-store"
    header, opened, *rest = entries(answer)
    assert isinstance(header, trace.Header)
    assert header.redacted
    assert isinstance(opened, trace.Link)
    assert any(isinstance(entry, trace.Message) and "DeliveredEvent" in entry.xml for entry in rest)
    found = unpacked(answer)
    assert b"Delivered" in found["chart.html"]
    assert not any(secret in content for secret in (NUMBER.encode(), b"Maier") for content in found.values())


def test_as_many_messages_as_asked_for(world: World) -> None:
    talk(world.link, world.recording)
    told = entries(take(world, world.browser("chef"), "?messages=2"))
    assert [type(entry) for entry in told] == [trace.Header, trace.Link, trace.Message, trace.Message, trace.End]


def test_a_link_on_which_nothing_passed_has_an_empty_trace(world: World) -> None:
    assert [type(entry) for entry in entries(take(world, world.browser("chef")))] == [trace.Header]


@pytest.mark.parametrize("user", ["anna", "jonas", "lager"])
def test_others_do_not_get_it(world: World, user: str) -> None:
    browser = world.browser(user)
    assert browser.get("/api/links/HQ/trace").error == "forbidden"
    assert browser.get("/api/links").error == "forbidden"


def test_nobody_gets_it_without_logging_in(world: World) -> None:
    assert world.browser().get("/api/links/HQ/trace").error == "not_logged_in"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/api/links/Nowhere/trace", "not_found"),
        ("/api/links/HQ/trace?messages=0", "bad_request"),
        ("/api/links/HQ/trace?messages=-1", "bad_request"),
        ("/api/links/HQ/trace?messages=%FF", "bad_request"),
        (f"/api/links/HQ/trace?messages={MOST_MESSAGES + 1}", "bad_request"),
    ],
)
def test_a_question_that_has_no_answer(world: World, path: str, error: str) -> None:
    assert world.browser("chef").get(path).error == error


def test_one_trace_is_made_at_a_time(world: World) -> None:
    talk(world.link, world.recording)
    browser = world.browser("chef")
    first = browser.send("GET /api/links/HQ/trace", {})
    second = browser.get("/api/links/HQ/trace")
    assert (second.error, second.headers["retry-after"]) == ("too_many_attempts", "5")
    wait(world)
    assert first.value().startswith(b"HTTP/1.1 200")
    assert take(world, browser).status == 200


def test_the_links_are_listed(world: World) -> None:
    assert world.browser("chef").get("/api/links").json == {"links": [{"name": "HQ", "up": True}]}


@pytest.mark.parametrize(
    ("link", "name"), [("HQ", "HQ-1.zip"), ('Werk "Süd"/2', "Werk-S-d-2-1.zip"), ("…", "link-1.zip")]
)
def test_the_name_of_the_file_is_safe(link: str, name: str) -> None:
    assert file_name(link, "1") == name
