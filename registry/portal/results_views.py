"""A member's own results: what was passed on, what it reached, and the certificate."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public, today
from registry.access.scope import Scope
from registry.carry import press
from registry.facts.cuts import Cut
from registry.facts.evaluate import evaluate
from registry.facts.measure import Figure
from registry.facts.rows import FEWEST
from registry.facts.spans import Months
from registry.members.models import Member
from registry.messages.ledger_models import DISSEMINATION_STATE_NAMES
from registry.periods.calendar import Period, PeriodKind, month_of
from registry.portal import queries, results
from registry.portal.certificate import certificate_pdf
from registry.portal.door_views import bp, own

SHOWN = 12
"""Months of the table and the picture."""
PROVINCE = ("members_passing_on", "messages_published", "disseminations", "reach_evidenced")


@bp.get("/results")
@public
def results_page(token: str) -> ResponseReturnValue:
    """What the member passed on and what the province reached."""
    me = own(token, private=True)
    rows = results.my_rows(me.scope)
    year = Period.containing(today(), PeriodKind.YEAR)
    last = month_of(today())
    found = results.by_month(rows)
    return render_template(
        "portal/results.html",
        me=me,
        whole=results.whole(rows),
        months=[
            (Period(month), found.get(month, results.Own()))
            for month in range(last - SHOWN + 1, last + 1)
        ],
        reports=queries.my_reports(me.scope),
        states=DISSEMINATION_STATE_NAMES,
        certificates=[(row, results.still_holds(row)) for row in results.my_certificates(me.scope)],
        year=year,
        province=_province(me.member, year),
        fewest=FEWEST,
    )


def _province(member: Member, year: Period) -> dict[str, Figure] | None:
    """The province's figures of the fiscal year; none where so few people stand behind them."""
    inside = Scope.of_provinces(member.province_code, personal=False)
    found = evaluate(inside, PROVINCE, Months.of(year), Cut())
    figures: dict[str, Any] = {figure.measure: figure.value for figure in found}
    return figures if (figures["members_passing_on"] or 0) >= FEWEST else None


@bp.post("/certificates")
@public
def certify(token: str) -> ResponseReturnValue:
    """Make a certificate of what the office accepted."""
    me = own(token, private=True)
    done = _("Your certificate is ready below.")
    press(lambda: results.certify(me.actor, me.scope, me.member), done)
    return redirect(url_for("portal.results_page", token=token, _anchor="certificates"))


@bp.get("/certificates/<int:certificate_id>.pdf")
@public
def certificate(token: str, certificate_id: int) -> ResponseReturnValue:
    """A certificate as PDF."""
    me = own(token, private=True)
    row = results.my_certificate(me.scope, certificate_id)
    headers = {"Content-Disposition": f'inline; filename="certificate-{row.code}.pdf"'}
    return Response(certificate_pdf(row), mimetype="application/pdf", headers=headers)
