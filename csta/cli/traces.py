"""What the commands on traces have in common."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator

from csta.cli.exits import Trouble
from csta.recorder import files
from csta.recorder.dialogue import Happened, follow
from csta.recorder.trace import Damage, TraceError


def add_trace_arguments(parser: ArgumentParser) -> None:
    """The option that names a trace."""
    parser.add_argument("trace", nargs="+", metavar="TRACE", help="trace file; more than one: parts in their order")


class Told:
    """Things of a trace, and whether a part of it was damaged.

    :ivar damaged: some of what was read could not be used; it has been said on standard error.
    """

    def __init__(self, happened: Iterable[Happened]) -> None:
        self.damaged = False
        self._happened = happened

    def __iter__(self) -> Iterator[Happened]:
        """Everything in its order.

        :raises Trouble: a file cannot be read, or is of another trace.
        """
        try:
            for each in self._happened:
                if isinstance(each, Damage):
                    self.damaged = True
                    print(f"csta: {each}", file=sys.stderr)
                yield each
        except TraceError as error:
            raise Trouble(str(error)) from None
        except OSError as error:
            raise Trouble(f"{error.filename}: {error.strerror}") from None


def read(args: Namespace) -> Told:
    """What is in the trace the arguments name."""
    return Told(follow(files.read(*args.trace)))
