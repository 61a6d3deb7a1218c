"""Django on a database of Sang's, set up with the same pragmas."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY",
           "cache_size=-98304")  # fmt: skip


ADMIN = ("django.contrib.contenttypes", "django.contrib.auth", "django.contrib.admin")


def set_up(url: str, *, admin: bool) -> None:
    """Configure Django.

    Args:
        url: ``sqlite:///…`` or ``postgresql://…``.
        admin: whether its admin's log is there.
    """
    sqlite = url.startswith("sqlite")
    settings.configure(
        DATABASES={"default": _sqlite(url) if sqlite else _postgresql(url)},
        INSTALLED_APPS=[*(ADMIN if admin else ()), "import_export", "benchmarks.bench.peers"],
        USE_TZ=True,
        TIME_ZONE="UTC",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()


def _sqlite(url: str) -> dict[str, Any]:
    begin = "; ".join(f"PRAGMA {pragma}" for pragma in PRAGMAS)
    options = {"init_command": begin, "transaction_mode": "IMMEDIATE", "timeout": 30}
    name = url.removeprefix("sqlite:///")
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}


def _postgresql(url: str) -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict

    told = conninfo_to_dict(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host",
             "PORT": "port"}  # fmt: skip
    parts = {key: told.get(name) or "" for key, name in names.items()}
    return {"ENGINE": "django.db.backends.postgresql", **parts}
