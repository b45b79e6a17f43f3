"""``csta-gateway init``: what is asked, and that what it writes can be used."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from csta.dialect import names
from csta_gateway import config_file, initial
from csta_gateway.certificates import LIFE, self_signed
from csta_gateway.cli import main

NEEDED = ("--endpoint", "tcp:127.0.0.1:9")


class Place:
    """Where the command writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "etc"
        self.config = self.folder / "gateway.toml"
        self.data = folder / "data"
        self.secret = folder / "secret"
        self.secret.write_text("s3cret\n")

    def run(self, *arguments: str) -> int:
        return main(["init", "--config", str(self.config), "--data", str(self.data), *arguments])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr("sys.stdin", (tmp_path / "nothing").open("w+"))
    monkeypatch.setenv("LC_ALL", "C")
    return Place(tmp_path)


def test_what_is_written_is_fine_and_speaks_https(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert place.run(*NEEDED, "--country", "AT", "--area-code", "1", "--host", "cti.example.org") == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in told[1:]] == [["csta-gateway", each] for each in ("probe", "user", "run")]
    assert main(["check-config", "--config", str(place.config)]) == 0
    config = config_file.read(place.config)
    assert (config.location.country, config.location.area_code) == ("AT", "1")
    pem = place.folder / "gateway.pem"
    assert config.server.certificate == str(pem)
    assert stat.S_IMODE(pem.stat().st_mode) == 0o600
    made = x509.load_pem_x509_certificate(pem.read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["cti.example.org"]


SOURCES = [
    ("embedded", ()),
    ("file", ("--source-at", "/srv/contacts.csv")),
    ("sagecrm", ("--source-url-file", "SECRET")),
    ("tryton", ("--source-at", "https://t.example", "--source-place", "t", "--source-user", "u")),
    ("carddav", ("--source-at", "https://c.example/book")),
    ("carddav", ("--source-at", "https://c.example/book", "--source-user", "u")),
    ("ldap", ("--source-at", "ldaps://l.example", "--source-place", "dc=example", "--source-user", "cn=u")),
]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(("kind", "options"), SOURCES)
def test_every_source_can_be_used_and_its_secrets_lie_beside_it(
    place: Place, kind: str, options: tuple[str, ...], language: str
) -> None:
    options = tuple(str(place.secret) if each == "SECRET" else each for each in options)
    if "--source-user" in options:
        options += ("--source-password-file", str(place.secret))
    assert place.run(*NEEDED, "--source", kind, "--language", language, "--certificate", "proxy", *options) == 0
    config = config_file.read(place.config)
    assert len(config.sources) == (1 if kind == "embedded" else 2)
    assert "s3cret" not in place.config.read_text()
    for path in place.folder.glob("crm.*"):
        assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("s3cret\n", 0o600)
    assert bool(list(place.folder.glob("crm.*"))) == (str(place.secret) in options)


@pytest.mark.parametrize("dialect", names())
def test_every_switch_can_be_chosen(place: Place, dialect: str) -> None:
    login = ("--link-user", "u", "--link-password-file", str(place.secret))
    arguments = (*NEEDED, "--dialect", dialect, "--certificate", "proxy")
    assert place.run(*arguments) == 0 or place.run(*arguments, *login) == 0
    assert config_file.read(place.config).links[0].dialect == dialect


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--endpoint is missing"),
        (("--endpoint", "pbx"), "--endpoint: tcp:pbx.example.org:8800"),
        ((*NEEDED, "--country", "XX"), "--country: country 'XX': use a code like DE, AT or GB"),
        ((*NEEDED, "--dialect", "none"), "--dialect: avaya-dmcc"),
        ((*NEEDED, "--source", "file"), "--source-at is missing"),
        (
            (*NEEDED, "--source", "ldap", "--source-at", "ldap://l.example", "--source-place", "x"),
            "must begin with ldaps",
        ),
        ((*NEEDED, "--link-user", "u", "--link-password-file", "/none"), "No such file"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    place: Place, arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert place.run(*arguments) == 2
    assert words in capsys.readouterr().err
    assert not place.folder.exists()


@pytest.mark.parametrize("name", ["gateway.toml", *initial.BESIDE])
def test_nothing_is_overwritten(place: Place, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    place.folder.mkdir()
    (place.folder / name).write_text("mine")
    assert place.run(*NEEDED, "--language", "de") == 2
    assert f"{name} ist schon da" in capsys.readouterr().err
    assert [(each.name, each.read_text()) for each in place.folder.iterdir()] == [(name, "mine")]


def test_people_are_asked_until_the_answer_is_right(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"Country": ["XX", "CH"], "CTI link": ["", "tcp:127.0.0.1:9"], "User name at the switch": ["app"]}
    asked: list[str] = []

    def answer(prompt: str) -> str:
        asked.append(prompt)
        waiting = next((each for begin, each in answers.items() if prompt.startswith(begin)), [])
        return waiting.pop(0) if waiting else ""

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "s3cret")
    assert place.run("--language", "en", "--dialect", "hipath-3000") == 0
    assert sum(each.startswith("Country") for each in asked) == 2
    assert not any(each.startswith("Switch") for each in asked)
    config = config_file.read(place.config)
    assert (config.location.country, config.links[0].user) == ("CH", "app")
    assert (place.folder / "link.password").read_text() == "s3cret\n"


@pytest.mark.parametrize("host", ["cti.example.org", "192.0.2.1", "2001:db8::1", "a" * 63 + ".example.org"])
def test_a_certificate_is_for_its_host_and_holds_for_two_years(host: str) -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    made = x509.load_pem_x509_certificate(self_signed(host, now))
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(each.value) for each in names] == [host]
    assert made.not_valid_after_utc - made.not_valid_before_utc == LIFE
    assert made.not_valid_before_utc < now
