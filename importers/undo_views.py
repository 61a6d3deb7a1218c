"""Taking an import back: what that takes away or what stands in its way, then the step."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from importers import queries, services
from importers.models import BatchState
from importers.obstacles import obstacles, takes, why_not
from importers.views import RUN, bp
from registry.access.gate import actor, scope
from registry.carry import press

__all__ = ["bp"]


@bp.get("/<int:batch_id>/undo")
@RUN
def before_undo(batch_id: int) -> ResponseReturnValue:
    """What an undo would take away; or why there is none, and which import to undo first."""
    batch = queries.batch_for(scope(), batch_id)
    if batch.as_state is not BatchState.COMMITTED:
        return redirect(url_for("imports.show", batch_id=batch_id))
    found = obstacles(batch)
    later = [one.batch for one in found.later]
    return render_template(
        "importers/undo.html",
        batch=batch,
        takes=takes(batch),
        stuck=why_not(batch, found),
        later=found.later,
        open=queries.in_sight(scope(), later),
    )


@bp.post("/<int:batch_id>/undo")
@RUN
def undo(batch_id: int) -> ResponseReturnValue:
    """Have the import taken back, unless something was built on it."""
    batch = queries.batch_for(scope(), batch_id)
    press(lambda: services.start_undo(actor(), batch))
    return redirect(url_for("imports.show", batch_id=batch_id))
