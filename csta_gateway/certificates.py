"""Certificates the gateway makes: one for HTTPS that signs itself, and those of its agents.

For agents there is a private authority, what it has signed, and what it took back. Everything is a file in one folder;
keys can be read by the gateway's user only.

=====================  ==========================================================
``authority.pem``      certificate of the authority
``authority.key``      its key
``gateway.pem``        certificate of the gateway and its key
``enrolled/NAME.pem``  certificate of an agent; without it, the agent is not taken
``revoked/NAME.pem``   one that is taken no longer
=====================  ==========================================================
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from twisted.logger import Logger

from csta.errors import CSTAError
from tapi_adapter.protocol import NotServed

AUTHORITY_LIFE = datetime.timedelta(days=20 * 365)
LIFE = datetime.timedelta(days=825)
"""How long a certificate of the gateway or an agent is good: some browsers trust none that is good for longer."""

RENEWAL = datetime.timedelta(days=60)
"""The gateway's certificate is made anew this long before its end; the end of an agent's is warned of."""

SLACK = datetime.timedelta(hours=1)
"""How much the clocks of two machines may differ."""

LONGEST_NAME = 64
"""Characters of a common name (RFC 5280 appendix A.1); programs of today only look at the alternative names."""

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""What agents may be called."""

_log = Logger()


class EnrolmentFailed(CSTAError):
    """An agent cannot be enrolled, or taken back; says why and what to do."""


def self_signed(host: str, now: datetime.datetime) -> bytes:
    """PEM text with a new private key and a certificate for HTTPS from the first minute; browsers ask once about it.

    :param host: name or IP address browsers reach the gateway by.
    :raises ValueError: it is neither.
    """
    key = _new_key()
    name = _name(host)
    builder = _for_one_use(_builder(name, name, key, now, LIFE), host, ExtendedKeyUsageOID.SERVER_AUTH)
    return _key_pem(key) + _pem(builder.sign(key, hashes.SHA256()))


class Enrolled(NamedTuple):
    """One certificate of an agent."""

    name: str
    until: datetime.datetime
    revoked: bool


class Enrolment:
    """The folder with the certificates.

    :param directory: made when it is first needed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def enroll(self, name: str, host: str, now: datetime.datetime) -> bytes:
        """Make a certificate for an agent; what an agent of that name had before is good no longer.

        The authority is made when there is none, the gateway's own certificate where it is missing, is for another
        host, or ends soon.

        :param host: by which agents reach the gateway.
        :returns: key and certificate in PEM; the key is kept nowhere here.
        :raises EnrolmentFailed: the name cannot be one, or a file cannot be read or written.
        """
        if not NAME.fullmatch(name):
            raise EnrolmentFailed(f"`{name}` cannot name an agent; take small letters, digits and hyphens, 40 at most")
        try:
            authority = self._authority(now)
            self._renew_gateway(authority, host, now)
            key = _new_key()
            certificate = authority.sign(key, name, name, ExtendedKeyUsageOID.CLIENT_AUTH, now)
            _write(self._enrolled(name), _pem(certificate))
            self._revoked(name).unlink(missing_ok=True)
        except (OSError, ValueError) as error:
            raise EnrolmentFailed(f"{self._directory}: {error}") from error
        return _key_pem(key) + _pem(certificate)

    @property
    def authority(self) -> Path:
        """File with the certificate of the authority."""
        return self._directory / "authority.pem"

    @property
    def gateway(self) -> Path:
        """File with the gateway's certificate and its key."""
        return self._directory / "gateway.pem"

    def agents(self) -> Iterator[Enrolled]:
        """Every agent that has or had a certificate, by name; raises :class:`EnrolmentFailed`."""
        for path in sorted(self._directory.glob("*/*.pem"), key=lambda path: path.stem):
            yield Enrolled(path.stem, _load(path).not_valid_after_utc, path.parent.name == "revoked")

    def revoke(self, name: str) -> None:
        """Take an agent no longer; raises :class:`EnrolmentFailed` when there is none of that name."""
        known = NAME.fullmatch(name) and self._enrolled(name).exists()
        if not known:
            raise EnrolmentFailed(f"no agent is named `{name}`; `csta-gateway agent list` shows them")
        try:
            self._revoked(name).parent.mkdir(exist_ok=True)
            self._enrolled(name).replace(self._revoked(name))
        except OSError as error:
            raise EnrolmentFailed(f"{self._directory}: {error}") from error

    def name_of(self, certificate: x509.Certificate) -> str:
        """Which agent shows a certificate, that the authority has signed.

        :raises NotServed: it was taken back, or made anew.
        """
        name = _common_name(certificate)
        if not NAME.fullmatch(name):
            raise NotServed(f"its certificate is for {name!r}, which is no agent")
        for path, good in ((self._enrolled(name), True), (self._revoked(name), False)):
            if not path.exists():
                continue
            if _same(self._known(path, name), certificate):
                if good:
                    return name
                raise NotServed(f"the certificate of agent {name} was revoked")
            if good:
                raise NotServed(f"agent {name} was enrolled anew; this machine has the certificate from before")
        raise NotServed(f"agent {name} is not enrolled here any more")

    @staticmethod
    def _known(path: Path, name: str) -> x509.Certificate:
        try:
            return _load(path)
        except EnrolmentFailed as error:
            _log.error("agents: {error}", error=error)
            raise NotServed(f"what the gateway knows of agent {name} cannot be read; its log says more") from error

    def _enrolled(self, name: str) -> Path:
        return self._directory / "enrolled" / f"{name}.pem"

    def _revoked(self, name: str) -> Path:
        return self._directory / "revoked" / f"{name}.pem"

    def _authority(self, now: datetime.datetime) -> Authority:
        key_file = self._directory / "authority.key"
        if key_file.exists():
            key = serialization.load_pem_private_key(key_file.read_bytes(), None)
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError(f"{key_file} is not a key of an authority made here")
            return Authority(key, _load(self.authority))
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Authority.new(now)
        _write(self.authority, _pem(made.certificate))
        _write(key_file, _key_pem(made.key))
        return made

    def _renew_gateway(self, authority: Authority, host: str, now: datetime.datetime) -> None:
        if self.gateway.exists():
            known = _load(self.gateway)
            if known.not_valid_after_utc - now > RENEWAL and _common_name(known) == host[:LONGEST_NAME]:
                return
        key = _new_key()
        certificate = authority.sign(key, host, host, ExtendedKeyUsageOID.SERVER_AUTH, now)
        _write(self.gateway, _key_pem(key) + _pem(certificate))


class Authority(NamedTuple):
    """What signs certificates."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, now: datetime.datetime) -> Authority:
        """A new one, which signs itself; it may sign no other authorities."""
        key = _new_key()
        name = _name("csta-gateway agents")
        builder = _builder(name, name, key, now, AUTHORITY_LIFE)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
        return cls(key, builder.sign(key, hashes.SHA256()))

    def sign(
        self, key: ec.EllipticCurvePrivateKey, name: str, host: str, use: x509.ObjectIdentifier, now: datetime.datetime
    ) -> x509.Certificate:
        """A certificate for one use only: an agent cannot pass for the gateway."""
        builder = _for_one_use(_builder(_name(name), self.certificate.subject, key, now, LIFE), host, use)
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for extension, critical in ((_usage(signs_certificates=False), True), (issued_by, False)):
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, hashes.SHA256())


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
    life: datetime.timedelta,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - SLACK,
        not_valid_after=now - SLACK + life,
    )
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _for_one_use(builder: x509.CertificateBuilder, host: str, use: x509.ObjectIdentifier) -> x509.CertificateBuilder:
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.ExtendedKeyUsage([use]), False),
        (x509.SubjectAlternativeName([_host(host)]), False),
    ):
        builder = builder.add_extension(extension, critical)
    return builder


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_NAME])])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else ""


def _same(one: x509.Certificate, other: x509.Certificate) -> bool:
    return one.fingerprint(hashes.SHA256()) == other.fingerprint(hashes.SHA256())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _load(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise EnrolmentFailed(f"{path} holds no certificate that can be read: {error}") from error


def _write(path: Path, content: bytes) -> None:
    """Write a file that others cannot read, as a whole or not at all."""
    path.parent.mkdir(exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    new.replace(path)
