"""What every view that changes something does: try, commit, or keep what was typed and say why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from registry.db import commit, db
from registry.errors import NotFound, Refused


def carry_out(form: Any, step: Callable[[], object]) -> bool:
    """Validate a form, take the step and commit; on refusal the form says why.

    Raises:
        NotFound: something that the form names lies outside the scope.
    """
    if not form.validate_on_submit():
        if form.is_submitted():
            db.session.rollback()  # the page that says what is wrong only reads
        return False
    sentence = _refusal(step)
    if sentence:
        form.form_errors.append(sentence)
    return not sentence


def press(step: Callable[[], object], done: str = "") -> bool:
    """Take a step that needs no form, commit, and tell on the next page how it went.

    Raises:
        NotFound: what the step is about lies outside the scope.
    """
    sentence = _refusal(step)
    if sentence:
        flash(sentence, "warning")
    elif done:
        flash(done, "success")
    return not sentence


def _refusal(step: Callable[[], object]) -> str:
    """Take a step and commit, or take everything back and return the sentence that says why."""
    try:
        step()
        commit()
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        return str(refusal)
    except (IntegrityError, StaleDataError):
        db.session.rollback()
        return str(_("The same record was being saved at this moment; check it, then save again."))
    return ""
