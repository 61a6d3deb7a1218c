"""Alembic's environment: the application's database, one transaction for all steps."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

from registry.db import Base, migration_engine
from registry.members.search_index import is_modelled


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write the stored type of an own type: a migration must outlive the application's code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    """Run the migrations against the configured database."""
    engine = migration_engine(current_app.extensions["sang_settings"].url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            include_name=is_modelled,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
