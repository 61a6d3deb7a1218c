"""Pages of the reports of offices: the own ones, and one report to write, read and confirm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.models import Office, OfficeKind
from registry.access.roles import Permission
from registry.access.scope import office_scope
from registry.access.versions import (
    ChangedMeanwhile,
    Unseen,
    compared,
    mark_of,
    shown_version,
    version_of,
)
from registry.carry import carry_out, press
from registry.errors import NotFound, Refused
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure
from registry.facts.measures import measure
from registry.facts.spans import Months
from registry.i18n import day, language
from registry.periods import office_report_queries as queries
from registry.periods import office_report_services as services
from registry.periods.calendar import Period
from registry.periods.office_report_due import STANDING_NAMES, STANDING_TONES, Expected, Standing
from registry.periods.office_report_forms import OfficeReportForm
from registry.periods.office_report_models import (
    REPORT_STATE_NAMES,
    Hand,
    OfficeReport,
    ReportState,
)
from registry.ui import Card

bp = Blueprint("office_reports", __name__, url_prefix="/office-reports")
P = Permission
READ, WRITE = allow(P.OFFICE_REPORTS_READ), allow(P.OFFICE_REPORTS_WRITE)
CONFIRM, ENDORSE = allow(P.OFFICE_REPORTS_CONFIRM), allow(P.OFFICE_REPORTS_ENDORSE)
NEEDS = {
    Hand.OFFICER: P.OFFICE_REPORTS_WRITE,
    Hand.HEAD: P.OFFICE_REPORTS_CONFIRM,
    Hand.REGION: P.OFFICE_REPORTS_ENDORSE,
}
FIGURES = (
    *("members_active", "members_new", "networks_active", "messages_published"),
    *("received_rate", "pass_on_rate", "reach_reported", "questions_answered_rate"),
)
"""Key figures that stand beside the words of an office."""
TEXTS = ("results", "obstacles", "suggestions")


def period_of(code: str) -> Period:
    """The period of an address."""
    try:
        return Period.parse(code)
    except Refused:
        raise NotFound from None


def _own() -> list[Expected]:
    """What the signed-in user's office owes for the periods that ended lately and are open."""
    office = current_user.office
    where = office_scope(office, today())
    ended = [one for one in queries.recent_periods(today()) if one.has_ended(today())]
    return [one for one in queries.expected(where, ended, today(), office) if not one.closed]


def _waiting() -> list[Expected]:
    """Reports that wait for the signed-in user: to be written, to be confirmed."""
    rows: list[Expected] = []
    if may(P.OFFICE_REPORTS_WRITE):
        rows += [one for one in _own() if not one.received]
    if may(P.OFFICE_REPORTS_CONFIRM):
        rows += [one for one in _own() if one.standing in (Standing.LATE, Standing.ON_TIME)]
    if may(P.OFFICE_REPORTS_ENDORSE):
        where = scope_for(P.OFFICE_REPORTS_ENDORSE)
        found = queries.expected(where, queries.recent_periods(today()), today())
        rows += queries.for_the_region(found)
    return rows


def waiting_count() -> int:
    """How many reports wait for the signed-in user."""
    return len(_waiting())


def waiting_cards() -> list[Card]:
    """The same one by one for the start page, those of a region by period."""
    cards: dict[str, Card] = {}
    for one in _waiting():
        label, address = _card(one)
        before = cards[label].value if label in cards else 0
        cards[label] = Card(label, before + 1, address)
    return list(cards.values())


def _card(one: Expected) -> tuple[str, str]:
    label = one.period.label(language(), "short")
    if one.office.id != current_user.office_id:
        to = url_for("office_reports.checklist", period=one.period.code)
        return str(_("Reports of provinces to confirm, %(period)s", period=label)), to
    to = url_for("office_reports.show", period=one.period.code, office=one.office.code)
    if one.received:
        return str(_("Report of the office to confirm, %(period)s", period=label)), to
    if one.reminded_on:
        said = _(
            "Report of the office to write, %(period)s (reminded on %(day)s)",
            period=label,
            day=day(one.reminded_on),
        )
        return str(said), to
    return str(_("Report of the office to write, %(period)s", period=label)), to


@bp.get("/")
@allow(P.REPORTS_VIEW)
def index() -> ResponseReturnValue:
    """The reports of the own office, and the periods of all whose reports one sees."""
    periods = queries.recent_periods(today())
    own = queries.expected(
        office_scope(current_user.office, today()), periods, today(), current_user.office
    )
    counts = {}
    if scope().spans_offices:
        found = queries.counts_of(queries.expected(scope(), periods, today()))
        counts = {one: found[one] for one in periods if one in found}
    return render_template(
        "office_reports/index.html",
        own=own if any(may(needs) for needs in NEEDS.values()) else [],
        counts=counts,
        standings=STANDING_NAMES,
        tones=STANDING_TONES,
    )


def owed_by(period: str, office: str) -> Expected:
    """The report that an address names, inside the scope of the request."""
    found = queries.office_in(scope(), office)
    return queries.expected_of(scope(), period_of(period), found, today())


@bp.route("/<period>/<office>", methods=["GET"])
@READ
def show(period: str, office: str) -> ResponseReturnValue:
    """A report: its words and figures; a form for those who may write it."""
    owed = owed_by(period, office)
    form = OfficeReportForm(formdata=None, obj=owed.report)
    if owed.report is None and request.args.get("from") == "months":
        _sum_up(form, owed)
    return _page(owed, form)


def _page(owed: Expected, form: OfficeReportForm, *, typed: bool = False) -> ResponseReturnValue:
    report, hands = owed.report, _hands(owed.office)
    figures = key_figures(owed.office, owed.period)
    writes = Hand.OFFICER in hands and not owed.closed
    draft = report is None or report.as_state is ReportState.DRAFT
    page = render_template(
        "office_reports/show.html",
        owed=owed,
        report=report if owed.received or owed.office.id == current_user.office_id else None,
        form=form if typed or (writes and draft) else None,
        texts=TEXTS,
        labels=OfficeReportForm(formdata=None),
        longest=services.LONGEST,
        cards=list(_cards(figures, report)),
        mark=mark_of(_values(figures)),
        steps=_steps(report, hands) if report and not owed.closed else [],
        months=_months(owed),
        states=REPORT_STATE_NAMES,
        standings=STANDING_NAMES,
        tones=STANDING_TONES,
    )
    return page, 422 if typed else 200


def _hands(office: Office) -> list[Hand]:
    """In which roles the signed-in user may take steps with the reports of an office."""
    own = office.id == current_user.office_id
    found = [hand for hand in (Hand.OFFICER, Hand.HEAD) if own and may(NEEDS[hand])]
    provincial = office.kind == OfficeKind.PROVINCIAL
    if provincial and scope_for(P.OFFICE_REPORTS_ENDORSE).covers(office.province_code):
        found.append(Hand.REGION)
    return found


STEP_NAMES = {
    (Hand.OFFICER, ReportState.DRAFT): _l("Take it back to change it"),
    (Hand.HEAD, ReportState.CONFIRMED): _l("Confirm the report and its figures"),
    (Hand.HEAD, ReportState.DRAFT): _l("Send it back to be changed"),
    (Hand.HEAD, ReportState.SUBMITTED): _l("Take the confirmation back"),
    (Hand.REGION, ReportState.ENDORSED): _l("Confirm for the region"),
    (Hand.REGION, ReportState.CONFIRMED): _l("Take the region's confirmation back"),
}
ENDPOINTS = {
    Hand.OFFICER: "office_reports.take_back",
    Hand.HEAD: "office_reports.confirm",
    Hand.REGION: "office_reports.endorse",
}


def _steps(report: OfficeReport, hands: list[Hand]) -> list[dict[str, Any]]:
    """The buttons of a page, those that lead on first."""
    return [
        {"to": to.value, "label": name, "endpoint": ENDPOINTS[hand], "on": to in FORWARD}
        for (hand, to), name in STEP_NAMES.items()
        if hand in hands and to in report.steps(hand)
    ]


FORWARD = {ReportState.CONFIRMED, ReportState.ENDORSED}


def key_figures(office: Office, period: Period) -> list[Figure]:
    """The key figures of an office in a period, as they are today."""
    return evaluate(office_scope(office, period.end), FIGURES, Months.of(period))


def _values(figures: list[Figure]) -> dict[str, Any]:
    return {one.measure: one.value for one in figures}


def _months(owed: Expected) -> list[Expected]:
    """The reports of a quarter's months, for reference."""
    months = [Period(month) for month in owed.period.months] if owed.period.length > 1 else []
    return [one for one in queries.expected(scope(), months, today(), owed.office) if one.received]


def _sum_up(form: OfficeReportForm, owed: Expected) -> None:
    """Begin the report of a quarter with what its months say."""
    for name in TEXTS:
        said = [
            f"{one.period.label(language())}\n{getattr(one.report, name)}"
            for one in _months(owed)
            if getattr(one.report, name)
        ]
        form[name].data = "\n\n".join(said)


@bp.post("/<period>/<office>")
@WRITE
def save(period: str, office: str) -> ResponseReturnValue:
    """Keep what was typed as a draft, or submit it to the head."""
    owed, form = owed_by(period, office), OfficeReportForm()
    if Hand.OFFICER not in _hands(owed.office):
        raise NotFound
    submits = request.form.get("then") == "submit"
    if not carry_out(form, lambda: _save(owed, form, submits=submits)):
        return _page(owed_by(period, office), form, typed=True)
    flash(_("The report was submitted to the head.") if submits else _("Saved."), "success")
    return redirect(url_for("office_reports.show", period=period, office=office))


def _save(owed: Expected, form: OfficeReportForm, *, submits: bool) -> None:
    row = owed.report
    now = {name: getattr(row, name, "") for name in TEXTS}
    with compared(form, row, now) if row else nullcontext():
        row = services.save(actor(), owed, form.words(), version=version_of(form))
    if submits:
        services.step(actor(), owed, Hand.OFFICER, ReportState.SUBMITTED, version=row.version)


def _take(hand: Hand, period: str, office: str) -> ResponseReturnValue:
    """Take a step in one of the own roles, of the version that the page showed."""
    owed = owed_by(period, office)
    if hand not in _hands(owed.office):
        raise NotFound
    press(lambda: _step(owed, hand), _("Saved."))
    return redirect(url_for("office_reports.show", period=period, office=office))


def _step(owed: Expected, hand: Hand) -> None:
    to = next((one for one in ReportState if one == request.form.get("to")), None)
    version = shown_version(request.form.get("version"))
    if to is None:
        raise Unseen
    figures = None
    if hand is Hand.HEAD and to is ReportState.CONFIRMED:
        figures = _values(key_figures(owed.office, owed.period))
        if mark_of(figures) != request.form.get("figures"):
            raise ChangedMeanwhile(
                _("A key figure changed meanwhile; read the figures as they are now, then confirm.")
            )
    services.step(actor(), owed, hand, to, version=version, figures=figures)


@bp.post("/<period>/<office>/take-back")
@WRITE
def take_back(period: str, office: str) -> ResponseReturnValue:
    """The officer takes a submitted report back."""
    return _take(Hand.OFFICER, period, office)


@bp.post("/<period>/<office>/confirm")
@CONFIRM
def confirm(period: str, office: str) -> ResponseReturnValue:
    """The head confirms a report and its figures, sends it back, or takes that back."""
    return _take(Hand.HEAD, period, office)


@bp.post("/<period>/<office>/endorse")
@ENDORSE
def endorse(period: str, office: str) -> ResponseReturnValue:
    """The region confirms the report of one of its provinces, or takes that back."""
    return _take(Hand.REGION, period, office)


def _cards(figures: list[Figure], report: OfficeReport | None) -> Iterator[dict[str, str]]:
    """Figures as people read them, beside those that the head confirmed where these differ."""
    confirmed = (report.figures if report else None) or {}
    for one in figures:
        before = confirmed.get(one.measure, one.value)
        yield {
            "title": str(measure(one.measure).title),
            "value": _said(one.measure, one.value),
            "confirmed": "" if before == one.value else _said(one.measure, before),
        }


def _said(name: str, value: float | int | None) -> str:
    if value is None:
        return "–"
    return f"{value * 100:,.1f} %" if measure(name).is_share else f"{value:,.0f}"
