"""The mapping screen: what the columns of a sheet hold, asked once and remembered."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from importers import queries, services
from importers.asking import TONES, WORDS, columns_of
from importers.forms import decided_fields, doubled_field, field_choices
from importers.models import BatchState, ImportBatch
from importers.proposals import open_to_words
from importers.remembering import forget_columns, mapping_of, remember
from importers.views import RUN, bp
from registry.access.gate import actor, scope
from registry.carry import press

__all__ = ["bp"]


def _page_of(batch_id: int) -> ResponseReturnValue:
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.get("/<int:batch_id>/columns")
@RUN
def columns(batch_id: int) -> ResponseReturnValue:
    """What each column holds, with three of its values; unsure and unknown ones first."""
    batch = queries.batch_for(scope(), batch_id)
    if batch.as_state is not BatchState.PLANNED:
        return _page_of(batch_id)
    return _columns(batch)


def _columns(batch: ImportBatch, problem: str = "") -> str:
    found = columns_of(batch)
    return render_template(
        "importers/columns.html",
        batch=batch,
        problem=problem,
        typed=request.form,
        asked=[column for column in found if column.asked],
        settled=[column for column in found if not column.asked and not column.sensitive],
        sensitive=[column for column in found if column.sensitive],
        choices=field_choices(),
        words=WORDS,
        tones=TONES,
        remembered=mapping_of(batch),
    )


@bp.post("/<int:batch_id>/columns")
@RUN
def set_columns(batch_id: int) -> ResponseReturnValue:
    """Say what columns hold; the sheet is planned anew where that is something else."""
    batch = queries.batch_for(scope(), batch_id)
    if double := doubled_field(request.form, batch.summary.get("columns", [])):
        return _columns(batch, _two_of(double))
    press(lambda: _decide(batch))
    return _page_of(batch_id)


def _two_of(field: str) -> str:
    return str(_("“%(field)s” was chosen for more than one column; choose it once.", field=field))


def _decide(batch: ImportBatch) -> None:
    open_to_words(batch)
    columns = batch.summary.get("columns", [])
    batch.fields, changed = decided_fields(request.form, columns_of(batch), batch.fields)
    if columns:
        remember(actor(), batch)
    if changed:
        batch.keep_unknown = False
        services.replan(batch)
    else:
        flash(_("The columns are as you said; the next sheet like this is read without a "
                "question."), "success")  # fmt: skip


@bp.post("/<int:batch_id>/columns/forget")
@RUN
def forget_mapping(batch_id: int) -> ResponseReturnValue:
    """Forget what the office said about such sheets, and read this one without it."""
    batch = queries.batch_for(scope(), batch_id)
    press(lambda: _forget(batch))
    return _page_of(batch_id)


def _forget(batch: ImportBatch) -> None:
    open_to_words(batch)
    forget_columns(batch)
    services.replan(batch)


@bp.post("/<int:batch_id>/again")
@RUN
def read_again(batch_id: int) -> ResponseReturnValue:
    """Have a file read again whose reading stopped."""
    batch = queries.batch_for(scope(), batch_id)
    press(lambda: services.replan(batch))
    return _page_of(batch_id)
