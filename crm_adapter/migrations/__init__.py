"""Brings a database of ours to the tables this version works with, step by step and without losing what is in it.

Each folder is the history of one set of tables: Alembic revisions in the order of their numbers. A test compares what
they come to with the tables the code uses. A database from before the histories began counts as one of the first step.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Any

from alembic import op
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from crm_adapter.errors import DirectoryError


class History(Enum):
    """Whose tables; the value is the folder, and names the table that says how far a database is."""

    JOURNAL = "journal"
    EMBEDDED = "embedded"
    INDEX = "index"

    @property
    def version_table(self) -> str:
        """Two histories may share a database."""
        return f"{self.value}_version"


def upgrade(connection: Connection, history: History) -> str:
    """Bring the tables to the newest step; gives its name.

    :raises DirectoryError: the database was written by a newer version of the program.
    """
    config, script = _script(history)
    known = current(connection, history)
    if known is not None and known not in {each.revision for each in script.walk_revisions()}:
        raise DirectoryError(
            f"database {connection.engine.url.render_as_string(hide_password=True)} was written by a newer version"
            f" (step {known} of {history.value}); install that one, or take the backup from before"
        )

    def steps(revision: Any, context: object) -> Any:  # noqa: ANN401 -- Alembic's own types, not public
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(config, script, fn=steps) as environment:
        # SQLite cannot alter most of a table: Alembic copies it then.
        environment.configure(connection=connection, version_table=history.version_table, render_as_batch=True)
        environment.run_migrations()
    return newest(history)


def may_be_there() -> bool:
    """Whether the first step may meet its tables, in a database from before the histories.

    Microsoft's server has neither such databases nor words for it.
    """
    return op.get_context().dialect.name != "mssql"


def current(connection: Connection, history: History) -> str | None:
    """The step a database is at; None for an empty one or one from before the history."""
    context = MigrationContext.configure(connection, opts={"version_table": history.version_table})
    return context.get_current_revision()


def newest(history: History) -> str:
    """The step this version works with."""
    _, script = _script(history)
    return script.get_current_head() or ""


def _script(history: History) -> tuple[Config, ScriptDirectory]:
    folder = str(Path(__file__).with_name(history.value))
    config = Config()
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("version_locations", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os" if os.pathsep not in folder else "newline")
    return config, ScriptDirectory.from_config(config)
