"""A certification authority of the tests' own, and what it signs."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


class Authority:
    """Signs certificates; each is written with its key into one PEM file.

    :ivar root: file with the authority's own certificate.
    """

    def __init__(self, directory: Path, name: str) -> None:
        self._directory = directory
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _name(name)
        basic = x509.BasicConstraints(ca=True, path_length=0)
        certificate = self._sign(self._subject, self._key, NOW - DAY, NOW + DAY, (basic, True))
        self.root = directory / f"{name}.pem"
        self.root.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *, first: datetime.datetime = NOW - DAY, last: datetime.datetime = NOW + DAY) -> Path:
        """A certificate for a host name or an address."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(_name(name), key, first, last, (x509.SubjectAlternativeName([_host(name)]), False))
        file = self._directory / f"{self._subject.rfc4514_string()[3:]}-{name}-{last:%Y%m%d}.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + _pem(key))
        return file

    def _sign(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        first: datetime.datetime,
        last: datetime.datetime,
        extension: tuple[x509.ExtensionType, bool],
    ) -> x509.Certificate:
        builder = x509.CertificateBuilder(
            issuer_name=self._subject,
            subject_name=subject,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=first,
            not_valid_after=last,
        )
        return builder.add_extension(extension[0], critical=extension[1]).sign(self._key, hashes.SHA256())


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
