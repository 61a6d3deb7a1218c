"""Structured logs: one JSON object per line, so that input can never break a line."""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from pathlib import Path

import structlog
from flask import Flask, Response, g, request
from flask_login import current_user

log = structlog.get_logger()
_SECRET_PATH = re.compile("^/(m|media|feeds)/[^/]+")
"""Personal links of members and signed addresses of files and feeds never stand in a log."""
FRAMES = 12
"""Of an error, the innermost; more than that tells nothing."""


def configure(*, json: bool) -> None:
    """Set up structlog for the process; JSON escapes every line break."""
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render if json else structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def _to_stderr(*_args: object) -> structlog.PrintLogger:
    """Standard error as it is when a line is written: it may have been replaced since."""
    return structlog.PrintLogger(sys.stderr)


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    if request.endpoint and not request.endpoint.endswith("static"):
        log.info(
            "request",
            request=g.get("request_id"),
            method=request.method,
            path=_SECRET_PATH.sub(r"/\1/…", request.path),
            status=response.status_code,
            user=getattr(current_user, "id", None) if g.get("_login_user") else None,
            address=request.remote_addr,
            ms=round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000),
        )
    return response


def init_app(app: Flask) -> None:
    """Log every request but those for static files."""
    settings = app.extensions["sang_settings"]
    configure(json=settings.log_json)
    app.before_request(_start)
    app.after_request(_finish)


def where(error: BaseException) -> list[str]:
    """Where an error arose, as file:line; what it says is left out, for it may be a person's."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    return [f"{'/'.join(Path(row.filename).parts[-3:])}:{row.lineno}" for row in frames]
