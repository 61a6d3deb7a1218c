"""Pages of key messages: the list and the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, may, scope, scope_for, today
from registry.access.roles import Permission
from registry.access.versions import compared, version_of
from registry.carry import carry_out
from registry.db import commit
from registry.facts.cuts import Cut
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.fields import read_page
from registry.i18n import language
from registry.messages import queries, reviews_after, services
from registry.messages.choices import period_choices, read_period
from registry.messages.forms import MessageForm
from registry.messages.models import (
    EDITABLE,
    MESSAGE_KIND_NAMES,
    MESSAGE_STATE_NAMES,
    KeyMessage,
)
from registry.messages.page_views import message_page
from registry.messages.queries import MessageFilters, Mine
from registry.messages.services import MessageText
from registry.periods.calendar import month_of, to_bangkok_date, utc_now
from registry.ui import Card

bp = Blueprint("messages", __name__, url_prefix="/messages")
READ = allow(Permission.MESSAGES_READ)
WRITE = allow(Permission.MESSAGES_WRITE)
FIELDS = tuple(field.name for field in fields(MessageText))


def mine() -> Mine:
    """The signed-in user as the author, the head or the publisher of messages."""
    return Mine(
        current_user.id,
        current_user.office_id,
        approves=may(Permission.MESSAGES_APPROVE),
        writes=may(Permission.MESSAGES_WRITE),
    )


def waiting_count() -> int:
    """How many messages wait for the signed-in user."""
    where = scope_for(Permission.MESSAGES_READ)
    return queries.count_messages(where, MessageFilters(show="waiting"), mine())


def waiting_cards() -> list[Card]:
    """The same for the start page: a way to those that wait, not to all."""
    address = url_for("messages.index", show="waiting")
    return [Card(_("Waiting among the key messages"), waiting_count(), address)]


def review_count() -> int:
    """How many messages went out at once and wait for the signed-in head's review."""
    if not may(Permission.MESSAGES_APPROVE):
        return 0
    where = scope_for(Permission.MESSAGES_APPROVE)
    return reviews_after.count_waiting(where, current_user.id, current_user.office_id)


def reached(messages: Sequence[KeyMessage]) -> list[tuple[KeyMessage, int, int]]:
    """Messages, each with its recipients and those of them known to have received it.

    They come from the figures that are kept: counting the recipients of fifty messages one by one
    takes seconds in a large registry.
    """
    days = [to_bangkok_date(one.published_at) for one in messages if one.published_at]
    months = Months(month_of(min(days, default=today())), month_of(today()))
    ids = tuple(sorted(one.id for one in messages))
    where = (("message", ids),) if len(ids) <= queries.PAGE else ()
    found: dict[int, list[int]] = {}
    for figure in evaluate(scope(), ("recipients", "received"), months, Cut(("message",), where)):
        found.setdefault(int(figure.cell[0] or 0), []).append(int(figure.value or 0))
    counts = {one.id: found.get(one.id, [0, 0]) for one in messages}
    return [(one, counts[one.id][0], counts[one.id][1]) for one in messages]


def filters_of_address() -> MessageFilters:
    """What the address narrows the list to."""
    words = {
        name: request.args.get(name, "").strip()[:100]
        for name in ("q", "state", "kind", "topic", "show")
    }
    period = read_period(request.args.get("period", ""))
    return MessageFilters(**words, period=period, page=read_page(request.args))


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """The messages that one may see, newest first."""
    filters = filters_of_address()
    return render_template(
        "messages/index.html",
        rows=reached(queries.list_messages(scope(), filters, mine())),
        total=queries.count_messages(scope(), filters, mine()),
        filters=filters,
        per_page=queries.PAGE,
        topics=[(topic, topic) for topic in queries.topics(scope())],
        periods=period_choices(today(), language()),
        states=MESSAGE_STATE_NAMES,
        kinds=MESSAGE_KIND_NAMES,
    )


@bp.get("/reviews")
@READ
def reviews() -> ResponseReturnValue:
    """What went out without waiting for a second person, and nobody has reviewed yet."""
    return render_template(
        "messages/reviews.html",
        rows=reviews_after.list_waiting(scope()),
        now=utc_now(),
        states=MESSAGE_STATE_NAMES,
    )


@bp.route("/new", methods=["GET", "POST"])
@WRITE
def new() -> ResponseReturnValue:
    """Begin a draft; sent twice, the form leads to the message that it made."""
    form = MessageForm()
    if request.method == "GET":
        form.author_line.data = _author_line()
    if form.validate_on_submit():
        message = services.create(actor(), form.text(), form_token=form.form_token.data)
        commit()
        flash(_("The draft was saved. Add media, then submit it for approval."), "success")
        return redirect(url_for("messages.show", message_id=message.id))
    return _form(form)


def _author_line() -> str:
    parts = [current_user.name, current_user.position, current_user.office.name_th]
    return " ".join(part for part in parts if part)


def _form(form: MessageForm, message: KeyMessage | None = None) -> ResponseReturnValue:
    return render_template(
        "messages/form.html",
        form=form,
        message=message,
        topics=queries.topics(scope()),
    )


@bp.get("/<int:message_id>")
@READ
def show(message_id: int) -> ResponseReturnValue:
    """A message with its media, publications, figures, steps and history."""
    return message_page(queries.message_for(scope(), message_id))


@bp.route("/<int:message_id>/edit", methods=["GET", "POST"])
@WRITE
def edit(message_id: int) -> ResponseReturnValue:
    """Change a draft, or a text that was sent back."""
    message = queries.message_for(scope(), message_id, lock=request.method == "POST")
    form = MessageForm(obj=message)
    if carry_out(form, lambda: _save(message, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("messages.show", message_id=message_id))
    message = queries.message_for(scope(), message_id)
    closed = message.office_id != current_user.office_id or message.as_state not in EDITABLE
    if closed and request.method == "GET":
        return redirect(url_for("messages.show", message_id=message_id))
    return _form(form, message)


def _save(message: KeyMessage, form: MessageForm) -> None:
    version = version_of(form)
    with compared(form, message, {name: getattr(message, name) for name in FIELDS}):
        services.update(actor(), message, form.text(), version=version)
