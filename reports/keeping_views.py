"""Pages of keeping: holds, what is due for disposal, lists of disposal, their certificates."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, may, scope, today
from registry.access.queries import names_of
from registry.access.roles import Permission
from registry.carry import press
from registry.errors import NotFound
from registry.fields import read_id
from registry.periods import catalogue
from registry.periods.keeping_models import LONGEST_REASON
from registry.periods.names import named
from reports import keeping
from reports.subscriptions.queries import subscriber_count

bp = Blueprint("keeping", __name__, url_prefix="/reports/keeping", template_folder="templates")


def waiting() -> int:
    """How many lists wait for a decision of whoever is signed in."""
    if not may(Permission.REPORTS_DESTROY):
        return 0
    me = actor().user_id
    return sum(one.state == "proposed" and one.proposed_by != me for one in keeping.disposals())


@bp.get("/")
@allow(Permission.REPORTS_KEEP)
def index() -> ResponseReturnValue:
    """Holds, what is due, and the lists."""
    return _page()


def _page(**typed: Any) -> str:
    holds, lifted, lists = keeping.holds(), keeping.past_holds(), keeping.disposals()
    people = {row.placed_by for row in (*holds.values(), *lifted)} | {
        row.lifted_by for row in lifted
    }
    kept = [row for row in catalogue.list_periods() if row.destroyed_at is None]
    people |= {who for row in lists for who in (row.proposed_by, row.decided_by)}
    return render_template(
        "reports/keeping.html",
        holds=holds,
        subscribers=subscriber_count(scope()),
        lifted=lifted,
        lists=lists,
        due=keeping.due(today()),
        closed=[row for row in kept if row.code not in holds],
        next=min((row.keep_until for row in kept), default=None),
        named=named,
        people=_people(people),
        me=actor().user_id,
        longest=LONGEST_REASON,
        **typed,
    )


@bp.post("/hold")
@allow(Permission.REPORTS_CLOSE)
def hold() -> ResponseReturnValue:
    """Keep a period beyond its day."""
    code, reason = request.form.get("period", ""), request.form.get("reason", "")
    done = press(lambda: keeping.hold(actor(), code, reason), _("The report is held."))
    return _back() if done else (_page(held=code, hold_reason=reason), 422)


@bp.post("/holds/<int:hold_id>/lift")
@allow(Permission.REPORTS_CLOSE)
def lift(hold_id: int) -> ResponseReturnValue:
    """End a hold."""
    reason = request.form.get("reason", "")
    done = press(lambda: keeping.lift(actor(), hold_id, reason), _("The hold is lifted."))
    return _back() if done else (_page(lifting=hold_id, lift_reason=reason), 422)


@bp.post("/propose")
@allow(Permission.REPORTS_CLOSE)
def propose() -> ResponseReturnValue:
    """Propose that reports whose time is over be destroyed."""
    chosen = [number for text in request.form.getlist("report") if (number := read_id(text))]
    reason = request.form.get("reason", "")
    done = press(
        lambda: keeping.propose(actor(), chosen, reason, today=today()),
        _("The list is proposed; somebody else decides about it."),
    )
    return _back() if done else (_page(chosen=chosen, reason=reason), 422)


@bp.post("/lists/<int:disposal_id>/decide")
@allow(Permission.REPORTS_DESTROY)
def decide(disposal_id: int) -> ResponseReturnValue:
    """Approve or refuse a list."""
    approve, remark = request.form.get("approve") == "1", request.form.get("remark", "")
    done = press(
        lambda: keeping.decide(actor(), disposal_id, remark, approve=approve), _("Decided.")
    )
    return _back() if done else (_page(deciding=disposal_id, remark=remark), 422)


@bp.post("/lists/<int:disposal_id>/go-on")
@allow(Permission.REPORTS_DESTROY)
def go_on(disposal_id: int) -> ResponseReturnValue:
    """Try again what could not be destroyed."""
    press(lambda: keeping.go_on(actor(), disposal_id), _("It is being tried again."))
    return _back()


@bp.get("/lists/<int:disposal_id>/certificate.pdf")
@allow(Permission.REPORTS_KEEP)
def certificate(disposal_id: int) -> ResponseReturnValue:
    """The certificate of a list that was carried out."""
    row = keeping.disposal(disposal_id)
    if row.certificate is None:
        raise NotFound
    name = f'attachment; filename="sang-disposal-{row.id}.pdf"'
    return Response(
        row.certificate, mimetype="application/pdf", headers={"Content-Disposition": name}
    )


def _people(ids: set[int | None]) -> dict[int, str]:
    return names_of(scope(), {one for one in ids if one is not None})


def _back() -> ResponseReturnValue:
    return redirect(url_for("keeping.index"))
