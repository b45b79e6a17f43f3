"""What users write about calls that are not over yet."""

from __future__ import annotations

from crm_adapter.calllist import CallEntry
from crm_adapter.clock import Clock
from crm_adapter.journal import Journal
from crm_adapter.journalschema import CallNote

LONGEST_CALL = 86_400
"""Seconds after which a note of before a restart is of no call any more."""

Key = tuple[str, str, str]


class CallNotes:
    """Notes on live calls, at hand for every view and kept in the journal's database, so that a restart loses none.

    :param journal: keeps them.
    :param clock: tells when they were written.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._notes: dict[Key, CallNote] = {}
        self._found: dict[Key, tuple[str, CallNote]] = {}

    async def start(self) -> None:
        """Find what was written before a restart.

        :raises DirectoryError: the journal cannot be used.
        """
        drafts = await self._journal.drafts(self._now() - LONGEST_CALL * 1000)
        self._found = {(each.login, each.device, each.call): (each.raw, each.note) for each in drafts}

    def of(self, login: str, call: CallEntry) -> CallNote:
        """What a user has written about a call."""
        key = _key(login, call)
        # A source of calls may count from the beginning again: the number tells whether it is the same call.
        raw, found = self._found.get(key, ("", CallNote()))
        return self._notes.get(key, found if raw == call.number.raw else CallNote())

    async def write(self, login: str, call: CallEntry, note: CallNote) -> None:
        """Keep a note in the place of an earlier one.

        :raises DirectoryError: the journal cannot be used.
        """
        await self._journal.draft(login, call, note, self._now())
        self._notes[_key(login, call)] = note

    def take(self, login: str, call: CallEntry) -> CallNote:
        """What was written about a call that is over; from now on it is the journal's."""
        note, key = self.of(login, call), _key(login, call)
        self._notes.pop(key, None)
        self._found.pop(key, None)
        return note

    def _now(self) -> int:
        return round(self._clock.seconds() * 1000)


def _key(login: str, call: CallEntry) -> Key:
    return (login, call.device, call.id)
