"""``csta-gateway agent``: which Windows machines may bring their lines, by certificates of an authority of our own."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from csta.cli.exits import OK, Trouble
from csta_gateway.certificates import RENEWAL, Enrolled, Enrolment, EnrolmentFailed
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config_agents import Agents

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

AGENT_TOML = """\
# Settings of csta-tapi-agent on the Windows machine. The other files of this bundle belong into the same folder.
gateway = "{host}:{port}"
log = "agent.log"          # without it, the log goes to the console
"""


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("agent", help="the agents of Windows machines and their certificates")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    enroll = below.add_parser(
        "enroll", help="make a certificate for an agent, and a bundle of all that its Windows machine needs"
    )
    enroll.add_argument("name", metavar="NAME", help="what [[tapi]] calls the agent: small letters, digits, hyphens")
    enroll.add_argument("--output", type=Path, metavar="FILE", help="the bundle; default: NAME-agent.zip")
    listing = below.add_parser("list", help="show the agents and until when their certificates are good")
    revoke = below.add_parser("revoke", help="take an agent no longer; one that is connected is gone within 10 s")
    revoke.add_argument("name", metavar="NAME")
    for each, command in ((enroll, _enroll), (listing, _list), (revoke, _revoke)):
        each.set_defaults(command=_told(command))
        add_config(each)


def _told(command: Callable[[argparse.Namespace, Agents], None]) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        agents = settings(options).agents
        if agents is None:
            raise Trouble.usage("the settings have no [agents]; add it, with `host`: where agents reach the gateway")
        try:
            command(options, agents)
        except EnrolmentFailed as error:
            raise Trouble(str(error)) from error
        return OK

    return run


def _enroll(options: argparse.Namespace, agents: Agents) -> None:
    path: Path = options.output or Path(f"{options.name}-agent.zip")
    try:
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise Trouble.usage(f"{path} is there already; nothing is overwritten") from None
    except OSError as error:
        raise Trouble(f"{path}: {error.strerror}") from error
    enrolment = Enrolment(Path(agents.directory))
    with file:
        try:
            certificate = enrolment.enroll(options.name, agents.host, datetime.now(UTC))
            file.write(bundle(agents, certificate, enrolment.authority.read_bytes()))
        except BaseException:
            path.unlink()
            raise
    print(f"{path}: holds the key of the agent; move it to the Windows machine and delete it here", file=sys.stderr)


def bundle(agents: Agents, certificate: bytes, authority: bytes) -> bytes:
    """A ZIP file with what the Windows machine needs: settings, certificate with key, authority."""
    host = f"[{agents.host}]" if ":" in agents.host else agents.host
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("agent.toml", AGENT_TOML.format(host=host, port=agents.port))
        archive.writestr("agent.pem", certificate)
        archive.writestr("authority.pem", authority)
    return content.getvalue()


def _list(options: argparse.Namespace, agents: Agents) -> None:
    now = datetime.now(UTC)
    for each in Enrolment(Path(agents.directory)).agents():
        print(f"{each.name:<20} {_state(each, now)}")


def _state(agent: Enrolled, now: datetime) -> str:
    if agent.revoked:
        return "revoked"
    end = f"{agent.until:%Y-%m-%d}"
    if agent.until < now:
        return f"ended on {end}; enroll it anew"
    return f"until {end}{'; enroll it anew soon' if agent.until - now < RENEWAL else ''}"


def _revoke(options: argparse.Namespace, agents: Agents) -> None:
    Enrolment(Path(agents.directory)).revoke(options.name)
