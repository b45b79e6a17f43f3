"""The page's pure functions, run where they live: formats, order of cards, what messages do to the state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

Run = Callable[..., Any]
RUN = """async ([module, name, values]) => {
    const exported = (await import(`/js/${module}.js`))[name];
    return typeof exported === "function" ? exported(...values) : exported;
}"""
REPLAY = """async (messages) => {
    const { INITIAL, reduce } = await import("/js/state.js");
    return messages.reduce(reduce, INITIAL);
}"""


@pytest.fixture(scope="module")
def page(chromium: Browser, make: Run) -> Iterator[Page]:
    """One page for all: pure functions leave nothing behind."""
    context = chromium.new_context(locale="de-DE")
    yield make("gateway", context.new_page()).open()
    context.close()


@pytest.fixture
def run(page: Page) -> Run:
    """Call ``run(module, function, *values)``."""
    return lambda module, name, *values: page.evaluate(RUN, [module, name, list(values)])


@pytest.fixture
def replay(page: Page) -> Run:
    """The state after messages."""
    return lambda *messages: page.evaluate(REPLAY, list(messages))


def test_durations(run: Run) -> None:
    table = {0: "0:00", 7.9: "0:07", 60: "1:00", 3_599: "59:59", 3_600: "1:00:00", 86_399: "23:59:59", -5: "0:00"}
    assert [run("format", "duration", seconds) for seconds in table] == list(table.values())


def test_initials(run: Run) -> None:
    table = {
        "Erika Mustermann": "EM",
        "Dr. Friederike von Hohenstein": "DH",
        "Öztürk": "Ö",
        "李 娜": "李娜",
        "": "",
        "0891234567": "",
        "von-der-Leyen, Jürgen": "VJ",
    }
    assert [run("format", "initials", name) for name in table] == list(table.values())


def test_what_looks_like_a_number(run: Run) -> None:
    table = {
        "0044 161 5527789": True,
        "+ 44 (161) 5527789": True,
        "*21#": True,
        "#21#": True,
        "110": True,
        "089/123-45": True,
        "Erika": False,
        "Gate 7": False,
        "": False,
        "+": False,
    }
    assert [run("format", "looksLikeNumber", text) for text in table] == list(table.values())


def test_numbers_of_links(run: Run) -> None:
    table = {
        "tel:+44-161-5527789": "+44-161-5527789",
        "tel:%2B441615527789;ext=3": "+441615527789",
        "callto://0891234567": "0891234567",
        "web+tel:2002": "2002",
        "sip:2002?subject=x": "2002",
        "089 1234567": "089 1234567",
        "tel:100%": "100%",
    }
    assert [run("format", "numberOfAddress", address) for address in table] == list(table.values())


def test_numbers_of_fragments(run: Run) -> None:
    table = {
        "#tel:+441615527789": "+441615527789",
        "#tel%3A%2B441615527789": "+441615527789",  # as a browser fills in its handler
        "#tel%3A%252B44%20161": "+44 161",
        "#callto:089%201234567": "089 1234567",
        "#tel:": None,
        "#settings": None,
        "#javascript:alert(1)": None,
        "": None,
        f"#tel:{'1' * 99}": "1" * 64,
    }
    assert [run("format", "numberOfFragment", fragment) for fragment in table] == list(table.values())


def test_only_web_addresses_become_links(run: Run) -> None:
    table = {
        "https://crm.test/1": "https://crm.test/1",
        "http://crm.test/1": "http://crm.test/1",
        "javascript:alert(1)": None,
        "data:text/html,x": None,
        "crm/1": None,
        "": None,
    }
    assert [run("format", "webAddress", address) for address in table] == list(table.values())


def test_days_are_counted_by_the_calendar(new_context: Callable[..., BrowserContext], make: Run) -> None:
    summer_time_begins = 1_774_738_800_000  # 2026-03-29 00:00 in Berlin, a day of 23 hours
    hour = 3_600_000
    page = new_context(timezone_id="Europe/Berlin").new_page()
    make("gateway", page).open()
    later = {-1: 1, 0: 0, 22 * hour: 0, 23 * hour - 1: 0}
    now = summer_time_begins + 23 * hour - 1
    ago = [page.evaluate(RUN, ["format", "daysAgo", [summer_time_begins + offset, now]]) for offset in later]
    assert ago == list(later.values())
    assert page.evaluate(RUN, ["format", "daysAgo", [summer_time_begins, now + 1]]) == 1


def test_pauses_between_attempts_grow_and_end(run: Run) -> None:
    pauses = [run("socket", "pauseBefore", attempt, 0) for attempt in range(9)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == pauses[-2] == 15_000
    assert run("socket", "pauseBefore", 0, 0.999) > pauses[0]


@pytest.mark.parametrize(
    ("event", "keys"),
    [
        ({"key": "Enter", "ctrlKey": True}, "Ctrl+Enter"),
        ({"key": "Enter", "ctrlKey": True, "shiftKey": True}, "Ctrl+Shift+Enter"),
        ({"key": "h", "ctrlKey": True}, "Ctrl+H"),
        ({"key": "?", "shiftKey": True}, "?"),
        ({"key": "Control", "ctrlKey": True}, None),
    ],
)
def test_key_combinations(run: Run, event: dict[str, Any], keys: str | None) -> None:
    assert run("keys", "combination", event) == keys


def test_a_snapshot_replaces_everything_it_speaks_of(replay: Run, make: Run) -> None:
    before = [
        {"type": "snapshot", "link": make("link"), "calls": [make("call", id="old")], "devices": [], "version": "1"},
        {"type": "press", "id": "old", "action": "answer"},
        {"type": "failed", "id": "old", "message": "…"},
    ]
    calls = [make("call", id="b", began=2), make("call", id="a", began=1)]
    state = replay(*before, {"type": "snapshot", "link": make("link"), "calls": calls, "devices": [], "version": "2"})
    assert [call["id"] for call in state["calls"]] == ["a", "b"]
    assert (state["pending"], state["failures"], state["version"]) == ({}, {}, "2")


def test_an_event_confirms_what_was_pressed(replay: Run, make: Run) -> None:
    pressed = [{"type": "call", "call": make("call")}, {"type": "press", "id": "c1", "action": "answer"}]
    assert replay(*pressed)["pending"] == {"c1": "answer"}
    assert replay(*pressed, {"type": "call", "call": make("call", label="connected")})["pending"] == {}
    refused = replay(*pressed, {"type": "failed", "id": "c1", "message": "Nein."})
    assert (refused["pending"], refused["failures"]) == ({}, {"c1": "Nein."})


def test_only_ended_calls_are_forgotten(replay: Run, make: Run) -> None:
    ring = {"type": "call", "call": make("call")}
    forget = {"type": "forget", "id": "c1"}
    assert len(replay(ring, forget)["calls"]) == 1
    assert (
        replay(ring, {"type": "call_ended", "call": make("call", label="ended", result="missed")}, forget)["calls"]
        == []
    )


def test_unknown_messages_change_nothing(replay: Run, make: Run) -> None:
    ring = {"type": "call", "call": make("call")}
    assert replay(ring, {"type": "weather"}, {"type": "constructor"}) == replay(ring)


def test_every_call_gets_exactly_one_card_whatever_the_links(run: Run, make: Run) -> None:
    ids = "abcd"
    for shape in (("b", "a", None, None), ("a", None, None, None), ("x", "a", "a", None), ("b", "c", "d", "a")):
        calls = [make("call", id=name, consultation_of=of) for name, of in zip(ids, shape, strict=True)]
        order = run("state", "cardOrder", calls)
        assert sorted(place["call"]["id"] for place in order) == list(ids)


def test_missed_calls_count_until_they_were_seen(page: Page) -> None:
    entries = [{"id": str(n), "result": "missed" if n % 2 else "answered", "began": n} for n in range(6)]
    count = """async (messages) => {
        const { INITIAL, reduce, unseenMissed } = await import("/js/state.js");
        return unseenMissed(messages.reduce(reduce, INITIAL));
    }"""
    messages: list[dict[str, Any]] = [{"type": "journal", "entry": entry} for entry in entries]
    assert page.evaluate(count, messages) == 3
    assert page.evaluate(count, [*messages, {"type": "journal_seen", "until": 3}]) == 1
    assert page.evaluate(count, [*messages, messages[5]]) == 3


def test_which_past_calls_fit(run: Run, make: Run) -> None:
    nothing = run("journalfilter", "NO_FILTER")
    erika = make("entry", note="Ruft Öztürk an")
    table: list[tuple[dict[str, str], bool]] = [
        ({}, True),
        ({"way": "incoming"}, True),
        ({"way": "internal"}, False),
        ({"result": "busy"}, False),
        ({"text": "  gmbh  ÖZTÜRK"}, True),
        ({"text": "gmbh weber"}, False),
        ({"text": "089/12 34"}, True),
        ({"text": "12"}, False),
        ({"from": "2001-01-01", "to": "2001-01-01"}, False),
        ({"from": "2001-01-01"}, True),
        ({"from": "0002-01-01"}, True),  # half a year is typed
    ]
    fits = [run("journalfilter", "fits", erika, {**nothing, **chosen}) for chosen, _ in table]
    assert fits == [want for _, want in table]


def test_plurals_and_placeholders(page: Page) -> None:
    words = page.evaluate(
        """async () => {
            const { loadLanguage, plural, t } = await import("/js/i18n.js");
            await loadLanguage("de");
            const german = [plural("matches.more", 1), plural("matches.more", 2)];
            await loadLanguage("en");
            return [...german, t("dial.will", { dial: "0{dial}" }), t("no.such.key")];
        }"""
    )
    assert words == ["1 weiterer Treffer", "2 weitere Treffer", "dials 0{dial}", "no.such.key"]


def test_the_call_shown_at_large(page: Page, make: Run) -> None:
    shown = """async ([calls, selected]) => {
        const { INITIAL, selectedCall } = await import("/js/state.js");
        return selectedCall({ ...INITIAL, calls, selected })?.id ?? null;
    }"""
    held, consultation = (
        make("call", id="a", label="held"),
        make("call", id="b", label="connected", consultation_of="a"),
    )
    ringing, ended = make("call", id="c"), make("call", id="d", label="ended")
    table: list[tuple[list[Any], str | None, str | None]] = [
        ([], None, None),
        ([ended], None, "d"),
        ([held, consultation], None, "a"),
        ([held, consultation], "b", "b"),
        ([consultation], None, "b"),
        ([held, consultation, ringing, ended], None, "c"),
        ([held], "gone", "a"),
    ]
    assert [page.evaluate(shown, [calls, selected]) for calls, selected, _ in table] == [want for *_, want in table]


def test_a_page_is_stale_when_no_telephone_can_be_reached(run: Run, make: Run) -> None:
    here, away = make("device"), make("device", id="2002", capabilities=[])
    up, down, socket = make("link"), make("link", up=False), {"status": "open"}

    def stale(**changes: Any) -> bool:  # noqa: ANN401 — parts of the state
        return bool(run("state", "isStale", {"socket": socket, "link": up, "devices": [here], **changes}))

    assert not stale()
    assert stale(socket={"status": "lost"})
    assert stale(link=down, devices=[away])
    assert not stale(link=down, devices=[away, here])  # two telephones on two links
