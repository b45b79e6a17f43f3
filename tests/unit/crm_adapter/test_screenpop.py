from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Contact, Match
from crm_adapter.errors import TemplateInvalid
from crm_adapter.numbers import Location, normalise
from crm_adapter.screenpop import VARIABLES, Templates
from crm_adapter.users import User
from csta.model.call import Direction

HOSTS = ("crm.example", "crm.example:8443")
ANNA = User(login="anna", name="Anna Berger", extension="2001")
ERIKA = Match(kind="person", record_id="7", name="Erika & Co?", company="Muster GmbH", person_id="7", company_id="3")
MUSTER = Match(kind="company", record_id="3", name="Muster GmbH", company_id="3")
JONAS = Match(kind="user", record_id="jonas", name="Jonas Weber")
CONTACT = Contact(kind="person", record_id="7", name="Erika", person_id="7")
CALL = CallEntry(
    id="c1",
    device="2001",
    direction=Direction.INCOMING,
    label="ringing",
    since=0,
    began=0,
    number=normalise("069 90009123", Location()),
    name="Erika & Co?",
    company="Muster GmbH",
    matches=(ERIKA, MUSTER),
)
STRANGER = CallEntry(
    id="c2",
    device="2001",
    direction=Direction.INCOMING,
    label="ringing",
    since=0,
    began=0,
    number=normalise("069 90009123", Location()),
    called=normalise("2900", Location()),
)


@pytest.mark.parametrize(
    ("template", "subject", "expected"),
    [
        ("https://crm.example/p/{person_id}", CALL, "https://crm.example/p/7"),
        ("https://crm.example/p/{person_id}", ERIKA, "https://crm.example/p/7"),
        ("https://crm.example/p/{person_id}", CONTACT, "https://crm.example/p/7"),
        ("https://crm.example/c/{company_id}", MUSTER, "https://crm.example/c/3"),
        ("https://crm.example/p/{person_id}", STRANGER, None),
        ("https://crm.example/p/{person_id}", JONAS, None),
        ("https://crm.example/new?tel={e164}", STRANGER, "https://crm.example/new?tel=%2B496990009123"),
        ("https://crm.example/?n={number}", CALL, "https://crm.example/?n=069%2090009123"),
        (
            "https://crm.example/?n={name}&f={company}",
            CALL,
            "https://crm.example/?n=Erika%20%26%20Co%3F&f=Muster%20GmbH",
        ),
        ("https://crm.example/?f={company}", MUSTER, "https://crm.example/?f=Muster%20GmbH"),
        ("https://crm.example/?n={name}", STRANGER, "https://crm.example/?n="),
        ("https://crm.example/?c={called}", STRANGER, "https://crm.example/?c=2900"),
        ("https://crm.example/?c={called}", CALL, "https://crm.example/?c=2001"),
        (
            "https://crm.example/?d={direction}&i={call_id}&u={user}",
            CALL,
            "https://crm.example/?d=incoming&i=c1&u=anna",
        ),
        ("https://crm.example/?d={direction}", ERIKA, "https://crm.example/?d="),
        ("http://crm.example:8443/#/{person_id}", ERIKA, "http://crm.example:8443/#/7"),
        ("https://CRM.example", CALL, "https://CRM.example"),
        ("https://crm.example/{{literal}}", CALL, "https://crm.example/{literal}"),
    ],
)
def test_addresses(template: str, subject: CallEntry | Match | Contact, expected: str | None) -> None:
    assert Templates({"open": template}, HOSTS).url("open", subject, ANNA) == expected


def test_a_match_knows_the_call_it_belongs_to() -> None:
    templates = Templates({"case": "https://crm.example/case?p={person_id}&tel={e164}"}, HOSTS)
    assert templates.url("case", ERIKA, ANNA, call=CALL) == "https://crm.example/case?p=7&tel=%2B496990009123"


def test_an_unknown_template_has_no_address() -> None:
    templates = Templates({"open": "https://crm.example/"}, HOSTS)
    assert templates.url("other", CALL, ANNA) is None
    assert "open" in templates
    assert "other" not in templates


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("https://crm.example/{phone}", "unknown variable {phone}"),
        ("https://crm.example/{}", "unknown variable {}"),
        ("https://crm.example/{name!r}", "unknown variable"),
        ("https://crm.example/{name:>9}", "unknown variable"),
        ("https://crm.example/{name.__class__}", "unknown variable"),
        ("https://crm.example/{name", "braces"),
        ("https://crm.example/}", "braces"),
        ("https://evil.example/", "not among the allowed hosts (crm.example, crm.example:8443)"),
        ("https://crm.example.evil.example/", "not among the allowed hosts"),
        ("https://crm.example@evil.example/", "not among the allowed hosts"),
        ("https://evil.example@crm.example/", "not among the allowed hosts"),
        ("https://{name}.crm.example/", "must begin with"),
        ("https://crm.example{name}", "must begin with"),
        ("https://crm.example:{name}/", "must begin with"),
        ("{name}", "must begin with"),
        ("", "must begin with"),
        ("javascript:alert(1)", "must begin with"),
        ("//crm.example/", "must begin with"),
        ("ftp://crm.example/", "must begin with"),
        ("https://crm.example\\@evil.example/", "must begin with"),
        ("https://crm.example/ {name}", "must begin with"),
        ("https://crm.example/\n", "must begin with"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_by_name(template: str, reason: str) -> None:
    with pytest.raises(TemplateInvalid) as raised:
        Templates({"good": "https://crm.example/", "bad": template}, HOSTS)
    assert raised.value.place == "bad"
    assert reason in str(raised.value)


@given(st.sampled_from(sorted(VARIABLES)), st.text(max_size=30))
def test_no_value_changes_where_an_address_leads(variable: str, text: str) -> None:
    match = Match(kind="person", record_id="1", name=text, company=text, person_id=text or "1", company_id=text)
    call = CallEntry(
        id=text,
        device="1",
        direction=Direction.INCOMING,
        label="ringing",
        since=0,
        began=0,
        number=normalise(text, Location()),
        matches=(match,),
    )
    templates = Templates({"open": f"https://crm.example/a/b?x={{{variable}}}&y=1"}, HOSTS)
    address = templates.url("open", call, User(login=text, name=text, extension=text))
    assert address is not None
    assert address.isascii()
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.path, parts.fragment) == ("https", "crm.example", "/a/b", "")
    assert set(parse_qs(parts.query, keep_blank_values=True)) == {"x", "y"}
