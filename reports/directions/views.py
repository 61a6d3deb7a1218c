"""Pages of directions: the list, giving one, carrying it out, accepting it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.roles import Permission, Role
from registry.access.scope import roles_of
from registry.access.versions import Unseen, compared, shown_version, version_of
from registry.carry import carry_out, press
from registry.errors import NotFound, Refused
from registry.fields import read_id, read_page
from registry.i18n import name_of
from registry.periods import catalogue
from registry.periods.names import named
from registry.periods.office_report_queries import office_in
from registry.ui import Card
from reports.directions import queries, services
from reports.directions.forms import AnswerForm, DirectionForm
from reports.directions.models import (
    LONGEST_REMARK,
    STATE_NAMES,
    Direction,
    DirectionState,
    Side,
)

bp = Blueprint("directions", __name__, url_prefix="/directions", template_folder="../templates")
P, S = Permission, DirectionState
STEP_NAMES = {
    (S.DONE, S.ACCEPTED): _l("Accept the result"),
    (S.DONE, S.OPEN): _l("Send it back"),
    (S.OPEN, S.WITHDRAWN): _l("Withdraw the direction"),
    (S.ACCEPTED, S.OPEN): _l("Open it again"),
    (S.WITHDRAWN, S.OPEN): _l("Open it again"),
}
"""The buttons of who gives directions, by the state before and after."""


def waiting_count() -> int:
    """How many directions wait for whoever is signed in."""
    return sum(card.value for card in waiting_cards())


def waiting_cards() -> list[Card]:
    """Those that the own office has to carry out, and those that wait to be accepted."""
    cards = []
    if may(P.DIRECTIONS_ANSWER):
        count = queries.count_for_office(scope_for(P.DIRECTIONS_ANSWER), current_user.office_id)
        address = url_for("directions.index", state="open", office=current_user.office.code)
        cards.append(Card(_("Directions to carry out"), count, address))
    if may(P.DIRECTIONS_GIVE):
        count = queries.count_to_accept(scope_for(P.DIRECTIONS_GIVE))
        address = url_for("directions.index", state="done")
        cards.append(Card(_("Directions done, to be accepted"), count, address))
    return [card for card in cards if card.value]


@bp.get("/")
@allow(P.REPORTS_VIEW)
def index() -> ResponseReturnValue:
    """The directions that one sees."""
    names = ("state", "office", "year")
    filters = queries.Filters(*(request.args.get(name, "").strip()[:20] for name in names))
    page = read_page(request.args)
    return render_template(
        "directions/index.html",
        rows=queries.directions(scope(), filters, today(), page),
        total=queries.count_directions(scope(), filters, today()),
        late=queries.count_directions(scope(), queries.Filters(queries.LATE), today()),
        filters=filters,
        page=page,
        per_page=queries.PAGE,
        choices={queries.LATE: _("Late")} | STATE_NAMES,
        states=STATE_NAMES,
        offices=[(row.code, name_of(row)) for row in queries.offices(scope(), today())],
        year_choices=[(year, year) for year in queries.years(scope())],
        named=named,
        today=today(),
    )


@bp.route("/new/<period>", methods=["GET", "POST"])
@allow(P.DIRECTIONS_GIVE)
def new(period: str) -> ResponseReturnValue:
    """Give a direction on the report of a closed period."""
    if catalogue.sealed(period) is None:
        raise NotFound
    choices = [(row.code, name_of(row)) for row in queries.offices(scope(), today())]
    form = DirectionForm(choices, in_person=Role.EXECUTIVE in roles_of(current_user, today()))
    if carry_out(form, lambda: _give(form, period)):
        flash(_("The direction was given; the office finds it on its start page."), "success")
        return redirect(url_for("reports.show", code=period))
    page = render_template("directions/form.html", form=form, period=period, named=named)
    return page, 422 if form.errors or form.form_errors else 200


def _give(form: DirectionForm, period: str) -> None:
    office = office_in(scope(), form.office.data)
    token = form.form_token.data
    services.give(actor(), period, office, form.order(), form_token=token)


@bp.get("/<int:direction_id>")
@allow(P.REPORTS_VIEW)
def show(direction_id: int) -> ResponseReturnValue:
    """A direction, what became of it, and the next step."""
    return _page(queries.direction_for(scope(), direction_id))


def _page(row: Direction, form: AnswerForm | None = None, *, remark: str = "") -> str:
    mine = row.office_id == current_user.office_id and may(P.DIRECTIONS_ANSWER)
    gives = _gives(row)
    return render_template(
        "directions/show.html",
        row=row,
        state=STATE_NAMES[row.as_state],
        form=(form or AnswerForm(formdata=None, obj=row)) if mine and row.state == "open" else None,
        takes_back=mine and row.state == "done",
        steps=_steps(row) if gives else [],
        remark=remark,
        longest=LONGEST_REMARK,
        gives=gives,
        marked={item.year for item in row.reviews},
        named=named,
        today=today(),
    )


def _steps(row: Direction) -> list[tuple[str, str]]:
    """The buttons of who gives directions, those that lead on first."""
    return [
        (to.value, str(name))
        for (before, to), name in STEP_NAMES.items()
        if before is row.as_state and to in row.steps(Side.GIVER)
    ]


def _gives(row: Direction) -> bool:
    """Whether the signed-in user gives directions to this office."""
    return may(P.DIRECTIONS_GIVE) and _office_inside(row.office.code)


def _office_inside(code: str) -> bool:
    try:
        office_in(scope_for(P.DIRECTIONS_GIVE), code)
    except NotFound:
        return False
    return True


@bp.post("/<int:direction_id>/answer")
@allow(P.DIRECTIONS_ANSWER)
def answer(direction_id: int) -> ResponseReturnValue:
    """The office writes what it did, says that it is done, or takes that back."""
    row = _own(direction_id)
    if request.form.get("then") == "reopen":
        press(lambda: _reopen(row), _("Saved."))
        return _to(direction_id)
    form = AnswerForm()
    if carry_out(form, lambda: _answer(row, form)):
        flash(_("Saved."), "success")
        return _to(direction_id)
    return _page(queries.direction_for(scope(), direction_id), form), 422


def _own(direction_id: int) -> Direction:
    row = queries.direction_for(scope(), direction_id, lock=True)
    if row.office_id != current_user.office_id:
        raise NotFound
    return row


def _reopen(row: Direction) -> None:
    services.step(actor(), row, Side.OFFICE, S.OPEN, version=_seen_version())


def _answer(row: Direction, form: AnswerForm) -> None:
    done, version = request.form.get("then") == "done", version_of(form)
    with compared(form, row, {"result": row.result}):
        services.answer(actor(), row, form.result.data or "", done=done, version=version)


def _seen_version() -> int:
    return shown_version(request.form.get("version"))


@bp.post("/<int:direction_id>/decide")
@allow(P.DIRECTIONS_GIVE)
def decide(direction_id: int) -> ResponseReturnValue:
    """Who gives directions accepts, sends back, withdraws or opens again."""
    remark = request.form.get("remark", "")
    if press(lambda: _decide(direction_id, remark), _("Saved.")):
        return _to(direction_id)
    return _page(queries.direction_for(scope(), direction_id), remark=remark), 422


def _decide(direction_id: int, remark: str) -> None:
    row = queries.direction_for(scope(), direction_id, lock=True)
    to = next((one for one in S if one == request.form.get("to")), None)
    if to is None:
        raise Unseen
    _require_entitled(row, to)
    services.step(actor(), row, Side.GIVER, to, remark, version=_seen_version())


def _require_entitled(row: Direction, to: DirectionState) -> None:
    """Nobody accepts what they did themselves, nor takes back what somebody gave in person."""
    if to is S.ACCEPTED and row.done_by == current_user.id:
        raise Refused(_("Somebody other than who reported the direction as done accepts it."))
    in_person = not row.given_by and row.author is not None and row.author.active
    if to is S.WITHDRAWN and in_person and row.entered_by != current_user.id:
        raise Refused(_("Only who gave this direction withdraws it."))


@bp.post("/<int:direction_id>/review")
@allow(P.DIRECTIONS_GIVE)
def review(direction_id: int) -> ResponseReturnValue:
    """Mark a direction to be reviewed for a fiscal year."""
    row, year = queries.direction_for(scope(), direction_id), read_id(request.form.get("year"))
    done = _("The direction is on the list of the fiscal year.")
    press(lambda: services.review_direction(actor(), row, year or 0), done)
    return _to(direction_id)


def _to(direction_id: int) -> ResponseReturnValue:
    return redirect(url_for("directions.show", direction_id=direction_id))
