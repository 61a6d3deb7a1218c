"""The page of the rows behind a figure, and their download."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from flask import Blueprint, Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import record
from registry.db import commit
from registry.documents.csvfile import csv_bytes
from registry.documents.rows import write_rows
from registry.documents.workbook import MOST_ROWS, XLSX
from registry.errors import Refused
from registry.facts.asked import LIMITS, Asked, asked
from registry.facts.evaluate import evaluate
from registry.facts.few import tells_apart
from registry.facts.histograms import span_of
from registry.facts.labels import label, names
from registry.facts.measures import measure
from registry.facts.rows import FEWEST, PAGE, Behind, Part, Size, every, page, size
from registry.facts.sealed import seal_of
from registry.fields import read_page
from registry.i18n import language
from registry.periods.models import SealedFigure

bp = Blueprint("figures", __name__, url_prefix="/figures")


def _behind(who: Scope) -> tuple[Behind, Asked]:
    question = asked(scope(), request.args, today())
    one = measure(request.args.get("measure", ""))
    parts: dict[str, Part] = {"denominator": "denominator"}
    if one.is_share:
        parts["rest"] = "rest"
    part = parts.get(request.args.get("part", ""), "numerator")
    bucket = request.args.get("bucket", "")
    if bucket and not (one.is_median and bucket in one.components):
        raise Refused(_("There is no such span of time; open it from the chart again."))
    return Behind(scope(), who, one, part, question.months, question.cut, bucket), question


def _who() -> Scope:
    """Whose names may be shown; others see rows without anybody's name."""
    return scope_for(Permission.ROWS_VIEW) if may(Permission.ROWS_VIEW) else Scope()


@bp.get("/rows")
@allow(Permission.FIGURES_VIEW)
def rows() -> ResponseReturnValue:
    """The rows behind a figure."""
    behind, question = _behind(_who())
    number = read_page(request.args)
    count = _size(behind)
    return render_template(
        "figures/rows.html",
        behind=behind,
        question=question,
        sealed=_sealed(behind, question),
        figure=evaluate(scope(), [behind.measure.name], behind.months, behind.cut)[0],
        limits=[*_limits(question), *([span_of(behind.bucket)] if behind.bucket else [])],
        count=count,
        fewest=FEWEST,
        rows=[] if count.hidden else page(behind, number),
        number=number,
        last=max(-(-count.rows // PAGE), 1),
        args={name: value for name, value in request.args.items() if name != "page"},
        language=language(),
    )


def _sealed(behind: Behind, question: Asked) -> SealedFigure | None:
    """What the figure was when its period was closed; its rows are those of today's records."""
    seal = None if question.life or behind.bucket else seal_of(behind.scope, question)
    return seal.figure(behind.measure.name) if seal else None


def _size(behind: Behind) -> Size:
    """How many rows there are; hidden also where other lists would give away too few persons."""
    count = size(behind)
    apart = bool(count.rows) and not (count.hidden or behind.named) and tells_apart(behind)
    return replace(count, hidden=count.hidden or apart)


def _limits(question: Asked) -> list[str]:
    return [
        label(name, value, names(name)) for name, values in question.cut.where for value in values
    ]


@bp.post("/rows")
@allow(Permission.ROWS_EXPORT)
def export() -> ResponseReturnValue:
    """The rows behind a figure as a file; each download leaves an audit event."""
    behind, question = _behind(_who())
    count = _size(behind)
    if count.hidden:
        raise Refused(
            _(
                "These rows would tell fewer than %(n)s persons apart, so they are not given; "
                "choose wider filters.",
                n=FEWEST,
            )
        )
    if count.rows > MOST_ROWS:
        raise Refused(
            _("%(n)s rows are too many for one file; choose a shorter period.", n=count.rows)
        )
    kind = "csv" if request.form.get("format") == "csv" else "xlsx"
    _note(behind, question, count.rows, kind)
    titles = [str(column.title) for column in behind.columns]
    body = csv_bytes(titles, every(behind)) if kind == "csv" else _workbook(behind, titles)
    return _file(body, f"{behind.measure.name}-{question.code}.{kind}", kind)


def _note(behind: Behind, question: Asked, count: int, kind: str) -> None:
    told = (*LIMITS, "part", "bucket", "as_of")
    record(
        actor(),
        Action.ROWS_EXPORT,
        "measure",
        behind.measure.name,
        period=question.code,
        query="&".join(f"{name}={request.args[name]}" for name in told if name in request.args),
        count=count,
        format=kind,
    )
    commit()


def _workbook(behind: Behind, titles: list[str]) -> bytes:
    target = BytesIO()
    write_rows(target, str(behind.measure.title), titles, every(behind))
    return target.getvalue()


def _file(body: bytes, name: str, kind: str) -> Response:
    answer = Response(body, mimetype="text/csv" if kind == "csv" else XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def init_app(app: Flask) -> None:
    """Install the page."""
    app.register_blueprint(bp)
