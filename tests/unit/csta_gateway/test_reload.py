"""Settings that were read again hold at once: for pages, log-ins, live calls, and what passwords belong to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from msgspec import structs
from twisted.internet.task import Clock

from csta.recorder.live import Recording
from csta_gateway import config
from csta_gateway.assembly import adapt
from csta_gateway.config_login import LogIn
from csta_gateway.config_sources import HttpSource
from csta_gateway.daemon import StartError
from csta_gateway.directories import Directories
from csta_gateway.providers import Providers
from tests.unit.csta_gateway.conftest import SETTINGS
from tests.unit.csta_gateway.test_events import Socket

if TYPE_CHECKING:
    from tests.unit.csta_gateway.conftest import World


def follow(world: World, settings: config.Config = SETTINGS, **server: Any) -> None:  # noqa: ANN401 -- any setting
    """Go on with other settings, and with this in ``[server]``."""
    placed = world.placed(settings)
    changed = structs.replace(placed, server=structs.replace(placed.server, **server))
    adapt(world.gateway, changed, [world.crm])
    world.root.follow(changed.server)


def test_pages_of_other_origins_and_frames_are_let_in_or_no_longer(world: World) -> None:
    browser = world.browser()
    crm = {"Origin": "https://crm.example.org"}
    assert browser.post("/api/login", {"user": "anna", "password": "a"}, **crm).status == 200
    follow(world, origins=(), frame_ancestors=("https://crm.example.org",))
    refused = browser.post("/api/login", {"user": "anna", "password": "a"}, **crm)
    assert refused.error == "forbidden"
    assert "frame-ancestors https://crm.example.org" in refused.headers["content-security-policy"]
    assert "x-frame-options" not in refused.headers


def test_log_ins_end_after_the_new_time_and_are_kept_in_the_new_file(world: World) -> None:
    browser = world.browser("anna")
    elsewhere = world.folder / "elsewhere.json"
    follow(world, session_hours=1, session_file=str(elsewhere))
    assert b'"login":"anna"' in elsewhere.read_bytes()
    world.clock.advance(3601)
    assert browser.get("/api/me").status == 401


def test_who_may_read_metrics_and_whether_a_proxy_speaks_https(world: World) -> None:
    assert world.browser().get("/metrics").status == 200
    follow(world, metrics_from=("192.0.2.0/24",), behind_proxy=True)
    assert world.browser().get("/metrics").status == 403
    assert world.browser().get("/metrics", X_Forwarded_For="192.0.2.7").status == 200
    answer = world.browser().post("/api/login", {"user": "anna", "password": "a"}, Origin="https://cti.example.org")
    assert "Secure" in answer.headers["set-cookie"]


def test_how_users_log_in_and_where_that_is_recorded(world: World) -> None:
    proxied = LogIn(trusted_header="X-Remote-User", trusted_from=("127.0.0.1",), passwords=False)
    follow(world, structs.replace(SETTINGS, login=proxied, server=config.Server(behind_proxy=True)))
    assert world.browser().post("/api/login", {"user": "anna", "password": "a"}).error == "passwords_off"
    assert world.browser().post("/api/login/proxy", X_Remote_User="anna").json["user"]["login"] == "anna"
    world.gateway.audit.replace(config.Audit(folder=str(world.folder / "other")))
    world.browser().post("/api/login/proxy", X_Remote_User="anna")
    assert len(list((world.folder / "other").iterdir())) == len(world.audited()) == 1


def test_numbers_of_live_calls_are_read_as_the_location_is_now(world: World) -> None:
    page = Socket(world.browser("anna"))
    world.switch.ring(number="08999123")
    follow(world)
    assert [call["number"]["e164"] for call in calls(page)] == ["+498999123"]
    follow(world, structs.replace(SETTINGS, location=structs.replace(SETTINGS.location, country="AT", area_code="1")))
    (call,) = calls(page)
    assert (call["number"]["e164"], call["name"]) == ("+438999123", None)


def calls(page: Socket) -> list[dict[str, Any]]:
    """The calls as a page was told of them last."""
    told = [message["call"] for message in page.messages() if message["type"] == "call"]
    return list({call["id"]: call for call in told}.values())


def test_a_source_whose_password_changed_is_made_anew_and_no_other(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("crm", "erp")]
    for file in files:
        file.write_text("secret\n")
    sources = tuple(
        HttpSource(name=file.name, url="https://x.example.org", lookup="/{number}", user="u", password_file=str(file))
        for file in files
    )
    settings = structs.replace(
        SETTINGS, sources=sources, users=config.Users(source="crm"), lookup=config.Lookup(index="sqlite://")
    )
    reactor = cast(Any, Clock())
    before = Directories(reactor, settings)
    after = Directories(reactor, settings, before, frozenset({str(files[0])}))
    same = [old is new for old, new in zip(before.all(), after.all(), strict=True)]
    assert same == [False, True]
    before.close(after)
    after.close()


def test_a_link_whose_certificate_cannot_be_read_is_told_in_a_sentence() -> None:
    link = config.Link(name="HQ", endpoint="tls:pbx:8802:trustRoots=/nowhere/ca.pem")
    with pytest.raises(StartError, match=r"link HQ: endpoint 'tls:.*/nowhere/ca.pem: No such file or directory"):
        Providers(Clock()).make(config.Connection(link), Recording(cast(Any, None)))
