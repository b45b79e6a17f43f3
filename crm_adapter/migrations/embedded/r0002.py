"""Users with an area code or outside prefix of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; empty means as at the site."""
    op.add_column("users", sa.Column("area_code", sa.String(20)))
    op.add_column("users", sa.Column("outside_prefix", sa.String(20)))
