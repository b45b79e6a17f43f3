from __future__ import annotations

from pathlib import Path

import pytest

from csta.dialect import Login
from csta_gateway.addresses import is_loopback
from csta_gateway.config import Config, Link
from csta_gateway.config_file import ConfigError, parse, read

SMALLEST = """\
[[links]]
name = "HQ"
endpoint = "tcp:pbx.example.org:8800"

[[sources]]
name = "crm"
type = "sql"
url = "sqlite:///crm.db"

[users]
source = "crm"
"""


def test_the_smallest_file_is_enough() -> None:
    config = parse(SMALLEST, "gateway.toml")
    assert [link.name for link in config.links] == ["HQ"]
    assert (config.server.address, config.server.port, config.location.country) == ("127.0.0.1", 8080, "DE")


def test_the_example_is_right() -> None:
    assert isinstance(read(Path(__file__).parents[3] / "examples/gateway/gateway.toml"), Config)


MISTAKES = [
    ("[server]\nprot = 80", "gateway.toml:15: server.prot: unknown key; did you mean `port`?"),
    ("[servre]\nport = 80", "gateway.toml:14: servre: unknown key; did you mean `server`?"),
    ("[screen]\nxyzzy = 1", "gateway.toml:15: screen.xyzzy: unknown key; known here: add_number, address, allowed_"),
    ("[server]\nport = 'eighty'", "gateway.toml:15: server.port: expected `int`, got `str`"),
    ("[server]\nport = 70000", "gateway.toml:15: server.port: expected `int` <= 65535"),
    ("[log]\nlevel = 'loud'", "gateway.toml:15: log.level: invalid enum value 'loud'"),
    ("[[links]]\nname = 'B'", "gateway.toml:14: links[1].endpoint: is missing"),
    ("[[links]]\nname = 'B'\nendpoint = 'pbx'", "gateway.toml:14: links[1]: `pbx` is not an endpoint;"),
    (
        "[[links]]\nname = 'B'\nendpoint = 'tcp:b:1'\ndialect = 'x'",
        "gateway.toml:14: links[1]: dialect 'x': choose one",
    ),
    (
        "[[links]]\nname = 'B'\nendpoint = 'tcp:b:1'\ndialect = 'hipath-3000'",
        "gateway.toml:14: links[1]: dialect 'hipath-3000' wants a name and a password",
    ),
    (
        "[[links]]\nname = 'B'\nendpoint = 'tcp:b:1'\ndialect = 'mx-one'\nprotocol = 'asn1'",
        "gateway.toml:14: links[1]: protocol 'asn1' does not go with dialect 'mx-one', which has xml",
    ),
    (
        "[[links]]\nname = 'B'\nendpoint = 'tcp:b:1'\nuser = 'AMHOST'",
        "gateway.toml:14: links[1]: `user` and `password_file` go together",
    ),
    (
        "[[links]]\nname = 'B'\nendpiont = 'x'",
        "gateway.toml:16: links[1].endpiont: unknown key; did you mean `endpoint`?",
    ),
    ("[[links]]\nname = 'HQ'\nendpoint = 'tls:b:1'", "gateway.toml: two links are named `HQ`"),
    ("[location]\ncountry = 'XX'", "gateway.toml:14: location: country 'XX': use a code like DE, AT or GB"),
    ("[server]\naddress = '0.0.0.0'", "gateway.toml:14: server: needs `certificate`"),
    ("[server]\norigins = ['crm']", "gateway.toml:14: server: `crm` is not an origin"),
    ("[login]\ntrusted_header = 'X-User'", "gateway.toml:14: login: `trusted_header` and `trusted_from` go together"),
    ("[login]\ntrusted_from = ['10.0.0.5']", "gateway.toml:14: login: `trusted_header` and `trusted_from` go together"),
    (
        "[login]\ntrusted_header = 'X User'\ntrusted_from = ['10.0.0.5']",
        "gateway.toml:14: login: `X User` is no name of",
    ),
    ("[login]\ntrusted_header = 'X-User'\ntrusted_from = ['proxy']", "gateway.toml:14: login: 'proxy' does not"),
    (
        "[login]\ntrusted_header = 'X-User'\ntrusted_from = ['10.0.0.5']",
        "gateway.toml: `trusted_header` in [login] needs `behind_proxy = true` in [server]",
    ),
    ("[login]\npasswords = false", "gateway.toml:14: login: with `passwords = false` nobody can log in"),
    ("[login]\nlogout_url = 'javascript:alert(1)'", "gateway.toml:14: login: `javascript:alert(1)` is no page"),
    ("[login]\nlogout_url = '//evil'", "gateway.toml:14: login: `//evil` is no page"),
    ("[server]\nmetrics_from = ['10.0.0.1/8']", "gateway.toml:14: server: 10.0.0.1/8 has host bits set"),
    ("[screen]\nrecord = 'summary'", "gateway.toml:15: screen.record: names the template `summary`, which is not in"),
    (
        "[screen]\nallowed_hosts = ['a']\n[screen.templates]\ncase = 'https://a/{persn_id}'",
        "gateway.toml:17: screen.templates.case: unknown variable {persn_id}; there are call_id, called, company,",
    ),
    (
        "[screen]\nallowed_hosts = ['a']\n[screen.templates.case]\nperson = 'https://b/'",
        "gateway.toml:17: screen.templates.case.person: the host 'b' is not among the allowed hosts (a)",
    ),
    (
        "[screen.templates.case]\nperson = 'javascript:alert(1)'",
        "gateway.toml:15: screen.templates.case.person: must begin with http:// or https://",
    ),
    ("[screen.templates.case]\nfirm = 'x'", "gateway.toml:15: screen.templates.case.firm: unknown key; known"),
    ("[screen.incoming]\ntrigger = 'always'", "gateway.toml:15: screen.incoming.trigger: invalid enum value 'always'"),
    ("[screen.incoming]\nscreen = 'case'", "gateway.toml:15: screen.incoming.screen: names the template `case`"),
    (
        "[screen.users.anna.outgoing]\nscreen = 'case'",
        "gateway.toml:15: screen.users.anna.outgoing.screen: names the template `case`",
    ),
    ("[screen]\npreset = 'sagecrm'", "gateway.toml:14: screen.address: goes together with `preset`"),
    ("[screen]\naddress = 'https://a'", "gateway.toml:15: screen.address: goes together with `preset`"),
    (
        "[screen]\npreset = 'sagecrm'\naddress = 'https://{name}/CRM'",
        "gateway.toml:16: screen.address: `https://{name}/CRM` is not where pages begin; write it as https://host/path",
    ),
    ("[screen]\npreset = 'sagecrm'\naddress = 'crm.example.org'", "gateway.toml:16: screen.address: `crm."),
    ("[[sources]]\nname = 'x'\ntype = 'sql'", "gateway.toml:14: sources[1]: needs `url` or `url_file`"),
    ("[server\nport = 1", "gateway.toml:14: "),
    ("a = '''", "gateway.toml:14: "),
]


@pytest.mark.parametrize(("addition", "told"), MISTAKES)
def test_a_mistake_is_told_with_its_place(addition: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"{SMALLEST}\n\n{addition}", "gateway.toml")
    assert str(caught.value).startswith(told)


def test_all_mistakes_are_told_at_once() -> None:
    text = SMALLEST + "[server]\nport = 'a'\n[log]\nformat = 'b'\nlevel = 'c'\n"
    with pytest.raises(ConfigError) as caught:
        parse(text, "x")
    assert [problem.key for problem in caught.value.problems] == ["server.port", "log.format"]


def test_unknown_keys_are_found_at_every_depth() -> None:
    text = SMALLEST.replace("name = ", "nmae = ") + "[server]\nfoo = 1\n"
    with pytest.raises(ConfigError) as caught:
        parse(text, "x")
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (2, "links[0].nmae"),
        (6, "sources[0].nmae"),
        (13, "server.foo"),
    ]


def test_keys_within_long_strings_do_not_count() -> None:
    text = SMALLEST + "[journal]\nurl = '''\nport = 1\n[log]\n'''\n[server]\nport = 'x'\n"
    with pytest.raises(ConfigError, match=r"^x:18: server\.port"):
        parse(text, "x")


def test_what_is_missing_altogether_is_told_without_line() -> None:
    with pytest.raises(ConfigError, match=r"^x: sources: is missing$"):
        parse("", "x")


def test_the_users_source_must_exist() -> None:
    with pytest.raises(ConfigError, match=r"`users.source` names `ldap`, which is no source"):
        parse(SMALLEST.replace('source = "crm"', 'source = "ldap"'), "x")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing\.toml: cannot be read: No such file"):
        read(tmp_path / "missing.toml")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_bytes(b"a = '\xff'")
    with pytest.raises(ConfigError, match=r"is not UTF-8 \(octet 5\)"):
        read(file)


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.1.1.1", False), ("pbx", False)],  # noqa: S104 -- an address to judge
)
def test_loopback(address: str, loopback: bool) -> None:
    assert is_loopback(address) is loopback


@pytest.mark.parametrize(
    ("patterns", "device", "served"),
    [(("*",), "2001", True), (("20*",), "2001", True), (("20*",), "3001", False), (("1", "30??"), "3001", True)],
)
def test_a_link_serves_the_devices_of_its_patterns(patterns: tuple[str, ...], device: str, served: bool) -> None:
    assert Link(name="a", endpoint="tcp:a:1", devices=patterns).serves(device) is served


def test_a_link_by_the_name_of_its_switch() -> None:
    more = "[[links]]\nname = 'B'\nendpoint = 'tcp:b:7001'\ndialect = 'hipath-3000'\n"
    link = parse(f"{SMALLEST}{more}user = 'A'\npassword_file = 'secret'", "gateway.toml").links[1]
    assert link.kind(Login("A", "")).association == "acse"
