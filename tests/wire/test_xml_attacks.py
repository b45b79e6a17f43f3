"""Documents made to hurt: each ends in a DecodeError, or is read without the harm; none costs more than its size."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from csta import xml
from csta.apdu import Invoke
from csta.errors import DecodeError
from csta.messages.monitoring import MonitorStop
from csta.xml.document import MAX_ATTRIBUTES, MAX_DEVIATIONS, MAX_OCTETS

STOP = "<MonitorStop><monitorCrossRefID>%s</monitorCrossRefID></MonitorStop>"
SOUND = STOP % "1"
READ = Invoke(0, MonitorStop(monitor_cross_ref_id="1"))
DOCTYPE = "a document type declaration is not allowed"


def with_type(declarations: str, reference: str = "&e;") -> str:
    return f"<!DOCTYPE MonitorStop [{declarations}]>{STOP % reference}"


ATTRIBUTES = " ".join(f"a{number}='1'" for number in range(MAX_ATTRIBUTES + 1))
DECLARATIONS = " ".join(f"xmlns:a{number}='urn:a'" for number in range(MAX_ATTRIBUTES + 1))
LAUGHS = '<!ENTITY e0 "ha">' + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
REFUSED = {
    "entity": (with_type('<!ENTITY e "1">'), DOCTYPE),
    "billion laughs": (with_type(LAUGHS, "&e9;"), DOCTYPE),
    "quadratic blow-up": (with_type(f'<!ENTITY e "{"a" * 50_000}">', "&e;" * 5_000), DOCTYPE),
    "entity of itself": (with_type('<!ENTITY e "&e;">'), DOCTYPE),
    "file": (with_type('<!ENTITY e SYSTEM "file:///etc/passwd">'), DOCTYPE),
    "device": (with_type('<!ENTITY e SYSTEM "file:///dev/zero">'), DOCTYPE),
    "parameter entity": (with_type('<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;', "1"), DOCTYPE),
    "entity in an attribute": (
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><MonitorStop a='&e;'/>",
        DOCTYPE,
    ),
    "default attribute": (with_type('<!ATTLIST MonitorStop xmlns CDATA "urn:other">', "1"), DOCTYPE),
    "document type without anything": ("<!DOCTYPE MonitorStop>" + SOUND, DOCTYPE),
    "document type behind a comment": ("<?p ?>\n<!-- a\n--><!DOCTYPE MonitorStop>" + SOUND, DOCTYPE),
    "document type of a file": ('<!DOCTYPE MonitorStop SYSTEM "file:///etc/passwd">' + SOUND, DOCTYPE),
    "entity nobody declared": (STOP % "&e;", "not well-formed"),
    "depth of unknown elements": ("<a>" * 100_000, "not well-formed: Excessive depth"),
    "depth of known elements": ("<DeflectCall><newDestination>" + "<device>" * 50_000, "not well-formed"),
    "size": (STOP % ("1" * MAX_OCTETS), f"at most {MAX_OCTETS} are read"),
    "attributes": (
        f"<MonitorStop {ATTRIBUTES}/>",
        f"more than {MAX_ATTRIBUTES} attributes",
    ),
    "declarations of namespaces": (
        f"<MonitorStop {DECLARATIONS}/>",
        f"more than {MAX_ATTRIBUTES} attributes",
    ),
    "attributes deep inside": (
        SOUND.replace("</MonitorStop>", f"<new><new {ATTRIBUTES}/></new></MonitorStop>"),
        f"more than {MAX_ATTRIBUTES} attributes",
    ),
    "an attribute twice": ("<MonitorStop a='1' a='2'/>", "not well-formed"),
    "a long name": (f"<{'a' * 60_000}/>", "not well-formed|not a message"),
    "control character": (STOP % "&#1;", "not well-formed"),
    "character beyond Unicode": (STOP % "&#x110000;", "not well-formed"),
    "half a character": (STOP % "&#xD800;", "not well-formed"),
    "unclosed comment": ("<!--" * 100_000, "not well-formed"),
    "unclosed CDATA": ("<MonitorStop>" + "<![CDATA[" * 100_000, "not well-formed"),
    "a second root": (SOUND + SOUND, "not well-formed"),
    "encoding that hides tags": (f'<?xml version="1.0" encoding="UTF-7"?>{SOUND}', "not well-formed|encoding"),
    "encoding of mainframes": (f'<?xml version="1.0" encoding="EBCDIC-CP-US"?>{SOUND}', "not well-formed|encoding"),
}


@pytest.mark.parametrize("attack", REFUSED)
def test_refused(attack: str) -> None:
    document, reason = REFUSED[attack]
    with pytest.raises(DecodeError, match=reason) as caught:
        xml.decode(document.encode())
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-32", "latin-1"])
def test_a_document_type_is_found_in_any_encoding(encoding: str) -> None:
    document = f'<?xml version="1.0" encoding="{encoding}"?>' + with_type('<!ENTITY e "1">')
    with pytest.raises(DecodeError):
        xml.decode(document.encode(encoding))


HARMLESS = {
    "inclusion": SOUND.replace(
        "</MonitorStop>",
        '<x:include xmlns:x="http://www.w3.org/2001/XInclude" parse="text" href="file:///etc/passwd"/></MonitorStop>',
    ),
    "style sheet": '<?xml-stylesheet href="file:///etc/passwd" type="text/xsl"?>' + SOUND,
    "place of a schema": SOUND.replace(
        "<MonitorStop",
        '<MonitorStop xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a file:///dev/zero"',
    ),
    "base": SOUND.replace("<MonitorStop", '<MonitorStop xml:base="file:///etc/"'),
    "document type in a comment": "<!-- <!DOCTYPE a> -->" + SOUND,
    "comment as a value": STOP % "<!-- 2 -->1",
    "long comment": f"<!-- {'x' * 500_000} -->{SOUND}",
}


@pytest.mark.parametrize("attack", HARMLESS)
def test_harmless(attack: str) -> None:
    assert xml.decode(HARMLESS[attack].encode()) == READ


def test_markup_in_a_value_is_text() -> None:
    for text in ("<![CDATA[</monitorCrossRefID>]]>", "&lt;/monitorCrossRefID&gt;"):
        apdu = xml.decode((STOP % text).encode())
        assert apdu == Invoke(0, MonitorStop(monitor_cross_ref_id="</monitorCrossRefID>"))
        assert xml.decode(xml.encode(apdu)) == apdu


def test_no_file_and_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        there = f"http://127.0.0.1:{server.getsockname()[1]}/"
        (tmp_path / "secret").write_text("<!ENTITY e 'secret'>")
        for system in (there, (tmp_path / "secret").as_uri()):
            for document in (
                with_type(f'<!ENTITY e SYSTEM "{system}">'),
                with_type(f'<!ENTITY % p SYSTEM "{system}"> %p;'),
                f'<!DOCTYPE MonitorStop SYSTEM "{system}">{STOP % "&e;"}',
                f'<!DOCTYPE MonitorStop PUBLIC "-//x" "{system}">{STOP % "&e;"}',
            ):
                with pytest.raises(DecodeError) as caught:
                    xml.decode(document.encode())
                assert "secret" not in caught.value.reason
        with pytest.raises(BlockingIOError):  # nobody asked
            server.accept()


REPEATED = {
    "unknown elements": ("<MonitorStop>%s<monitorCrossRefID>1</monitorCrossRefID></MonitorStop>", "<a/>"),
    "depth up and down": (
        "<MonitorStop>%s<monitorCrossRefID>1</monitorCrossRefID></MonitorStop>",
        "<a>" * 9 + "</a>" * 9,
    ),
    "one element": ("<MonitorStop>%s</MonitorStop>", "<monitorCrossRefID>1</monitorCrossRefID>"),
    "private data": ("<Escape>%s</Escape>", "<privateData><private><a/></private></privateData>"),
    "references": (STOP, "&lt;&#65;"),
    "comments": (STOP, "<!---->1"),
}


def steps(document: str) -> int:
    """Calls that reading a document and telling what was odd about it takes."""
    count = 0

    def step(*_: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        xml.decode(document.encode())
        found = xml.deviations()
    finally:
        sys.setprofile(before)
    assert len(found) <= MAX_DEVIATIONS
    return count


@pytest.mark.parametrize("attack", REPEATED)
def test_the_work_grows_with_the_size(attack: str) -> None:
    frame, part = REPEATED[attack]
    assert steps(frame % (part * 2_000)) < 6 * steps(frame % (part * 500)) + 1_000


def test_deviations_are_remembered_up_to_a_limit() -> None:
    frame, part = REPEATED["unknown elements"]
    xml.decode((frame % (part * 2_000)).encode())
    assert len(xml.deviations()) == MAX_DEVIATIONS
