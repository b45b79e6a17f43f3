"""Mistakes in the settings of ``[[device_lists]]``: what is written, and the sentence that says what would be right."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from crm_adapter import demo
from csta.cli.exits import OK
from csta_gateway import config_file
from csta_gateway.cli import main
from csta_gateway.config_file import ConfigError
from tests.unit.csta_gateway.test_cli import COMMAND, PATIENCE

SETTINGS = """\
[[links]]
name = "HQ"
endpoint = "tcp:127.0.0.1:9"
[[sources]]
name = "crm"
type = "sql"
url = "sqlite:///{folder}/crm.db"
[users]
source = "crm"
[lookup]
index = "sqlite:///{folder}/lookup.db"
[[device_lists]]
"""
CSV = 'name = "l"\ntype = "csv"\n'
SQL = 'name = "l"\ntype = "sql"\nquery = "SELECT 1"\n'
LDAP = 'name = "l"\ntype = "ldap"\nbase = "o=x"\n'
KNOWN = "user, id, dn, tn, name, ip, sip, shared"

MISTAKES = {
    "no-type": ('name = "l"\npath = "x"', "device_lists[0].type: is missing"),
    "type": ('name = "l"\ntype = "xls"', "device_lists[0].type: invalid value 'xls'"),
    "no-name": ('type = "csv"\npath = "x"', "device_lists[0].name: is missing"),
    "no-path": (CSV, "device_lists[0].path: is missing"),
    "empty-path": (f'{CSV}path = ""', "device_lists[0].path"),
    "unknown-key": (f'{CSV}path = "x"\nfile = "y"', "device_lists[0].file: unknown key"),
    "unknown-field": (f'{CSV}path = "x"\nfields = {{ phone = "DN" }}', f"unknown field `phone`; known are {KNOWN}"),
    "separator": (f'{CSV}path = "x"\nseparator = ";;"', "device_lists[0].separator"),
    "encoding": (f'{CSV}path = "x"\nencoding = "utf-99"', "unknown encoding: utf-99; use utf-8 or cp1252"),
    "sql-no-url": (SQL, "needs `url` or `url_file`, one of them"),
    "sql-two-urls": (f'{SQL}url = "a"\nurl_file = "b"', "needs `url` or `url_file`, one of them"),
    "sql-no-query": ('name = "l"\ntype = "sql"\nurl = "sqlite://"', "device_lists[0].query: is missing"),
    "sql-empty-query": ('name = "l"\ntype = "sql"\nurl = "sqlite://"\nquery = ""', "device_lists[0].query"),
    "sql-field": (f'{SQL}url = "sqlite://"\nfields = {{ login = "x" }}', f"unknown field `login`; known are {KNOWN}"),
    "ldap-no-base": ('name = "l"\ntype = "ldap"\nurl = "ldaps://x"', "device_lists[0].base: is missing"),
    "ldap-in-the-clear": (
        f'{LDAP}url = "ldap://ldap.example.org"',
        "`url` must begin with ldaps:// outside this machine",
    ),
    "ldap-password-in-url": (f'{LDAP}url = "ldaps://a:b@x"', "put it into a file named by `password_file`"),
    "ldap-half-a-login": (f'{LDAP}url = "ldaps://x"\nuser = "cn=x"', "`user` and `password_file` go together"),
    "two-of-a-name": (f'{CSV}path = "x"\n[[device_lists]]\n{CSV}path = "y"', "two device lists are named `l`"),
}


@pytest.mark.parametrize(("written", "sentence"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_place(written: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as raised:
        config_file.parse(SETTINGS + written, "gateway.toml")
    assert sentence in str(raised.value)
    assert str(raised.value).startswith("gateway.toml:")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings with the users of the demo and a list that has two mistakes in it."""
    demo.create(tmp_path / "crm.db")
    (tmp_path / "list.csv").write_text("user;dn\nanna;2001\njonas;2001\nnobody;2077\n")
    file = tmp_path / "gateway.toml"
    file.write_text(f"{SETTINGS.format(folder=tmp_path)}{CSV}path = '{tmp_path / 'list.csv'}'\n")
    return file


def check(settings: Path) -> subprocess.CompletedProcess[str]:
    """The program, as a reactor runs once in a process."""
    arguments = [*COMMAND, "check-config", "--config", str(settings)]
    return subprocess.run(arguments, capture_output=True, text=True, timeout=PATIENCE)


def test_the_lists_are_read_when_settings_are_checked(settings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-config", "--offline", "--config", str(settings)]) == OK
    assert capsys.readouterr().err == ""
    checked = check(settings)
    assert checked.returncode == OK
    file = settings.with_name("list.csv")
    listed = [line for line in checked.stderr.splitlines() if "list.csv" in line]
    assert listed[0].startswith(f"{settings}: warning: {file}:3: DN 2001 is in {file}:2 already and is anna's")
    assert listed[1] == f"{settings}: warning: {file}:4: there is no user nobody; 2077 is nobody's"


def test_lists_that_cannot_be_read_here_are_no_mistake(settings: Path) -> None:
    settings.write_text(settings.read_text().replace("crm.db", "nowhere/crm.db"))
    checked = check(settings)
    assert checked.returncode == OK
    assert f"{settings}: note: users and lists of devices are not checked: database" in checked.stderr


def test_tables_of_users_nobody_has_are_told(settings: Path) -> None:
    tables = "[screen.users.otto.incoming]\ntrigger = 'ring'\n[dialling.users.emil]\n[dialling.users.anna]\n"
    settings.write_text(settings.read_text() + tables)
    checked = check(settings)
    assert checked.returncode == OK
    assert [line for line in checked.stderr.splitlines() if ".users." in line] == [
        f"{settings}: warning: [screen.users.otto]: there is no such user",
        f"{settings}: warning: [dialling.users.emil]: there is no such user",
    ]
