"""A source whose contacts are copied into the index: looked up there, kept in step with the CRM behind it."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from crm_adapter.clock import Clock, Timer
from crm_adapter.contactindex import ContactIndex
from crm_adapter.directory import ActivityLog, Contact, Feed, Match, NumberBook
from crm_adapter.errors import DirectoryError, WriteRefused
from crm_adapter.newnumber import NewNumber
from crm_adapter.numbers import Number
from crm_adapter.users import User


class IndexedSource:
    """Looks callers up in the index; a CRM that is slow or away delays nothing and is read again later.

    :param feed: the CRM.
    :param index: where its contacts are kept; started by whoever made it.
    :param clock: wakes up for the next look at the CRM.
    :param refresh_every: seconds between two looks.
    :param reread_every: seconds after which everything is read again, also where changes are told: some CRMs do not
        tell what was deleted.
    """

    log = Logger()

    def __init__(
        self,
        feed: Feed,
        index: ContactIndex,
        clock: Clock,
        *,
        refresh_every: float = 60.0,
        reread_every: float = 86_400.0,
    ) -> None:
        self._feed = feed
        self._index = index
        self._clock = clock
        self._refresh_every = refresh_every
        self._reread_every = reread_every
        self._read = clock.seconds()
        self._listeners: list[Callable[[], None]] = []
        self._timer: Timer | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """Of the CRM."""
        return self._feed.name

    @property
    def activities(self) -> ActivityLog | None:
        """Where calls can be written down, if the CRM takes them."""
        return self._feed if isinstance(self._feed, ActivityLog) and self._feed.takes_calls else None

    @property
    def numbers(self) -> NumberBook | None:
        """Where numbers can be written at contacts, if the CRM takes them."""
        return self if self.number_kinds else None

    @property
    def number_kinds(self) -> tuple[str, ...]:
        """What kinds of numbers a contact can be given; empty: none."""
        return self._feed.number_kinds if isinstance(self._feed, NumberBook) else ()

    async def start(self) -> None:
        """Begin to read; until that is done, callers are found as they were known the last time."""
        self._look_again()

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` whenever contacts have changed."""
        self._listeners.append(listener)

    async def refresh(self, *, whole: bool = False) -> int:
        """Read what has changed; gives how many contacts that were.

        :param whole: read everything.
        :raises DirectoryError: the CRM or the index cannot be used.
        """
        due = self._clock.seconds() - self._read >= self._reread_every
        token = await self._index.token(self.name)
        changed = await self._index.take(self.name, self._feed.changes(None if whole or due else token))
        if due or token is None:
            self._read = self._clock.seconds()
        if changed:
            self._tell()
        return changed

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        """Write a number at a contact of the index, into the CRM first; the next call from it is the contact's.

        :raises WriteRefused: the contact is not what it was, or the CRM does not take the number.
        :raises DirectoryError: the CRM or the index cannot be used.
        """
        if not isinstance(self._feed, NumberBook):
            raise WriteRefused("refused", f"source {self.name}: takes no numbers")
        # What a page says of a contact is a claim; what goes to the CRM is what came from there.
        known = await self._index.contact(self.name, contact.kind, contact.record_id)
        if known is None:
            raise WriteRefused("gone", f"source {self.name}: the contact is not in the index any more")
        if known.name != contact.name:
            raise WriteRefused("changed", f"source {self.name}: the record is another contact's now")
        await self._feed.add_number(known, number)
        if not number.is_one_of(known):
            await self._index.add_number(self.name, known, number.labelled)
            self._tell()

    async def lookup(self, number: Number) -> tuple[Match, ...]:
        """Every contact with the number, or else with the main number it seems to be an extension of.

        :raises DirectoryError: the index cannot be used.
        """
        return await self._index.lookup(self.name, number)

    async def search(self, text: str, limit: int) -> tuple[Contact, ...]:
        """Contacts by words of name and company or by digits, at most ``limit``, in order of name.

        :raises DirectoryError: the index cannot be used.
        """
        return await self._index.search(self.name, text, limit)

    async def users(self) -> tuple[User, ...]:
        """The users the CRM knows.

        :raises DirectoryError: it cannot be asked.
        """
        return await self._feed.users()

    def close(self) -> None:
        """Read no more; the index is closed by whoever made it."""
        self._closed = True
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._feed.close()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def _look_again(self) -> None:
        Deferred.fromCoroutine(self._refresh_and_schedule())

    async def _refresh_and_schedule(self) -> None:
        try:
            await self.refresh()
        except DirectoryError as problem:
            if not self._closed:
                self.log.warn("{source}: {problem}; contacts are as they were", source=self.name, problem=problem)
        except Exception:  # a CRM that gives what nobody expected must not end the looking
            self.log.failure("{source} could not be read; contacts are as they were", source=self.name)
        if not self._closed:
            self._timer = self._clock.callLater(self._refresh_every, self._look_again)
