"""Sessions for links of a kind: a dialect, and what is said besides, made into framing, codec and association."""

from __future__ import annotations

from collections.abc import Callable

from csta.apdu import Associate
from csta.dialect import LinkKind, Login, link_kind
from csta.framing import make_framing
from csta.messages.application_session import ApplicationInfo, StartApplicationSession
from csta.session import (
    AcseAssociation,
    Admission,
    ApplicationSession,
    Association,
    Codec,
    LoginCheck,
    LoginRequestAssociation,
    Role,
    Session,
    Settings,
    Tap,
)

ACSE_VERSION = b"\x07\x80"
"""Contents of the bit string that says version 1 of ACSE (X.227 §9.1)."""


def _xml(namespace: str) -> Codec:
    from csta.xml import Codec

    return Codec(namespace)


def _asn1(_: str) -> Codec:
    from csta.asn1 import Codec

    return Codec()


CODECS: dict[str, Callable[[str], Codec]] = {"xml": _xml, "asn1": _asn1}
"""The codecs of the two wires, imported on first use; given the namespace to write."""


def open_session(
    role: Role,
    protocol: str | None = None,
    association: str | None = None,
    *,
    dialect: str | None = None,
    framing: str | None = None,
    login: Login | None = None,
    settings: Settings | None = None,
    admission: Admission | None = None,
    welcome: LoginCheck | None = None,
    tap: Callable[[LinkKind, Role], Tap] | None = None,
) -> Session:
    """A session for a link of the given kind.

    :param protocol: ``xml`` or ``asn1``; the dialect's where left out, ``xml`` without one.
    :param association: a name of :data:`csta.dialect.ASSOCIATIONS`; the dialect's first where left out.
    :param dialect: a name of :func:`csta.dialect.names`.
    :param framing: a name of :data:`csta.framing.FRAMINGS`; the dialect's first where left out.
    :param login: name and password for the switch.
    :param settings: times; the dialect's heartbeat where left out.
    :param admission: which applications the switching function takes; all where left out.
    :param welcome: the same for application sessions, by their log-in.
    :param tap: makes what sees the frames that pass, for a recorder.
    :raises ValueError: there is no such kind of link.
    """
    kind = link_kind(dialect, protocol=protocol, association=association, framing=framing, login=login)
    said = kind.dialect
    usual = Settings(
        heartbeat=said.heartbeat,
        heartbeat_interval=said.heartbeat_interval,
        heartbeat_limit=said.heartbeat_limit,
    )
    session = Session(
        role,
        CODECS[said.protocol](said.namespace),
        make_framing(kind.framing, said.protocol, said.message_limit),
        association=_association(kind, admission, welcome),
        settings=settings or usual,
    )
    session.tap = tap(kind, role) if tap is not None else None
    return session


def _association(kind: LinkKind, admission: Admission | None, welcome: LoginCheck | None) -> Association:
    if kind.association == "acse":
        return AcseAssociation(_associate(kind), admission)
    if kind.association == "login-request":
        return LoginRequestAssociation(kind.login)
    return ApplicationSession(_start(kind), welcome) if kind.association == "appl-session" else Association()


def _start(kind: LinkKind) -> StartApplicationSession:
    """The request for an application session of a kind of link."""
    said = kind.dialect.session
    return StartApplicationSession(
        application_info=ApplicationInfo(application_id=said.application, login=kind.login),
        requested_protocol_versions=said.versions or (kind.dialect.namespace,),
        requested_session_duration=said.duration,
    )


def _associate(kind: LinkKind) -> Associate:
    """The association request of a kind of link."""
    from csta.asn1 import acse

    said = kind.dialect.acse
    offered = acse.UserInformation(frozenset(said.csta_versions), said.reference)
    return Associate(
        said.context,
        ACSE_VERSION if said.protocol_version else b"",
        acse.encode_login(kind.login) if kind.login is not None else b"",
        acse.encode_user_information(offered) if offered.versions else b"",
    )
