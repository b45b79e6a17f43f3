"""The program ``csta-tapi-agent``: the agent on a console, or as a service of Windows.

Both read the same settings and run the same agent; a service has no console, and so says in its log what is wrong.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
from collections.abc import Callable
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.logger import (
    FilteringLogObserver,
    ILogFilterPredicate,
    ILogObserver,
    Logger,
    LogLevel,
    LogLevelFilterPredicate,
    globalLogBeginner,
    textFileLogObserver,
)
from twisted.python.failure import Failure
from twisted.python.logfile import LogFile

from csta import __version__, toml_file
from csta.endpoints import client_endpoint
from csta.errors import CSTAError
from csta.toml_file import ConfigError
from tapi_adapter import advapi, windows_service
from tapi_adapter.agent import Agent, Settings
from tapi_adapter.errors import NoServices, ServiceControlError
from tapi_adapter.local import LocalTelephony
from tapi_adapter.windows_service import ACCOUNT, FAULT, Service

NAME = "csta-tapi-agent"
"""Of the program, and of its service."""

SERVICE_LOG = "agent.log"
"""The log of a service whose settings name none, or cannot be read."""

LONGEST_LOG = 5 * 2**20
KEPT_LOGS = 5

LOADER = "import site, sys; site.addsitedir(sys.argv.pop(1)); from tapi_adapter.program import main; main()"
"""The python.exe of a virtual environment only starts another process, and Windows wants to know that of a service. So
the real one is started, and told where the libraries are."""

_log = Logger()


class Exit(IntEnum):
    """Why the agent did not start; of a service, the service-specific error in the event log of Windows."""

    SETTINGS = 2
    CERTIFICATES = 3
    LOG = 4


class CannotStart(CSTAError):
    """The agent cannot start; says what is wrong and where.

    :ivar code: the same for programs.
    """

    def __init__(self, code: Exit, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def main() -> None:
    """What the command line says."""
    from twisted.internet import reactor

    options = _parser().parse_args()
    try:
        sys.exit(options.command(reactor, options))
    except (CannotStart, NoServices, ServiceControlError) as error:
        sys.exit(str(error))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=NAME, description="Serves the telephone lines of this Windows machine to csta-gateway."
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="serve until Ctrl+C")
    install = commands.add_parser("install", help="install it as a service, which starts with Windows")
    service = commands.add_parser("service")  # without help it is not listed: only Windows calls it
    for each, command in ((run, _run), (install, _install), (service, _service)):
        each.set_defaults(command=command)
        each.add_argument("--config", type=Path, required=True, metavar="FILE", help="agent.toml, from the enrolment")
    remove = commands.add_parser("remove", help="stop the service and remove it")
    remove.set_defaults(command=_remove)
    return parser


# --- commands; each gives its exit code ------------------------------------------------------------------------------


def _run(reactor: Any, options: argparse.Namespace) -> int:  # noqa: ANN401 -- all of its interfaces
    agent = _prepared(reactor, options.config, log=None)
    return serve(reactor, agent, lambda stop: None, signals=True)


def _service(reactor: Any, options: argparse.Namespace) -> int:  # noqa: ANN401 -- all of its interfaces
    return Service(advapi.load(), NAME).run(partial(serve_windows, reactor, options.config))


def _install(reactor: Any, options: argparse.Namespace) -> int:  # noqa: ANN401 -- all of its interfaces
    library = advapi.load()
    path: Path = options.config.absolute()
    settings = _settings(path)
    _agent(reactor, settings, path)
    python = Path(sys._base_executable)  # type: ignore[attr-defined] # where Python is, and not a virtual environment
    libraries = sysconfig.get_path("purelib")
    command = (str(python), "-I", "-S", "-c", LOADER, libraries, "service", "--config", str(path))
    windows_service.install(library, NAME, "Brings the telephone lines of this machine to csta-gateway.", command)
    print(
        f"Installed. It starts with Windows; to start it now: net start {NAME}\n"
        f"It runs as {ACCOUNT}, which has to read {path.parent}, {python.parent} and {libraries},\n"
        f"and to write {path.parent / (settings.log or SERVICE_LOG)}, where it says how it goes."
    )
    return 0


def _remove(reactor: object, options: argparse.Namespace) -> int:
    windows_service.remove(advapi.load(), NAME)
    print("Removed. If it was running, it closes its lines and ends.")
    return 0


# --- what runs -------------------------------------------------------------------------------------------------------


def serve_windows(reactor: Any, path: Path, service: Service) -> int:  # noqa: ANN401 -- all of its interfaces
    """Serve as a service of Windows until it is stopped; gives the exit code."""
    try:
        agent = _prepared(reactor, path, log=SERVICE_LOG)
    except CannotStart as error:
        _log.critical("{error}", error=error)
        return error.code
    return serve(reactor, agent, service.running, signals=False)


def serve(
    reactor: Any,  # noqa: ANN401 -- all of its interfaces
    agent: Agent,
    running: Callable[[Callable[[], object]], object],
    *,
    signals: bool,
) -> int:
    """Run the reactor until it is stopped; the agent takes its leave first. Gives the exit code.

    :param running: told when the agent begins, with what stops the reactor from any thread.
    :param signals: whether Ctrl+C stops it; only the main thread can hear that.
    """
    faults: list[Failure] = []

    def begin() -> None:
        agent.start().addErrback(end)
        running(lambda: reactor.callFromThread(reactor.stop))

    def end(fault: Failure) -> None:
        faults.append(fault)
        _log.failure("the agent failed", fault)
        reactor.stop()

    reactor.callWhenRunning(begin)
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(agent.stop()))
    reactor.run(installSignalHandlers=signals)
    return FAULT if faults else 0


def _prepared(reactor: Any, path: Path, log: str | None) -> Agent:  # noqa: ANN401 -- all of its interfaces
    """Begin the log, and make the agent.

    :param log: where the settings name none, or cannot be read.
    :raises CannotStart: something is wrong; the log has begun all the same, if that can be.
    """
    named: str | None = None
    try:
        settings = _settings(path)
        named = settings.log
    finally:
        _begin_log(path.parent, named or log)
    return _agent(reactor, settings, path)


def _settings(path: Path) -> Settings:
    try:
        return toml_file.read(path, Settings)
    except ConfigError as error:
        raise CannotStart(Exit.SETTINGS, str(error)) from None


def _agent(reactor: Any, settings: Settings, path: Path) -> Agent:  # noqa: ANN401 -- all of its interfaces
    try:
        endpoint = client_endpoint(reactor, settings.endpoint(path.parent))
    except ValueError as error:
        raise CannotStart(Exit.CERTIFICATES, f"{path}: {error}") from None
    return Agent(reactor, endpoint, LocalTelephony(reactor, library=settings.library, name=NAME), settings.gateway)


def _begin_log(folder: Path, name: str | None) -> None:
    output: Any = sys.stderr
    if name is not None:
        file = (folder / name).absolute()
        try:
            output = LogFile(file.name, str(file.parent), rotateLength=LONGEST_LOG, maxRotatedFiles=KEPT_LOGS)
        except OSError as error:
            raise CannotStart(Exit.LOG, f"{file}: the log cannot be written: {error.strerror}") from None
    levels = LogLevelFilterPredicate(defaultLogLevel=LogLevel.info)
    levels.setLogLevelForNamespace("twisted", LogLevel.warn)
    text = cast(ILogObserver, textFileLogObserver(output))
    filtered = FilteringLogObserver(text, [cast(ILogFilterPredicate, levels)])
    globalLogBeginner.beginLoggingTo([cast(ILogObserver, filtered)], redirectStandardIO=False)
