"""Contacts, their numbers, and how far each source has been read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_adapter.migrations import may_be_there

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables; a database from before the history has them."""
    key = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    long = sa.String().with_variant(sa.Text(), "mysql", "mariadb")
    op.create_table(
        "contacts",
        sa.Column("id", key, primary_key=True),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("record_id", sa.String(250), nullable=False),
        sa.Column("name", sa.String(250), nullable=False),
        sa.Column("company", sa.String(250)),
        sa.Column("person_id", sa.String(250)),
        sa.Column("company_id", sa.String(250)),
        sa.Column("digest", sa.String(16), nullable=False),
        sa.UniqueConstraint("source", "kind", "record_id", name="contact_once"),
        if_not_exists=may_be_there(),
    )
    op.create_table(
        "numbers",
        sa.Column("id", key, primary_key=True),
        sa.Column("contact_id", key, sa.ForeignKey("contacts.id", ondelete="CASCADE"), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("raw", sa.String(250), nullable=False),
        sa.Column("e164", sa.String(16)),
        sa.Column("main", sa.Boolean, nullable=False),
        sa.Column("tail", sa.String(9)),
        if_not_exists=may_be_there(),
    )
    op.create_index("ix_numbers_contact_id", "numbers", ["contact_id"], if_not_exists=may_be_there())
    op.create_index("numbers_by_e164", "numbers", ["e164"], if_not_exists=may_be_there())
    op.create_index("numbers_by_tail", "numbers", ["tail"], if_not_exists=may_be_there())
    op.create_table(
        "feeds",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("site", long, nullable=False),
        sa.Column("token", long),
        if_not_exists=may_be_there(),
    )
