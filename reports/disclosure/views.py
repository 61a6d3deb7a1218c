"""Pages of the register of requests under the act on official information."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.queries import names_of
from registry.access.roles import Permission
from registry.access.versions import compared, version_of
from registry.audit.actions import Action
from registry.audit.services import record
from registry.carry import carry_out
from registry.db import commit
from registry.documents.cells import Cell
from registry.documents.rows import write_rows
from registry.documents.workbook import XLSX
from registry.fields import read_id, read_page
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.periods.names import named
from reports.classes.services import class_of, decisions
from reports.disclosure import queries, services
from reports.disclosure.forms import AnswerForm, RequestForm
from reports.disclosure.models import DECISION_NAMES, Decision, DisclosureRequest
from reports.official_information import Classed, classification

bp = Blueprint(
    "disclosure", __name__, url_prefix="/reports/disclosure", template_folder="../templates"
)
CLOSE = allow(Permission.REPORTS_CLOSE)


def waiting() -> int:
    """How many requests wait for an answer."""
    if not may(Permission.REPORTS_CLOSE):
        return 0
    scope = scope_for(Permission.REPORTS_CLOSE)
    return queries.count_requests(scope, queries.OPEN, None, today())


@bp.get("/")
@CLOSE
def index() -> ResponseReturnValue:
    """The register."""
    (state, year), page = _filters(), read_page(request.args)
    now, anew = Period.containing(today()).fiscal_year, decisions()
    return render_template(
        "disclosure/index.html",
        rows=queries.requests(scope(), state, year, today(), page),
        total=queries.count_requests(scope(), state, year, today()),
        late=queries.count_requests(scope(), queries.LATE, None, today()),
        state=state,
        states=_states(),
        year=year,
        year_choices=[(one, one) for one in range(now, now - 10, -1)],
        page=page,
        per_page=queries.PAGE,
        decided=DECISION_NAMES,
        classes=_classes(),
        decisions=anew,
        people=names_of(scope(), {one.decided_by for one in anew if one.decided_by}),
        classification=classification,
        named=_named,
        today=today(),
    )


def _classes() -> dict[str, Classed]:
    """Whether each closed report may be disclosed today."""
    return {row.code: class_of(row) for row in catalogue.list_periods()}


def _filters() -> tuple[str, int | None]:
    year = read_id(request.args.get("year"))
    return request.args.get("state", ""), year if year and 2400 < year < 3000 else None


def _states() -> dict[str, str]:
    return {
        queries.OPEN: _("Waits for an answer"),
        queries.LATE: _("Late"),
        queries.ANSWERED: _("Answered"),
    }


def _named(code: str) -> str:
    return named(code) if code else "–"


@bp.route("/new", methods=["GET", "POST"])
@CLOSE
def new() -> ResponseReturnValue:
    """Enter a request."""
    closed = [(row.code, _named(row.code)) for row in catalogue.list_periods()]
    form = RequestForm(closed)
    if carry_out(form, lambda: _receive(form)):
        flash(_("The request was entered."), "success")
        return redirect(url_for("disclosure.index"))
    page = render_template("disclosure/new.html", form=form)
    return page, 422 if form.errors or form.form_errors else 200


def _receive(form: RequestForm) -> None:
    services.receive(actor(), form.asked(), form_token=form.form_token.data)


@bp.route("/<int:request_id>", methods=["GET", "POST"])
@CLOSE
def show(request_id: int) -> ResponseReturnValue:
    """A request; enter how it was answered, or correct that."""
    row = queries.request_for(scope(), request_id, lock=request.method == "POST")
    form = AnswerForm(obj=row)
    if carry_out(form, lambda: _answer(row, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("disclosure.index"))
    page = render_template(
        "disclosure/show.html",
        row=queries.request_for(scope(), request_id),
        form=form,
        held=_classes().get(row.period),
        named=_named,
        today=today(),
    )
    return page, 422 if form.errors or form.form_errors else 200


def _answer(row: DisclosureRequest, form: AnswerForm) -> None:
    given = form.answer()
    with compared(form, row, {name: getattr(row, name) for name in vars(given)}):
        services.answer(actor(), row, given, version=version_of(form))


@bp.post("/export")
@CLOSE
def export() -> ResponseReturnValue:
    """The register, as far as it is shown, as a workbook."""
    state, year = _filters()
    classes = _classes()
    rows = [_row(one, classes) for one in queries.requests(scope(), state, year, today())]
    record(actor(), Action.DISCLOSURE_EXPORT, "disclosure", "-", count=len(rows), format="xlsx")
    commit()
    target = BytesIO()
    write_rows(target, _("Requests for official information"), _columns(), rows)
    name = f'attachment; filename="sang-disclosure-{today():%Y%m%d}.xlsx"'
    return Response(target.getvalue(), mimetype=XLSX, headers={"Content-Disposition": name})


def _columns() -> list[str]:
    return [
        _("Number"),
        _("Came in on"),
        _("Organisation, or number of the letter"),
        _("Report"),
        _("What is asked for"),
        _("Due on"),
        _("Decision"),
        _("Section"),
        _("Reason"),
        _("Answered on"),
        _("Disclosure of the report today"),
        _("Late"),
    ]


def _row(one: DisclosureRequest, classes: dict[str, Classed]) -> list[Cell]:
    decision = str(DECISION_NAMES[Decision(one.decision)]) if one.decision else None
    return [
        one.id,
        one.received_on,
        one.asked_by,
        _named(one.period),
        one.wanted,
        one.due_on,
        decision,
        one.section or None,
        one.reason or None,
        one.answered_on,
        classes[one.period].title if one.period in classes else None,
        _("late") if one.late(today()) else None,
    ]
