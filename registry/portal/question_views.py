"""A member asks on about an answer, or says that the question is settled."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public
from registry.carry import press
from registry.messages import exchange
from registry.messages.ledger_models import Question
from registry.portal import queries
from registry.portal.door_views import Own, bp, own
from registry.portal.forms import AskForm


@bp.post("/questions/<int:question_id>/on")
@public
def ask_on(token: str, question_id: int) -> ResponseReturnValue:
    """I have a further question about the answer."""
    me, form = own(token), AskForm()
    row = queries.my_question(me.scope, question_id)
    text, once = form.text.data or "", form.form_token.data
    done = _("Your question was sent; the answer will stand here.")
    press(lambda: exchange.ask_on(me.actor, me.member, row, text, form_token=once), done)
    return _back(me, row)


@bp.post("/questions/<int:question_id>/settled")
@public
def settled(token: str, question_id: int) -> ResponseReturnValue:
    """That was what I wanted to know."""
    me = own(token)
    row = queries.my_question(me.scope, question_id)
    press(lambda: exchange.resolve(me.actor, row, by_member=True), _("Thank you! It is settled."))
    return _back(me, row)


def _back(me: Own, row: Question) -> ResponseReturnValue:
    if row.message_id is None or request.form.get("from") == "news":
        return redirect(url_for("portal.news", token=me.token))
    return redirect(url_for("portal.message", token=me.token, message_id=row.message_id))
