"""The month grid: choose network, month and messages; type; save all at once."""

from __future__ import annotations

from collections import defaultdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, scope, today
from registry.db import commit, db
from registry.i18n import language
from registry.messages import grid, grid_entries
from registry.messages.choices import month_choices, read_id, read_page, read_period
from registry.messages.grid import FIELDS, GridRow, Sheet
from registry.messages.grid_entries import Saved
from registry.messages.ledger_views import RECORD, bp
from registry.networks.queries import network_for, networks_in
from registry.periods.calendar import Period

__all__ = ["bp"]
MOST_MESSAGES = 5


def chosen_month() -> Period:
    """The month of the address, else this one."""
    period = read_period(request.args.get("month", ""))
    return period if period and period.length == 1 else Period.containing(today())


def chosen_sheet() -> Sheet | None:
    """Network, month and messages of the address; None until a network was chosen.

    Raises:
        NotFound: the network, or a message, lies outside the scope.
    """
    network_id = read_id(request.args.get("network"))
    if network_id is None:
        return None
    network, month = network_for(scope(), network_id), chosen_month()
    offered = grid.messages_of(scope(), month, network_id=network.id)
    wanted = {read_id(text) for text in request.args.getlist("message")}
    chosen = [row for row in offered if row.id in wanted][:MOST_MESSAGES]
    return Sheet(network, month, chosen or offered[:1])


@bp.get("/grid")
@RECORD
def grid_page() -> ResponseReturnValue:
    """The grid of a page of members."""
    sheet = chosen_sheet()
    rows = grid.rows_of(scope(), sheet, page=read_page(request.args)) if sheet else []
    grid_entries.fill(rows, {})
    return _page(sheet, rows)


@bp.post("/grid")
@RECORD
def grid_save() -> ResponseReturnValue:
    """Save all that was typed, or nothing: every wrong cell says what is wrong."""
    sheet = chosen_sheet()
    if sheet is None:
        return redirect(url_for("dissemination.grid_page"))
    rows = grid.rows_of(scope(), sheet, page=read_page(request.args))
    filled = grid_entries.fill(rows, _typed())
    saved = grid_entries.save(actor(), scope(), filled, sheet.month, source="grid")
    if saved.wrong:
        db.session.rollback()
        return _wrong({row.key: row for row in filled}, saved)
    commit()
    flash(_told(saved), "success")
    return redirect(request.full_path)


def _wrong(filled: dict[str, GridRow], saved: Saved) -> ResponseReturnValue:
    """The page again, read anew after the rollback, with what was typed and what is wrong."""
    typed = {key: (row.typed, row.errors) for key, row in filled.items()}
    sheet = chosen_sheet()
    rows = grid.rows_of(scope(), sheet, page=read_page(request.args)) if sheet else []
    for row in rows:
        row.typed, row.errors = typed.get(row.key, (dict.fromkeys(FIELDS, ""), {}))
    return _page(sheet, rows, wrong=saved.wrong)


def _typed() -> dict[str, dict[str, str]]:
    """Cells are named ``message-member-channel.field``."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name, value in request.form.items():
        key, _dot, field = name.rpartition(".")
        if key and field in FIELDS:
            found[key][field] = value[:500]
    return found


def _told(saved: Saved) -> str:
    return str(
        _(
            "Saved: %(reports)s reports of passing on, %(receipts)s receipts; %(already)s were "
            "recorded already.",
            reports=saved.reports,
            receipts=saved.receipts,
            already=saved.already,
        )
    )


def _page(sheet: Sheet | None, rows: list[GridRow], *, wrong: int = 0) -> ResponseReturnValue:
    month = chosen_month()
    html = render_template(
        "dissemination/grid.html",
        sheet=sheet,
        rows=rows,
        wrong=wrong,
        month=month,
        networks=networks_in(scope()),
        months=month_choices(today(), language()),
        offered=grid.messages_of(scope(), month, network_id=sheet.network.id) if sheet else [],
        total=grid.count_members(scope(), sheet) if sheet else 0,
        page=read_page(request.args),
        per_page=grid.PAGE,
    )
    return html, 422 if wrong else 200
