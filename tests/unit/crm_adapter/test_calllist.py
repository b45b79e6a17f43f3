from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from twisted.internet.task import Clock

from crm_adapter.calllist import CallEntry, CallList
from crm_adapter.directory import Match
from crm_adapter.lookup import Lookup
from crm_adapter.numbers import Location
from crm_adapter.sites import Sites
from crm_adapter.users import User, Users
from csta.model.call import UNKNOWN, Call, Direction, Party, Presentation
from csta.model.events import (
    CallAnswered,
    CallConferenced,
    CallDelivered,
    CallEnded,
    CallEvent,
    CallFailed,
    CallHeld,
    CallInitiated,
    CallOffered,
    CallRetrieved,
    CallTransferred,
    CallUpdated,
    LinkDown,
    LinkUp,
)
from csta.model.states import ConnectionState as S
from csta.model.states import Service

if TYPE_CHECKING:
    from tests.unit.crm_adapter.conftest import Book

MUNICH = Location(area_code="089", main_numbers=("+49 89 99998",))
ANNA = User(login="anna", name="Anna Berger", devices=("2001",), extension="2001")
JONAS = User(login="jonas", name="Jonas Weber", devices=("2002", "2900"), extension="2002")
LENA = User(login="lena", name="Lena Öztürk", devices=("2900",), extension="2005")
DOOR = User(login="door", name="Empfang", devices=("2000",), extension="2000", cti_enabled=False)

ERIKA = Match(kind="person", record_id="1", name="Erika Mustermann", company="Muster GmbH", source="crm")
MUSTER = Match(kind="company", record_id="1", name="Muster GmbH", source="crm")

CALL = Call(
    id="c1",
    call_id="0a01",
    device="2001",
    state=S.ALERTING,
    direction=Direction.INCOMING,
    other=Party("06990009123"),
    called=Party("2001"),
    since=100.0,
    began=100.0,
)
DIALLED = replace(
    CALL,
    id="c2",
    state=S.CONNECTED,
    direction=Direction.OUTGOING,
    other=Party("006990009123"),
    called=Party("006990009123"),
)


@dataclass
class Screens:
    """Call screens of everybody, one row per change: who, call, label, actions."""

    book: Book
    clock: Clock
    able: frozenset[Service] = frozenset(Service)
    told: list[tuple[str, CallEntry]] = field(default_factory=list)

    def __post_init__(self) -> None:
        users = Users([ANNA, JONAS, LENA, DOOR])
        lookup = Lookup([self.book], self.clock, users=users)
        self.calls = CallList(
            users,
            lookup,
            Sites(MUNICH, {"cologne": Location(area_code="0221")}),
            lambda login, entry: self.told.append((login, entry)),
            self.clock,
            lambda _: self.able,
        )

    def play(self, *events: CallEvent | LinkUp | LinkDown) -> list[tuple[str, str, str]]:
        """What the screens show after each change."""
        del self.told[:]
        for event in events:
            self.calls.apply(event)
        return [(login, entry.id, entry.label) for login, entry in self.told]

    def entry(self, login: str = "anna", call: str = "c1") -> CallEntry:
        found = self.calls.entry(login, call)
        assert found is not None
        return found

    @property
    def last(self) -> CallEntry:
        return self.told[-1][1]


@pytest.fixture
def screens(book: type[Book]) -> Screens:
    clock = Clock()
    clock.advance(100.0)
    return Screens(book("crm"), clock)


def test_the_name_is_there_before_the_call_is_answered(screens: Screens) -> None:
    screens.play(CallOffered(CALL))
    assert screens.entry().matches_pending
    assert screens.entry().name is None
    screens.book.answer(MUSTER, ERIKA)
    assert screens.entry() == CallEntry(
        id="c1",
        device="2001",
        direction=Direction.INCOMING,
        label="ringing",
        since=100_000,
        began=100_000,
        number=screens.entry().number,
        name="Erika Mustermann",
        company="Muster GmbH",
        matches=(ERIKA, MUSTER),
        actions=("answer", "deflect", "clear"),
        words=("answer", "deflect", "refuse"),
        primary="answer",
    )
    assert screens.entry().number.display == "069 90009123"


def test_the_life_of_an_incoming_call(screens: Screens) -> None:
    answered = replace(CALL, state=S.CONNECTED, far_state=S.CONNECTED, answered=107.0, since=107.0)
    shown = screens.play(
        CallOffered(CALL),
        CallAnswered(answered),
        CallHeld(replace(answered, state=S.HOLD)),
        CallRetrieved(answered),
    )
    assert shown == [
        ("anna", "c1", "ringing"),
        ("anna", "c1", "connected"),
        ("anna", "c1", "held"),
        ("anna", "c1", "connected"),
    ]
    assert [entry.actions for _, entry in screens.told] == [
        ("answer", "deflect", "clear"),
        ("hold", "consult", "transfer", "digits", "clear"),
        ("retrieve", "clear"),
        ("hold", "consult", "transfer", "digits", "clear"),
    ]
    screens.clock.advance(72.0)
    screens.play(CallEnded(replace(answered, state=S.NULL)))
    assert (screens.last.label, screens.last.result, screens.last.duration) == ("ended", "answered", 65)
    assert screens.last.actions == ()
    assert screens.calls.entries("anna") == ()


def test_the_life_of_an_outgoing_call(screens: Screens) -> None:
    off_hook = replace(DIALLED, state=S.INITIATED, other=UNKNOWN, called=UNKNOWN)
    answered = replace(DIALLED, far_state=S.CONNECTED, answered=110.0)
    screens.play(CallInitiated(off_hook))
    assert (screens.last.label, screens.last.number.display) == ("dialing", "")
    screens.play(CallDelivered(replace(DIALLED, far_state=S.ALERTING)))
    assert (screens.last.label, screens.last.number.e164) == ("dialing", "+496990009123")
    screens.play(CallAnswered(answered))
    assert screens.last.label == "connected"
    screens.book.answer(ERIKA)
    assert screens.entry(call="c2").name == "Erika Mustermann"


@pytest.mark.parametrize(
    ("cause", "label", "outcome"),
    [("busy", "busy", "busy"), ("numberUnallocated", "invalid", "unreachable"), ("blocked", "failed", "unreachable")],
)
def test_a_call_that_fails(screens: Screens, cause: str, label: str, outcome: str) -> None:
    failed = replace(DIALLED, far_state=S.FAIL, cause=cause)
    assert screens.play(CallDelivered(DIALLED), CallFailed(failed))[-1] == ("anna", "c2", label)
    assert screens.last.actions == ("clear",)
    screens.play(CallEnded(replace(failed, state=S.NULL, cause="normalClearing")))
    assert (screens.last.result, screens.last.duration) == (outcome, 0)


def test_a_consultation_changes_what_both_calls_offer(screens: Screens) -> None:
    talking = replace(CALL, state=S.CONNECTED, far_state=S.CONNECTED, answered=105.0)
    consulting = replace(DIALLED, other=Party("2002"), called=Party("2002"), consultation_of="c1")
    consulted = replace(consulting, far_state=S.CONNECTED, answered=110.0)
    screens.play(CallAnswered(talking), CallHeld(replace(talking, state=S.HOLD)))
    assert screens.play(CallDelivered(consulting)) == [("anna", "c1", "pending"), ("anna", "c2", "dialing")]
    assert screens.entry().actions == ("clear",)
    assert screens.entry(call="c2").actions == ("reconnect", "clear")
    assert (screens.entry(call="c2").name, screens.entry(call="c2").internal) == ("Jonas Weber", True)
    assert screens.play(CallAnswered(consulted)) == [("anna", "c2", "consultation")]
    assert screens.last.actions == ("complete", "alternate", "conference", "reconnect", "digits", "clear")
    assert screens.entry(call="c2").primary == "complete"
    assert screens.calls.held_partner("2001", "c2") == "c1"
    # B09: the first call stays held, and the user takes it back.
    assert screens.play(CallEnded(replace(consulted, state=S.NULL))) == [
        ("anna", "c2", "ended"),
        ("anna", "c1", "held"),
    ]
    assert screens.last.primary == "retrieve"
    assert screens.calls.held_partner("2001", "c2") is None


def test_everybody_in_a_conference_is_named(screens: Screens) -> None:
    jonas, erika, hidden = Party("2002"), Party("06990009123"), Party(presentation=Presentation.RESTRICTED)
    alone = replace(DIALLED, other=jonas, far_state=S.CONNECTED, answered=110.0, parties=(jonas,))
    screens.play(CallAnswered(alone))
    assert list(screens.last.conference) == []
    screens.play(CallConferenced(replace(alone, parties=(erika, jonas, hidden))))
    assert [each.name for each in screens.last.conference] == [None, None]
    screens.book.answer(ERIKA)
    assert (screens.last.name, [each.name for each in screens.last.conference]) == (
        "Jonas Weber",
        ["Erika Mustermann", None],
    )
    assert screens.last.conference[1].number.presentation is Presentation.RESTRICTED
    screens.play(CallUpdated(replace(alone, parties=(jonas,))))
    assert list(screens.last.conference) == []


def test_a_transfer_under_way_is_shown_on_both_calls_and_taken_back_when_refused(screens: Screens) -> None:
    held = replace(CALL, state=S.HOLD, answered=101.0)
    consulted = replace(DIALLED, far_state=S.CONNECTED, answered=110.0, consultation_of="c1")
    screens.play(CallHeld(held), CallAnswered(consulted))
    with screens.calls.requesting("2001", "c2", "complete"):
        assert [entry.label for entry in screens.calls.entries("anna")] == ["transferring", "transferring"]
    assert screens.play(CallEnded(replace(held, state=S.NULL)))[0] == ("anna", "c1", "ended")
    with pytest.raises(RuntimeError), screens.calls.requesting("2001", "c2", "transfer"):
        raise RuntimeError("the switch refused")
    assert screens.entry(call="c2").label == "connected"


def test_a_transferred_call_shows_the_new_far_party(screens: Screens) -> None:
    talking = replace(CALL, state=S.CONNECTED, other=Party("2002"), far_state=S.CONNECTED, answered=105.0)
    screens.play(CallAnswered(talking))
    assert screens.entry().name == "Jonas Weber"
    screens.play(CallTransferred(replace(talking, other=Party("06990009123"))))
    screens.book.answer(ERIKA)
    assert (screens.entry().name, screens.entry().internal) == ("Erika Mustermann", False)


def test_after_a_transfer_of_an_outgoing_call_the_number_has_no_outside_prefix(screens: Screens) -> None:
    talking = replace(DIALLED, far_state=S.CONNECTED, answered=105.0)
    screens.play(CallAnswered(talking), CallTransferred(replace(talking, other=Party("0301234567"))))
    assert screens.last.number.e164 == "+49301234567"


def test_an_answer_for_the_far_party_before_does_not_name_the_one_now(screens: Screens) -> None:
    screens.play(CallOffered(CALL), CallTransferred(replace(CALL, other=Party("0301234567"))))
    screens.book.answer(ERIKA)
    assert screens.entry().name is None
    assert screens.entry().matches_pending


def test_answers_after_the_end_are_for_nobody(screens: Screens) -> None:
    screens.play(CallOffered(CALL), CallEnded(replace(CALL, state=S.NULL)))
    del screens.told[:]
    screens.book.answer(ERIKA)
    assert screens.told == []


@pytest.mark.parametrize(
    ("ended", "requested", "outcome", "by"),
    [
        (CallEnded(replace(CALL, state=S.NULL)), False, "missed", None),
        (CallEnded(replace(CALL, state=S.NULL), answered_by="2002"), False, "elsewhere", "Jonas Weber"),
        (CallEnded(replace(CALL, state=S.NULL), answered_by="N<2000>Empfang"), False, "elsewhere", "Empfang"),
        (CallEnded(replace(CALL, state=S.NULL), answered_by="7777"), False, "elsewhere", "7777"),
        (CallEnded(replace(CALL, state=S.NULL)), True, "refused", None),
    ],
)
def test_an_incoming_call_that_was_not_answered_here(
    screens: Screens, ended: CallEnded, requested: bool, outcome: str, by: str | None
) -> None:
    screens.play(CallOffered(CALL))
    if requested:
        with screens.calls.requesting("2001", "c1", "clear"):
            pass
    screens.play(ended)
    assert (screens.last.result, screens.last.answered_by, screens.last.duration) == (outcome, by, 0)


def test_everyone_at_a_shared_device_sees_its_calls_and_nobody_else(screens: Screens) -> None:
    assert screens.play(CallOffered(replace(CALL, device="2900"))) == [
        ("jonas", "c1", "ringing"),
        ("lena", "c1", "ringing"),
    ]
    assert screens.calls.entry("anna", "c1") is None
    assert screens.calls.entries("lena") == screens.calls.entries("jonas") != ()


@pytest.mark.parametrize("device", ["2000", "4711"])
def test_calls_at_devices_without_a_call_screen_are_passed_over(screens: Screens, device: str) -> None:
    assert screens.play(CallOffered(replace(CALL, device=device))) == []
    assert screens.calls.entries("door") == screens.calls.entries("nobody") == ()
    assert not screens.book.asked


def test_calls_stand_in_the_order_they_began(screens: Screens) -> None:
    screens.play(CallOffered(replace(CALL, began=120.0)), CallDelivered(replace(DIALLED, began=110.0)))
    assert [entry.id for entry in screens.calls.entries("anna")] == ["c2", "c1"]


def test_a_withheld_number_is_not_shown_and_nobody_is_asked(screens: Screens) -> None:
    party = Party("06990009123", "Erika", Presentation.RESTRICTED)
    screens.play(CallOffered(replace(CALL, other=party)))
    assert screens.entry().name is None
    number = screens.entry().number
    assert (number.raw, number.e164, number.display, number.presentation) == ("", None, "", Presentation.RESTRICTED)
    assert not screens.book.asked


@pytest.mark.parametrize(
    ("other", "name", "internal"),
    [
        (Party("2002"), "Jonas Weber", True),
        (Party("+49 89 99998 2002"), "Jonas Weber", True),
        (Party("2000"), "Empfang", True),
        (Party("2999", "Werkstatt"), "Werkstatt", True),
        (Party("N<2999>Lager;noa=nk"), "Lager", True),
        (Party("017139200", "Fam. Lang"), "Fam. Lang", False),
    ],
)
def test_colleagues_and_names_the_switch_knows(screens: Screens, other: Party, name: str, internal: bool) -> None:
    screens.play(CallOffered(replace(CALL, other=other)))
    assert (screens.entry().name, screens.entry().internal) == (name, internal)


@pytest.mark.parametrize(
    ("called", "shown"),
    [
        (Party("2001"), None),
        (Party("N<2001>Anna;noa=nk"), None),
        (Party("+49 89 99998 2001"), None),
        (UNKNOWN, None),
        (Party("2900"), "2900"),
        (Party("089 99998 0"), "089 999980"),
        (Party("2900", presentation=Presentation.RESTRICTED), None),
    ],
)
def test_the_number_first_called_is_shown_when_it_is_not_the_own(
    screens: Screens, called: Party, shown: str | None
) -> None:
    screens.play(CallOffered(replace(CALL, called=called)))
    entry = screens.entry()
    assert (entry.called.display if entry.called else None) == shown


def test_what_the_link_can_do_changes_what_is_offered(screens: Screens) -> None:
    screens.play(CallOffered(CALL))
    screens.able = frozenset({Service.CLEAR_CONNECTION})
    assert screens.play(LinkDown("cable")) == [("anna", "c1", "ringing")]
    assert (screens.last.actions, screens.last.primary) == (("clear",), None)
    assert screens.play(LinkDown("cable")) == []
    screens.able = frozenset(Service)
    screens.play(LinkUp())
    assert screens.last.primary == "answer"


def test_an_event_that_changes_nothing_to_see_is_not_told(screens: Screens) -> None:
    assert len(screens.play(CallOffered(CALL), CallOffered(CALL))) == 1


def test_the_end_of_an_unknown_call_and_a_request_for_one_change_nothing(screens: Screens) -> None:
    assert screens.play(CallEnded(replace(CALL, state=S.NULL))) == []
    with screens.calls.requesting("2001", "c1", "hold"):
        pass
    assert screens.told == []
