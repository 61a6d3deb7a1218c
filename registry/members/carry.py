"""What every view that changes something does: try, commit, or keep what was typed and say why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
        return False
    try:
        step()
        commit()
    except NotFound:
        raise
    except Refused as refusal:
        return _refuse(form, str(refusal))
    except (IntegrityError, StaleDataError):
        return _refuse(
            form, _("The same record was being saved at this moment; check it, then save again.")
        )
    return True


def _refuse(form: Any, sentence: str) -> bool:
    db.session.rollback()
    form.form_errors.append(sentence)
    return False
