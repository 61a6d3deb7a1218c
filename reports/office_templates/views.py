"""Pages of the Word templates: bring one, choose which is used, see which fields there are."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField

from registry.access.gate import actor, allow, scope
from registry.access.models import Office
from registry.access.offices import office_for, offices
from registry.access.queries import names_of
from registry.access.roles import Permission
from registry.db import begin_write, commit, db
from registry.documents.filling import DOCX, examined
from registry.errors import Refused
from registry.fields import read_id
from reports.docx_fields import Kind, known_fields, sample
from reports.docx_template import our_template
from reports.office_templates import services
from reports.office_templates.queries import template_for, templates_of

bp = Blueprint(
    "word_templates", __name__, url_prefix="/reports/templates", template_folder="../templates"
)
CHOOSE = allow(Permission.REPORTS_CLOSE)
OURS = 0
"""In place of a template's number."""


class TemplateForm(FlaskForm):
    """One Word file."""

    file = FileField()


@bp.get("/")
@CHOOSE
def index() -> ResponseReturnValue:
    """The templates of an office; of one's own unless another one is chosen."""
    return _shown(_office(request.args.get("office", "")))


def _office(code: str) -> Office:
    if code:
        return office_for(code)
    own = actor().office_id
    known = list(offices())
    return next((one for one in known if one.id == own), known[0])


def _shown(office: Office, problem: str = "") -> str:
    rows = templates_of(scope(), office.id)
    people = names_of(scope(), {one.added_by for one in rows if one.added_by})
    return render_template(
        "office_templates/index.html",
        office=office,
        offices=offices(),
        rows=rows,
        people=people,
        problem=problem,
        ours=OURS,
        largest=services.LARGEST_MB,
    )


@bp.post("/")
@CHOOSE
def add() -> ResponseReturnValue:
    """Examine a template and use it; one that cannot be filled is refused, and why is said."""
    office, who = _office(request.form.get("office", "")), actor()
    office_id, upload = office.id, TemplateForm().file.data
    db.session.rollback()  # nobody waits while the template is tried
    try:
        if not upload or not upload.filename:
            raise Refused(_("Choose a file first."))
        content = upload.read()
        services.require_fitting(content, upload.filename)
        clean = examined(content, sample(), upload.filename)
    except Refused as refusal:
        return _shown(_office(request.form.get("office", "")), str(refusal)), 422
    begin_write()
    services.add(who, office_id, upload.filename, clean)
    commit()
    flash(_("The template %(name)s is in use from now on.", name=upload.filename), "success")
    return redirect(url_for("word_templates.index", office=request.form.get("office")))


@bp.post("/choose")
@CHOOSE
def choose() -> ResponseReturnValue:
    """Use another template of an office, or ours."""
    office, number = _office(request.form.get("office", "")), read_id(request.form.get("template"))
    chosen = None if number == OURS else template_for(scope(), office.id, number)
    services.use(actor(), office.id, chosen)
    commit()
    name = chosen.name if chosen else _("Sang's own template")
    flash(_("%(name)s is in use from now on.", name=name), "success")
    return redirect(url_for("word_templates.index", office=office.code))


@bp.get("/file")
@CHOOSE
def file() -> ResponseReturnValue:
    """A template of an office, or ours as the example to start from."""
    office, number = _office(request.args.get("office", "")), read_id(request.args.get("template"))
    if number == OURS:
        return _sent(our_template(), "sang-template.docx")
    one = template_for(scope(), office.id, number)
    return _sent(one.content, f"template-{office.code}-{one.id}.docx")


def _sent(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=DOCX, headers=headers)


@bp.get("/fields")
@CHOOSE
def fields() -> ResponseReturnValue:
    """What may stand in braces, and what it holds."""
    return render_template(
        "office_templates/fields.html", fields=known_fields(), Kind=Kind, ours=OURS
    )
