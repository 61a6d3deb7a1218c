"""Bringing sheets: the list of imports, and one or several files at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.exceptions import RequestEntityTooLarge

from importers import queries, services
from importers.forms import UploadForm
from importers.models import BATCH_STATE_NAMES, ImportBatch
from importers.views import RUN, bp, step_text
from registry.access.gate import actor, scope
from registry.access.models import Office
from registry.db import begin_write, commit, db
from registry.errors import Refused
from registry.fields import read_page
from registry.jobs import Job
from registry.networks.types import network_types

__all__ = ["bp"]
ROOM = 4
"""Times the size of one file that an upload of several may have."""


@bp.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Several files may come at once; each is measured by itself, with a sentence of its own."""
    if endpoint == "imports.upload":
        limit = current_app.config["MAX_CONTENT_LENGTH"]
        request.max_content_length = limit * ROOM


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """What is larger than all that room is not read; the page says so."""
    return redirect(url_for("imports.index", too_large=1), 303)


@bp.get("/")
@RUN
def index() -> ResponseReturnValue:
    """The imports of the offices in scope, and the place to drop sheets."""
    form = _form(UploadForm(formdata=None))
    if "too_large" in request.args:
        form.form_errors.append(
            _("What was sent is larger than %(limit)s MB; send smaller files, or one at a time.",
              limit=_limit_mb())
        )  # fmt: skip
    return _index(form)


def _jobs(batches: Sequence[ImportBatch]) -> dict[int, Job]:
    """Jobs of the batches that somebody waits for, by batch."""
    waiting = {one.job_id: one.id for one in batches if one.at_work}
    found = db.session.scalars(select(Job).where(Job.id.in_([key for key in waiting if key])))
    return {waiting[job.id]: job for job in found}


def _limit_mb() -> int:
    return int(current_app.extensions["sang_settings"].upload_max_mb)


def _form(form: UploadForm) -> UploadForm:
    """The form with the offices to choose from."""
    form.offer(queries.offices_to_import_for(scope()), current_user.office_id)
    return form


def _index(form: UploadForm, taken: Sequence[Taken] = ()) -> str:
    batches = queries.list_batches(scope(), read_page(request.args))
    return render_template(
        "importers/index.html",
        form=form,
        taken=taken,
        batches=batches,
        jobs=_jobs(batches),
        steps=step_text,
        types=network_types(active_only=True),
        total=queries.count_batches(scope()),
        size=queries.PAGE,
        page=read_page(request.args),
        states=BATCH_STATE_NAMES,
        limit_mb=_limit_mb(),
    )


@bp.post("/")
@RUN
def upload() -> ResponseReturnValue:
    """Take one or several sheets in; each becomes a batch that is planned in the background."""
    form = _form(UploadForm())
    if not form.validate_on_submit():
        return _answer([Taken("", None, " ".join(_errors(form)))], _index(form))
    taken = [_take(form, file) for file in form.files.data]
    if any(file.batch_id is None for file in taken):
        return _answer(taken, _index(_emptied(form), taken))
    only = taken[0].batch_id if len(taken) == 1 else None
    address = url_for("imports.show", batch_id=only) if only else url_for("imports.index")
    return _answer(taken, redirect(address))


def _errors(form: UploadForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _emptied(form: UploadForm) -> UploadForm:
    """The form for the next files: what was chosen stays, its token does not."""
    fresh = _form(UploadForm(formdata=None, data={**form.data, "form_token": None}))
    fresh.form_token.data = secrets.token_hex(16)
    return fresh


@dataclass(frozen=True)
class Taken:
    """What became of one file: the batch that it made, or the sentence that refused it."""

    name: str
    batch_id: int | None
    sentence: str = ""
    earlier_id: int | None = None

    @property
    def address(self) -> str:
        """The page of its batch, or of the import of the same file before."""
        number = self.batch_id or self.earlier_id
        return url_for("imports.show", batch_id=number) if number else ""


def _answer(taken: list[Taken], page: ResponseReturnValue) -> ResponseReturnValue:
    """The page; for the script that sends files one by one what became of each."""
    if request.accept_mimetypes.best != "application/json":
        return page
    told = [{"name": t.name, "error": t.sentence, "address": t.address} for t in taken]
    return jsonify(files=told)


def _take(form: UploadForm, file: Any) -> Taken:
    """Take one file in; a refusal of one does not hold up the others."""
    begin_write()
    name, data = file.filename, file.read()
    token = f"{form.form_token.data}:{hashlib.sha256(data).hexdigest()[:16]}"
    sent_before = queries.batch_by_token(scope(), token)
    if sent_before is not None:
        return Taken(name, sent_before.id)
    try:
        batch = services.receive(
            actor(),
            _office(form),
            name,
            data,
            sheet=form.sheet.data,
            keep_unknown=form.keep_unknown.data,
            form_token=token,
        )
    except Refused as refusal:
        db.session.rollback()  # the page that says why only reads
        return Taken(name, None, str(refusal), getattr(refusal, "batch_id", None))
    services.start(batch)
    commit()
    return Taken(name, batch.id)


def _office(form: UploadForm) -> Office:
    """The office that brings the sheet: the own one, unless headquarters chose another."""
    number = form.office.data if "office" in form else current_user.office_id
    return db.session.get_one(Office, number)
