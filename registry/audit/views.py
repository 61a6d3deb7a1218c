"""Pages of the audit trail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope
from registry.access.queries import names_of
from registry.access.roles import Permission
from registry.audit import jobs, queries
from registry.audit.actions import Action
from registry.audit.forms import FilterForm, WhyForm
from registry.audit.models import AuditEvent
from registry.audit.names import name_of_action, name_of_key, name_of_object, spell
from registry.audit.services import record
from registry.db import commit
from registry.geography.queries import provinces
from registry.i18n import name_of

bp = Blueprint("audit", __name__, url_prefix="/audit")
READ = allow(Permission.AUDIT_READ)
NAMERS = {
    "name_of_action": name_of_action,
    "name_of_key": name_of_key,
    "name_of_object": name_of_object,
}
PLACES = frozenset({"province", "province_code"})


def _namers() -> dict[str, Any]:
    """What the pages need to tell codes in words."""
    named = {row.code: name_of(row) for row in provinces()}

    def told(key: str, value: Any) -> str:
        return named.get(str(value)) or spell(value) if key in PLACES else spell(value)

    return {**NAMERS, "told": told}


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """Events by actor, action, object, date and province; and how far the chain was checked."""
    form = FilterForm(request.args)
    wanted = form.filters() if form.validate() else queries.Filters()
    rows, more = queries.events(scope(), wanted, before=request.args.get("before", type=int))
    return render_template(
        "audit/index.html",
        form=form,
        rows=rows,
        more=more,
        actors=names_of(scope(), {row.actor_id for row in rows if row.actor_id}),
        **_namers(),
        checked=queries.last_verification(scope()),
        checking=jobs.under_way(),
    )


@bp.post("/verify")
@READ
def verify() -> ResponseReturnValue:
    """Have the chain checked in the background."""
    jobs.start(actor())
    commit()
    flash(_("The chain is being checked; reload this page in a moment."), "info")
    return redirect(url_for("audit.index"))


@bp.get("/<int:event_id>")
@READ
def show(event_id: int) -> ResponseReturnValue:
    """One event, its personal part closed."""
    return _page(queries.event_for(scope(), event_id), WhyForm())


@bp.post("/<int:event_id>")
@READ
def reveal(event_id: int) -> ResponseReturnValue:
    """The personal part of an event, for a stated reason that is itself an event."""
    row, form = queries.event_for(scope(), event_id), WhyForm()
    if not form.validate():
        return _page(row, form)
    reason = form.reason.data.strip()
    record(actor(), Action.AUDIT_REVEAL, "audit_event", row.id, reason=reason)
    commit()
    return _page(row, form, opened=True)


def _page(row: AuditEvent, form: WhyForm, *, opened: bool = False) -> ResponseReturnValue:
    changes = row.personal.changes if opened and row.personal else {}
    return render_template(
        "audit/show.html",
        row=row,
        form=form,
        changes=changes,
        opened=opened,
        link=queries.link_of(scope(), row),
        actors=names_of(scope(), {row.actor_id} if row.actor_id else set()),
        **_namers(),
    )
