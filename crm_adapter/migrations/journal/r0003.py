"""Calls of a user with a number: whether a missed call is done is asked for each one that is shown."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the indices."""
    op.create_index("journal_by_number", "journal", ["login", "e164"])
    op.create_index("journal_by_extension", "journal", ["login", "extension"])
