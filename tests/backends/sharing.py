"""What the processes of one test run share: each server is started by the first test that needs it."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tests.backends.keeper import LOG, Job

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which a server that does not listen is broken."""
NOBODY = 65534
"""Who runs servers that refuse to run as root."""


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A server that listens on the loopback address.

    :param missing: why there is none, or empty.
    """

    port: int = 0
    folder: str = ""
    missing: str = ""


class Sharing:
    """Starts every server once for all processes of a test run.

    :param folder: the same for all of them.
    :param owner: process with which the run ends.
    """

    def __init__(self, folder: Path, owner: int) -> None:
        self._folder = folder
        self._owner = owner

    @contextmanager
    def shared(self, name: str) -> Iterator[Path]:
        """A file only one process uses at a time."""
        with (self._folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._folder / name

    def server(
        self,
        name: str,
        programs: Sequence[str],
        commands: Sequence[Sequence[str]],
        *,
        files: Mapping[str, str] | None = None,
        unprivileged: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Running:
        """The server; skips the test when it is not installed.

        :param programs: files or commands without which there is no such server.
        :param commands: run one after the other, the last one is the server; ``{port}`` and ``{folder}`` are filled in.
        :param files: written into the folder before, filled in likewise.
        :param unprivileged: it refuses to run as root.
        """
        with self.shared(name) as state:
            if state.exists():
                running = msgspec.json.decode(state.read_bytes(), type=Running)
            else:
                absent = [program for program in programs if shutil.which(program) is None]
                if absent:
                    running = Running(missing=f"{absent[0]} is not installed; `make test` installs it where it may")
                else:
                    running = self._start(name, commands, files or {}, unprivileged, environment or {})
                state.write_bytes(msgspec.json.encode(running))
        if running.missing:
            pytest.skip(running.missing)
        return running

    def _start(
        self,
        server: str,
        commands: Sequence[Sequence[str]],
        files: Mapping[str, str],
        unprivileged: bool,
        environment: Mapping[str, str],
    ) -> Running:
        folder, port = Path(tempfile.mkdtemp(prefix=f"csta-{server}-")), _free_port()

        def filled(text: str) -> str:
            return text.replace("{port}", str(port)).replace("{folder}", str(folder))

        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(filled(text))
        user = NOBODY if unprivileged and os.geteuid() == 0 else None
        if user is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user, user)
        job = Job(
            owner=self._owner,
            folder=str(folder),
            commands=tuple(tuple(map(filled, command)) for command in commands),
            user=user,
            environment={key: filled(value) for key, value in environment.items()},
        )
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.backends.keeper", msgspec.json.encode(job).decode()],
            cwd=ROOT,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        _wait(keeper, port, folder / LOG)
        return Running(port=port, folder=str(folder))


def sharing(config: pytest.Config, folders: pytest.TempPathFactory) -> Sharing:
    """What this process shares with the others of its run."""
    if hasattr(config, "workerinput"):  # one of pytest-xdist, started by the one that collects the results
        return Sharing(folders.getbasetemp().parent, os.getppid())
    return Sharing(folders.getbasetemp(), os.getpid())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(keeper: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until somebody listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and keeper.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1.0).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    told = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    raise RuntimeError(f"the server does not listen on port {port}:\n{told}")
