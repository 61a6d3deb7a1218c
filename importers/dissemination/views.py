"""Pages of the sheet: download a month, upload it filled in, look at it, save it."""

from __future__ import annotations

import hashlib
import io
import tempfile
from pathlib import Path

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField

from importers.dissemination import layout, reading, services
from importers.dissemination.models import DisseminationSheet
from importers.dissemination.reading import ReadSheet
from importers.planning import limits_of
from importers.reading.parent import read_workbook
from registry.access.gate import actor, allow, scope
from registry.access.roles import Permission
from registry.audit.actions import Action
from registry.audit.services import record
from registry.db import begin_write, commit, db
from registry.documents.workbook import XLSX
from registry.errors import NotFound, Refused
from registry.fields import read_page
from registry.messages import grid, grid_entries
from registry.messages.grid_views import chosen_sheet

bp = Blueprint(
    "dissemination_sheet", __name__, url_prefix="/dissemination/sheet", template_folder="templates"
)
RECORD = allow(Permission.DISSEMINATION_RECORD)
PAGE = 100


class UploadForm(FlaskForm):
    """One filled sheet."""

    file = FileField()


def _send(data: bytes, name: str) -> ResponseReturnValue:
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.post("/download")
@RECORD
def download() -> ResponseReturnValue:
    """The sheet of a network, a month and some messages, all members in it; it is noted."""
    sheet = chosen_sheet()
    if sheet is None:
        return redirect(url_for("dissemination.grid_page"))
    rows = grid.rows_of(scope(), sheet)
    grid_entries.fill(rows, {})
    name = f"dissemination-{sheet.month}-{sheet.network.id}.xlsx"
    data = layout.workbook(sheet, rows)
    _note(sheet, len(rows))
    return _send(data, name)


def _note(sheet: grid.Sheet, count: int) -> None:
    """Who took the names of how many rows out of the system."""
    network, month = sheet.network.id, str(sheet.month)
    db.session.rollback()
    begin_write()
    record(
        actor(),
        Action.ROWS_EXPORT,
        "dissemination_sheet",
        network,
        count=count,
        format="xlsx",
        month=month,
        network=network,
    )
    commit()


@bp.get("/")
@RECORD
def upload() -> ResponseReturnValue:
    """Where a filled sheet is handed in."""
    return render_template("dissemination_sheet/upload.html", problem="")


@bp.post("/")
@RECORD
def take() -> ResponseReturnValue:
    """Read a sheet in the limited child, keep it, and show what it would do."""
    try:
        read, name, sha256 = _read(UploadForm())
        sheet = services.keep(actor(), scope(), read, name, sha256)
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        page = render_template("dissemination_sheet/upload.html", problem=str(refusal))
        return page, 422
    commit()
    return redirect(url_for("dissemination_sheet.show", sheet_id=sheet.id))


def _read(form: UploadForm) -> tuple[ReadSheet, str, str]:
    """Nothing of the database is touched while the child works."""
    upload = form.file.data
    if not upload or not upload.filename:
        raise Refused(_("Choose a file first."))
    limits = limits_of(current_app.extensions["sang_settings"])
    with tempfile.TemporaryDirectory(prefix="sang-sheet-", dir=limits.folder) as folder:
        path = Path(folder) / "sheet"
        upload.save(path)
        workbook = read_workbook(path, upload.filename, limits)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return reading.read(workbook, upload.filename), upload.filename, digest


def _sheet(sheet_id: int, *, lock: bool = False) -> DisseminationSheet:
    office = current_user.office_id
    return services.sheet_for(scope(), sheet_id, office_id=office, lock=lock)


@bp.get("/<int:sheet_id>")
@RECORD
def show(sheet_id: int) -> ResponseReturnValue:
    """What the sheet would do, the wrong rows first."""
    sheet = _sheet(sheet_id)
    rows, unknown = services.rows_of(scope(), sheet)
    what = services.grid_of(scope(), sheet)
    saved = grid_entries.examine(scope(), rows, what.month)
    rows.sort(key=lambda row: (not row.errors, int(sheet.typed[row.key]["row"])))
    page = read_page(request.args)
    return render_template(
        "dissemination_sheet/show.html",
        sheet=sheet,
        what=what,
        rows=rows[(page - 1) * PAGE : page * PAGE],
        total=len(rows),
        page=page,
        per_page=PAGE,
        saved=saved,
        unknown=unknown,
    )


@bp.post("/<int:sheet_id>/save")
@RECORD
def save(sheet_id: int) -> ResponseReturnValue:
    """Save the rows that hold."""
    sheet = _sheet(sheet_id, lock=True)
    try:
        saved = services.commit_sheet(actor(), scope(), sheet)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "warning")
    else:
        commit()
        flash(_told(saved.reports, saved.receipts, saved.wrong), "success")
    return redirect(url_for("dissemination_sheet.show", sheet_id=sheet_id))


def _told(reports: int, receipts: int, wrong: int) -> str:
    return str(
        _(
            "Saved: %(reports)s reports of passing on, %(receipts)s receipts; %(wrong)s rows were "
            "left out.",
            reports=reports,
            receipts=receipts,
            wrong=wrong,
        )
    )


@bp.post("/<int:sheet_id>/discard")
@RECORD
def discard(sheet_id: int) -> ResponseReturnValue:
    """Throw the sheet away."""
    sheet = _sheet(sheet_id, lock=True)
    services.discard(sheet)
    commit()
    flash(_("The sheet was thrown away; nothing was saved."), "success")
    return redirect(url_for("dissemination_sheet.upload"))


@bp.post("/<int:sheet_id>/problems.xlsx")
@RECORD
def problems(sheet_id: int) -> ResponseReturnValue:
    """The rows that do not hold, with what is wrong, to be mended and handed in again."""
    sheet = _sheet(sheet_id)
    rows, _unknown = services.rows_of(scope(), sheet)
    what = services.grid_of(scope(), sheet)
    grid_entries.examine(scope(), rows, what.month)
    wrong = [row for row in rows if row.errors]
    data, name = layout.workbook(what, wrong, problems=True), f"problems-{what.month}.xlsx"
    _note(what, len(wrong))
    return _send(data, name)
