"""The command ``csta-gateway``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, get_args

from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure

import csta
from crm_adapter.numberrules import Role
from crm_adapter.texts import Language
from csta.dialect import Login
from csta.model.provider import Provider
from csta.provider import CstaProvider
from csta.recorder.live import Recording
from csta_gateway import config as settings
from csta_gateway import config_file, demo
from csta_gateway import log as lines
from csta_gateway.daemon import Daemon, StartError
from csta_gateway.explain import explained

log = Logger()

DEFAULT_CONFIG = Path("/etc/csta-gateway/gateway.toml")
DEMO_FOLDER = Path("var/demo")
DEMO_PORT = 8080

OK, FAILED, USAGE = 0, 1, 2
"""Exit codes: done; could not start, or no number; wrong command line or settings."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; gives the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except config_file.ConfigError as error:
        print(error, file=sys.stderr)
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="csta-gateway", description="Shows on a call screen who is calling.")
    parser.add_argument("--version", action="version", version=f"csta-gateway {csta.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the gateway until it is told to stop")
    run.set_defaults(command=_run)
    kind = run.add_mutually_exclusive_group()
    kind.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=f"default: {DEFAULT_CONFIG}")
    kind.add_argument("--demo", action="store_true", help="with a simulated switch and a demo CRM instead")
    run.add_argument("--data", type=Path, default=DEMO_FOLDER, metavar="DIR", help="databases of --demo")
    run.add_argument("--port", type=int, default=DEMO_PORT, metavar="N", help="port of --demo; 0 takes a free one")
    run.add_argument("--protocol", choices=("xml", "asn1"), default="xml", help="wire to the switch of --demo")
    check = commands.add_parser("check-config", help="tell what is wrong with the settings, without running")
    check.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=f"default: {DEFAULT_CONFIG}")
    check.set_defaults(command=_check)
    _add_number(commands.add_parser("number", help="what the gateway makes of a telephone number"))
    return parser


def _add_number(parser: argparse.ArgumentParser) -> None:
    number = parser.add_subparsers(required=True, metavar="COMMAND")
    explain = number.add_parser("explain", help="print every step and the rule that fired")
    explain.set_defaults(command=_explain)
    explain.add_argument("number", help="as the switch, a CRM or a person writes it")
    explain.add_argument("--role", choices=get_args(Role), default="incoming", help="how it came about")
    explain.add_argument("--site", metavar="NAME", help="one of [sites]; default: [location]")
    explain.add_argument("--language", choices=get_args(Language), help="default: that of the environment, else en")
    explain.add_argument(
        "--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE", help=f"default: {DEFAULT_CONFIG}"
    )


def _explain(options: argparse.Namespace) -> int:
    config = config_file.read(options.config)
    if options.site is not None and options.site not in config.sites:
        print(f"{options.config}: there is no [sites.{options.site}]", file=sys.stderr)
        return USAGE
    location = config.location if options.site is None else config.sites[options.site]
    language = options.language or _language(os.environ)
    explanation = explained(options.number, location, options.role, site=options.site or "", language=language)
    print(*explanation.lines, sep="\n")
    return OK if explanation.understood else FAILED


def _language(environment: Mapping[str, str]) -> Language:
    """The language of the environment (POSIX, Base Definitions §8.2), as far as there are words in it."""
    locale = next(filter(None, map(environment.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "de" if locale.startswith("de") else "en"


def _check(options: argparse.Namespace) -> int:
    config = config_file.read(options.config)
    links = ", ".join(
        f"{link.name} ({link.dialect or link.protocol or 'xml'} on {link.endpoint})" for link in config.links
    )
    print(f"{options.config}: fine. Links: {links}.")
    return OK


def _run(options: argparse.Namespace) -> int:
    # Only now is it clear that a reactor is needed.
    from twisted.internet import reactor

    if options.demo:
        lines.begin(settings.Log(), sys.stderr)
        return Run(reactor).until_stopped(partial(_demo, reactor, options))
    config = config_file.read(options.config)
    lines.begin(config.log, sys.stderr)
    return Run(reactor).until_stopped(partial(_serve, reactor, config))


async def _serve(reactor: Any, config: settings.Config) -> None:  # noqa: ANN401 -- all of its interfaces
    port = await _started(reactor, config)
    log.info("listening on {address} port {port}", address=config.server.address, port=port)


async def _demo(reactor: Any, options: argparse.Namespace) -> None:  # noqa: ANN401 -- all of its interfaces
    prepared = await demo.prepare(reactor, options.data, options.port, options.protocol)
    reactor.addSystemEventTrigger("after", "shutdown", prepared.callers.stop)
    port = await _started(reactor, prepared.config)
    prepared.callers.start()
    print(demo.welcome(port, prepared.crm), flush=True)


async def _started(reactor: Any, config: settings.Config) -> int:  # noqa: ANN401 -- all of its interfaces
    daemon = Daemon(reactor, config, partial(_provider, reactor))
    reactor.addSystemEventTrigger("before", "shutdown", daemon.stop)
    return await daemon.start()


def _provider(reactor: Any, link: settings.Link, recording: Recording) -> Provider:  # noqa: ANN401 -- all of its interfaces
    return CstaProvider(
        reactor,
        link.endpoint,
        link.protocol,
        link.association,
        name=link.name,
        dialect=link.dialect,
        framing=link.framing,
        login=_login(link),
        record=recording,
    )


def _login(link: settings.Link) -> Login | None:
    """Name and password of a link; the password is in a file of its own, which others need not be able to read."""
    if link.user is None or link.password_file is None:
        return None
    try:
        lines = Path(link.password_file).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StartError(f"link {link.name}: `password_file` cannot be read: {error}") from error
    return Login(link.user, lines[0] if lines else "")


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
        self._code = FAILED
        if failure.check(StartError):
            log.error("{error}", error=failure.value)
        else:
            log.failure("the gateway could not start", failure)
        self._reactor.stop()
