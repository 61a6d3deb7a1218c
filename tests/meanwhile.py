"""Two who do something at the same moment: the second begins before the first has committed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import sleep

from flask import Flask

from registry.db import db, unit_of_work


def meanwhile(app: Flask, first: Callable[[], object], second: Callable[[], object]) -> str:
    """What the second was told; nothing when it went through."""
    said: list[str] = []
    late = Thread(target=lambda: said.append(_said(app, second)))
    with app.app_context(), unit_of_work():
        first()
        db.session.flush()
        late.start()
        sleep(0.4)
    late.join(30)
    return said[0]


def _said(app: Flask, step: Callable[[], object]) -> str:
    try:
        with app.app_context(), unit_of_work():
            step()
    except Exception as error:  # whatever it is, the test compares the sentence
        return str(error)
    return ""
