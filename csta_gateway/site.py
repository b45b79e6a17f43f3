"""The web server: the API, the call screen's files, health and metrics, each with headers that keep browsers strict."""

from __future__ import annotations

import hashlib
import mimetypes
from http import HTTPStatus
from importlib import resources
from importlib.resources.abc import Traversable
from typing import AnyStr, NamedTuple

from klein import Klein
from klein.resource import KleinResource
from twisted.web.pages import errorPage
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from crm_adapter.clock import Clock
from csta_gateway.config import Server

LARGEST_BODY = 16_384
"""Octets of a request's body; the API needs a few hundred."""

IDLE = 60.0
"""Seconds without traffic after which an HTTP connection is closed."""

ONE_YEAR = 31_536_000
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
"""Types that must be right whatever the machine's own table says."""


DIAL = "dial"
"""Where ``tel:`` links go: the call screen; the number stands in the fragment, which a browser sends to nobody."""

PAGES = {"": "index.html", DIAL: "index.html", "admin": "admin.html", "reference/": "reference/index.html"}
"""Addresses people see, and the files behind them."""

CLICK_TO_DIAL = "click-to-dial.js"
EVERYWHERE = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
"""Headers of the one file made for pages of others. It says nothing that is not public; with CORS it can have a hash
(Subresource Integrity)."""


class LimitedRequest(Request):
    """A request that keeps no more of a body than the limit; the API answers 413 to the rest.

    :ivar received: octets of the body so far, also those not kept.
    """

    received = 0

    def getHeader(self, key: AnyStr) -> AnyStr | None:
        """A header's text; an octet that is no UTF-8 becomes a replacement character, and makes no request fail."""
        if isinstance(key, bytes):
            return Request.getHeader(self, key)
        value = Request.getHeader(self, key.encode())
        return None if value is None else value.decode("utf-8", "replace")

    def gotLength(self, length: int | None) -> None:
        """Make room for the body in memory, whatever length the client announces."""
        Request.gotLength(self, LARGEST_BODY)

    def handleContentChunk(self, data: bytes) -> None:
        """Keep a piece of the body while it is within the limit."""
        self.received += len(data)
        if self.received <= LARGEST_BODY:
            Request.handleContentChunk(self, data)


class StaticFile(NamedTuple):
    """A file of the call screen, in memory."""

    content: bytes
    type: str
    etag: bytes


class StaticFiles(Resource):
    """The files of the call screen; what is not there is a plain 404."""

    isLeaf = True

    def __init__(self, root: Traversable) -> None:
        Resource.__init__(self)
        self._files = dict(_walk(root, ""))
        self._files |= {path: self._files[name] for path, name in PAGES.items()}

    def render_GET(self, request: Request) -> bytes:
        """Send a file, or nothing when the browser has it already."""
        file = self._files.get(request.path.decode("utf-8", "replace").removeprefix("/"))
        if file is None:
            request.setResponseCode(404)
            request.setHeader("Content-Type", "text/plain; charset=utf-8")
            return b"Not found\n"
        request.setHeader("Content-Type", file.type)
        if file is self._files[CLICK_TO_DIAL]:
            for name, value in EVERYWHERE.items():
                request.setHeader(name, value)
        request.setHeader("Cache-Control", "no-cache")  # keep it, but ask whether it is still right
        if request.setETag(file.etag):
            return b""
        request.setHeader("Content-Length", str(len(file.content)))
        return b"" if request.method == b"HEAD" else file.content


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, StaticFile]]:
    found = []
    for each in folder.iterdir():
        path = f"{prefix}{each.name}"
        if each.is_dir():
            found += _walk(each, f"{path}/")
        else:
            content = each.read_bytes()
            etag = b'"%s"' % hashlib.sha256(content).hexdigest()[:32].encode()
            found.append((path, StaticFile(content, _type(path), etag)))
    return found


def _type(path: str) -> str:
    suffix = path[path.rfind(".") :]
    kind = TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


class Root(Resource):
    """Everything below ``/``; sets the headers every answer has."""

    def __init__(self, settings: Server, api: Klein, pages: dict[str, Resource]) -> None:
        Resource.__init__(self)
        self.follow(settings)
        self._api = KleinResource(api)
        self._pages = pages
        self._static = StaticFiles(resources.files("csta_gateway") / "static")
        self._unreadable = errorPage(HTTPStatus.BAD_REQUEST, "Bad Request", "The address is not UTF-8.")

    def follow(self, settings: Server) -> None:
        """Other settings from the next answer on."""
        self._headers = security_headers(settings)

    def getChildWithDefault(self, path: bytes, request: Request) -> Resource:
        """The resource for the first part of the path."""
        for name, value in self._headers.items():
            request.setHeader(name, value)
        if path == b"api":
            return self._api if _is_text(request) else self._unreadable
        page = self._pages.get(path.decode("latin-1"))
        if page is not None:
            return page
        return self._static


def _is_text(request: Request) -> bool:
    """Whether Klein can read where the request goes; it would write a traceback otherwise, and fill the log."""
    try:
        b"/".join((request.getRequestHostname(), *(request.postpath or ()))).decode()
    except UnicodeDecodeError:
        return False
    return True


def security_headers(settings: Server) -> dict[str, str]:
    """Headers of every answer: nothing from elsewhere, no guessing of types, no foreign frames, no referrer."""
    ancestors = " ".join(settings.frame_ancestors) or "'none'"
    headers = {
        "Content-Security-Policy": (
            f"default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors {ancestors}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Server": "csta-gateway",
    }
    if not settings.frame_ancestors:
        headers["X-Frame-Options"] = "DENY"
    if settings.secure:
        headers["Strict-Transport-Security"] = f"max-age={ONE_YEAR}"
    return headers


class WebServer(Site):
    """The server factory. It writes no access log: that would be a list of who looked up whom."""

    displayTracebacks = False
    noisy = False

    def __init__(self, root: Root, clock: Clock) -> None:
        Site.__init__(self, root, requestFactory=LimitedRequest, timeout=IDLE, reactor=clock)

    def log(self, request: object) -> None:
        """Write nothing."""
