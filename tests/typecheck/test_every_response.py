"""The answer of every operation has its type, for mypy and for pyright."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from csta.messages._index import CHAPTERS, OPERATIONS

ROOT = Path(__file__).parents[2]
HEAD = """
from typing import assert_type
from twisted.internet.defer import Deferred
from csta.client import Client
"""
MYPY = ("mypy", "--strict", "--follow-imports=silent")
PYRIGHT = ("pyright", "--level=error", f"--pythonpath={sys.executable}")


def answer_of(request: str) -> str:
    """Class of the positive answer; ``None`` for a service that ECMA-269 defines without one."""
    answer = f"{request}Response"
    return answer if answer in CHAPTERS else "None"


def program(answers: dict[str, str]) -> str:
    """A function for every operation that says which answer its request gets."""
    lines = [HEAD]
    for chapter, request in OPERATIONS.values():
        answer = answers[request]
        imported = request if answer == "None" else f"{request}, {answer}"
        lines += [
            f"from csta.messages.{chapter} import {imported}",
            f"def check_{request}(client: Client, request: {request}) -> None:",
            f"    assert_type(client.request(request), Deferred[{answer}])",
        ]
    return "\n".join(lines)


def complaints(checker: tuple[str, ...], text: str, folder: Path) -> list[str]:
    """Lines of the checker's report that are about the program."""
    if importlib.util.find_spec(checker[0]) is None:
        pytest.skip(f"{checker[0]} is not installed (pip install '.[dev]')")
    file = folder / "every_response.py"
    file.write_text(text)
    done = subprocess.run([sys.executable, "-m", *checker, str(file)], cwd=ROOT, capture_output=True, text=True)
    found = [line for line in done.stdout.splitlines() if file.name in line and "error" in line]
    assert bool(found) == bool(done.returncode), done.stdout + done.stderr
    return found


ANSWERS = {request: answer_of(request) for _, request in OPERATIONS.values()}


def test_every_operation_is_in() -> None:
    assert len(ANSWERS) + 1 == 174  # the event report is the other one: its invokes are events


@pytest.mark.parametrize("checker", [MYPY, PYRIGHT], ids=["mypy", "pyright"])
def test_every_request_has_the_type_of_its_answer(checker: tuple[str, ...], tmp_path: Path) -> None:
    assert complaints(checker, program(ANSWERS), tmp_path) == []


@pytest.mark.parametrize("checker", [MYPY, PYRIGHT], ids=["mypy", "pyright"])
def test_a_wrong_answer_is_noticed(checker: tuple[str, ...], tmp_path: Path) -> None:
    wrong = program({**ANSWERS, "MakeCall": "AnswerCallResponse"})
    assert len(complaints(checker, wrong, tmp_path)) == 1
