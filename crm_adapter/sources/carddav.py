"""An address book on a CardDAV server (RFC 6352), kept in step by its sync token (RFC 6578)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from urllib.parse import urljoin, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from crm_adapter.directory import Contact, Page
from crm_adapter.errors import DirectoryError
from crm_adapter.sources.file import cards, vcard
from crm_adapter.sources.webservice import LoginRefused, WebService
from crm_adapter.users import User

CARDS = 100
"""Cards asked for at a time."""

NAMES = {"d": "DAV:", "c": "urn:ietf:params:xml:ns:carddav"}

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
    """

    def __init__(self, url: str, web: WebService, *, name: str = "carddav") -> None:
        self.name = name
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

    def close(self) -> None:
        """Nothing is held."""

    async def _cards(self, hrefs: Sequence[str]) -> tuple[Contact, ...]:
        listed = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
        answer = await self._report(_MULTIGET.format(hrefs=listed))
        found = []
        for response in answer.iterfind("d:response", NAMES):
            text = response.findtext("d:propstat/d:prop/c:address-data", namespaces=NAMES)
            for card in cards(text or ""):
                contact = vcard(card, response.findtext("d:href", "", NAMES)) if card is not None else None
                if contact is not None:
                    found.append(contact)
        return tuple(found)

    async def _report(self, body: str) -> etree._Element:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
        url = urljoin(self._url, urlsplit(self._url).path)
        answer = await self._web.ask("REPORT", url, body.encode(), headers)
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
