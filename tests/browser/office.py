"""An office to try the call screen in: a switch the test gives orders to, a real gateway, a CRM and its users."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import create_engine, delete, insert, select

from crm_adapter import demo
from crm_adapter.sources.schema import PEOPLE, PHONES, USER_DEVICES, USERS
from crm_adapter.users import User

PASSWORD = "Kaffee um drei"
PATIENCE = 60.0
"""Seconds until a process must have said that it is ready."""

PEOPLE_HERE = (
    User(login="anna", name="Anna Berger", devices=("2001",), extension="2001", call_screen="new_case"),
    User(login="jonas", name="Jonas Weber", devices=("2002",), extension="2002", call_screen="new_lead"),
    User(login="miriam", name="Miriam Hofer", devices=("2003",), extension="2003", call_screen="new_opportunity"),
    User(login="peter", name="Peter Sandner", devices=("2004",), extension="2004", call_screen="summary"),
    User(login="lena", name="Lena Öztürk", devices=("192.0.2.5",), extension="2005"),
    User(login="theo", name="Theo Lang", devices=("Theos Telefon",), extension="2006"),
    User(login="ida", name="Ida Sommer", devices=("sip:2007@pbx.example.org",), extension="2007"),
    User(login="ute", name="Ute Klein", extension="2008"),  # the list of telephones says which is hers
    User(login="lager", name="Lager", devices=("2009",), extension="2009", cti_enabled=False),
    User(login="rolf", name="Rolf Neumann", devices=("2001",)),  # Anna's telephone
    User(login="nora", name="Nora Blank", devices=("2099",), extension="2099"),  # which the switch does not have
    User(login="werner", name="Werner Maurer", devices=("2901",), area_code="030", outside_prefix="9"),
    User(login="wilma", name="Wilma Maurer", devices=("2901",)),
)

TELEPHONE_LIST = """\
user;dn;tn;name;ip;sip
lena;2005;1-1-05;;192.0.2.5;
theo;2006;1-1-06;Theos Telefon;;
ida;2007;1-1-07;;;sip:2007@pbx.example.org
ute;2008;1-1-08;;;
rolf;2008;1-1-09;;;
rolf;2010;1-1-08;;;
"""
"""The DN of Rolf's first line and the TN of his second are Ute's."""

CRM = "https://crm.example.com"
SETTINGS = """\
[[links]]
name = "HQ"
endpoint = "tcp:127.0.0.1:{port}"
[[sources]]
name = "crm"
type = "sql"
url = "sqlite:///{folder}/crm.db"
[users]
source = "crm"
shared_devices = ["29*"]
[[device_lists]]
name = "telephones"
type = "csv"
path = "{folder}/telephones.csv"
[server]
port = 0
session_file = "{folder}/sessions.json"
[location]
country = "DE"
area_code = "089"
outside_prefixes = ["0"]
internal_length = 4
main_numbers = ["+49 89 99998"]
[lookup]
index = "sqlite:///{folder}/lookup.db"
[journal]
url = "sqlite:///{folder}/journal.db"
[screen]
preset = "generic"
address = "{crm}"
"""


LOOKS: dict[str, Any] = {"de": {}, "en": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}}}
"""German screens are light panels, English ones dark windows, so that pictures of all of them are seen."""


class Office:
    """What is running.

    :ivar address: of the call screen.
    :ivar log: what the gateway has written.
    """

    def __init__(self, address: str, log: Path, exchange: subprocess.Popen[str]) -> None:
        self.address = address
        self.log = log
        self._exchange = exchange

    def order(self, name: str, *values: object) -> None:
        """Have something happen at the switch; see :class:`tests.browser.exchange.Exchange`."""
        assert self._exchange.stdin
        assert self._exchange.stdout
        print(json.dumps([name, *values]), file=self._exchange.stdin, flush=True)
        assert self._exchange.stdout.readline() == "done\n", (name, *values)

    def enter(self, context: BrowserContext, login: str, language: str, notifications: bool | None = False) -> Page:
        """The call screen of a user who is logged in, in a language; nobody is asked about notifications."""
        api = f"{self.address}api/"
        session = context.request.post(f"{api}login", data={"user": login, "password": PASSWORD}).json()
        token = {"X-CSRF-Token": session["csrf"]}
        assert context.request.put(f"{api}me", data={"language": language}, headers=token).ok
        page = context.new_page()
        settings = json.dumps({"notifications": notifications})
        page.add_init_script(f"localStorage['csta-gateway.settings'] ??= {json.dumps(settings)}")
        page.goto(self.address)
        page.locator(".screen").wait_for()
        expect(page.locator("html")).to_have_attribute("lang", language)
        return page


@contextmanager
def running(folder: Path) -> Iterator[Office]:
    """An office with databases of its own in ``folder``."""
    prepare(folder)
    settings = folder / "gateway.toml"
    with ExitStack() as ending:
        command = [sys.executable, "-m", "tests.browser.exchange"]
        exchange = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ending.callback(exchange.communicate, timeout=20)  # it ends with the orders
        assert exchange.stdout
        port = int(exchange.stdout.readline())
        settings.write_text(SETTINGS.format(port=port, folder=folder, crm=CRM))
        log = folder / "log"
        command = [sys.executable, "-m", "csta_gateway", "run", "--config", str(settings)]
        with log.open("w") as err:
            gateway = subprocess.Popen(command, stderr=err)
        ending.callback(_end, gateway)
        yield Office(_address(gateway, log), log, exchange)


def prepare(folder: Path) -> None:
    """Write the CRM and the list of telephones."""
    (folder / "telephones.csv").write_text(TELEPHONE_LIST, "utf-8")
    engine = create_engine(demo.create(folder / "crm.db", {}).url)
    password = PasswordHasher().hash(PASSWORD)
    with engine.begin() as connection:
        connection.execute(delete(USER_DEVICES))
        connection.execute(delete(USERS))
        for user in PEOPLE_HERE:
            row = {column.name: getattr(user, column.name) for column in USERS.columns}
            connection.execute(insert(USERS).values(row | {"password_hash": password}))
            for position, device in enumerate(user.devices):
                values: dict[str, Any] = {"login": user.login, "position": position, "device": device}
                connection.execute(insert(USER_DEVICES).values(values))
        lukas = select(PEOPLE.c.id).where(PEOPLE.c.name == "Lukas Gruber").scalar_subquery()
        connection.execute(insert(PHONES).values(person_id=lukas, label="main", raw="0043 1 9999817"))
    engine.dispose()


def _address(gateway: subprocess.Popen[bytes], log: Path) -> str:
    """Where the gateway listens, once its log says so."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and gateway.poll() is None:
        found = re.search(r"listening on (\S+) port (\d+)", log.read_text())
        if found:
            return f"http://{found[1]}:{found[2]}/"
        time.sleep(0.05)
    raise AssertionError(f"the gateway did not start:\n{log.read_text()}")


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    process.wait(timeout=20)
