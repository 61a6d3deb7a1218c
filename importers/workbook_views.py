"""The office's own workbook back."""

from __future__ import annotations

import io

from flask import current_app, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue

from importers import queries
from importers.annotated import annotated_copy, annotated_name
from importers.planning import limits_of
from importers.reading.errors import Unreadable
from importers.step_views import bp
from importers.uploads import Gone, content_of
from importers.views import RUN
from registry.access.gate import actor, scope
from registry.audit.actions import Action
from registry.audit.services import record
from registry.db import begin_write, commit, db
from registry.documents.workbook import XLSX

__all__ = ["bp"]


@bp.post("/<int:batch_id>/workbook")
@RUN
def workbook(batch_id: int) -> ResponseReturnValue:
    """The office's own workbook with the result of each row."""
    batch = queries.batch_for(scope(), batch_id)
    rows = queries.all_rows(scope(), batch_id)
    db.session.expunge_all()
    db.session.rollback()  # the copy takes its time: nobody waits for it to write
    batch = queries.batch_for(scope(), batch_id)
    try:
        limits = limits_of(current_app.extensions["sang_settings"])
        data = annotated_copy(batch, rows, content_of(batch), limits)
    except (Gone, Unreadable) as refusal:
        flash(str(refusal), "warning")
        return redirect(url_for("imports.show", batch_id=batch_id))
    begin_write()
    record(actor(), Action.ROWS_EXPORT, "import", batch_id, count=len(rows), format="xlsx")
    commit()
    name = annotated_name(queries.batch_for(scope(), batch_id))
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)
