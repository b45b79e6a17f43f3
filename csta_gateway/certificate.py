"""A certificate of the gateway's own, for HTTPS from the first minute; browsers ask once whether to trust it."""

from __future__ import annotations

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 825
"""How long it holds: some browsers trust none that holds longer."""


def self_signed(host: str, now: datetime.datetime) -> bytes:
    """PEM text with a new private key and its certificate for a host name or IP address.

    :raises ValueError: it is neither.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    # A common name has at most 64 characters (RFC 5280 appendix A.1); browsers only look at the alternative names.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    extensions: tuple[x509.ExtensionType, ...] = (
        x509.SubjectAlternativeName([_alternative(host)]),
        x509.BasicConstraints(ca=False, path_length=None),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
    )
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(hours=1),  # clocks of browsers differ
        not_valid_after=now + datetime.timedelta(days=DAYS),
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
