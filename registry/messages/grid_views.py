"""The month grid: choose network, month and messages; type; save all at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, scope, today
from registry.db import commit, db
from registry.fields import read_id, read_page
from registry.i18n import language
from registry.messages import grid, grid_entries
from registry.messages.choices import month_choices, read_period
from registry.messages.grid import FIELDS, GridRow, Sheet
from registry.messages.grid_entries import Saved
from registry.messages.ledger_views import RECORD, bp
from registry.networks.queries import network_for, networks_in
from registry.periods.calendar import Period
from registry.periods.closed import note

__all__ = ["bp"]
MOST_MESSAGES = 5
KEY = re.compile(r"([0-9]{1,18})-([0-9]{1,18})-[0-9]{1,18}")


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
    wanted |= {message for message, _member in _named(_typed())}
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
    typed = _typed()
    rows = _rows(sheet, typed)
    filled = grid_entries.fill(rows, typed)
    lost = sorted(typed.keys() - {row.key for row in filled})
    if lost:
        db.session.rollback()
        kept = [" · ".join(filter(None, typed[key].values())) for key in lost]
        return _wrong({row.key: row for row in filled}, Saved(0, 0, 0, len(lost)), kept)
    saved = grid_entries.save(actor(), scope(), filled, sheet.month, source="grid")
    if saved.wrong:
        db.session.rollback()
        return _wrong({row.key: row for row in filled}, saved)
    commit()
    flash(_told(saved), "success")
    note([sheet.month.start])
    return redirect(request.full_path)


def _rows(sheet: Sheet, typed: dict[str, dict[str, str]]) -> list[GridRow]:
    """The rows of the page, and of those typed about: somebody who joined may have shifted them."""
    members = {member for _message, member in _named(typed)}
    return grid.rows_of(scope(), sheet, page=read_page(request.args), and_of=members)


def _wrong(
    filled: dict[str, GridRow], saved: Saved, lost: Sequence[str] = ()
) -> ResponseReturnValue:
    """The page again, read anew after the rollback, with what was typed and what is wrong.

    Args:
        lost: what was typed into rows that are not there any more.
    """
    typed = {key: (row.typed, row.errors) for key, row in filled.items()}
    sheet = chosen_sheet()
    rows = _rows(sheet, _typed()) if sheet else []
    for row in rows:
        row.typed, row.errors = typed.get(row.key, (dict.fromkeys(FIELDS, ""), {}))
    return _page(sheet, rows, wrong=saved.wrong, lost=lost)


def _typed() -> dict[str, dict[str, str]]:
    """What was typed, by row; cells are named ``message-member-channel.field``."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name, value in request.form.items():
        key, _dot, field = name.rpartition(".")
        if field in FIELDS and KEY.fullmatch(key) and value.strip():
            found[key][field] = value[:500]
    return found


def _named(typed: Iterable[str]) -> set[tuple[int, int]]:
    """The messages and members that keys of rows name."""
    found = (KEY.fullmatch(key) for key in typed)
    return {(int(one[1]), int(one[2])) for one in found if one}


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


def _page(
    sheet: Sheet | None, rows: list[GridRow], *, wrong: int = 0, lost: Sequence[str] = ()
) -> ResponseReturnValue:
    month = chosen_month()
    html = render_template(
        "dissemination/grid.html",
        sheet=sheet,
        rows=rows,
        wrong=wrong,
        lost=lost,
        month=month,
        networks=networks_in(scope()),
        months=month_choices(today(), language()),
        offered=grid.messages_of(scope(), month, network_id=sheet.network.id) if sheet else [],
        total=grid.count_members(scope(), sheet) if sheet else 0,
        page=read_page(request.args),
        per_page=grid.PAGE,
    )
    return html, 422 if wrong else 200
