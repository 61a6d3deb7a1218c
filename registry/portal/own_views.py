"""What a member sends in: news, pictures, rumours; and what became of it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.messages import exchange
from registry.messages.entries import Fault
from registry.messages.uploads import evidence_picture
from registry.portal import queries
from registry.portal.door_views import Own, bp, own
from registry.portal.forms import AskForm, NewsForm, blank_forms


@bp.route("/news", methods=["GET", "POST"])
@public
def news(token: str) -> ResponseReturnValue:
    """Send in news, a picture or a rumour; read what became of it."""
    me, form = own(token, private=True), NewsForm()
    if form.validate_on_submit() and _send(me, form):
        flash(_("Thank you! Your office has received it."), "success")
        return redirect(url_for("portal.news", token=token))
    return news_page(me, form)


def news_page(
    me: Own, form: NewsForm, *, asked_on: dict[int, AskForm] | None = None
) -> ResponseReturnValue:
    """What was sent in and asked, perhaps with a form that has to be mended.

    Args:
        asked_on: the form of a question, by its number, that was refused.
    """
    rows = queries.my_news(me.scope)
    questions = queries.my_questions(me.scope)
    page = render_template(
        "portal/news.html",
        me=me,
        form=form,
        rows=rows,
        questions=questions,
        asks=blank_forms(questions) | (asked_on or {}),
    )
    return page, 422 if form.errors or form.form_errors or asked_on else 200


def _send(me: Own, form: NewsForm) -> bool:
    try:
        picture = evidence_picture(form.picture)
        exchange.send_news(
            me.actor,
            me.member,
            form.text.data or "",
            link=form.link.data,
            picture=picture,
            form_token=form.form_token.data,
        )
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        field = form.picture if isinstance(refusal, Fault) else form.text
        field.errors = [str(refusal)]
        return False
    commit()
    return True
