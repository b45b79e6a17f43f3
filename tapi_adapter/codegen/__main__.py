"""``python -m tapi_adapter.codegen`` writes the generated modules; ``--check`` says whether they are up to date."""

from __future__ import annotations

import sys
from pathlib import Path

from csta.codegen.__main__ import formatted, run
from tapi_adapter.codegen import modules
from tapi_adapter.codegen.tables import Tables, load

ROOT = Path(__file__).parent.parent
COMMAND = "python -m tapi_adapter.codegen"


def render(tables: Tables) -> dict[Path, str]:
    """Every generated file and its text, formatted."""
    files = {
        ROOT / "constants.py": modules.constants(tables),
        ROOT / "layout.py": modules.layout(tables),
        ROOT / "functions.py": modules.functions(tables),
    }
    return {path: formatted(path, text) for path, text in files.items()}


if __name__ == "__main__":
    sys.exit(run(COMMAND, __doc__, render(load())))
