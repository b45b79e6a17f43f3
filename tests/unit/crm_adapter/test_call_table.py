"""Every row of labels and buttons, played on a simulated switch and followed by the tracker and the call list."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from importlib import resources
from typing import cast

import pytest

from crm_adapter.calllist import CallEntry, CallList
from crm_adapter.callrules import Action
from crm_adapter.lookup import Lookup
from crm_adapter.numbers import Location
from crm_adapter.sites import Sites
from crm_adapter.users import User, Users
from csta.model.events import ModelEvent
from csta.model.states import Service
from tests.unit.crm_adapter.call_rows import ROWS, Row, Seen
from tests.unit.provider.conftest import Bench

HERE = "2001"
MUNICH = Location(area_code="089", outside_prefixes=("0",))
USERS = (
    User(login="anna", name="Anna Berger", devices=(HERE,), extension=HERE),
    User(login="jonas", name="Jonas Weber", devices=("2002",), extension="2002"),
)
TEXTS = resources.files("csta_gateway") / "static" / "i18n"
WORDS: dict[str, dict[str, str]] = {
    language: json.loads((TEXTS / f"{language}.json").read_text("utf-8")) for language in ("de", "en")
}


class Stage:
    """Anna's telephone at a simulated switch, and her list of active calls."""

    def __init__(self, wire: str, missing: frozenset[Service]) -> None:
        self.bench = Bench(wire, "none")
        self.missing = missing
        self.asked = ExitStack()
        users = Users(USERS)
        self.list = CallList(
            users,
            Lookup((), self.bench.network, users=users),
            Sites(MUNICH),
            lambda login, entry: None,
            self.bench.network,
            lambda device: self.bench.provider.capabilities(device) - self.missing,
        )
        self.bench.provider.subscribe(self.hear)
        self.bench.provider.start()
        self.bench.run(self.bench.provider.monitor(HERE))
        self.bench.network.settle()

    def hear(self, event: ModelEvent) -> None:
        self.list.apply(event)

    @property
    def calls(self) -> tuple[CallEntry, ...]:
        return self.list.entries("anna")

    def play(self, line: str) -> None:
        """``dial``, ``answer``, … are pressed on the screen; ``lift``, ``hang up`` and ``ring`` happen elsewhere."""
        verb, _, rest = line.rpartition(" ") if line.startswith("hang up") else line.partition(" ")
        self.MOVES[verb](self, rest)
        self.bench.network.settle()

    def press(self, action: Action, number: str = "") -> None:
        """As the commands of the gateway do it, for the call that offers the action."""
        call = next(each for each in self.calls if action in each.actions)
        partner = self.list.held_partner(HERE, call.id) or ""
        provider = self.bench.provider
        orders: dict[str, Callable[[], Awaitable[object]]] = {
            "answer": lambda: provider.answer(HERE, call.id),
            "hold": lambda: provider.hold(HERE, call.id),
            "retrieve": lambda: provider.retrieve(HERE, call.id),
            "alternate": lambda: provider.alternate(HERE, partner, call.id),
            "complete": lambda: provider.transfer(HERE, partner, call.id),
            "consult": lambda: provider.consult(HERE, call.id, number),
            "transfer": lambda: provider.single_step_transfer(HERE, call.id, number),
        }
        with self.list.requesting(HERE, call.id, action):
            self.bench.run(orders[action]())

    def clear(self, position: str) -> None:
        call = self.calls[int(position or 1) - 1]
        with self.list.requesting(HERE, call.id, "clear"):
            self.bench.run(self.bench.provider.clear_connection(HERE, call.id))

    def ask(self, action: str) -> None:
        """The order is under way and the switch has not answered yet."""
        call = next(each for each in self.calls if action in each.actions)
        self.asked.enter_context(self.list.requesting(HERE, call.id, cast(Action, action)))

    def lift(self, number: str) -> None:
        self.bench.switch.lift(number or HERE, self.bench.network.seconds())

    def occupy(self, number: str) -> None:
        self.bench.run(self.bench.provider.monitor(number))
        self.bench.run(self.bench.provider.make_call(number, "2003"))

    def start(self, caller: str) -> None:
        self.bench.run(self.bench.provider.monitor(caller))
        self.bench.run(self.bench.provider.make_call(caller, HERE))

    MOVES: dict[str, Callable[[Stage, str], object]] = {  # noqa: RUF012 -- nobody changes it
        "ring": lambda self, caller: self.bench.switch.ring(caller, HERE, self.bench.network.seconds()),
        "from": start,
        "lift": lift,
        "hang up": lambda self, number: self.bench.switch.hang_up(number, self.bench.network.seconds()),
        "occupy": occupy,
        "dial": lambda self, number: self.bench.run(self.bench.provider.make_call(HERE, number)),
        "clear": clear,
        "ask": ask,
        "wait": lambda self, seconds: self.bench.network.pass_time(float(seconds)),
        "answer": lambda self, _: self.press("answer"),
        "hold": lambda self, _: self.press("hold"),
        "retrieve": lambda self, _: self.press("retrieve"),
        "alternate": lambda self, _: self.press("alternate"),
        "complete": lambda self, _: self.press("complete"),
        "consult": lambda self, number: self.press("consult", number),
        "transfer": lambda self, number: self.press("transfer", number),
    }


def seen(call: CallEntry) -> Seen:
    """A call as it stands on the screen."""
    return Seen(
        label=call.label,
        german=WORDS["de"][f"label.{call.label}"],
        english=WORDS["en"][f"label.{call.label}"],
        buttons=tuple(WORDS["de"][f"action.{word}"] for word in call.words),
        primary=call.primary,
    )


@pytest.mark.parametrize("wire", ["xml", "asn1"])
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_is_seen(row: Row, wire: str) -> None:
    stage = Stage(wire, row.missing)
    for line in row.script:
        stage.play(line)
    assert tuple(map(seen, stage.calls)) == row.seen
    assert stage.list.may_dial(HERE) is row.can_dial


def test_l09_a_colleague_is_internal() -> None:
    stage = Stage("xml", frozenset())
    stage.play("from 2002")
    [call] = stage.calls
    assert (call.internal, call.name) == (True, "Jonas Weber")
    assert (WORDS["de"]["badge.internal"], WORDS["en"]["badge.internal"]) == ("intern", "internal")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(("lift",), id="D09 initiated"),
        pytest.param(("dial 008976548888",), id="D09 originated"),
        pytest.param(("dial 2002",), id="D09 delivered"),
    ],
)
def test_d09_dialling_can_be_stopped_at_any_time(script: tuple[str, ...]) -> None:
    stage = Stage("xml", frozenset())
    for line in script:
        stage.play(line)
    stage.play("clear")
    assert stage.calls == ()


def test_every_label_and_button_has_its_words() -> None:
    assert (WORDS["de"]["calls.none"], WORDS["en"]["calls.none"]) == ("Kein aktiver Anruf", "No active call")
    buttons = {
        "dial.button": ("Wählen", "Dial"),  # B01
        "action.clear": ("Auflegen", "Hang up"),  # B02, B09
        "action.answer": ("Antworten", "Answer"),  # B03
        "action.hold": ("Halten", "Hold"),  # B04
        "action.retrieve": ("Wiederaufnehmen", "Resume"),  # B05
        "action.transfer": ("Weiterleiten", "Transfer"),  # B06
        "action.consult": ("Rückfrage", "Consult"),  # B07
        "action.complete": ("Weiterleitung abschließen", "Complete transfer"),  # B08
    }
    assert {key: (WORDS["de"][key], WORDS["en"][key]) for key in buttons} == buttons
