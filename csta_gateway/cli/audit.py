"""``csta-gateway audit``: whether the audit log is as it was written; and what commands write into it."""

from __future__ import annotations

import argparse
import getpass
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from csta.cli.exits import OK, WRONG, Trouble
from csta_gateway import audit
from csta_gateway.audit import AuditLog, EventName
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Config

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the commands take."""
    parser = commands.add_parser("audit", help="the record of log-ins, refused calls and what administrators do")
    below = parser.add_subparsers(required=True, metavar="COMMAND")
    verify = below.add_parser("verify", help="check that no line was changed or taken out")
    verify.set_defaults(command=_verify)
    add_config(verify)


def _verify(options: argparse.Namespace) -> int:
    folder = Path(settings(options).audit.folder)
    try:
        verdict = audit.verify(folder)
    except OSError as problem:
        raise Trouble(f"[audit] folder: {problem}") from problem
    if not verdict.lines:
        raise Trouble(f"[audit] folder: there is no audit log in {folder.resolve()}")
    for line in verdict.problems:
        print(line)
    print(f"{verdict.lines} lines, {len(verdict.problems)} problems, last {verdict.last}")
    return WRONG if verdict.problems else OK


def write(config: Config, event: EventName, **details: str | int | None) -> None:
    """Record that whoever has called a command did something."""
    AuditLog(config.audit, time.time).write(event, caller(), **details, by="command")


def caller() -> str:
    """Who has called the command, also behind sudo; a container's user may have no name."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
