"""Keeps a server as long as a test run lasts: prepares it, runs it, stops it and removes its folder.

It is a process of its own because those of pytest-xdist end one by one, and the server outlives all but the last.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

LOG = "log"
"""File in the folder with what the commands said."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to keep.

    :param owner: process with which everything ends.
    :param folder: of the server.
    :param commands: run one after the other; the last one is the server.
    :param user: who runs them, or None for whoever runs the tests.
    :param environment: added to that of the tests.
    """

    owner: int
    folder: str
    commands: tuple[tuple[str, ...], ...]
    user: int | None = None
    environment: dict[str, str] = msgspec.field(default_factory=dict)


def main(job: Job) -> int:
    """Run the commands; gives the exit code of the first that fails, or 0."""
    try:
        *preparations, server = job.commands
        for command in preparations:
            code = _start(job, command).wait()
            if code:
                return code
        running = _start(job, server)
        while running.poll() is None and _alive(job.owner):
            time.sleep(0.2)
        code = running.poll() or 0
        _stop(running)
        return code
    finally:
        if not _alive(job.owner):
            shutil.rmtree(job.folder, ignore_errors=True)


def _start(job: Job, command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    demoted = job.user is not None
    with (Path(job.folder) / LOG).open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=job.folder,
            env={**os.environ, "HOME": job.folder, **job.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=job.user,
            group=job.user,
            extra_groups=() if demoted else None,
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(msgspec.json.decode(sys.argv[1], type=Job)))
