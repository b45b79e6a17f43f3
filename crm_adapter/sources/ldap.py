"""People in an LDAP directory (RFC 4511), asked for every caller; users with their telephones, too."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from types import MappingProxyType
from typing import Any, TypeVar

from ldaptor import delta
from ldaptor.protocols.ldap import ldaperrors
from ldaptor.protocols.ldap.distinguishedname import DistinguishedName, InvalidRelativeDistinguishedName
from ldaptor.protocols.ldap.ldapclient import LDAPClient
from ldaptor.protocols.ldap.ldaperrors import (
    LDAPAttributeOrValueExists,
    LDAPConstraintViolation,
    LDAPException,
    LDAPInsufficientAccessRights,
    LDAPInvalidCredentials,
    LDAPNoSuchObject,
    LDAPSizeLimitExceeded,
)
from ldaptor.protocols.ldap.ldapsyntax import LDAPEntry
from ldaptor.protocols.pureldap import LDAP_SCOPE_baseObject, LDAP_SCOPE_wholeSubtree, LDAPModifyRequest
from msgspec import Struct
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.defer import TimeoutError as Late
from twisted.internet.endpoints import connectProtocol
from twisted.internet.interfaces import IReactorTime, IStreamClientEndpoint

from crm_adapter.directory import Contact, Match, match_of
from crm_adapter.errors import DirectoryError, WriteReason, WriteRefused
from crm_adapter.location import Location
from crm_adapter.newnumber import NewNumber
from crm_adapter.numbers import Number, normalise
from crm_adapter.sources.mapping import FieldMap
from crm_adapter.users import User

COMPARED = 6
"""Last digits an entry must have, with anything between them, to be looked at more closely."""

MOST_ENTRIES = 100
"""Entries of one answer that are looked at."""

MOST_USERS = 100_000
"""Users of a directory."""


T = TypeVar("T")

REASONS: MappingProxyType[type[LDAPException], WriteReason] = MappingProxyType(
    {
        LDAPInsufficientAccessRights: "forbidden",
        LDAPNoSuchObject: "gone",
        LDAPConstraintViolation: "full",  # an attribute that takes one value has one, as most do in Active Directory
    }
)
"""Why a directory does not take a number (RFC 4511 §4.1.9); of other results: it is refused."""


class Directory(Struct, frozen=True, kw_only=True):
    """Where in a directory people are.

    :param base: distinguished name below which is searched.
    :param people: filter (RFC 4515) of people.
    :param users: filter of users; empty: the directory is asked for none.
    :param devices: attributes with telephones of users, in order.
    :param bind: distinguished name and password to log in with; empty: without.
    """

    base: str
    people: str = "(objectClass=person)"
    users: str = ""
    devices: tuple[str, ...] = ()
    bind: tuple[str, str] = ("", "")


class LdapSource:
    """Asks a directory; every search ends in time. One connection is kept and made anew when it is lost.

    :param endpoint: of the server, with TLS outside this machine.
    :param directory: where in it people are.
    :param fields: which attributes are what; the attributes of ``numbers`` are searched.
    :param location: how numbers in the directory are meant.
    :param clock: for time-outs.
    :param name: in logs and matches.
    :param timeout: seconds an answer may take.
    :param writable: numbers are added to attributes of ``numbers``.
    """

    def __init__(
        self,
        endpoint: IStreamClientEndpoint,
        directory: Directory,
        fields: FieldMap,
        location: Location,
        clock: IReactorTime,
        *,
        name: str = "ldap",
        timeout: float = 5.0,
        writable: bool = False,
    ) -> None:
        self.name = name
        self.number_kinds = tuple(fields.numbers) if writable else ()
        self._endpoint = endpoint
        self._directory = directory
        self._fields = FieldMap(  # attributes have no case (RFC 4512 §2.5), and servers answer with another one
            fields={name: attribute.lower() for name, attribute in fields.fields.items()},
            numbers={label: attribute.lower() for label, attribute in fields.numbers.items()},
        )
        self._location = location
        self._clock = clock
        self._timeout = timeout
        self._client: LDAPClient | None = None
        self._listeners: list[Callable[[], None]] = []

    async def start(self) -> None:
        """There is nothing to prepare; the connection is made for the first question."""

    @property
    def activities(self) -> None:
        """A directory of people takes no calls."""

    @property
    def numbers(self) -> LdapSource | None:
        """Where numbers can be written, if the directory is to be changed."""
        return self if self.number_kinds else None

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` when a number was written. Of other changes the directory tells nobody; answers are
        remembered for minutes only."""
        self._listeners.append(listener)

    async def lookup(self, number: Number) -> tuple[Match, ...]:
        """Everybody whose number it is, however it is written.

        :raises DirectoryError: the directory cannot be asked.
        """
        if number.e164 is None:
            return ()
        # Servers ignore spaces and hyphens at most (RFC 4517 §4.2.29), so anything may stand between two digits.
        found = await self._people(f"(|{self._any_number('*'.join(number.e164[-COMPARED:]), last=True)})")
        return tuple(match_of(each, self.name) for each in found if self._has(each, number.e164))

    async def search(self, text: str, limit: int) -> tuple[Contact, ...]:
        """People with every word of ``text`` in a name, or its digits in a number.

        :raises DirectoryError: the directory cannot be asked.
        """
        words = "".join(f"(|{self._any_name(word)})" for word in text.split())
        digits = "".join(filter(str.isdecimal, text)).lstrip("0")
        numbers = self._any_number("*".join(digits), last=False) if len(digits) >= COMPARED else ""
        return (await self._people(f"(|(&{words}){numbers})"))[:limit] if words else ()

    async def users(self) -> tuple[User, ...]:
        """Users with their telephones.

        :raises DirectoryError: the directory cannot be asked, or a user has no login.
        """
        if not self._directory.users:
            return ()
        entries = await self.entries(self._directory.users, MOST_USERS)
        return tuple(self._fields.user(record, self._devices(record)) for _, record in entries)

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        """Add a value to an attribute of somebody's entry.

        :raises WriteRefused: the entry is not what it was, or the directory does not take the value.
        :raises DirectoryError: the directory cannot be asked.
        """
        key, record = await self._entry_of(contact)
        found = self._fields.contact(record, key)
        if found is None or found.name != contact.name:
            raise WriteRefused("changed", f"source {self.name}: an entry is not what it was")
        if not number.is_one_of(found):
            await self._told(self._add(key, self._fields.numbers[number.label], number.raw))
        for listener in self._listeners:
            listener()

    def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None and client.connected:
            client.transport.loseConnection()

    async def entries(self, condition: str, most: int) -> list[tuple[str, dict[str, list[str]]]]:
        """Distinguished name and values of all entries that fit; attributes are in lower case.

        :raises DirectoryError: the directory cannot be asked, or does not give all of them.
        """
        found = await self._entries(condition, most, part=False)
        if len(found) > most:
            raise DirectoryError(f"source {self.name}: more than {most} entries fit the filter; narrow it")
        return found

    def _devices(self, record: dict[str, list[str]]) -> tuple[str, ...]:
        return tuple(value for attribute in self._directory.devices for value in record.get(attribute.lower(), ()))

    def _any_number(self, pattern: str, *, last: bool) -> str:
        return "".join(f"({each}=*{pattern}{'' if last else '*'})" for each in self._fields.numbers.values())

    def _any_name(self, word: str) -> str:
        names = ("name", "first_name", "last_name", "company")
        attributes = dict.fromkeys(theirs for name in names if (theirs := self._fields.fields.get(name)))
        return "".join(f"({each}=*{_escaped(word)}*)" for each in attributes or ("cn",))

    def _has(self, contact: Contact, e164: str) -> bool:
        return any(normalise(each.raw, self._location, "stored").e164 == e164 for each in contact.numbers)

    async def _people(self, condition: str) -> tuple[Contact, ...]:
        entries = await self._entries(f"(&{self._directory.people}{condition})", MOST_ENTRIES, part=True)
        found = (self._fields.contact(record, key) for key, record in entries)
        return tuple(contact for contact in found if contact is not None)

    async def _entries(self, condition: str, most: int, *, part: bool) -> list[tuple[str, dict[str, list[str]]]]:
        """Distinguished name and values of what fits; attributes are in lower case, as their names have none.

        :param part: when there are more, some of them will do.
        """
        return await self._told(self._search(condition, most, part))

    async def _entry_of(self, contact: Contact) -> tuple[str, dict[str, list[str]]]:
        """The entry of a contact; raises WriteRefused when there is none. A page may claim any name for one."""
        people, attribute, key = self._directory.people, self._fields.fields.get("id"), contact.record_id
        gone = WriteRefused("gone", f"source {self.name}: an entry is not there any more")
        if attribute is not None:
            found = await self._told(self._search(f"(&{people}({attribute}={_escaped(key)}))", 2, True))
        elif _is_below(key, self._directory.base):
            try:
                found = await self._told(self._search(people, 1, True, key))
            except DirectoryError as problem:
                if isinstance(problem.__cause__, LDAPNoSuchObject):
                    raise gone from problem
                raise
        else:
            found = []
        if len(found) != 1:
            raise gone
        return found[0]

    async def _told(self, asking: Coroutine[Any, Any, T]) -> T:
        """What comes of a question, in time, or a DirectoryError that says what to do."""
        try:
            return await Deferred.fromCoroutine(asking).addTimeout(self._timeout, self._clock)
        except DirectoryError:
            raise
        except LDAPInvalidCredentials as problem:
            raise DirectoryError(
                f"source {self.name}: the directory refuses the log-in; check user and password"
            ) from problem
        except LDAPSizeLimitExceeded as problem:
            raise DirectoryError(
                f"source {self.name}: the directory does not give all entries; narrow the filter or raise its limit"
            ) from problem
        except LDAPException as problem:
            raise DirectoryError(f"source {self.name}: {type(problem).__name__}") from problem
        except Exception as problem:  # of sockets and TLS there are many, and all mean the same here
            self.close()
            late = isinstance(problem, Late | CancelledError)
            reason = f"no answer in {self._timeout:g} s" if late else str(problem) or type(problem).__name__
            raise DirectoryError(f"source {self.name}: the directory cannot be asked: {reason}") from problem

    async def _search(
        self, condition: str, most: int, part: bool, of: str | None = None
    ) -> list[tuple[str, dict[str, list[str]]]]:
        """Entries that fit; the one with the name ``of``, or else all below the base."""
        base = LDAPEntry(await self._connected(), self._directory.base if of is None else of)
        entries = await base.search(
            filterText=condition,
            scope=LDAP_SCOPE_wholeSubtree if of is None else LDAP_SCOPE_baseObject,
            sizeLimit=most,
            sizeLimitIsNonFatal=part,
            timeLimit=int(self._timeout),
        )
        return [(_text(entry.dn.getText()), _values(entry)) for entry in entries]

    async def _add(self, key: str, attribute: str, value: str) -> None:
        change = delta.Add(attribute, [value]).asLDAP()
        answer = await (await self._connected()).send(LDAPModifyRequest(object=key, modification=[change]))
        try:
            if answer.resultCode:
                raise ldaperrors.get(answer.resultCode, answer.errorMessage)
        except LDAPAttributeOrValueExists:
            return  # written before; the attempt that was not answered did arrive
        except LDAPException as problem:
            reason = REASONS.get(type(problem), "refused")
            raise WriteRefused(reason, f"source {self.name}: {type(problem).__name__}") from problem

    async def _connected(self) -> LDAPClient:
        if self._client is None or not self._client.connected:
            client = await connectProtocol(self._endpoint, LDAPClient())
            await client.bind(*self._directory.bind)
            self._client = client
        return self._client


def _values(entry: Any) -> dict[str, list[str]]:  # noqa: ANN401 -- an entry of ldaptor
    return {_text(name).lower(): [_text(value) for value in values] for name, values in entry.items()}


def _is_below(key: str, base: str) -> bool:
    """Whether ``key`` is the distinguished name of an entry below ``base``."""
    try:
        return bool(DistinguishedName(base).contains(DistinguishedName(key)))
    except InvalidRelativeDistinguishedName:
        return False


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _escaped(text: str) -> str:
    """``text`` as a value in a filter (RFC 4515 §3)."""
    return "".join(f"\\{ord(each):02x}" if each in "\\*()\0" else each for each in text)
