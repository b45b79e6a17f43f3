"""An address book on a CardDAV server (RFC 6352), kept in step by its sync token (RFC 6578)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from crm_adapter.directory import Contact, Page
from crm_adapter.errors import DirectoryError, WriteRefused
from crm_adapter.newnumber import NewNumber
from crm_adapter.sources import vcards
from crm_adapter.sources.webservice import LoginRefused, WebService, writing
from crm_adapter.users import User

CARDS = 100
"""Cards asked for at a time."""

NAMES = {"d": "DAV:", "c": "urn:ietf:params:xml:ns:carddav"}

_PROP = "d:propstat/d:prop"

_SYNC = (
    '<d:sync-collection xmlns:d="DAV:"><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>'
    "<d:prop><d:getetag/></d:prop></d:sync-collection>"
)
_MULTIGET = (
    '<c:addressbook-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav">'
    "<d:prop><d:getetag/><c:address-data/></d:prop>{hrefs}</c:addressbook-multiget>"
)


class CardDavFeed:
    """Reads what has changed in an address book.

    :param url: of the address book collection.
    :param web: asks the server.
    :param name: in logs and matches.
    :param writable: numbers are written into cards.
    """

    def __init__(self, url: str, web: WebService, *, name: str = "carddav", writable: bool = False) -> None:
        self.name = name
        self.number_kinds = tuple(vcards.KINDS) if writable else ()
        self._url = url
        self._web = web

    async def changes(self, since: str | None) -> AsyncGenerator[Page, None]:
        """Cards changed and gone since a sync token; all of them when the server does not know the token any more.

        :raises DirectoryError: the server cannot be asked, or is none for address books.
        """
        try:
            answer = await self._report(_SYNC.format(token=escape(since or "")))
        except LoginRefused:
            if since is None:
                raise
            since = None  # valid-sync-token is told with 403, too (RFC 6578 §3.2)
            answer = await self._report(_SYNC.format(token=""))
        except DirectoryError:
            if since is None:
                raise
            since = None
            answer = await self._report(_SYNC.format(token=""))
        here, gone = _hrefs(answer)
        own = urlsplit(self._url).path
        here = [href for href in here if urlsplit(href).path.rstrip("/") != own.rstrip("/")]
        yield Page(whole=since is None, gone=tuple((kind, href) for href in gone for kind in ("person", "company")))
        for start in range(0, len(here), CARDS):
            yield Page(contacts=await self._cards(here[start : start + CARDS]))
        yield Page(token=answer.findtext("d:sync-token", namespaces=NAMES))

    async def users(self) -> tuple[User, ...]:
        """Nobody: an address book holds none."""
        return ()

    async def add_number(self, contact: Contact, number: NewNumber) -> None:
        """Write a number into a card, unless somebody else changes it at the same time (RFC 6352 §6.3.2).

        :raises WriteRefused: the server does not take the card, or it is not what it was.
        :raises DirectoryError: the server cannot be asked.
        """
        href = contact.record_id
        with writing():
            for _, tag, text in await self._texts([href]):
                card = next(vcards.cards(text), None)
                found = vcards.vcard(card, href) if card is not None else None
                if found is None or found.name != contact.name or not tag:
                    raise WriteRefused("changed", f"source {self.name}: a card is not what it was")
                if not number.is_one_of(found):
                    changed = vcards.with_number(text, number).replace("\r\n", "\n").replace("\n", "\r\n")
                    headers = {"Content-Type": "text/vcard; charset=utf-8", "If-Match": tag}
                    await self._web.ask("PUT", self._at(href), changed.encode(), headers)
                return
        raise WriteRefused("gone", f"source {self.name}: a card is not there any more")

    def close(self) -> None:
        """Nothing is held."""

    async def _cards(self, hrefs: Sequence[str]) -> tuple[Contact, ...]:
        found = []
        for href, _, text in await self._texts(hrefs):
            for card in vcards.cards(text):
                contact = vcards.vcard(card, href) if card is not None else None
                if contact is not None:
                    found.append(contact)
        return tuple(found)

    async def _texts(self, hrefs: Sequence[str]) -> list[tuple[str, str, str]]:
        """Address, entity tag and text of the cards that are there."""
        listed = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
        answer = await self._report(_MULTIGET.format(hrefs=listed))
        found = []
        for response in answer.iterfind("d:response", NAMES):
            href, tag = (response.findtext(path, "", NAMES) for path in ("d:href", f"{_PROP}/d:getetag"))
            text = response.findtext(f"{_PROP}/c:address-data", "", NAMES)
            if text:
                found.append((href, tag, text))
        return found

    def _at(self, href: str) -> str:
        """An address on the server, wherever ``href`` would lead."""
        return urlsplit(self._url)._replace(path=urlsplit(href).path, query="").geturl()

    async def _report(self, body: str) -> etree._Element:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
        answer = await self._web.ask("REPORT", self._at(self._url), body.encode(), headers)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            root = etree.fromstring(answer, parser)
        except etree.XMLSyntaxError as problem:
            raise DirectoryError(
                f"source {self.name}: the answer is not XML; is the URL that of an address book?"
            ) from problem
        if root.tag != "{DAV:}multistatus":
            raise DirectoryError(f"source {self.name}: the URL is not that of an address book")
        return root


def _hrefs(answer: etree._Element) -> tuple[list[str], list[str]]:
    """Cards that are there, and cards that are gone (404 for the response as a whole, RFC 6578 §3.5)."""
    here: list[str] = []
    gone: list[str] = []
    for response in answer.iterfind("d:response", NAMES):
        href = response.findtext("d:href", "", NAMES)
        status = response.findtext("d:status", "", NAMES)
        (gone if " 404" in status else here).append(href)
    return here, gone
