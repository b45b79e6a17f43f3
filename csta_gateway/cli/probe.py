"""``csta-gateway probe`` and ``devices``: what a switch can do, and which devices it has."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from csta.cli.exits import OK, WRONG, Trouble
from csta.cli.online import run_on_reactor
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Config, Link
from csta_gateway.config_tapi import Tapi
from csta_gateway.lineprobe import LineProbe
from csta_gateway.probe import Finding, Probe, TrialCall

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("probe", help="ask the switches what works, and say what to do about the rest")
    add_config(parser)
    parser.add_argument("--link", metavar="NAME", help="only this one of [[links]] or [[tapi]]")
    parser.add_argument("--device", action="append", default=[], metavar="ID", help="watch this one; may be repeated")
    parser.add_argument(
        "--call", nargs=2, metavar=("FROM", "TO"), help="make a call, which rings, and end it; TO as the switch dials"
    )
    parser.set_defaults(command=lambda options: run_on_reactor(_probe, options))


async def _probe(options: argparse.Namespace, reactor: Any) -> int:  # noqa: ANN401 -- all of its interfaces
    fine = True
    config = settings(options)
    for link in links(config, options.link):
        print(f"{link.name}:", flush=True)
        call = None if options.call is None else TrialCall(*options.call)
        if isinstance(link, Link):
            fine &= await Probe(reactor, link, _print, options.device, call).run()
        else:
            fine &= await LineProbe(reactor, config, link, _print, options.device, call).run()
    return OK if fine else WRONG


def links(config: Config, name: str | None) -> tuple[Link | Tapi, ...]:
    """The link of that name, or all of them, Windows Telephony too. Raises :class:`Trouble` when there is none."""
    configured: tuple[Link | Tapi, ...] = (*config.links, *config.tapi)
    chosen = tuple(link for link in configured if name in (None, link.name))
    if not chosen:
        names = ", ".join(link.name for link in configured)
        raise Trouble.usage(f"there is no link {name!r}; the settings have: {names}")
    return chosen


def _print(finding: Finding) -> None:
    print(f"  {finding.outcome.value} {finding.step}: {finding.words}", flush=True)
    if finding.advice:
        print(f"     {finding.advice}", flush=True)
