"""Alembic's environment: the application's database, one transaction for all steps."""

from __future__ import annotations

from alembic import context
from flask import current_app

from registry.db import Base, migration_engine


def run() -> None:
    """Run the migrations against the configured database."""
    engine = migration_engine(current_app.extensions["sang_settings"].url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            user_module_prefix="registry.db.",
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
