"""``csta-gateway completion``: what a shell needs to complete our commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

import shtab

import csta.cli
import csta_gateway.cli
from csta.cli.exits import OK

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

PROGRAMS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "csta-gateway": lambda: csta_gateway.cli.parser(),
    "csta": lambda: csta.cli.parser(),
}


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("completion", help="print what a shell needs to complete our commands")
    parser.add_argument("shell", choices=("bash", "zsh"))
    parser.add_argument("--program", choices=tuple(PROGRAMS), default="csta-gateway", help="default: %(default)s")
    parser.set_defaults(command=_complete)


def _complete(options: argparse.Namespace) -> int:
    print(shtab.complete(PROGRAMS[options.program](), options.shell))
    return OK
