"""Cells corrected on the page, and proposals refused or taken; each has the sheet read again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from importers import proposals, queries
from importers.forms import written_cells
from importers.models import ImportBatch
from importers.step_views import back_to
from importers.views import RUN, bp
from registry.access.gate import scope
from registry.carry import press
from registry.fields import read_id

__all__ = ["bp"]
ROW = re.compile(r"[A-Z]{0,3}([1-9][0-9]{0,6})(?![0-9])")


@bp.post("/<int:batch_id>/cells")
@RUN
def mend(batch_id: int) -> ResponseReturnValue:
    """Correct cells: those of the row whose button was pressed, and what else was changed."""
    batch = queries.batch_for(scope(), batch_id)
    row = read_id(request.form.get("row"))
    cells = written_cells(request.form, row)
    if cells:
        press(lambda: _mend(batch, cells))
    else:
        flash(_("No cell was changed; write what is right into one, then save."), "warning")
    return back_to(batch_id, shown=row or _row_of(next(iter(cells), "")))


def _row_of(address: str) -> int | None:
    """The row of a cell (``F12``) or of a repair (``F12:phone_zero``, ``12:date_from_title``)."""
    found = ROW.match(address)
    return int(found[1]) if found else None


def _mend(batch: ImportBatch, cells: Mapping[str, str]) -> None:
    stood = {one: request.form.get(f"stands-{one}", "") for one in cells}
    replaced = proposals.mend(batch, cells, stood)
    flash(_("%(count)s cells were corrected; the sheet is read again with them.",
            count=len(cells)), "success")  # fmt: skip
    if replaced:
        flash(_("Somebody else corrected %(cells)s at this moment, too; what you wrote counts now.",
                cells=", ".join(replaced)), "warning")  # fmt: skip


@bp.post("/<int:batch_id>/types")
@RUN
def say_types(batch_id: int) -> ResponseReturnValue:
    """Say for all rows at once which network types texts mean, or take such a word back."""
    batch, form = queries.batch_for(scope(), batch_id), request.form
    if name := form.get("back"):
        press(lambda: proposals.take_types_back(batch, name))
        return back_to(batch_id)
    pairs = zip(form.getlist("text"), form.getlist("type"), strict=False)
    said = {text: code for text, code in pairs if code}
    press(lambda: _say_types(batch, said))
    return back_to(batch_id)


def _say_types(batch: ImportBatch, said: Mapping[str, str]) -> None:
    count = proposals.say_types(batch, said)
    flash(_("The network type of %(count)s rows was chosen; the sheet is read again with it.",
            count=count), "success")  # fmt: skip


@bp.post("/<int:batch_id>/proposals")
@RUN
def propose(batch_id: int) -> ResponseReturnValue:
    """Refuse one repair, take it after all, or take a correction back."""
    batch, form = queries.batch_for(scope(), batch_id), request.form
    steps: dict[str, Callable[[str], None]] = {
        "refuse": lambda repair: proposals.refuse(batch, repair),
        "take": lambda repair: proposals.refuse(batch, repair, refused=False),
        "restore": lambda address: proposals.restore(batch, address),
    }
    said = next((name for name in steps if name in form), "")
    if said:
        press(lambda: steps[said](form[said]))
    return back_to(batch_id, shown=_row_of(form.get(said, "")))


@bp.post("/<int:batch_id>/repairs")
@RUN
def repairs(batch_id: int) -> ResponseReturnValue:
    """Take or refuse repairs by kind."""
    batch, form = queries.batch_for(scope(), batch_id), request.form
    offered, taken = form.getlist("offered"), form.getlist("taken")
    press(lambda: proposals.refuse_kinds(batch, offered, taken))
    return back_to(batch_id)


@bp.post("/<int:batch_id>/questions")
@RUN
def accept_kind(batch_id: int) -> ResponseReturnValue:
    """Take the rows in as read that ask nothing but questions of one kind."""
    batch = queries.batch_for(scope(), batch_id)
    press(lambda: _accept(batch, request.form.get("kind", "")))
    return back_to(batch_id)


def _accept(batch: ImportBatch, kind: str) -> None:
    count = proposals.accept_kind(batch, kind)
    flash(_("%(count)s rows decided.", count=count), "success")
