"""The member's own data as a file; each download leaves one audit event."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from io import BytesIO

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public, today
from registry.audit.actions import Action
from registry.audit.services import record as note
from registry.db import commit
from registry.documents.cells import Cell, clean_text
from registry.documents.workbook import XLSX, Sheet, write_workbook
from registry.portal.door_views import bp, own
from registry.portal.own_data import own_parts
from registry.portal.parts import Part


@bp.post("/data/<any(json, xlsx):form>")
@public
def own_data(token: str, form: str) -> ResponseReturnValue:
    """All that is held about the member: JSON for machines, a workbook for people."""
    me = own(token, kept=True)
    parts = own_parts(me.scope, me.member)
    province = me.member.province_code
    note(me.actor, Action.OWN_DATA_EXPORT, "member", me.member.id, province=province, format=form)
    commit()
    body, kind = (_json(parts), "application/json") if form == "json" else (_workbook(parts), XLSX)
    headers = {"Content-Disposition": f'attachment; filename="my-data-{today()}.{form}"'}
    return Response(body, mimetype=kind, headers=headers)


def _json(parts: list[Part]) -> bytes:
    """Each table under its title, each row by the names of its columns; moments in UTC."""
    tables = {
        part.title: [dict(zip(part.columns, map(_plain, row), strict=True)) for row in part.rows]
        for part in parts
    }
    told = {_("Made"): _plain(datetime.now(UTC)), **tables}
    return json.dumps(told, ensure_ascii=False, indent=2).encode()


def _plain(value: Cell) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return clean_text(value) if isinstance(value, str) else value


def _workbook(parts: list[Part]) -> bytes:
    target = BytesIO()
    sheets = [
        Sheet(
            name=part.title,
            title=part.title,
            columns=part.columns,
            rows=part.rows,
            notes=[] if part.rows else [_("Nothing is held here.")],
        )
        for part in parts
    ]
    write_workbook(target, sheets, title=_("My data"))
    return target.getvalue()
