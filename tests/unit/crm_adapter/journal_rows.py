"""Past calls, and which of them are found by what somebody looks for; the same in every database."""

from __future__ import annotations

from crm_adapter.calllist import CallEntry
from crm_adapter.journal import CallNote, Journal
from crm_adapter.journalquery import Wanted
from crm_adapter.location import Location
from crm_adapter.numbers import Number, normalise
from csta.model.call import Direction, Presentation

HERE = Location(main_numbers=("+49 89 99998",))
BEGAN = 1_700_000_000_000
HOUR = 3_600_000
OUT = Direction.OUTGOING


def _call(name: str, number: Number, hours: int, **changes: object) -> CallEntry:
    fields = {"direction": Direction.INCOMING, "label": "ended", "result": "answered", "duration": 60, **changes}
    began = BEGAN + hours * HOUR
    return CallEntry(id=name[:1] or "-", device="2001", since=began, began=began, name=name, number=number, **fields)  # type: ignore[arg-type]


CALLS = (
    (_call("Erika Mustermann", normalise("069 90009123", HERE), 0, company="Muster GmbH", result="missed"), ""),
    (_call("Lena Öztürk", normalise("0171 3920014", HERE), 1, direction=OUT), "Wants 20 % off"),
    (_call("Jonas Weber", normalise("2002", HERE), 2, internal=True), ""),
    (_call("", Number(presentation=Presentation.RESTRICTED), 3, result="missed"), ""),
)

FOUND: tuple[tuple[Wanted, str], ...] = (
    (Wanted(), "-JLE"),
    (Wanted(way="incoming"), "-E"),
    (Wanted(way="outgoing"), "L"),
    (Wanted(way="internal"), "J"),
    (Wanted(result="missed"), "-E"),
    (Wanted(since=BEGAN + HOUR), "-JL"),
    (Wanted(before=BEGAN + HOUR), "E"),
    (Wanted(since=BEGAN + HOUR, before=BEGAN + 2 * HOUR), "L"),
    (Wanted(text=" muster "), "E"),
    (Wanted(text="GMBH erika"), "E"),
    (Wanted(text="gmbh weber"), ""),
    (Wanted(text="öztürk"), "L"),
    (Wanted(text="ÖZTÜRK"), "L"),
    (Wanted(text="20 % OFF"), "L"),
    (Wanted(text="_"), ""),
    (Wanted(text="erika", way="incoming"), "E"),
    (Wanted(text="erika", result="answered"), ""),
    *(
        (Wanted(text=text, locations=(HERE,)), found)
        for text, found in {
            "069 90009123": "E",
            "+49 69 90009-123": "E",
            "+49 (0)69 90009123": "E",
            "0049 (69) 90009123": "E",
            "90009": "E",
            "0171": "L",
            "0171/392 00 14": "L",
            "2002": "J",
            "089 999982002": "J",
            "01": "",
            "0 00 00": "",
        }.items()
    ),
    (Wanted(text="90009", sees_numbers=False), ""),
    (Wanted(text="20 erika", sees_numbers=False), ""),
    (Wanted(text="20 öztürk", sees_numbers=False), "L"),
)
"""What somebody looks for, and the first letters of whom is found."""


async def found(journal: Journal) -> tuple[tuple[Wanted, str], ...]:
    """:data:`FOUND` as this journal has it."""
    for call, note in CALLS:
        await journal.record("anna", call, note=CallNote(note=note))
    return tuple([(wanted, await _names(journal, wanted)) for wanted, _ in FOUND])


async def _names(journal: Journal, wanted: Wanted) -> str:
    page = await journal.entries("anna", wanted)
    return "".join((entry.name or "-")[0] for entry in page.entries)
