"""Where a link goes: endpoint descriptions for both ends, TLS that checks certificates, and why TLS failed in words.

A description is a Twisted endpoint string: ``tcp:pbx.example.org:8800``, ``unix:/run/csta``,
``tls:pbx.example.org:8802:trustRoots=ca.pem:certificate=me.pem:privateKey=me.key``. Colons in a value are written
``\\:``; an IPv6 address stands in brackets.

TLS is 1.2 or later. The certificate of the switch has to be signed by an authority of ``trustRoots`` (a PEM file, or
a directory of them; those of the operating system where left out) and to name the host, or ``hostname`` where that is
given. A server with ``trustRoots`` takes no client without a certificate of one of them.

Certificates are files, and renewed ones are taken while the program runs: by a client whenever it connects, by a server
when it is told to (:meth:`TlsServerEndpoint.renew`). Files that cannot be used leave what was read before in use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, cast

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL
from OpenSSL.crypto import X509
from service_identity.exceptions import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import (
    clientFromString,
    quoteStringArgument,
    serverFromString,
    wrapClientTLS,
    wrapServerTLS,
)
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator, IOpenSSLServerConnectionCreator
from twisted.internet.ssl import CertificateOptions
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer  # type: ignore[import-untyped] # has no type information

_FIELD = re.compile(r"(?:\[[^\]]*\]|\\.|[^:\\\[])+")
_KEYS: dict[str, frozenset[str]] = {
    "tcp": frozenset({"timeout", "bindAddress", "interface", "backlog"}),
    "tls": frozenset(
        {"timeout", "bindAddress", "interface", "backlog", "hostname", "certificate", "privateKey", "trustRoots"}
    ),
    "unix": frozenset({"timeout", "mode"}),
}
_TLS_KEYS = frozenset({"hostname", "certificate", "privateKey", "trustRoots"})

_log = Logger()


class ClientEndpoint(Protocol):
    """The part of a Twisted client endpoint needed here."""

    def connect(self, factory: Any, /) -> Deferred[Any]:  # noqa: ANN401 # Twisted's endpoints are not generic
        """Make a connection."""


class ServerEndpoint(Protocol):
    """The part of a Twisted server endpoint needed here."""

    def listen(self, factory: Any, /) -> Deferred[Any]:  # noqa: ANN401 # Twisted's endpoints are not generic
        """Wait for connections."""


class CertificateInvalid(ValueError):
    """A file of certificates or a key cannot be used.

    :ivar reason: which one and why, without the endpoint it is for.
    """

    def __init__(self, endpoint: str, reason: str) -> None:
        super().__init__(f"endpoint {endpoint!r}: {reason}")
        self.reason = reason


class Description(NamedTuple):
    """An endpoint string taken apart."""

    kind: str
    places: tuple[str, ...]
    options: dict[str, str]

    def without_tls(self) -> str:
        """The connection below TLS, as Twisted wants it written."""
        kind = "unix" if self.kind == "unix" else "tcp"
        below = {key: value for key, value in self.options.items() if key not in _TLS_KEYS}
        words = [*map(quoteStringArgument, self.places), *(f"{k}={quoteStringArgument(v)}" for k, v in below.items())]
        return ":".join((kind, *words))


def describe(endpoint: str) -> Description:
    """Take an endpoint string apart.

    :raises ValueError: it is none, or says something its kind has no use for.
    """
    kind, *fields = [_unquoted(each) for each in _FIELD.findall(endpoint)] or [""]
    if kind not in _KEYS:
        raise ValueError(f"endpoint {endpoint!r}: begin it with {', '.join(f'{each}:' for each in _KEYS)}")
    pairs = [field.partition("=") for field in fields]
    options = {key: value for key, equals, value in pairs if equals}
    for key in options:
        if key not in _KEYS[kind]:
            raise ValueError(f"endpoint {endpoint!r}: {kind}: has no {key!r}; it has {', '.join(sorted(_KEYS[kind]))}")
    return Description(kind, tuple(place for place, equals, _ in pairs if not equals), options)


def client_endpoint(reactor: Any, endpoint: str) -> ClientEndpoint:  # noqa: ANN401 # any reactor that can connect so
    """The endpoint that a description names.

    :raises ValueError: it names none, or (:class:`CertificateInvalid`) a certificate cannot be used.
    """
    said = describe(endpoint)
    if len(said.places) != (1 if said.kind == "unix" else 2):
        raise ValueError(f"endpoint {endpoint!r}: write it as tcp:host:port or tls:host:port")
    below = _made(endpoint, clientFromString, reactor, said.without_tls())
    if said.kind != "tls":
        return cast(ClientEndpoint, below)
    verifying = _Verifying(said.options.get("hostname", said.places[0]), Certificates(endpoint, said.options, True))
    return cast(ClientEndpoint, wrapClientTLS(cast(Any, verifying), below, reactor))


def server_endpoint(reactor: Any, endpoint: str) -> ServerEndpoint:  # noqa: ANN401 # any reactor that can listen so
    """The endpoint to listen on that a description names: ``tcp:port``, ``tls:port:certificate=…``, ``unix:path``.

    :returns: with ``tls:`` a :class:`TlsServerEndpoint`.
    :raises ValueError: it names none, or (:class:`CertificateInvalid`) a certificate cannot be used.
    """
    said = describe(endpoint)
    if len(said.places) != 1:
        raise ValueError(f"endpoint {endpoint!r}: write it as tcp:port or tls:port:certificate=file")
    if said.kind == "tls" and "certificate" not in said.options:
        raise ValueError(f"endpoint {endpoint!r}: tls: needs certificate=file to listen")
    below = _made(endpoint, serverFromString, reactor, said.without_tls())
    if said.kind != "tls":
        return cast(ServerEndpoint, below)
    certificates = Certificates(endpoint, said.options, "trustRoots" in said.options)
    return TlsServerEndpoint(reactor, cast(ServerEndpoint, below), certificates)


def _unquoted(field: str) -> str:
    bracketed = field.startswith("[") and field.endswith("]")
    return re.sub(r"\\(.)", r"\1", field[1:-1] if bracketed else field)


def _made(endpoint: str, make: Callable[[Any, str], Any], reactor: object, description: str) -> Any:  # noqa: ANN401
    try:
        return make(reactor, description)
    except (ValueError, TypeError) as error:  # Twisted's parser raises both
        raise ValueError(f"endpoint {endpoint!r}: {error}; write it as tcp:host:port or tls:host:port") from None


# --- certificates ----------------------------------------------------------------------------------------------------


class Certificates:
    """The certificates of one side and the authorities it trusts, as files of an endpoint.

    :param options: of the endpoint.
    :param verifies: the peer has to show a certificate.
    """

    def __init__(self, endpoint: str, options: dict[str, str], verifies: bool) -> None:
        self._endpoint = endpoint
        self._options = options
        self.verifies = verifies

    def read(self) -> SSL.Context:
        """What is in the files now. Raises :class:`CertificateInvalid`."""
        context: SSL.Context = CertificateOptions().getContext()  # Twisted's choice of versions (1.2 or later), ciphers
        options = self._options
        try:
            if self.verifies:
                _trust(context, options.get("trustRoots"))
            if "certificate" in options:
                _present(context, options["certificate"], options.get("privateKey", options["certificate"]))
            elif "privateKey" in options:
                raise ValueError("privateKey goes with certificate")
        except PermissionError as error:
            words = f"{error.filename}: {error.strerror}; let the user this program runs as read it"
            raise CertificateInvalid(self._endpoint, words) from None
        except OSError as error:
            raise CertificateInvalid(self._endpoint, f"{error.filename}: {error.strerror}") from None
        except ValueError as error:
            raise CertificateInvalid(self._endpoint, str(error)) from None
        return context


def _trust(context: SSL.Context, where: str | None) -> None:
    if where is None:
        context.set_default_verify_paths()
        return
    path = Path(where)
    files = sorted(path.glob("*.pem")) if path.is_dir() else [path]
    if not files:
        raise ValueError(f"no *.pem in {where}")
    for file in files:
        file.read_bytes()  # says in words why it cannot be read
        try:
            context.load_verify_locations(str(file))
        except SSL.Error:
            raise ValueError(f"{file} holds no certificate in PEM form") from None


def _present(context: SSL.Context, certificate: str, key: str) -> None:
    Path(certificate).read_bytes()
    try:
        context.use_certificate_chain_file(certificate)
    except SSL.Error:
        raise ValueError(f"{certificate} holds no certificate in PEM form") from None
    try:
        context.use_privatekey(cast(Any, load_pem_private_key(Path(key).read_bytes(), None)))
        context.check_privatekey()
    except (ValueError, TypeError):
        raise ValueError(f"{key} holds no private key in PEM form without a password") from None
    except SSL.Error:
        raise ValueError(f"{key} is not the key of {certificate}") from None


@implementer(IOpenSSLServerConnectionCreator)
class TlsServerEndpoint:
    """Where to listen for connections over TLS; with ``trustRoots`` the chain of a client has to end at one of them."""

    def __init__(self, reactor: Any, below: ServerEndpoint, certificates: Certificates) -> None:  # noqa: ANN401 # any
        self._certificates = certificates
        self._wrapped = cast(ServerEndpoint, wrapServerTLS(cast(Any, self), cast(Any, below), reactor))
        self.renew()

    def listen(self, factory: Any, /) -> Deferred[Any]:  # noqa: ANN401 # as ServerEndpoint
        """Wait for connections."""
        return self._wrapped.listen(factory)

    def renew(self) -> None:
        """Read the files again: connections that begin from now on get the new certificate, others are left alone.

        :raises CertificateInvalid: one cannot be used; all is as it was.
        """
        context = self._certificates.read()
        if self._certificates.verifies:
            context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._check)
        self._context = context

    def serverConnectionForTLS(self, tls: object) -> SSL.Connection:
        """Twisted: somebody connects."""
        return SSL.Connection(self._context, None)

    @staticmethod
    def _check(_: SSL.Connection, certificate: X509, number: int, depth: int, fine: int) -> bool:
        if not fine:
            raise UntrustedPeer(f"the certificate of the peer {_chain_trouble(certificate, number)}")
        return True


@implementer(IOpenSSLClientConnectionCreator)
class _Verifying:
    """TLS of the connecting side: a chain that ends at an authority it trusts, and the name it wanted."""

    def __init__(self, host: str, certificates: Certificates) -> None:
        self._host = host
        self._by_address = isIPAddress(host) or isIPv6Address(host)
        self._certificates = certificates
        self._renew()

    def _renew(self) -> None:
        """Read the files again. Raises :class:`CertificateInvalid`."""
        self._context = self._certificates.read()
        self._context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, self._check)

    def clientConnectionForTLS(self, tls: object) -> SSL.Connection:
        """Twisted: a connection is there."""
        try:
            self._renew()
        except CertificateInvalid as error:
            _log.warn("{error}; what was read before is used", error=error)
        connection = SSL.Connection(self._context, None)
        if not self._by_address:  # RFC 6066 §3: no addresses
            connection.set_tlsext_host_name(self._host.encode("idna"))
        return connection

    def _check(self, _: SSL.Connection, certificate: X509, number: int, depth: int, fine: int) -> bool:
        wrong = self._name_trouble(certificate, depth) if fine else _chain_trouble(certificate, number)
        if wrong:
            raise UntrustedPeer(f"the certificate of {self._host} {wrong}")
        return True

    def _name_trouble(self, certificate: X509, depth: int) -> str:
        if depth:
            return ""
        wanted = IPAddress_ID(self._host) if self._by_address else DNS_ID(self._host)
        patterns: Sequence[Any] = ()
        try:
            patterns = extract_patterns(certificate)
            verify_service_identity(patterns, [wanted], [])
        except (VerificationError, CertificateError):
            return f"is not for this host but for {_names(patterns)}"
        return ""


class UntrustedPeer(SSL.Error):
    """The certificate of the peer is not taken; says why.

    OpenSSL tells the peer, and Twisted, which takes it for one of OpenSSL's errors, this side.
    """

    def __init__(self, words: str) -> None:
        super().__init__([("", "", words)])
        self.words = words

    def __str__(self) -> str:
        return self.words


def _names(patterns: Iterable[Any]) -> str:
    said = (each.pattern for each in patterns)
    names = [name.decode("ascii", "replace") if isinstance(name, bytes) else str(name) for name in said]
    return ", ".join(names) or "nobody: it has no subjectAltName"


_NO_ISSUER = "is not signed by an authority trusted here (trustRoots)"
_CHAIN_TROUBLE = {
    2: _NO_ISSUER,
    18: "is self-signed and not among those trusted here (trustRoots)",
    19: _NO_ISSUER,
    20: _NO_ISSUER,
    21: _NO_ISSUER,
    23: "was revoked",
    24: "is signed by something that is no authority",
    26: "is not for this purpose",
}
"""X509_V_ERR numbers of OpenSSL in words."""
_NOT_YET, _EXPIRED = 9, 10


def _chain_trouble(certificate: X509, number: int) -> str:
    if number in (_NOT_YET, _EXPIRED):
        said = certificate.to_cryptography()
        if number == _EXPIRED:
            return f"expired on {said.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
        return f"is valid from {said.not_valid_before_utc:%Y-%m-%d %H:%M} UTC only; is the clock right?"
    return _CHAIN_TROUBLE.get(number, f"is not taken by OpenSSL (error {number})")


# --- words -----------------------------------------------------------------------------------------------------------

_ALERTS = {
    "alert unknown ca": "the peer does not trust the authority that signed the certificate of this side",
    "alert certificate required": "the peer wants a certificate of this side, and there is none",
    "alert certificate expired": "the peer says the certificate of this side expired",
    "alert certificate revoked": "the peer says the certificate of this side was revoked",
    "alert bad certificate": "the peer does not take the certificate of this side",
    "alert handshake failure": "the peer does not take the ciphers of this side, or misses a certificate",
    "alert protocol version": "the peer has no TLS 1.2 or later",
    "unsupported protocol": "the peer has no TLS 1.2 or later",
    "peer did not return a certificate": "the peer sent no certificate",
    "certificate verify failed": "the certificate of the peer is not signed by an authority trusted here (trustRoots)",
    "wrong version number": "the peer does not speak TLS",
    "http request": "the peer does not speak TLS",
    "unexpected eof": "the peer closed the connection without a word of TLS",
}


def why_lost(failure: Failure, *, during_handshake: bool = False) -> str:
    """Why a connection was lost, in words."""
    if isinstance(failure.value, UntrustedPeer):
        return f"TLS: {failure.value}"
    if isinstance(failure.value, SSL.Error):
        said = "; ".join(each[-1] for each in failure.value.args[0]) if failure.value.args else ""
        words = next((words for alert, words in _ALERTS.items() if alert in said), said)
        return f"TLS: {words or 'it failed'}"
    if during_handshake:
        return "TLS: the peer closed the connection before TLS was agreed on; does it speak TLS?"
    return "the peer closed the connection" if isinstance(failure.value, ConnectionDone) else failure.getErrorMessage()
