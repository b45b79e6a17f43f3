from __future__ import annotations

from typing import Any

import msgspec
import pytest

from csta import asn1
from csta.apdu import Associate, Frame
from csta.dialect import ASSOCIATIONS, PROTOCOLS, Dialect, Login, dialect, link_kind, names
from csta.errors import LocalProtocolError
from csta.framing import AUTO, FRAMINGS, LengthFraming
from csta.messages.call_control import MakeCall
from csta.messages.common import DeviceID
from csta.opening import open_session
from csta.session import Opened, Role

LOGIN = Login("AMHOST", "77777")


@pytest.mark.parametrize("name", names())
def test_every_dialect_opens_links_for_both_functions(name: str) -> None:
    login = LOGIN if dialect(name).login == "required" else None
    for role in Role:
        session = open_session(role, dialect=name, login=login)
        session.open(0)


@pytest.mark.parametrize("name", names())
def test_every_choice_a_dialect_leaves_open_makes_a_link(name: str) -> None:
    said = dialect(name)
    login = LOGIN if said.login == "required" else None
    for framing in said.framings:
        for association in said.associations:
            kind = link_kind(name, framing=framing, association=association, login=login)
            assert (kind.framing, kind.association) == (framing, association)
            open_session(Role.COMPUTING, dialect=name, framing=framing, association=association, login=login)


def test_without_a_dialect_the_generic_one_of_the_protocol_is_taken() -> None:
    assert link_kind().name == "generic-xml"
    assert link_kind(protocol="asn1").name == "generic-asn1"
    assert {dialect(f"generic-{protocol}").protocol for protocol in PROTOCOLS} == set(PROTOCOLS)


def test_what_is_known_of_a_hipath_3000() -> None:
    kind = link_kind("hipath-3000", login=LOGIN)
    assert (kind.framing, kind.association, kind.dialect.message_limit) == ("hipath", "acse", 1000)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": "morse"}, "dialect 'morse': choose one of avaya-dmcc, generic-asn1"),
    ({"protocol": "soap"}, "protocol 'soap': choose one of xml, asn1"),
    ({"association": "login"}, "association 'login': choose one of none, acse"),
    ({"framing": "morse"}, "framing 'morse': choose one of length, hipath"),
    (
        {"name": "hipath-3000", "protocol": "xml"},
        "protocol 'xml' does not go with dialect 'hipath-3000', which has asn1",
    ),
    ({"name": "hipath-3000", "framing": "length"}, "framing 'length' does not go with dialect 'hipath-3000'"),
    ({"name": "hipath-3000", "association": "none"}, "association 'none' does not go with"),
    ({"name": "hipath-3000"}, "dialect 'hipath-3000' wants a name and a password"),
    ({"name": "mx-one", "login": LOGIN}, "no place in dialect 'mx-one' with association 'none'"),
    ({"protocol": "asn1", "login": LOGIN}, "no place in dialect 'generic-asn1' with association 'none'"),
    ({"protocol": "asn1", "framing": "xml-tcp"}, "does not go with"),
]


@pytest.mark.parametrize(("settings", "words"), WRONG)
def test_settings_that_contradict_each_other_are_told(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as told:
        link_kind(settings.pop("name", None), **settings)
    assert "77777" not in str(told.value)


SOUND = {"title": "T", "protocol": "asn1", "framings": ["length"], "based_on": "B", "untested": "U"}
UNSOUND: list[tuple[dict[str, Any], str]] = [
    ({"framings": ["morse"]}, "framing 'morse': choose of"),
    ({"framings": ["xml-tcp"]}, "'xml-tcp' does not go with protocol 'asn1'"),
    ({"framings": []}, "length >= 1"),
    ({"associations": ["appl-session"]}, "'appl-session' does not go with protocol 'asn1'"),
    ({"protocol": "xml", "framings": ["xml-tcp"], "associations": ["acse"]}, "'acse' does not go with protocol 'xml'"),
    ({"ports": [0]}, "ports"),
    ({"heartbeat_interval": 181}, "heartbeat_interval"),
    ({"colour": "red"}, "colour"),
    ({"based_on": ""}, "based_on"),
    ({"acse": {"csta_versions": [17]}}, "csta_versions"),
]


@pytest.mark.parametrize(("changes", "words"), UNSOUND)
def test_a_dialect_that_contradicts_itself_is_refused(changes: dict[str, Any], words: str) -> None:
    assert msgspec.convert(SOUND, Dialect).title == "T"
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(SOUND | changes, Dialect)


def test_a_password_is_not_shown() -> None:
    assert "77777" not in f"{LOGIN}{LOGIN!r}{link_kind('generic-asn1', association='acse', login=LOGIN)}"


def test_every_framing_and_association_has_a_dialect() -> None:
    said = [dialect(name) for name in names()]
    assert {framing for each in said for framing in each.framings} == {*FRAMINGS, AUTO}
    assert {association for each in said for association in each.associations} <= set(ASSOCIATIONS)


def test_a_message_the_switch_does_not_take_is_not_sent() -> None:
    session = open_session(Role.SWITCHING, "asn1", dialect="panasonic-kx")
    session.open(0)
    session.receive_data(LengthFraming().encode(Frame(asn1.encode(Associate("1.3.12.0.218")))), 0)
    assert isinstance(session.next_event(), Opened)
    with pytest.raises(LocalProtocolError, match="at most 240"):
        session.request(
            MakeCall(calling_device=DeviceID(number="1" * 240), called_directory_number=DeviceID(number="2")), 0
        )
