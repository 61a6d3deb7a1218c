"""Files of a page: one exhibit, or the whole; made again within the scope of whoever asks."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from dashboards import brief, router, sheets
from dashboards.navigation import args_of
from dashboards.paper import Paper, paper_of
from registry.access.gate import allow, scope, today
from registry.access.roles import Permission
from registry.documents.workbook import XLSX
from registry.errors import NotFound
from registry.periods.calendar import utc_now

TYPES = {"xlsx": XLSX, "csv": "text/csv", "pdf": "application/pdf"}


@allow(Permission.FIGURES_VIEW)
def page_file(name: str, form: str) -> ResponseReturnValue:
    """The whole page as a workbook, a sheet for each exhibit, or as a brief."""
    writers = {"xlsx": sheets.workbook, "pdf": brief.pdf_of}
    if form not in writers:
        raise NotFound
    paper = _paper(name)
    return _file(writers[form](paper), paper.source.file_name(form), form)


@allow(Permission.FIGURES_VIEW)
def exhibit_file(name: str, exhibit: str, form: str) -> ResponseReturnValue:
    """The table of one exhibit."""
    if form not in ("xlsx", "csv"):
        raise NotFound
    paper = _paper(name)
    one = next((each for each in paper.exhibits if each.name == exhibit), None)
    if one is None:
        raise NotFound
    content = sheets.csv_of(one) if form == "csv" else sheets.workbook_of(paper, one)
    return _file(content, paper.source.file_name(form, one.name), form)


def _paper(name: str) -> Paper:
    path = router.path_named(name)
    if path is None:
        raise NotFound
    args = args_of(request.query_string.decode("utf-8", "replace"))
    return paper_of(router.PAGES[path], path, scope(), args, utc_now(), today())


def _file(content: bytes, name: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=TYPES[form], headers=headers)
