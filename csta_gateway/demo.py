"""``csta-gateway run --demo``: a simulated switch on loopback TCP, a small CRM, and people outside who call."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from crm_adapter import demo
from crm_adapter.screenpop import Variants
from csta.simulator.callers import Caller, ExternalCallers
from csta.simulator.calls import Device, Extension, Line
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch
from csta_gateway.config import Config, Journal, Link, Log, Lookup, Server, Users
from csta_gateway.config_screen import Screen
from csta_gateway.config_sources import SqlSource

LINES = 8
CRM = "https://crm.example.com"
TEMPLATES: dict[str, str | Variants] = {
    "case": Variants(
        person=f"{CRM}/case/new?person={{person_id}}&company={{company_id}}&phone={{e164}}",
        company=f"{CRM}/case/new?company={{company_id}}&phone={{e164}}",
    ),
    "lead": f"{CRM}/lead/new?name={{name}}&phone={{e164}}&called={{called}}",
}


class Demo(NamedTuple):
    """A prepared demo.

    :param crm: the database, with the passwords to show.
    """

    config: Config
    crm: demo.Demo
    switch: SwitchServer
    callers: ExternalCallers


async def prepare(reactor: Any, folder: Path, port: int, link: str = "xml") -> Demo:  # noqa: ANN401 -- all of its interfaces
    """Write the CRM and start the switch; nobody calls before :attr:`Demo.callers` are started.

    :param folder: where the databases go; made when it is not there.
    :param port: of the web server.
    :param link: the wire between switch and gateway, ``xml`` or ``asn1``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    crm = demo.create(folder / "crm.db")
    switch = Switch(devices())
    server = SwitchServer(reactor, switch)
    link_port = await server.listen(0, link)
    callers = [Caller(each.number, each.name) for each in demo.CALLERS]
    called = [user.devices[0] for user in demo.COLLEAGUES if user.login in demo.DEMO_LOGINS]
    config = Config(
        links=(Link(name="Demo", endpoint=f"tcp:127.0.0.1:{link_port}", protocol="asn1" if link == "asn1" else "xml"),),
        sources=(SqlSource(name="crm", url=crm.url),),
        users=Users(source="crm"),
        lookup=Lookup(index=f"sqlite:///{folder / 'lookup.db'}"),
        server=Server(port=port, session_file=str(folder / "sessions.json")),
        location=demo.LOCATION,
        screen=Screen(preset="generic", address=CRM, templates=TEMPLATES),
        journal=Journal(url=f"sqlite:///{folder / 'journal.db'}"),
        log=Log(level="info"),
    )
    return Demo(config, crm, server, ExternalCallers(switch, reactor, callers, called))


def devices() -> list[Device]:
    """A telephone for every colleague, and some exchange lines."""
    names = {device: user.name for user in demo.COLLEAGUES for device in (*user.devices, user.extension) if device}
    lines: list[Device] = [Line(f"T{line}") for line in range(1, LINES + 1)]
    return lines + [Extension(number, name=name) for number, name in sorted(names.items())]


def welcome(port: int, crm: demo.Demo) -> str:
    """What a newcomer needs to know."""
    logins = "\n".join(f"    {login:8} {password}" for login, password in crm.passwords.items())
    return (
        f"\n  Call screen:  http://127.0.0.1:{port}/\n\n  Log in as    password\n{logins}\n\n"
        "  Open it in two browsers, one for each user. Somebody from outside calls every little while.\n"
        "  Ctrl-C ends it.\n"
    )
