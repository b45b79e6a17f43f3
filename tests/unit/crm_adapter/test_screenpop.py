from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_adapter.calllist import CallEntry
from crm_adapter.directory import Contact, Match
from crm_adapter.errors import TemplateInvalid
from crm_adapter.numbers import Location, normalise
from crm_adapter.screenpop import VARIABLES, Subject, Template, Templates, Variants, about
from crm_adapter.users import User
from csta.model.call import Direction

HOSTS = ("crm.example", "crm.example:8443")
ANNA = User(login="anna", name="Anna Berger", extension="2001")
ERIKA = Match(kind="person", record_id="7", name="Erika & Co?", company="Muster GmbH", person_id="7", company_id="3")
MUSTER = Match(kind="company", record_id="3", name="Muster GmbH", company_id="3")
JONAS = Match(kind="user", record_id="jonas", name="Jonas Weber")
MUNICH = Location(area_code="089", main_numbers=("+49 89 1234",))
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
        ("https://crm.example/?n={national}", CALL, "https://crm.example/?n=06990009123"),
        ("https://crm.example/?q={queue}", STRANGER, "https://crm.example/?q=2900"),
        ("https://crm.example/?q={queue}", CALL, "https://crm.example/?q="),
        ("https://crm.example/{kind}/{record_id}", MUSTER, "https://crm.example/company/3"),
        ("https://crm.example/{kind}/{record_id}", STRANGER, None),
        ("https://crm.example/{kind}/{record_id}", JONAS, None),
        ("https://crm.example/p/{person_id}", MUSTER, None),
        ("https://crm.example/p/{person_id}?c={company_id}", MUSTER, "https://crm.example/p/?c=3"),
        ("https://crm.example/?d={direction}", ERIKA, "https://crm.example/?d="),
        ("http://crm.example:8443/#/{person_id}", ERIKA, "http://crm.example:8443/#/7"),
        ("https://CRM.example", CALL, "https://CRM.example"),
        ("https://crm.example/{{literal}}", CALL, "https://crm.example/{literal}"),
    ],
)
def test_addresses(template: str, subject: CallEntry | Match | Contact, expected: str | None) -> None:
    assert url(template, subject) == expected


def url(
    template: Template, subject: CallEntry | Match | Contact, user: User = ANNA, location: Location = MUNICH
) -> str | None:
    whole = about(subject, user, location) if isinstance(subject, CallEntry) else Subject(user, location, None, subject)
    return Templates({"open": template}, HOSTS).url("open", whole)


def test_a_match_knows_the_call_it_belongs_to() -> None:
    templates = Templates({"case": "https://crm.example/case?p={person_id}&tel={e164}"}, HOSTS)
    subject = Subject(ANNA, MUNICH, CALL, ERIKA)
    assert templates.url("case", subject) == "https://crm.example/case?p=7&tel=%2B496990009123"


def test_a_number_without_a_call_is_one_to_be_added() -> None:
    templates = Templates({"edit": "https://crm.example/{kind}/{record_id}/edit?tel={e164}&local={national}"}, HOSTS)
    subject = Subject(ANNA, MUNICH, record=CONTACT, number=normalise("+43 1 9999817", MUNICH))
    assert templates.url("edit", subject) == ("https://crm.example/person/7/edit?tel=%2B4319999817&local=004319999817")


@pytest.mark.parametrize(
    ("raw", "location", "expected"),
    [
        ("+49 89 12342001", MUNICH, "2001"),  # an own extension is written as such
        ("+49 89 5551234", MUNICH, "0895551234"),
        ("+49 89 5551234", Location(country="AT"), "0049895551234"),
        ("+1 425 555 0100", Location(country="US"), "14255550100"),
        ("+49 89 5551234", Location(country="US"), "01149895551234"),
        ("+49 89 5551234", Location(country="AT", international_prefix="900"), "90049895551234"),
        ("+39 06 12345678", Location(country="IT"), "0612345678"),
    ],
)
def test_the_national_spelling_is_that_of_the_users_site(raw: str, location: Location, expected: str) -> None:
    subject = Subject(ANNA, location, number=normalise(raw, location))
    templates = Templates({"open": "https://crm.example/?n={national}"}, HOSTS)
    assert templates.url("open", subject) == f"https://crm.example/?n={expected}"


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (CALL, "https://crm.example/?Key0=2&Key1=3&Key2=7"),
        (MUSTER, "https://crm.example/?Key0=1&Key1=3"),
        (STRANGER, "https://crm.example/new?tel=%2B496990009123"),
        (JONAS, None),
    ],
)
def test_a_template_may_have_a_text_for_each_kind_of_caller(
    subject: CallEntry | Match | Contact, expected: str | None
) -> None:
    variants = Variants(
        person="https://crm.example/?Key0=2&Key1={company_id}&Key2={person_id}",
        company="https://crm.example/?Key0=1&Key1={company_id}",
        unknown="https://crm.example/new?tel={e164}",
    )
    assert url(variants, subject) == expected


def test_a_text_that_is_left_out_is_no_page() -> None:
    assert url(Variants(company="https://crm.example/c/{company_id}"), ERIKA) is None


def test_a_value_of_dots_alone_does_not_walk_up_the_path() -> None:
    for dots in (".", ".."):
        match = Match(kind="person", record_id=dots, name="Eve", person_id=dots)
        assert url("https://crm.example/a/{person_id}", match) is None
        assert url("https://crm.example/a/{person_id}/edit", match) is None
        assert url("https://crm.example/a?p={person_id}", match) == f"https://crm.example/a?p={dots}"
    assert url(
        "https://crm.example/a/{person_id}", Match(kind="person", record_id="1", name="Eve", person_id="...")
    ) == ("https://crm.example/a/...")


def test_an_unknown_template_has_no_address() -> None:
    templates = Templates({"open": "https://crm.example/"}, HOSTS)
    assert templates.url("other", about(CALL, ANNA, MUNICH)) is None
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
        ("https://crm.example/a/../{name}", "only dots"),
        ("https://crm.example/a/%2E%2e", "only dots"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_by_name(template: str, reason: str) -> None:
    with pytest.raises(TemplateInvalid) as raised:
        Templates({"good": "https://crm.example/", "bad": template}, HOSTS)
    assert raised.value.place == "bad"
    assert reason in str(raised.value)


TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        ".",
        "..",
        "%2e%2e",
        "/",
        "//evil.example",
        "?x=1",
        "#x",
        "&y=2",
        "\\",
        "@evil.example",
        ":80",
        "{name}",
        "\r\nX: y",
    ]
)


@given(st.sampled_from(sorted(VARIABLES)), st.sampled_from(["path", "query", "fragment"]), TEXTS)
def test_no_value_leaves_its_place(variable: str, place: str, text: str) -> None:
    match = Match(
        kind="person", record_id=text or "1", name=text, company=text, person_id=text or "1", company_id=text or "1"
    )
    call = CallEntry(
        id=text,
        device="1",
        direction=Direction.INCOMING,
        label="ringing",
        since=0,
        began=0,
        number=normalise(text, MUNICH),
        called=normalise(text, MUNICH),
        matches=(match,),
    )
    hole = f"{{{variable}}}"
    template = f"https://crm.example/a/{hole if place == 'path' else 'b'}/c?x={hole if place == 'query' else 'v'}&y=1#"
    template += f"f={hole if place == 'fragment' else 'v'}&g"
    address = url(template, call, User(login=text, name=text, extension=text))
    if address is None:  # dots alone would walk up the path
        assert place == "path"
        assert text in (".", "..")
        return
    assert address.isascii()
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("https", "crm.example")
    assert re.fullmatch(r"/a/[^/]*/c", parts.path)
    assert not {".", ".."} & set(parts.path.split("/"))
    assert list(parse_qs(parts.query, keep_blank_values=True)) == ["x", "y"]
    assert re.fullmatch(r"f=[^&#]*&g", parts.fragment)
