"""Companies, people, their numbers, users and their devices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from crm_adapter.migrations import may_be_there

revision = "0001"
down_revision = None

# In the words of Microsoft's server, too, which compares no truths. Where the step was taken before, the same stands in
# other words.
_OF_ONE = "(person_id IS NULL AND company_id IS NOT NULL) OR (person_id IS NOT NULL AND company_id IS NULL)"


def upgrade() -> None:
    """Create the tables; a database from before the history has them."""
    _contacts()
    _users()


def _contacts() -> None:
    op.create_table(
        "companies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        if_not_exists=may_be_there(),
    )
    op.create_index("ix_companies_name", "companies", ["name"], if_not_exists=may_be_there())
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("company_id", sa.Integer, sa.ForeignKey("companies.id")),
        if_not_exists=may_be_there(),
    )
    op.create_index("ix_people_name", "people", ["name"], if_not_exists=may_be_there())
    op.create_index("ix_people_company_id", "people", ["company_id"], if_not_exists=may_be_there())
    op.create_table(
        "phones",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("people.id")),
        sa.Column("company_id", sa.Integer, sa.ForeignKey("companies.id")),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("raw", sa.String(120), nullable=False),
        sa.CheckConstraint(_OF_ONE, name="phone_belongs_to_one"),
        if_not_exists=may_be_there(),
    )
    op.create_index("ix_phones_person_id", "phones", ["person_id"], if_not_exists=may_be_there())
    op.create_index("ix_phones_company_id", "phones", ["company_id"], if_not_exists=may_be_there())


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("login", sa.String(80), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("extension", sa.String(40), nullable=False),
        sa.Column("site", sa.String(80), nullable=False),
        sa.Column("cti_enabled", sa.Boolean, nullable=False),
        sa.Column("call_screen", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        if_not_exists=may_be_there(),
    )
    op.create_table(
        "user_devices",
        sa.Column("login", sa.String(80), sa.ForeignKey("users.login"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("device", sa.String(128), nullable=False),
        if_not_exists=may_be_there(),
    )
