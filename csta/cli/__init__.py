"""The command line: look at messages, watch devices, make calls, run a switch to try things on.

Data goes to standard output, words to standard error. Exit codes: 0 done, 1 something was wrong with the data, the
link or the switch, 2 wrong usage.
"""

from __future__ import annotations

import sys
from argparse import REMAINDER, ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple, NoReturn

from csta import __version__
from csta.cli.exits import OK, Trouble


class Command(NamedTuple):
    """A module of this package with ``add_arguments(parser)`` and ``run``; it is imported when asked for.

    :param online: ``run(args, reactor)`` gives an awaitable of the exit code; else ``run(args)`` gives the code itself.
    """

    purpose: str
    online: bool = False


COMMANDS = {
    "decode": Command("turn messages of a link into JSON"),
    "dump": Command("print BER as a tree, damaged or not"),
    "encode": Command("turn JSON into messages of a link"),
    "translate": Command("turn messages of one wire into those of the other"),
    "monitor": Command("print the events of devices", online=True),
    "call": Command("make a call and follow it", online=True),
    "switch": Command("run a simulated switch", online=True),
    "record": Command("make a trace of a capture, a log or a hex dump, or of another trace"),
    "replay": Command("tell what happened to the calls of a trace"),
    "chart": Command("draw a trace as a message sequence chart"),
}


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Trouble.usage(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except Trouble as trouble:
        print(f"csta: {trouble}", file=sys.stderr)
        return trouble.code
    except KeyboardInterrupt:
        return OK
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        return OK


def parser() -> ArgumentParser:
    """One parser with all commands, for what describes them; running one imports no more than its own module."""
    top = ArgumentParser(prog="csta")
    top.add_argument("--version", action="version", version=f"csta {__version__}")
    commands = top.add_subparsers(required=True, metavar="command")
    for name, command in COMMANDS.items():
        described = commands.add_parser(name, help=command.purpose, description=command.purpose)
        import_module(f"csta.cli.{name}").add_arguments(described)
    return top


def _run(arguments: Sequence[str]) -> int:
    top = _Parser(prog="csta", formatter_class=RawDescriptionHelpFormatter, epilog=_epilog())
    top.add_argument("--version", action="version", version=f"csta {__version__}")
    top.add_argument("command", choices=COMMANDS, metavar="command")
    top.add_argument("arguments", nargs=REMAINDER, help="see: csta command --help")
    chosen = top.parse_args(arguments)
    command = COMMANDS[chosen.command]
    module = import_module(f"csta.cli.{chosen.command}")
    described = _Parser(prog=f"csta {chosen.command}", description=command.purpose)
    module.add_arguments(described)
    args = described.parse_args(chosen.arguments)
    if command.online:
        from csta.cli.online import run_on_reactor

        return run_on_reactor(module.run, args)
    code: int = module.run(args)
    return code


def _epilog() -> str:
    return "commands:\n" + "\n".join(f"  {name:10}{command.purpose}" for name, command in COMMANDS.items())
