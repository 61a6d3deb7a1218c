"""Triggers that mark changed facts, and the row that tells where folding stands

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

from alembic import op

from registry.facts.rollups import triggers

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The tables of facts were made empty just before, so what is rolled up is whole.
    op.execute("INSERT INTO fact_state (id, epoch, settled, ready) VALUES (1, 1, 0, TRUE)")
    triggers.install(op.get_bind())


def downgrade() -> None:
    triggers.remove(op.get_bind())
    op.execute("DELETE FROM fact_state")
