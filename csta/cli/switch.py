"""``csta switch``: a simulated switch to try things against."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError

from csta.cli.exits import Trouble
from csta.cli.online import Reactor, add_login_arguments, add_record_arguments, login, recording, tell
from csta.dialect import ASSOCIATIONS, dialect, names
from csta.framing import AUTO, FRAMINGS
from csta.simulator import scenario
from csta.simulator.callers import Caller, ExternalCallers
from csta.simulator.load import Load
from csta.simulator.scenario import Scenario, Station, Traffic
from csta.simulator.script import Script
from csta.simulator.server import SwitchServer
from csta.toml_file import ConfigError

PORTS = {"xml": 8800, "asn1": 8801}
"""Where each wire is served unless told otherwise."""

HIGHEST_PORT = 65535

EXTENSIONS = ("2001:Anna Berger", "2002:Bernd Kraus", "2003:Carla Weiss", "2004:David Roth")

LINES = 4

CALLERS = (Caller("+49891234567", "Maier"), Caller("+4930555012"), Caller(None), Caller("+441632960123", "Smith"))
"""Who rings with ``--callers``; the third withholds the number."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``csta switch``."""
    parser.add_argument("--protocol", choices=sorted(PORTS), help="serve this wire only (default: both)")
    parser.add_argument(
        "--port",
        type=_port,
        action="append",
        metavar="[WIRE:]N",
        help="TCP port, 0 for a free one; with both wires say whose and repeat it (default: xml:8800, asn1:8801)",
    )
    parser.add_argument("--interface", default="127.0.0.1", metavar="ADDRESS", help="default: 127.0.0.1")
    parser.add_argument(
        "--listen",
        metavar="ENDPOINT",
        help="instead of --port and --interface, on one wire: tls:8802:certificate=FILE[:trustRoots=FILE], unix:PATH",
    )
    parser.add_argument("--dialect", choices=names(), help="behave on the link like these switches, on one wire")
    parser.add_argument("--association", choices=ASSOCIATIONS, help="default: the dialect's, else none")
    parser.add_argument("--framing", choices=(*FRAMINGS, AUTO), help="where it is not the dialect's usual one")
    add_login_arguments(parser, "name every client must log in with")
    parser.add_argument(
        "--extension",
        action="append",
        metavar="NUMBER[:NAME]",
        help=f"a telephone; may be repeated (default: {', '.join(EXTENSIONS)})",
    )
    parser.add_argument("--lines", type=int, metavar="N", help=f"exchange lines (default: {LINES})")
    parser.add_argument(
        "--scenario",
        type=Path,
        metavar="FILE",
        help="devices, calls, faults and load from this TOML file",
    )
    parser.add_argument("--load", type=float, metavar="CALLS", help="busy-hour traffic: so many calls an hour")
    add_record_arguments(parser)
    parser.add_argument("--callers", action="store_true", help="somebody outside rings the telephones now and then")


async def run(args: argparse.Namespace, reactor: Reactor) -> int:
    """Serve until the reactor stops.

    :raises Trouble: the options do not go together, or a port is taken.
    """
    ports = _ports(args)
    play = _scenario(args)
    switch, start = play.switch(), reactor.seconds()

    def note(now: float, what: str) -> None:
        tell(f"{now - start:.1f} s: {what}")

    server = SwitchServer(reactor, switch, play.faults, Script(play, switch, start, note), note, recording(args))
    if args.callers:
        ExternalCallers(switch, reactor, CALLERS, switch.devices).start()
    if play.load is not None:
        Load(switch, reactor, play.load).start()
    for wire, port in ports.items():
        await _listen(server, wire, port, args)
    if play.name:
        tell(f"scenario: {play.name}")
    tell(f"telephones {', '.join(switch.devices)}; Ctrl-C ends it")
    stopped: Deferred[int] = Deferred()
    return await stopped


def _port(text: str) -> tuple[str, int]:
    """``N``, or ``WIRE:N``; the wire is empty where it is not said."""
    wire, _, number = text.rpartition(":")
    if not number.isdecimal() or int(number) > HIGHEST_PORT or (wire and wire not in PORTS):
        raise argparse.ArgumentTypeError(f"{text}: write N or WIRE:N, as in 8800 or asn1:8801")
    return wire, int(number)


def _ports(args: argparse.Namespace) -> dict[str, int]:
    """The wires that are served, and their ports."""
    one = args.protocol or (dialect(args.dialect).protocol if args.dialect else None)
    if args.listen and one is None:
        raise Trouble.usage("--listen is for one wire: say which with --protocol or --dialect")
    ports = {one: PORTS[one]} if one else dict(PORTS)
    for named, port in args.port or ():
        wire = named or one
        if wire is None:
            raise Trouble.usage(f"--port {port} is for one wire: write xml:{port} or asn1:{port}, or say --protocol")
        if wire not in ports:
            raise Trouble.usage(f"--port {wire}:{port}: {one} alone is served")
        ports[wire] = port
    return ports


def _scenario(args: argparse.Namespace) -> Scenario:
    """What the options say, or the file they name."""
    if args.scenario is None:
        play = Scenario(lines=LINES if args.lines is None else args.lines, extensions=stations(args.extension))
    elif args.extension or args.lines is not None:
        raise Trouble.usage("--scenario says which telephones and lines there are: leave --extension and --lines out")
    else:
        try:
            play = scenario.read(args.scenario)
        except ConfigError as error:
            raise Trouble(str(error)) from None
    if args.load:
        play = replace(play, load=replace(play.load or Traffic(), calls_per_hour=args.load))
    return play


async def _listen(server: SwitchServer, wire: str, port: int, args: argparse.Namespace) -> None:
    where = args.listen or f"tcp:{port}:interface={args.interface}"
    asked = wire == "asn1" or args.protocol or args.dialect  # of both wires, --association is for ASN.1
    try:
        taken = await server.listen(
            where,
            wire,
            args.association if asked else None,
            dialect=args.dialect,
            framing=args.framing,
            login=login(args),
        )
    except ValueError as error:
        raise Trouble.usage(str(error)) from None
    except CannotListenError as error:
        raise Trouble(f"cannot listen on {where}: {error.socketError}") from None
    tell(f"{wire} on {args.listen or f'tcp:{args.interface}:{taken}'}")


def stations(extensions: Sequence[str] | None) -> tuple[Station, ...]:
    """Telephones from ``NUMBER[:NAME]``.

    :raises Trouble: a telephone has no number, or two have the same.
    """
    named = [text.partition(":") for text in extensions or EXTENSIONS]
    for number, colon, name in named:
        if not number.isdigit():
            raise Trouble.usage(f"--extension {number}{colon}{name}: write NUMBER or NUMBER:NAME, as in 2001:Anna")
    if len({number for number, _, _ in named}) < len(named):
        raise Trouble.usage("--extension: two telephones have the same number")
    return tuple(Station(number=number, name=name) for number, _, name in named)
