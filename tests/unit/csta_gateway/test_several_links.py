"""One gateway on two switches that speak different wires: one goes down and up, and the settings change meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from twisted.internet.defer import Deferred

from crm_adapter.users import User
from csta.recorder import trace
from csta.recorder.live import Recording
from csta.testing import MemorySwitch
from csta_gateway import config
from csta_gateway.assembly import adapt
from csta_gateway.config_screen import Screen
from csta_gateway.links import stop_all
from csta_gateway.providers import Providers
from csta_gateway.traces import RecordingFailed
from tests.unit.csta_gateway.conftest import SETTINGS, Browser, World, reply
from tests.unit.csta_gateway.crm import USERS
from tests.unit.csta_gateway.test_events import Socket

NORTH = config.Link(name="North", endpoint="tcp:north:1", protocol="xml", devices=("2001", "2002"))
SOUTH = config.Link(name="South", endpoint="tcp:south:1", protocol="asn1")
BOTH = structs.replace(SETTINGS, links=(NORTH, SOUTH))


class Roads:
    """A reactor: connections lead to the switch they name, and the clock is that of the first."""

    def __init__(self, switches: dict[str, MemorySwitch]) -> None:
        self._networks = {name.lower(): switch.network for name, switch in switches.items()}
        self._clock = self._networks["north"]
        self.seconds, self.callLater = self._clock.seconds, self._clock.callLater

    def connectTCP(self, host: str, port: int, factory: Any, *_: object, **__: object) -> None:  # noqa: ANN401
        self._networks[host].connectTCP(host, port, factory)


class Houses(World):
    """A gateway between two houses; Anna and Jonas work in the one, their boss in the other."""

    def __init__(self, folder: Path, settings: config.Config = BOTH, users: tuple[User, ...] = USERS) -> None:
        self.switches = {"North": MemorySwitch("xml"), "South": MemorySwitch("asn1")}
        for switch in self.switches.values():
            switch.network.advance(3600.0)
        self._providers = Providers(Roads(self.switches))
        self.settings = settings
        super().__init__(settings, folder, users=users)
        self.settle(1.0)

    def _provider(self, connection: config.Connection, recording: Recording) -> Any:  # noqa: ANN401
        return self._providers.make(connection, recording)

    def ring(self, name: str, device: str, number: str = "08999123") -> None:
        """Somebody calls a telephone in a house."""
        switch = self.switches[name]
        switch.switch.ring(number, device, switch.now)
        self.settle()

    def press(self, browser: Browser, call: str, action: str) -> int:
        """A button on a card; gives the status of the answer."""
        headers = {"Content-Type": "application/json", "Content-Length": "0", "X-CSRF-Token": browser.csrf}
        sent = browser.send(f"POST /api/calls/{call}/{action}", headers)
        self.settle()
        return reply(sent.value()).status

    def settle(self, seconds: float = 0.0) -> None:
        """Let everything arrive on both links, a second at a time: neither clock runs far ahead of the other."""
        for step in (*[1.0] * int(seconds), 0.0):
            for switch in self.switches.values():
                switch.settle(step)

    def up(self) -> dict[str, bool]:
        return {link.state.name: link.state.up for link in self.gateway.links}

    def heard(self, name: str) -> list[str]:
        """What the switch was asked to watch, and everything else, in its own words."""
        link = next(link for link in self.gateway.links if link.state.name == name)
        return [str(entry) for entry in link.recording.recent() if isinstance(entry, trace.Message)]

    def follow(self, settings: config.Config) -> list[str]:
        """Go on with other settings as the daemon does; gives the links that are over."""
        gone = self.gateway.links.replace(settings.connections, self.gateway.users.devices())
        adapt(self.gateway, self.placed(settings), [self.crm])
        self.gateway.board.renew()
        self.settle()
        ended: list[object] = []
        Deferred.fromCoroutine(stop_all(gone)).addCallback(ended.append)
        self.settle()
        assert ended == [None]
        return [link.state.name for link in gone]


@pytest.fixture
def houses(tmp_path: Path) -> Houses:
    return Houses(tmp_path)


def labels(page: Socket) -> dict[str, str]:
    """Device → label of the calls in the last snapshot of a page."""
    snapshots = [message for message in page.messages() if message["type"] == "snapshot"]
    return {call["device"]: call["label"] for call in snapshots[-1]["calls"]}


def test_users_of_both_houses_see_their_calls_and_may_dial(houses: Houses) -> None:
    assert houses.up() == {"North": True, "South": True}
    for name, device in (("North", "2001"), ("South", "2003")):
        switch = houses.switches[name]
        switch.switch.ring("08999123", device, switch.now)
    houses.settle()
    anna, chef = (Socket(houses.browser(login)) for login in ("anna", "chef"))
    assert (labels(anna), labels(chef)) == ({"2001": "ringing"}, {"2003": "ringing"})


def test_calls_of_one_user_on_both_links_are_never_mistaken_for_each_other(tmp_path: Path) -> None:
    houses = Houses(tmp_path, users=(structs.replace(USERS[0], devices=("2001", "2003")),))
    houses.ring("North", "2001", "08999123")
    houses.ring("South", "2003", "08999124")
    anna = houses.browser("anna")
    page = Socket(anna)
    assert labels(page) == {"2001": "ringing", "2003": "ringing"}
    ids = {call["device"]: call["id"] for call in anna.get("/api/calls").json["calls"]}
    assert len(set(ids.values())) == 2
    # The next start counts on from its own time.
    assert min(int(call.removeprefix("c")) for call in ids.values()) >= 3600_000
    for device in ids:
        assert anna.get(f"/api/calls/{ids[device]}").json["device"] == device
    assert houses.press(anna, ids["2003"], "answer") == 204
    assert labels(Socket(anna)) == {"2001": "ringing", "2003": "connected"}
    assert houses.press(anna, ids["2001"], "clear") == 204
    assert labels(Socket(anna)) == {"2003": "connected"}
    assert houses.press(anna, ids["2003"], "clear") == 204
    ended = [message["call"] for message in page.messages() if message["type"] == "call_ended"]
    assert [(call["id"], call["result"]) for call in ended] == [(ids["2001"], "refused"), (ids["2003"], "answered")]
    entries = anna.get("/api/journal").json["entries"]
    known = {(entry["number"]["e164"], entry["result"]) for entry in entries}
    assert (len(entries), known) == (2, {("+498999123", "refused"), ("+498999124", "answered")})


def test_one_switch_down_and_up_again_is_nothing_to_users_of_the_other(houses: Houses) -> None:
    anna, chef = (Socket(houses.browser(login)) for login in ("anna", "chef"))
    switch = houses.switches["South"]
    switch.switch.ring("08999123", "2003", switch.now)
    switch.lose_links()
    assert houses.up() == {"North": True, "South": False}
    assert houses.browser("jonas").post("/api/devices/2002/calls", {"number": "2001"}).status != 503
    assert [message["link"]["up"] for message in chef.messages() if message["type"] == "link"] == [False]
    switch.restore_links()
    houses.settle(60.0)
    assert houses.up() == {"North": True, "South": True}
    assert houses.up() == {"North": True, "South": True}
    assert labels(Socket(houses.browser("chef"))) == {"2003": "ringing"}
    assert [message for message in anna.messages() if message["type"] == "link"] == []


def test_a_link_that_stays_the_same_hears_nothing_of_a_reload(houses: Houses) -> None:
    switch = houses.switches["North"]
    switch.switch.ring("08999123", "2001", switch.now)
    houses.settle()
    before = houses.heard("North")
    assert sum("<MonitorStart " in message for message in before) == 2
    more = structs.replace(SOUTH, devices=("2003",))
    assert houses.follow(structs.replace(BOTH, links=(NORTH, more))) == []
    assert houses.heard("North") == before
    assert labels(Socket(houses.browser("anna"))) == {"2001": "ringing"}
    assert houses.gateway.links.by_device("2004") is None


def test_a_device_goes_to_the_link_that_serves_it_now(houses: Houses) -> None:
    north = structs.replace(NORTH, devices=("2001", "2002", "2003"))
    assert houses.follow(structs.replace(BOTH, links=(north, SOUTH))) == []
    link = houses.gateway.links.by_device("2003")
    assert link is not None
    assert link.state.name == "North"
    switch = houses.switches["South"]
    switch.switch.ring("08999123", "2003", switch.now)
    houses.settle()
    assert labels(Socket(houses.browser("chef"))) == {}
    switch = houses.switches["North"]
    switch.switch.ring("08999124", "2003", switch.now)
    houses.settle()
    assert houses.up() == {"North": True, "South": True}
    assert labels(Socket(houses.browser("chef"))) == {"2003": "ringing"}


def test_a_link_that_is_taken_out_is_closed_and_its_calls_are_gone(houses: Houses) -> None:
    switch = houses.switches["South"]
    switch.switch.ring("08999123", "2003", switch.now)
    houses.settle()
    page = Socket(houses.browser("chef"))
    assert labels(page) == {"2003": "ringing"}
    assert houses.follow(structs.replace(BOTH, links=(NORTH,))) == ["South"]
    assert labels(page) == {}
    sample = houses.gateway.metrics.registry.get_sample_value
    assert sample("csta_link_up", {"link": "South"}) is None
    houses.settle(60.0)
    assert not switch.server.clients  # nobody tries again
    assert houses.follow(BOTH) == []
    houses.settle(1.0)
    assert houses.up() == {"North": True, "South": True}
    assert labels(Socket(houses.browser("chef"))) == {"2003": "ringing"}


def test_a_link_with_another_way_is_opened_anew(houses: Houses) -> None:
    recorded = structs.replace(SOUTH, endpoint="tcp:south:2")
    assert houses.follow(structs.replace(BOTH, links=(NORTH, recorded))) == ["South"]
    houses.settle(1.0)
    assert houses.up() == {"North": True, "South": True}
    assert sample_of(houses, "South") == 1


def test_only_the_link_whose_password_changed_is_opened_anew(tmp_path: Path) -> None:
    secret = tmp_path / "south.password"
    secret.write_text("old")
    south = structs.replace(SOUTH, association="acse", user="app", password_file=str(secret))
    houses = Houses(tmp_path, structs.replace(BOTH, links=(NORTH, south)))
    north, before = houses.gateway.links
    assert houses.gateway.links.replace(houses.settings.connections, {"2001", "2003"}) == []
    gone = houses.gateway.links.replace(houses.settings.connections, {"2001", "2003"}, frozenset({str(secret)}))
    assert gone == [before]
    assert [link is north for link in houses.gateway.links] == [True, False]


def sample_of(houses: Houses, link: str) -> float | None:
    return houses.gateway.metrics.registry.get_sample_value("csta_link_up", {"link": link})


def test_a_link_that_cannot_be_made_leaves_all_as_they_were(houses: Houses, tmp_path: Path) -> None:
    broken = config.Link(name="West", endpoint="tcp:west:1", record=str(tmp_path / "none" / "trace.jsonl"))
    links = tuple(houses.gateway.links)
    with pytest.raises(RecordingFailed, match="link West"):
        houses.gateway.links.replace(
            (config.Connection(structs.replace(NORTH, endpoint="tcp:north:2")), config.Connection(broken)), {"2001"}
        )
    assert tuple(houses.gateway.links) == links
    assert houses.up() == {"North": True, "South": True}


def test_pages_show_what_the_settings_say_now(houses: Houses) -> None:
    browser = houses.browser("anna")
    page = Socket(browser)
    page.messages()
    screen = Screen(templates={"case": "https://crm.example.org/new?n={e164}"}, allowed_hosts=("crm.example.org",))
    journal = config.Journal(dispositions=("sold",), masked_for=("user",), excluded_numbers=("08999123",))
    other = structs.replace(
        BOTH, screen=screen, journal=journal, location=structs.replace(BOTH.location, area_code="030")
    )
    assert houses.follow(other) == []
    assert [message["type"] for message in page.messages()] == ["snapshot"]
    assert browser.get("/api/me").json["dispositions"] == ["sold"]
    switch = houses.switches["North"]
    call = switch.switch.ring("99000", "2001", switch.now)
    houses.settle()
    shown = [message["call"] for message in page.messages() if message["type"] == "call"][-1]
    assert (shown["number"]["e164"], shown["url"]) == ("+493099000", "https://crm.example.org/new?n=%2B493099000")
    assert call
