"""The list for the next year's review of projects: on the page, printed, as a workbook."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, may, scope, today
from registry.access.roles import Permission
from registry.audit.actions import Action
from registry.audit.services import record
from registry.carry import press
from registry.db import commit
from registry.documents.cells import Cell
from registry.documents.rows import write_rows
from registry.documents.workbook import XLSX
from registry.fields import read_id
from registry.i18n import name_of
from registry.periods.calendar import Period
from registry.periods.names import named
from reports.directions import queries, services
from reports.directions.models import ReviewItem

bp = Blueprint("review", __name__, url_prefix="/directions/review", template_folder="../templates")
P = Permission
MOST_YEARS = 9999


@bp.get("/")
@allow(P.REPORTS_VIEW)
def index() -> ResponseReturnValue:
    """What is to be reviewed for a fiscal year, and which obstacles may be added."""
    year, now = _year(), Period.containing(today()).fiscal_year
    known = queries.review_years(scope()) | {now, now + 1, year}
    return render_template(
        "directions/review.html",
        year=year,
        year_choices=[(one, one) for one in sorted(known, reverse=True)],
        items=_items(year),
        obstacles=queries.obstacles(scope(), year - 1) if may(P.OFFICE_REPORTS_READ) else [],
        named=named,
    )


def _items(year: int) -> list[ReviewItem]:
    """What is to be reviewed; what offices wrote only for those who may read it."""
    reads = may(P.OFFICE_REPORTS_READ)
    return [one for one in queries.to_review(scope(), year) if one.direction_id or reads]


def _year() -> int:
    """The fiscal year of the address; the next one unless it names one."""
    year = read_id(request.values.get("year"))
    return year if year and year <= MOST_YEARS else Period.containing(today()).fiscal_year + 1


@bp.post("/add")
@allow(P.DIRECTIONS_GIVE)
def add() -> ResponseReturnValue:
    """Mark obstacles that offices reported."""
    year, ticked = _year(), request.form.getlist("report")
    rows = [row for row in queries.obstacles(scope(), year - 1) if str(row.id) in ticked]
    press(lambda: services.review_obstacles(actor(), rows, year), _("Saved."))
    return redirect(url_for("review.index", year=year))


@bp.post("/<int:item_id>/leave-out")
@allow(P.DIRECTIONS_GIVE)
def leave_out(item_id: int) -> ResponseReturnValue:
    """Take an entry off the list."""
    item = queries.review_item_for(scope(), item_id)
    year = item.year
    press(lambda: services.leave_out(actor(), item), _("Saved."))
    return redirect(url_for("review.index", year=year))


@bp.post("/export")
@allow(P.REPORTS_VIEW)
def export() -> ResponseReturnValue:
    """The list as a workbook."""
    year = _year()
    rows = [_row(item) for item in _items(year)]
    record(actor(), Action.REVIEW_EXPORT, "review", year, count=len(rows), format="xlsx")
    commit()
    target = BytesIO()
    titles = (_("Office"), _("Period"), _("Source"), _("To be reviewed"), _("Result or suggestion"))
    write_rows(target, _("Review for fiscal year %(year)s", year=year), titles, rows)
    name = f'attachment; filename="sang-review-{year}.xlsx"'
    return Response(target.getvalue(), mimetype=XLSX, headers={"Content-Disposition": name})


def _row(item: ReviewItem) -> list[Cell]:
    source = item.source
    kind = _("Direction") if item.direction_id else _("Obstacle reported by the office")
    return [name_of(source.office), named(source.period), kind, item.text, item.answer]
