"""Indexes of trigrams, by which members are found

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

from alembic import op

from registry.members import search_index

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    search_index.install(op.get_bind())


def downgrade() -> None:
    search_index.remove(op.get_bind())
