"""``csta chart``: a trace as a message sequence chart."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from importlib import import_module
from pathlib import Path

from csta.cli import traces
from csta.cli.exits import OK, WRONG, Trouble
from csta.recorder.chart.sequence import Draw, Selection, TooLong, sequence

FORMATS = {"html": "page", "svg": "picture", "txt": "text"}
"""Suffix of the output → the module that draws it."""


def add_arguments(parser: ArgumentParser) -> None:
    """Say what the command takes."""
    traces.add_trace_arguments(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help=".html, .svg or .txt (default: text on the terminal)")
    parser.add_argument(
        "--call", type=int, action="append", metavar="N", help="only this call of csta replay --summary"
    )
    parser.add_argument("--device", action="append", metavar="NUMBER", help="only this device; may be repeated")
    parser.add_argument("--from", type=float, default=0.0, dest="begin", metavar="SECONDS", help="from this time on")
    parser.add_argument("--to", type=float, default=float("inf"), dest="end", metavar="SECONDS", help="up to this time")


def run(args: Namespace) -> int:
    """Draw the chart; 1 when a part of the trace could not be read."""
    suffix = Path(args.output).suffix.removeprefix(".") if args.output else "txt"
    if suffix not in FORMATS:
        raise Trouble.usage(f"--output {args.output}: its name must end in .{', .'.join(FORMATS)}")
    told = traces.read(args)
    selection = Selection(frozenset(args.call or ()), frozenset(args.device or ()), args.begin, args.end)
    try:
        chart = sequence(told, selection, Path(args.trace[0]).stem)
    except TooLong as error:
        raise Trouble(str(error)) from None
    draw: Draw = import_module(f"csta.recorder.chart.{FORMATS[suffix]}").draw
    if args.output:
        _write(Path(args.output), draw(chart))
    else:
        sys.stdout.write(draw(chart))
    return WRONG if told.damaged else OK


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Trouble(f"--output {path}: {error.strerror}") from None
