"""``python -m csta.codegen`` writes the generated modules; ``--check`` only says whether they are up to date."""

from __future__ import annotations

import argparse
import difflib
import subprocess
import sys
from pathlib import Path

from csta.codegen import ber, elements, messages, xmlwire
from csta.codegen.schema import Schema, load

ROOT = Path(__file__).parent.parent
COMMAND = "python -m csta.codegen"
MAX_DIFF_LINES = 40


def render(schema: Schema) -> dict[Path, str]:
    """Every generated file and its text, formatted."""
    files = {
        ROOT / "messages" / "_index.py": messages.index(schema),
        ROOT / "asn1" / "generated" / "elements.py": elements.module(schema),
    }
    for chapter in schema.chapters:
        if chapter != "event_report":  # only says which event stands under which tag
            files[ROOT / "messages" / f"{chapter}.py"] = messages.module(schema, chapter)
            files[ROOT / "asn1" / "generated" / f"{chapter}.py"] = ber.module(schema, chapter)
            files[ROOT / "xml" / "generated" / f"{chapter}.py"] = xmlwire.module(schema, chapter)
    return {path: formatted(path, text) for path, text in files.items()}


def formatted(path: Path, text: str) -> str:
    """The text as ``ruff`` leaves it: imports sorted, lines folded."""
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(path), "-"]
    for command in (["check", "--fix-only", "--quiet", "--select", "I,F401"], ["format", "--quiet"]):
        done = subprocess.run([*ruff, *command, *name], input=text, capture_output=True, text=True, check=True)  # noqa: S603 - our own tool and text
        text = done.stdout
    return text


def check(files: dict[Path, str], command: str = COMMAND) -> int:
    """Compare with what is on disk; print the first differences. Gives the process exit code."""
    for path, text in files.items():
        present = path.read_text() if path.exists() else ""
        if present != text:
            name = str(path.relative_to(ROOT.parent))
            diff = difflib.unified_diff(
                present.splitlines(), text.splitlines(), name, f"{name} (generated)", lineterm=""
            )
            print(*list(diff)[:MAX_DIFF_LINES], sep="\n")
            print(f"{name} does not match its source. Run: {command}", file=sys.stderr)
            return 1
    return 0


def run(command: str, description: str | None, files: dict[Path, str]) -> int:
    """The command line of a generator: write the files, or say whether they are up to date."""
    parser = argparse.ArgumentParser(prog=command, description=description)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a file is out of date")
    if parser.parse_args().check:
        return check(files, command)
    for path, text in files.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(run(COMMAND, __doc__, render(load())))
