"""A member asks on about an answer, or says that the question is settled."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public
from registry.carry import carry_out, press
from registry.messages import exchange
from registry.messages.ledger_models import Question
from registry.portal import queries
from registry.portal.door_views import Own, bp, own
from registry.portal.forms import AskForm, NewsForm
from registry.portal.own_views import news_page
from registry.portal.views import message_page


@bp.post("/questions/<int:question_id>/on")
@public
def ask_on(token: str, question_id: int) -> ResponseReturnValue:
    """I have a further question about the answer."""
    me, form = own(token), AskForm()
    row = queries.my_question(me.scope, question_id)
    place = _place(row)
    text, once = form.text.data or "", form.form_token.data
    if not carry_out(
        form, lambda: exchange.ask_on(me.actor, me.member, row, text, form_token=once)
    ):
        form.text.errors = [*form.text.errors, *form.form_errors]
        return _mend(own(token), place, {question_id: form})
    flash(_("Your question was sent; the answer will stand here."), "success")
    return _back(me, row)


def _mend(me: Own, place: int | None, asked_on: dict[int, AskForm]) -> ResponseReturnValue:
    """The page from which it came, with what was typed and why it was refused."""
    if place is None:
        return news_page(me, NewsForm(formdata=None), asked_on=asked_on)
    return message_page(me, place, asked_on=asked_on)


@bp.post("/questions/<int:question_id>/settled")
@public
def settled(token: str, question_id: int) -> ResponseReturnValue:
    """That was what I wanted to know."""
    me = own(token)
    row = queries.my_question(me.scope, question_id)
    press(lambda: exchange.resolve(me.actor, row, by_member=True), _("Thank you! It is settled."))
    return _back(me, row)


def _back(me: Own, row: Question) -> ResponseReturnValue:
    place = _place(row)
    if place is None:
        return redirect(url_for("portal.news", token=me.token))
    return redirect(url_for("portal.message", token=me.token, message_id=place))


def _place(row: Question) -> int | None:
    """The message on whose page it was asked; None for the page of news."""
    return None if request.form.get("from") == "news" else row.message_id
