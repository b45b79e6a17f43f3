"""A document read as plain gives what libxml2 makes of it: the same message, deviations and errors."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from csta import xml
from csta.errors import DecodeError
from csta.xml.document import NotPlain, Reading, here
from tests.fuzz.damage import damaged
from tests.fuzz.test_fuzz import wrapped
from tests.wire.values import MESSAGES, messages

documents = st.sampled_from(MESSAGES).flatmap(messages).map(lambda message: xml.encode(wrapped(message)))
some = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))

REWRITTEN = (
    (b"><", b">\n  <"),
    (b"><", b">\r\n<"),
    (b"</", b" </"),
    (b"/>", b" />"),
    (b">", b" >"),
    (b"'", b'"'),
    (b'"', b"'"),
    (b"UTF-8", b"utf-8"),
    (b"UTF-8", b"ISO-8859-1"),
    (b"UTF-8", b"UTF-16"),
    (b"?>", b"?>\n<!-- - -->"),
    (b"</", b"<!-- > --></"),
    (b"</", b"<![CDATA[<>&]]></"),
    (b"</", b"]]></"),
    (b"</", b"&lt;&amp;&gt;</"),
    (b"</", b"&#13;&#x41;</"),
    (b"</", b"&nonsense;</"),
    (b"</", b"<?p > ?></"),
    (b"</", b"\xc3\xa4</"),
    (b"</", b"\xe4</"),
    (b"</", b"\xef\xbf\xbf</"),
    (b"</", b"\x01</"),
    (b"</", b"<new/></"),
    (b"</", b'<new a="1">x</new></'),
    (b"<cause>", b'<cause new="1">'),
    (b"<deviceID>", b'<deviceID typeOfNumber="other">'),
    (b"<deviceID>", b'<deviceID typeOfNumber="other" typeOfNumber="other">'),
    (b"<deviceID>", b"<deviceID typeOfNumber='a&gt;b' new='>'>"),
    (b"<deviceID>", b'<deviceID typeOfNumber = "other">'),
    (b"<deviceIdentifier>", b'<deviceIdentifier typeOfNumber="a&b">'),
    (b"<deviceIdentifier>", b'<deviceIdentifier mediaClass="voice im">'),
    (b"<deviceIdentifier>", b"<deviceIdentifier "),
    (b"<deviceIdentifier>", b'<deviceIdentifier xmlns="urn:other">'),
    (b"<deviceIdentifier>", b'<deviceIdentifier xml:lang="de">'),
    (b"<callID>", b"<callID"),
    (b"<callID>1", b"<callID"),
    (b"/>", b"/>tail"),
    (b"></", b"/>"),
    (b"xmlns=", b"xmlns:x="),
    (b"xmlns=", b"new="),
    (b"/csta/ed4", b"/csta/ed3"),
    (b"/csta/ed4", b"/other"),
    (b'<?xml version="1.0" encoding="UTF-8"?>', b""),
    (b'<?xml version="1.0" encoding="UTF-8"?>', b" "),
    (b'<?xml version="1.0" encoding="UTF-8"?>', b"\xef\xbb\xbf"),
    (b'version="1.0"', b'version="1.1"'),
    (b'version="1.0" ', b""),
)
"""What is written in another way, right or wrong."""


def outcome(document: bytes) -> Any:  # noqa: ANN401 - compared only
    try:
        return xml.decode(document, 7), xml.deviations()
    except DecodeError as error:
        return error.reason, error.where, error.invoke_id


def by_libxml2(document: bytes, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - compared only
    def refuse(reading: Reading, document: bytes) -> None:
        raise NotPlain

    with monkeypatch.context() as patch:
        patch.setattr(Reading, "begin_plain", refuse)
        return outcome(document)


def test_rewritten_documents_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    @some
    @given(documents, st.lists(st.sampled_from(REWRITTEN), min_size=1, max_size=3), st.integers(1, 4))
    def check(document: bytes, rewritten: list[tuple[bytes, bytes]], times: int) -> None:
        for old, new in rewritten:
            document = document.replace(old, new, times)
            document = new.join(document.rsplit(old, times))
        assert outcome(document) == by_libxml2(document, monkeypatch)

    check()


def test_damaged_documents_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    @some
    @given(documents, documents, st.integers(0, 2**32))
    def check(one: bytes, other: bytes, seed: int) -> None:
        random = Random(seed)  # noqa: S311 - makes test data
        for _ in range(8):
            document = damaged(random, one, other)
            assert outcome(document) == by_libxml2(document, monkeypatch), document

    check()


@pytest.mark.parametrize(("old", "new"), REWRITTEN)
def test_each_way_of_writing_gives_the_same(old: bytes, new: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = (
        b'<?xml version="1.0" encoding="UTF-8"?>'
        b'<DeliveredEvent xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed4">'
        b"<monitorCrossRefID>1</monitorCrossRefID><connection><callID>1</callID><deviceID>2</deviceID></connection>"
        b"<alertingDevice><deviceIdentifier>2</deviceIdentifier></alertingDevice>"
        b"<callingDevice><notKnown/></callingDevice><calledDevice><restricted></restricted></calledDevice>"
        b"<lastRedirectionDevice><notRequired/></lastRedirectionDevice><cause>newCall</cause></DeliveredEvent>"
    )
    for times in (1, 3, 99):
        document = sound.replace(old, new, times)
        assert outcome(document) == by_libxml2(document, monkeypatch)
        for at in range(0, len(document), 7):
            assert outcome(document[:at]) == by_libxml2(document[:at], monkeypatch)


def test_what_is_written_here_is_plain() -> None:
    @some
    @given(st.sampled_from([name for name in MESSAGES if "VoiceAttribute" not in name]).flatmap(messages))
    def check(message: Any) -> None:  # noqa: ANN401 - of any class
        document = xml.encode(wrapped(message))
        xml.decode(document)
        assert here.reading.plain is not (b"!" in document or b"]" in document or b"&#" in document)

    check()
