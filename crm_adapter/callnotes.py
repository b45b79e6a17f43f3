"""What users write about calls that are not over yet."""

from __future__ import annotations

from crm_adapter.calllist import CallEntry
from crm_adapter.clock import Clock
from crm_adapter.journal import Journal
from crm_adapter.journalschema import CallNote

LONGEST_CALL = 86_400
"""Seconds after which a note of before a restart is of no call any more."""

FINDING = 300
"""Seconds after a restart in which a call is one of before it, if somebody has written about one with its number.

Later ones are other calls: whoever withholds the number has the same one as the next.
"""

Key = tuple[str, str, str]
"""Login, device and id of a call; of one from before a restart its number, for it has another id now."""


class CallNotes:
    """Notes on live calls, at hand for every view and kept in the journal's database, so that a restart loses none.

    :param journal: keeps them.
    :param clock: tells when they were written.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._notes: dict[Key, CallNote] = {}
        self._found: dict[Key, CallNote] = {}
        self._found_until = 0

    async def start(self) -> None:
        """Find what was written before a restart.

        :raises DirectoryError: the journal cannot be used.
        """
        now = self._now()
        self._found_until = now + FINDING * 1000
        drafts = await self._journal.drafts(now - LONGEST_CALL * 1000, now)
        self._found = {(each.login, each.device, each.raw): each.note for each in drafts}

    def of(self, login: str, call: CallEntry) -> CallNote:
        """What a user has written about a call."""
        written = self._notes.get(_key(login, call))
        if written is None and call.began < self._found_until:
            written = self._found.get(_key_before(login, call))
        return written or CallNote()

    async def write(self, login: str, call: CallEntry, note: CallNote) -> None:
        """Keep a note in the place of an earlier one.

        :raises DirectoryError: the journal cannot be used.
        """
        await self._journal.draft(login, call, note, self._now())
        self._notes[_key(login, call)] = note

    def take(self, login: str, call: CallEntry) -> CallNote:
        """What was written about a call that is over; from now on it is the journal's."""
        note = self.of(login, call)
        self._notes.pop(_key(login, call), None)
        self._found.pop(_key_before(login, call), None)
        return note

    def _now(self) -> int:
        return round(self._clock.seconds() * 1000)


def _key(login: str, call: CallEntry) -> Key:
    return (login, call.device, call.id)


def _key_before(login: str, call: CallEntry) -> Key:
    return (login, call.device, call.number.raw)
