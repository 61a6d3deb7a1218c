"""The migrations make exactly what the models say, and can be taken back."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, create_engine, event, inspect

from registry.admin_commands import prepare
from registry.db import Base, migration_engine
from registry.members.search_index import is_modelled
from tests.stage import Stage


def _differences(stage: Stage) -> list[object]:
    engine = migration_engine(stage.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_modelled}
        )
        found = list(compare_metadata(context, Base.metadata))
    engine.dispose()
    return found


def _tables(stage: Stage) -> set[str]:
    engine = create_engine(stage.url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_head_equals_the_models(app: Flask, stage: Stage) -> None:
    assert _differences(stage) == []


def test_down_and_up_again(app: Flask, stage: Stage) -> None:
    folder = f"{app.root_path}/migrations"
    everything = _tables(stage)
    stage.close()
    with app.app_context():
        downgrade(directory=folder, revision="base")
        assert _tables(stage) == {"alembic_version"}
        upgrade(directory=folder)
    assert _tables(stage) == everything
    assert _differences(stage) == []


def test_a_migration_killed_midway_leaves_nothing_and_can_be_repeated(
    app: Flask, stage: Stage
) -> None:
    folder = f"{app.root_path}/migrations"
    everything = _tables(stage)
    stage.close()
    with app.app_context():
        downgrade(directory=folder, revision="base")
        made = []

        def stop(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if "CREATE TABLE" in statement and "alembic_version" not in statement:
                made.append(statement)
                if len(made) == 8:
                    raise KeyboardInterrupt

        event.listen(Engine, "before_cursor_execute", stop)
        try:
            with pytest.raises(KeyboardInterrupt):
                upgrade(directory=folder)
        finally:
            event.remove(Engine, "before_cursor_execute", stop)
        assert _tables(stage) <= {"alembic_version"}
        upgrade(directory=folder)
    assert _tables(stage) == everything
    assert _differences(stage) == []


def test_preparing_again_changes_nothing(app: Flask, stage: Stage) -> None:
    before = _counts(stage)
    with app.app_context():
        prepare()
    assert _counts(stage) == before


def _counts(stage: Stage) -> dict[str, int]:
    engine = create_engine(stage.url)
    with engine.connect() as connection:
        counts = {
            name: connection.exec_driver_sql(f'select count(*) from "{name}"').scalar_one()
            for name in Base.metadata.tables
        }
    engine.dispose()
    return counts
