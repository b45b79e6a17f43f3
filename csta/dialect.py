"""What switches of one family do their own way, as data: one TOML file for each in ``csta/dialects``.

:func:`link_kind` makes of a dialect's name and of what is said besides the kind of link to open, or says in words why
the two do not go together.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from csta.framing import AUTO, FRAMINGS

PROTOCOLS = ("xml", "asn1")
"""The two wires: ECMA-323 and ECMA-285."""

ASSOCIATIONS = ("none", "acse", "appl-session", "login-request")
"""Ways of opening a link, by the names of configuration and command line."""

EDITIONS = {
    "ed2": "http://www.ecma-international.org/standards/ecma-323/csta/ed2",
    "ed3": "http://www.ecma-international.org/standards/ecma-323/csta/ed3",
    "ed4": "http://www.ecma-international.org/standards/ecma-323/csta/ed4",
    "ed5": "http://www.ecma-international.org/standards/ecma-323/csta/ed5",
    "ed6": "http://www.ecma-international.org/standards/ecma-323/csta/ed6",
    "none": "",
}
"""Editions of ECMA-323 that can be written, and their namespaces; all are read."""


def edition_of(version: str) -> str | None:
    """Namespace of the edition that a protocol version of an application session stands for, None for none.

    Versions are namespaces of editions, Avaya's with a number of its private data behind (``…/ed3/priv4``).
    """
    for namespace in EDITIONS.values():
        if namespace and (version == namespace or version.startswith(f"{namespace}/")):
            return namespace
    return None


Words = Annotated[str, msgspec.Meta(min_length=1)]
Association = Literal["none", "acse", "appl-session", "login-request"]
HeartbeatKind = Literal["system-status", "request-system-status", "keepalive"]
"""What is sent to see whether the peer lives; ``keepalive`` is that of Zultys, which has no answer."""


_FOREIGN = {"xml": ("acse",), "asn1": ("appl-session", "login-request")}
"""Wire → associations it has no messages for."""


class Login(msgspec.Struct, frozen=True):
    """Name and password a switch wants of an application; the password is never shown."""

    name: str
    password: str

    def __repr__(self) -> str:
        return f"Login(name={self.name!r}, password=…)"


class Acse(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[acse]``: how a switch wants to be asked for an association (X.227 §9.1).

    :param context: application context, an object identifier; that of Phase II is usual for Phase III too.
    :param protocol_version: whether the version of ACSE is sent.
    :param csta_versions: versions of CSTA offered in the user information; none: no user information.
    :param reference: object identifier of the definition of that user information; empty: none is sent.
    """

    context: str = "1.3.12.0.218"
    protocol_version: bool = True
    csta_versions: tuple[Annotated[int, msgspec.Meta(ge=1, le=16)], ...] = ()
    reference: str = ""


class Session(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[session]``: how an application session is asked for (ECMA-354).

    :param application: name of the application.
    :param versions: protocol versions asked for, best first; none: the namespace of the edition.
    :param duration: seconds asked for.
    """

    application: Words = "csta-gateway"
    versions: tuple[str, ...] = ()
    duration: Annotated[int, msgspec.Meta(ge=10, le=3600)] = 180


class Dialect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One dialect, as its file says it.

    :param title: the switches that speak it.
    :param protocol: its wire.
    :param framings: how messages are cut apart; the first one unless another is asked for.
    :param associations: how the link is opened; the first one unless another is asked for.
    :param login: whether name and password are sent when the link is opened.
    :param ports: usual TCP ports.
    :param edition: edition of ECMA-323 that is written.
    :param message_limit: octets of the longest message the switch takes.
    :param heartbeat: what is sent to see whether the peer lives.
    :param heartbeat_interval: silence in seconds before it is sent; 0 for never.
    :param heartbeat_limit: how many of them may stay unanswered before the link is given up.
    :param device_uris: whether a device may be asked for by its SIP URI.
    :param device_identifiers: forms in which the switch says devices.
    :param monitor_filter: what a true value in a monitor filter means to it.
    :param private_data: what comes in private data.
    :param never_sent: what the standard has and the switch leaves out.
    :param based_on: what is known of these switches, and from where.
    :param untested: what has not been tried.
    :param notes: what else to know before connecting one.
    """

    title: Words
    protocol: Literal["xml", "asn1"]
    framings: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    associations: Annotated[tuple[Association, ...], msgspec.Meta(min_length=1)] = ("none",)
    login: Literal["none", "optional", "required"] = "none"
    ports: tuple[Annotated[int, msgspec.Meta(ge=1, le=65535)], ...] = ()
    edition: Literal["ed2", "ed3", "ed4", "ed5", "ed6", "none"] = "ed4"
    message_limit: Annotated[int, msgspec.Meta(ge=64)] | None = None
    heartbeat: HeartbeatKind = "system-status"
    heartbeat_interval: Annotated[float, msgspec.Meta(ge=0, le=180)] = 30.0
    heartbeat_limit: Annotated[int, msgspec.Meta(ge=1)] = 2
    acse: Acse = Acse()
    session: Session = Session()
    device_uris: bool = False
    device_identifiers: Words
    monitor_filter: Words
    private_data: Words
    never_sent: Words
    based_on: Words
    untested: Words
    notes: tuple[Words, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        for name in self.framings:
            if name == AUTO:
                continue
            if name not in FRAMINGS:
                raise ValueError(f"framing {name!r}: choose of {', '.join(FRAMINGS)}")
            if FRAMINGS[name].carries_invoke_id is not (self.protocol == "xml"):
                raise ValueError(f"framing {name!r} does not go with protocol {self.protocol!r}")
        for association in self.associations:
            if association in _FOREIGN[self.protocol]:
                raise ValueError(f"association {association!r} does not go with protocol {self.protocol!r}")
        if self.heartbeat == "keepalive" and self.protocol != "xml":
            raise ValueError(f"heartbeat 'keepalive' does not go with protocol {self.protocol!r}")

    @property
    def invoke_ids(self) -> str:
        """The rule of invoke ids on its links, in words."""
        if self.protocol == "xml":
            return "0001 to 9998 in the header, each side its own; 9999 for events (ECMA-323 Annex J)"
        return f"1 to {FRAMINGS[self.framings[0]].last_invoke_id} in each PDU, each side its own; events too"

    @property
    def namespace(self) -> str:
        """Namespace of the XML messages written; empty for none."""
        return EDITIONS[self.edition]


class LinkKind(msgspec.Struct, frozen=True):
    """How a link is opened: a dialect, and what was chosen of what it leaves open."""

    name: str
    dialect: Dialect
    framing: str
    association: str
    login: Login | None = None


@cache
def names() -> tuple[str, ...]:
    """The dialects there are."""
    found = (each.name.removesuffix(".toml") for each in files("csta").joinpath("dialects").iterdir())
    return tuple(sorted(found))


@cache
def dialect(name: str) -> Dialect:
    """A dialect by its name.

    :raises ValueError: there is none of this name.
    """
    if name not in names():
        raise ValueError(f"dialect {name!r}: choose one of {', '.join(names())}")
    return msgspec.toml.decode(files("csta").joinpath("dialects", f"{name}.toml").read_bytes(), type=Dialect)


def link_kind(
    name: str | None = None,
    *,
    protocol: str | None = None,
    association: str | None = None,
    framing: str | None = None,
    login: Login | None = None,
) -> LinkKind:
    """The kind of link that a dialect's name and what is said besides come to.

    :param name: a dialect; the generic one of ``protocol`` (``xml`` where left out) without.
    :raises ValueError: something is unknown, or contradicts the dialect.
    """
    _known("protocol", protocol, PROTOCOLS)
    _known("association", association, ASSOCIATIONS)
    _known("framing", framing, (*FRAMINGS, AUTO))
    name = name or f"generic-{protocol or PROTOCOLS[0]}"
    chosen = dialect(name)
    _offered(name, "protocol", protocol, (chosen.protocol,))
    kind = LinkKind(
        name,
        chosen,
        _offered(name, "framing", framing, chosen.framings),
        _offered(name, "association", association, chosen.associations),
        login,
    )
    _check_login(kind)
    return kind


def _known(what: str, value: str | None, values: tuple[str, ...]) -> None:
    if value is not None and value not in values:
        raise ValueError(f"{what} {value!r}: choose one of {', '.join(values)}")


def _offered(name: str, what: str, value: str | None, offers: tuple[str, ...]) -> str:
    """What was asked for if the dialect offers it, its first offer where nothing was."""
    if value is None:
        return offers[0]
    if value not in offers:
        raise ValueError(f"{what} {value!r} does not go with dialect {name!r}, which has {', '.join(offers)}")
    return value


def _check_login(kind: LinkKind) -> None:
    wanted = kind.dialect.login
    if kind.login is None and wanted == "required":
        raise ValueError(f"dialect {kind.name!r} wants a name and a password")
    if kind.login is not None and (wanted == "none" or kind.association == "none"):
        raise ValueError(
            f"name and password have no place in dialect {kind.name!r} with association {kind.association!r}"
        )
