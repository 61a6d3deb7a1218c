"""Pages of closed periods: the list, one period, closing, proving, downloads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.access.gate import actor, allow, may, scope, today
from registry.access.queries import names_of
from registry.access.roles import Permission
from registry.db import begin_write, commit, db
from registry.documents.cells import clean_text
from registry.errors import NotFound, Refused
from registry.fields import read_id, read_page
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.models import SealedPeriod
from registry.periods.office_report_queries import Counts, expected
from reports import compare_views, documents, jobs
from reports.classes.services import class_of, decisions_on
from reports.directions.models import STATE_NAMES
from reports.directions.queries import directions_of
from reports.foreword.services import foreword_of
from reports.listing import PAGE, listed
from reports.official_information import classification
from reports.page import closed_page
from reports.schedule import closes_on, last_failure
from reports.services import LONGEST_REASON, closable, reissuable
from reports.subscriptions.views import is_new

bp = Blueprint("reports", __name__, url_prefix="/reports", template_folder="templates")


@bp.get("/")
@allow(Permission.REPORTS_VIEW)
def index() -> ResponseReturnValue:
    """Every period since the first fact, with how it stands."""
    found = listed(today())
    year = request.args.get("year", type=int)
    chosen = [one for one in found if year in (None, one.period.fiscal_year)]
    number = read_page(request.args)
    rows = chosen[(number - 1) * PAGE : number * PAGE]
    return render_template(
        "reports/index.html",
        rows=rows,
        years=sorted({one.period.fiscal_year for one in found}, reverse=True),
        year=year,
        number=number,
        more=len(chosen) > number * PAGE,
        closers=_closers(one.row for one in rows),
        closes_on=closes_on,
        class_of=class_of,
        failure=last_failure() if may(Permission.REPORTS_CLOSE) else "",
    )


def _closers(rows: Iterable[SealedPeriod | None]) -> dict[int, str]:
    """Names of those who closed periods, as far as the scope shows them."""
    return names_of(scope(), {row.closed_by for row in rows if row and row.closed_by})


bp.get("/compare")(compare_views.compare)
bp.get("/series")(compare_views.series)


@bp.get("/<code>")
@allow(Permission.REPORTS_VIEW)
def show(code: str) -> ResponseReturnValue:
    """One period: its sealed figures within the scope, its documents, its proof."""
    return _shown(_period(code))


def _shown(period: Period, problem: str = "") -> str:
    row = catalogue.sealed(period.code)
    common = {
        "period": period,
        "ended": period.has_ended(today()),
        "row": row,
        "closes_on": closes_on(period),
        "classification": classification,
    }
    if row is None:
        owed = expected(scope(), [period], today())
        foreword = foreword_of(period.code) if may(Permission.REPORTS_CLOSE) else None
        return render_template(
            "reports/unclosed.html", **common, counts=Counts.of(owed), foreword=foreword
        )
    decisions = decisions_on(row.code)
    return render_template(
        "reports/show.html",
        **common,
        decisions=decisions,
        deciders=names_of(scope(), {one.decided_by for one in decisions if one.decided_by}),
        closers=_closers(catalogue.revisions(row.code)),
        page=closed_page(scope(), row),
        directions=directions_of(scope(), row.code),
        direction_states=STATE_NAMES,
        gives=may(Permission.DIRECTIONS_GIVE),
        today=today(),
        formats=documents.formats_for(scope()),
        proof=jobs.last_proof(row.code),
        revisions=catalogue.revisions(row.code),
        everything=scope().everything,
        longest=LONGEST_REASON,
        reason=request.form.get("reason", ""),
        new=is_new(period.code),
        problem=problem,
    )


def _period(code: str) -> Period:
    try:
        return Period.parse(code)
    except Refused:
        raise NotFound from None


@bp.post("/<code>/close")
@allow(Permission.REPORTS_CLOSE)
def close(code: str) -> ResponseReturnValue:
    """Have a period closed in the background."""
    try:
        period = closable(code, today())
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for("reports.index"))
    return _started(jobs.CLOSE, period.code)


@bp.post("/<code>/reissue")
@allow(Permission.REPORTS_CLOSE)
def reissue(code: str) -> ResponseReturnValue:
    """Have a closed period issued anew in the background; a reason that lacks is asked for."""
    reason = clean_text(request.form.get("reason", "")).strip()
    try:
        row = reissuable(code, reason, read_id(request.form.get("revision")))
        return _started(jobs.REISSUE, row.code, reason=reason, revision=row.revision)
    except Refused as refusal:
        db.session.rollback()
        return _shown(_period(code), str(refusal)), 422


@bp.post("/<code>/verify")
@allow(Permission.REPORTS_VIEW)
def verify(code: str) -> ResponseReturnValue:
    """Have a closed period proven in the background."""
    return _started(jobs.VERIFY, documents.closed(code).code)


def _started(kind: str, code: str, **more: Any) -> ResponseReturnValue:
    job_id = jobs.start(kind, actor(), code, **more).id
    commit()
    return redirect(url_for("reports.progress", job_id=job_id))


@bp.get("/jobs/<job_id>")
@allow(Permission.REPORTS_VIEW)
def progress(job_id: str) -> ResponseReturnValue:
    """How far a closing or a proof is."""
    job = jobs.job_for(job_id)
    period = Period.parse(job.args["code"])
    return render_template(
        "reports/progress.html", job=job, period=period, everything=scope().everything
    )


@bp.get("/jobs/<job_id>/state")
@allow(Permission.REPORTS_VIEW)
def state(job_id: str) -> ResponseReturnValue:
    """The same for a script: state, done, total."""
    job = jobs.job_for(job_id)
    return {"state": job.state, "done": job.done, "total": job.total}


@bp.post("/<period>/download.<format>")
@allow(Permission.REPORTS_VIEW)
def download(period: str, format: str) -> ResponseReturnValue:
    """A document of a closed period; each one taken out leaves an audit event."""
    who, what = actor(), scope()
    db.session.rollback()  # making a part of the report takes its time: nobody waits for it
    revision = request.form.get("revision")
    number = None if revision is None else read_id(revision)
    if revision is not None and number is None:
        raise NotFound
    digits = request.form.get("digits") == "thai"
    document = documents.document_for(what, who, period, format, number, thai_digits=digits)
    begin_write()
    documents.export(who, document, format)
    commit()
    headers = {"Content-Disposition": f'attachment; filename="{document.name}"'}
    return Response(document.content, mimetype=documents.TYPES[format], headers=headers)
