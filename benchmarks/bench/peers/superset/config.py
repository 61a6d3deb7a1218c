"""Superset's settings: everything in one folder, charts cached in the process's own memory."""

from __future__ import annotations

import os

SECRET_KEY = "of-a-bench-and-never-served" * 2
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['BENCH_SUPERSET']}/superset.db"
PREVENT_UNSAFE_DB_CONNECTIONS = False
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 86_400}
DATA_CACHE_CONFIG = FILTER_STATE_CACHE_CONFIG = EXPLORE_FORM_DATA_CACHE_CONFIG = CACHE_CONFIG
