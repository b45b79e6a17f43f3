"""What is done about a missed call, what the CRM is to have of a call, and notes on calls that are not over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    key = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "journal_marks",
        sa.Column("entry", key, sa.ForeignKey("journal.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("done", sa.Boolean, nullable=False),
    )
    op.create_table(
        "journal_activities",
        sa.Column("entry", key, sa.ForeignKey("journal.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("activity", sa.Text, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("ix_journal_activities_key", "journal_activities", ["key"])
    op.create_table(
        "journal_drafts",
        sa.Column("login", sa.String(80), primary_key=True),
        sa.Column("device", sa.String(128), primary_key=True),
        sa.Column("call_id", sa.String(128), primary_key=True),
        sa.Column("written", sa.BigInteger, nullable=False),
        sa.Column("raw", sa.String(250), nullable=False),
        sa.Column("e164", sa.String(16)),
        sa.Column("extension", sa.String(20)),
        sa.Column("note", sa.String(4000), nullable=False),
        sa.Column("disposition", sa.String(80), nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
    )
