"""The lists of messages and of disseminations as workbooks; each download leaves an audit event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, scope, today
from registry.access.roles import Permission
from registry.audit.actions import Action
from registry.audit.services import record
from registry.channels.models import CHANNEL_KIND_NAMES, ChannelKind
from registry.db import commit
from registry.documents.cells import Cell
from registry.documents.rows import write_rows
from registry.documents.workbook import MOST_ROWS, XLSX
from registry.errors import Refused
from registry.i18n import name_of
from registry.messages import inbox, ledger_views, queries, views
from registry.messages.inbox import LedgerFilters
from registry.messages.ledger_models import DISSEMINATION_STATE_NAMES, Dissemination
from registry.messages.models import MESSAGE_KIND_NAMES, MESSAGE_STATE_NAMES, MessageKind
from registry.messages.queries import MessageFilters


def _send(
    name: str, title: str, columns: Sequence[str], count: int, rows: Iterable[list[Cell]]
) -> Response:
    """The workbook; the rows are read after the event was written, without the write lock."""
    if count > MOST_ROWS:
        raise Refused(
            _(
                "More than %(n)s rows do not fit into one file; choose a shorter period.",
                n=f"{MOST_ROWS:,}",
            )
        )
    record(actor(), Action.ROWS_EXPORT, name, today(), count=count, format="xlsx")
    commit()
    buffer = BytesIO()
    write_rows(buffer, title, columns, rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{today()}.xlsx"'}
    return Response(buffer.getvalue(), mimetype=XLSX, headers=headers)


@views.bp.post("/export")
@allow(Permission.MESSAGES_READ)
def export_messages() -> ResponseReturnValue:
    """The messages that the filters leave."""
    columns = [
        _("Title of the message"),
        _("Sentence to remember (Key Message)"),
        _("Kind"),
        _("Topic"),
        _("State"),
        _("Office"),
        _("Published"),
        _("Recipients"),
        _("Received"),
    ]
    filters = replace(views.filters_of_address(), page=1)
    count = queries.count_messages(scope(), filters, views.mine())
    return _send("messages", _("Key messages"), columns, count, _message_rows(filters))


def _message_rows(filters: MessageFilters) -> Iterable[list[Cell]]:
    rows = queries.list_messages(scope(), filters, views.mine(), limit=MOST_ROWS)
    for row, recipients, received in views.reached(rows):
        yield [
            row.title,
            row.sentence,
            str(MESSAGE_KIND_NAMES[MessageKind(row.kind)]),
            ", ".join(row.topics),
            str(MESSAGE_STATE_NAMES[row.as_state]),
            name_of(row.office),
            row.published_at,
            recipients if row.is_out else None,
            received if row.is_out else None,
        ]


@ledger_views.bp.post("/export")
@allow(Permission.DISSEMINATION_RECORD)
def export_disseminations() -> ResponseReturnValue:
    """The disseminations that the filters leave; reaches stand in columns of their own."""
    columns = [
        _("Passed on"),
        _("Message"),
        _("Member"),
        _("Channel"),
        _("Channel kind"),
        _("Potential"),
        _("Reported"),
        _("Basis of the estimate"),
        _("Link"),
        _("Evidence"),
        _("State"),
    ]
    filters = replace(ledger_views.filters_of_address(), page=1)
    count = inbox.count_disseminations(scope(), filters, MOST_ROWS)
    return _send("dissemination", _("Dissemination"), columns, count, _reports(filters))


def _reports(filters: LedgerFilters) -> Iterable[list[Cell]]:
    for row in inbox.list_disseminations(scope(), filters, limit=MOST_ROWS):
        yield _told(row)


def _told(row: Dissemination) -> list[Cell]:
    return [
        row.at if row.time_known else row.on,
        row.message.title,
        row.member.display_name,
        row.channel.name,
        str(CHANNEL_KIND_NAMES[ChannelKind(row.channel_kind)]),
        row.audience_potential,
        row.audience_reported,
        row.basis,
        row.link,
        _("with a link or picture") if row.has_evidence else None,
        str(DISSEMINATION_STATE_NAMES[row.as_state]),
    ]
