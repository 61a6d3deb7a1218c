"""The list of members as a file: no national IDs, and each download leaves an audit event."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, may, scope, today
from registry.access.roles import Permission
from registry.audit.actions import Action
from registry.audit.services import record
from registry.db import commit
from registry.documents.cells import Cell
from registry.documents.csvfile import csv_lines
from registry.documents.rows import write_rows
from registry.documents.workbook import MOST_ROWS, XLSX
from registry.errors import Refused
from registry.i18n import name_of
from registry.members.list_queries import MemberFilters, count_to_export, export_members
from registry.members.masks import mask_phone, show_phone
from registry.members.models import KIND_NAMES, STATE_NAMES, Member, MemberKind
from registry.members.views import bp
from registry.periods.wording import BE_OFFSET


def _columns() -> list[str]:
    return [
        _("Title"),
        _("First name"),
        _("Surname"),
        _("Member is"),
        _("Network type"),
        _("Birth year (B.E.)"),
        _("Telephone"),
        _("LINE ID"),
        _("E-mail"),
        _("House number"),
        _("Village number (moo)"),
        _("Subdistrict"),
        _("District"),
        _("Province"),
        _("Postcode"),
        _("Occupation"),
        _("Organisation"),
        _("Position"),
        _("State"),
        _("Joined on"),
        _("Confirmed on"),
        _("Office"),
    ]


def _row(member: Member, *, clear: bool) -> list[Cell]:
    phone = show_phone(member.phone) if clear else mask_phone(member.phone)
    return [
        member.title,
        member.first_name,
        member.last_name,
        str(KIND_NAMES[MemberKind(member.kind)]),
        name_of(member.type),
        str(member.birth_year + BE_OFFSET) if member.birth_year else None,
        phone,
        member.line_id,
        member.email,
        member.house_no,
        member.moo,
        name_of(member.subdistrict) if member.subdistrict else None,
        name_of(member.district) if member.district else None,
        name_of(member.province),
        member.postcode,
        member.occupation,
        member.organisation,
        member.position,
        str(STATE_NAMES[member.as_state]),
        member.joined_on,
        member.confirmed_on,
        name_of(member.office),
    ]


@bp.post("/export")
@allow(Permission.MEMBERS_EXPORT)
def export() -> ResponseReturnValue:
    """The filtered list as xlsx or csv."""
    filters = MemberFilters.of(request.args)
    kind = "csv" if request.form.get("format") == "csv" else "xlsx"
    total = count_to_export(scope(), filters)
    if kind == "xlsx" and total > MOST_ROWS:
        raise Refused(
            _("%(n)s members are too many for one workbook; narrow the list or take CSV.", n=total)
        )
    fields = sorted(filters.params())
    record(actor(), Action.MEMBER_EXPORT, "member", "-", count=total, format=kind, fields=fields)
    commit()
    rows = _rows(filters)
    body = stream_with_context(csv_lines(_columns(), rows)) if kind == "csv" else _workbook(rows)
    answer = Response(body, mimetype="text/csv" if kind == "csv" else XLSX)
    name = f"members-{today():%Y%m%d}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _rows(filters: MemberFilters) -> Iterator[list[Cell]]:
    clear = may(Permission.MEMBERS_REVEAL)
    for member in export_members(scope(), filters):
        yield _row(member, clear=clear)


def _workbook(rows: Iterator[list[Cell]]) -> bytes:
    target = BytesIO()
    write_rows(target, _("Members"), _columns(), rows)
    return target.getvalue()
