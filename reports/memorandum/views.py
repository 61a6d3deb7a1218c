"""The form of a memorandum on a closed report, and the memorandum."""

from __future__ import annotations

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm

from registry.access.gate import actor, allow, scope
from registry.access.roles import Permission
from registry.carry import carry_out
from registry.errors import NotFound
from registry.members.fields import TextField
from registry.periods.calendar import utc_now
from registry.periods.models import SealedPeriod
from reports.books import report_of
from reports.documents import closed
from reports.memorandum import services
from reports.memorandum.models import LONGEST
from reports.memorandum.pdf import memorandum_of
from reports.memorandum.services import Head
from reports.report import Report
from reports.services import refuse_destroyed

bp = Blueprint("memorandum", __name__, url_prefix="/reports", template_folder="../templates")


class HeadForm(FlaskForm):
    """Each field may stay empty, to be filled in by hand."""

    number = TextField(_l("Number of the memorandum"), longest=LONGEST)
    addressee = TextField(_l("Addressed to"), longest=LONGEST)
    signer = TextField(_l("Name of who signs"), longest=LONGEST)
    post = TextField(_l("Post of who signs"), longest=LONGEST)

    def head(self) -> Head:
        """What was typed."""
        fields = (self.number, self.addressee, self.signer, self.post)
        return Head(*(field.data or "" for field in fields))


@bp.route("/<period>/memorandum", methods=["GET", "POST"])
@allow(Permission.REPORTS_VIEW)
def form(period: str) -> ResponseReturnValue:
    """A small form; sending it gives the PDF and keeps what was typed for the next one."""
    row = closed(period)
    refuse_destroyed(row)
    report = report_of(row, scope())
    if report.place is None or not report.book.figures:
        raise NotFound
    head = HeadForm(obj=services.head_of(current_user.office_id))
    if carry_out(head, lambda: services.made(actor(), current_user.office_id, row, head.head())):
        return _download(row, report, head)
    page = render_template("reports/memorandum.html", form=head, period=report.period)
    return page, 422 if head.errors or head.form_errors else 200


def _download(row: SealedPeriod, report: Report, form: HeadForm) -> Response:
    content = memorandum_of(report, current_user.office, form.head(), utc_now())
    name = f'attachment; filename="sang-memorandum-{row.folder}.pdf"'
    return Response(content, mimetype="application/pdf", headers={"Content-Disposition": name})
