"""``csta switch``: a simulated switch to try things against."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import CannotListenError

from csta.protocol import ASSOCIATIONS
from csta.simulator.callers import Caller, ExternalCallers
from csta.simulator.calls import Device, Extension, Line
from csta.simulator.server import SwitchServer
from csta.simulator.switch import Switch

PORTS = {"xml": 8800, "asn1": 8801}
"""Where each wire is served unless told otherwise."""

EXTENSIONS = ("2001:Anna Berger", "2002:Bernd Kraus", "2003:Carla Weiss", "2004:David Roth")

CALLERS = (Caller("+49891234567", "Maier"), Caller("+4930555012"), Caller(None), Caller("+441632960123", "Smith"))
"""Who rings with ``--callers``; the third withholds the number."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of ``csta switch``."""
    parser.add_argument("--protocol", choices=sorted(PORTS), help="serve this wire only (default: both)")
    parser.add_argument(
        "--port", type=int, metavar="N", help="TCP port of --protocol, 0 for a free one (default: xml 8800, asn1 8801)"
    )
    parser.add_argument("--interface", default="127.0.0.1", metavar="ADDRESS", help="default: 127.0.0.1")
    parser.add_argument("--association", choices=ASSOCIATIONS, default="none", help="for asn1 (default: none)")
    parser.add_argument(
        "--extension",
        action="append",
        metavar="NUMBER[:NAME]",
        help=f"a telephone; may be repeated (default: {', '.join(EXTENSIONS)})",
    )
    parser.add_argument("--lines", type=int, default=4, metavar="N", help="exchange lines (default: 4)")
    parser.add_argument("--callers", action="store_true", help="somebody outside rings the telephones now and then")


def run(args: argparse.Namespace, reactor: Any) -> Deferred[int]:  # noqa: ANN401 - whatever reactor Twisted has chosen
    """Serve until the reactor stops; the result is the exit code when that cannot even begin."""
    wires = [args.protocol] if args.protocol else list(PORTS)
    if args.port is not None and len(wires) > 1:
        return _wrong("--port needs --protocol")
    try:
        switch = Switch(devices(args.extension or EXTENSIONS, args.lines))
    except ValueError as error:
        return _wrong(str(error))
    if args.callers:
        ExternalCallers(switch, reactor, CALLERS, switch.devices).start()
    return Deferred.fromCoroutine(_serve(args, SwitchServer(reactor, switch), wires))


def devices(extensions: tuple[str, ...] | list[str], lines: int) -> list[Device]:
    """Extensions from ``NUMBER[:NAME]`` and as many lines; raises ValueError for an extension without number."""
    found: list[Device] = []
    for text in extensions:
        number, _, name = text.partition(":")
        if not number.isdigit():
            raise ValueError(f"--extension {text!r}: write it as NUMBER or NUMBER:NAME, for example 2001:Anna")
        found.append(Extension(number, name=name))
    return found + [Line(f"T{line}") for line in range(1, lines + 1)]


async def _serve(args: argparse.Namespace, server: SwitchServer, wires: list[str]) -> int:
    for wire in wires:
        port = PORTS[wire] if args.port is None else args.port
        association = args.association if wire == "asn1" else "none"
        try:
            port = await server.listen(f"tcp:{port}:interface={args.interface}", wire, association)
        except CannotListenError as error:
            print(f"csta switch: cannot listen on port {port}: {error.socketError}", file=sys.stderr)
            return 1
        print(f"csta switch: {wire} on tcp:{args.interface}:{port}", file=sys.stderr)
    print(f"csta switch: telephones {', '.join(server.switch.devices)}; Ctrl-C ends it", file=sys.stderr)
    stopped: Deferred[int] = Deferred()
    return await stopped


def _wrong(reason: str) -> Deferred[int]:
    print(f"csta switch: {reason}", file=sys.stderr)
    return succeed(2)
