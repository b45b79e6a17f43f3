"""Past calls, and what users write about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_adapter.migrations import may_be_there

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables; a database from before the history has them."""
    key = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "journal",
        sa.Column("id", key, primary_key=True),
        sa.Column("login", sa.String(80), nullable=False),
        sa.Column("device", sa.String(128), nullable=False),
        sa.Column("call_id", sa.String(128), nullable=False),
        sa.Column("began", sa.BigInteger, nullable=False),
        sa.Column("direction", sa.String(10), nullable=False),
        sa.Column("raw", sa.String(250), nullable=False),
        sa.Column("e164", sa.String(16)),
        sa.Column("extension", sa.String(20)),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("presentation", sa.String(20), nullable=False),
        sa.Column("display", sa.String(250), nullable=False),
        sa.Column("verified", sa.Boolean, nullable=False),
        sa.Column("name", sa.String(200)),
        sa.Column("company", sa.String(200)),
        sa.Column("internal", sa.Boolean, nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("answered_by", sa.String(200)),
        sa.Column("duration", sa.Integer, nullable=False),
        sa.UniqueConstraint("login", "device", "call_id", "began", name="journal_once_per_call"),
        if_not_exists=may_be_there(),
    )
    op.create_index("journal_by_login", "journal", ["login", "began"], if_not_exists=may_be_there())
    op.create_table(
        "journal_notes",
        sa.Column("entry", key, sa.ForeignKey("journal.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("disposition", sa.String(80), nullable=False),
        if_not_exists=may_be_there(),
    )
