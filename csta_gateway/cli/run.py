"""``csta-gateway run``: the gateway from start to stop."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

from csta.cli.exits import OK, WRONG
from csta_gateway import demo
from csta_gateway import log as lines
from csta_gateway.cli.settings import add_config, settings
from csta_gateway.config import Config, Log
from csta_gateway.daemon import Daemon, StartError
from csta_gateway.hangup import Hangup
from csta_gateway.log import Lines
from csta_gateway.providers import daemon
from csta_gateway.systemd import Systemd

if TYPE_CHECKING:
    from csta_gateway.cli.settings import Subparsers

log = Logger()

DEMO_FOLDER = Path("var/demo")
DEMO_PORT = 8080


def add_parser(commands: Subparsers) -> None:
    """Say what the command takes."""
    parser = commands.add_parser("run", help="run the gateway until it is told to stop")
    parser.set_defaults(command=_run)
    kind = parser.add_mutually_exclusive_group()
    add_config(kind)
    kind.add_argument("--demo", action="store_true", help="with a simulated switch and a demo CRM instead")
    parser.add_argument("--data", type=Path, default=DEMO_FOLDER, metavar="DIR", help="databases of --demo")
    parser.add_argument("--port", type=int, default=DEMO_PORT, metavar="N", help="port of --demo; 0 takes a free one")
    parser.add_argument("--protocol", choices=("xml", "asn1"), default="xml", help="wire to the switch of --demo")


def _run(options: argparse.Namespace) -> int:
    # Only now is it clear that a reactor is needed.
    from twisted.internet import reactor

    if options.demo:
        lines.begin(Log(), sys.stderr)
        return Run(reactor).until_stopped(partial(_demo, reactor, options))
    config = settings(options)
    output = lines.begin(config.log, sys.stderr)
    return Run(reactor).until_stopped(partial(_serve, reactor, config, partial(settings, options), output))


async def _serve(
    reactor: Any,  # noqa: ANN401 -- all of its interfaces
    config: Config,
    read: Callable[[], Config],
    output: Lines,
) -> None:
    systemd = Systemd(os.environ, reactor)
    reactor.addSystemEventTrigger("before", "shutdown", systemd.stopping)
    reactor.addSystemEventTrigger("after", "shutdown", systemd.stopped)
    running = _daemon(reactor, config)
    Hangup(reactor, running, read, output, systemd).listen()
    port = await running.start()
    systemd.ready(f"listening on {config.server.address} port {port}")


async def _demo(reactor: Any, options: argparse.Namespace) -> None:  # noqa: ANN401 -- all of its interfaces
    prepared = await demo.prepare(reactor, options.data, options.port, options.protocol)
    reactor.addSystemEventTrigger("after", "shutdown", prepared.callers.stop)
    port = await _daemon(reactor, prepared.config).start()
    prepared.callers.start()
    print(demo.welcome(port, prepared.crm), flush=True)


def _daemon(reactor: Any, config: Config) -> Daemon:  # noqa: ANN401 -- all of its interfaces
    made = daemon(reactor, config)
    reactor.addSystemEventTrigger("before", "shutdown", made.stop)
    return made


class Run:
    """The reactor from start to stop, and the exit code in the end."""

    def __init__(self, reactor: Any) -> None:  # noqa: ANN401 -- all of its interfaces
        self._reactor = reactor
        self._code = OK

    def until_stopped(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> int:
        """Begin and run until a signal stops it, or until beginning fails."""
        self._reactor.callWhenRunning(lambda: Deferred.fromCoroutine(begin()).addErrback(self._failed))
        self._reactor.run()
        return self._code

    def _failed(self, failure: Failure) -> None:
        self._code = WRONG
        if failure.check(StartError):
            log.error("{error}", error=failure.value)
        else:
            log.failure("the gateway could not start", failure)
        self._reactor.stop()
