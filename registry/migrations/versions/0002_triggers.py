"""Triggers: the audit trail is append-only

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FROZEN = (
    ("audit_event", "UPDATE"),
    ("audit_event", "DELETE"),
    ("audit_link", "UPDATE"),
    ("audit_link", "DELETE"),
    ("audit_personal", "UPDATE"),
)


def _name(table: str, verb: str) -> str:
    return f"{table}_no_{verb.lower()}"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table, verb in FROZEN:
            op.execute(
                f"CREATE TRIGGER {_name(table, verb)} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION sang_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$"
    )
    for table, verb in FROZEN:
        op.execute(
            f"CREATE TRIGGER {_name(table, verb)} BEFORE {verb} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION sang_append_only()"
        )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, verb in FROZEN:
        op.execute(f"DROP TRIGGER {_name(table, verb)}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION sang_append_only()")
