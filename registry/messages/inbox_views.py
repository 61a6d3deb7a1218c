"""Two inboxes: members' questions, and the news that they send in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, scope, scope_for
from registry.access.roles import Permission
from registry.access.versions import Unseen, mark_of
from registry.audit.services import Actor
from registry.carry import press
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_page
from registry.messages import exchange, inbox
from registry.messages.choices import read_office, read_period
from registry.messages.exchange_models import NEWS_OUTCOME_NAMES, NewsOutcome
from registry.messages.ledger_forms import AnswerForm, DecideForm
from registry.messages.ledger_models import MemberNews, Question
from registry.messages.news_decisions import decide as decided
from registry.messages.sending import sent_picture
from registry.messages.told import told
from registry.outbox import line_answers, line_queries
from registry.outbox.backoff import TROUBLE_NAMES
from registry.outbox.models import DELIVERY_STATE_NAMES

questions_bp = Blueprint("questions", __name__, url_prefix="/questions")
news_bp = Blueprint("news", __name__, url_prefix="/news")
ANSWER = allow(Permission.QUESTIONS_ANSWER)


def open_questions() -> int:
    """Questions that wait for the signed-in user's office."""
    where = scope_for(Permission.QUESTIONS_ANSWER)
    return inbox.count_open_questions(where, read_office({}, where, current_user.office_id))


def open_news() -> int:
    """News that waits for the signed-in user's office."""
    where = scope_for(Permission.QUESTIONS_ANSWER)
    return inbox.count_open_news(where, read_office({}, where, current_user.office_id))


def _list(
    name: str,
    read: Any,
    *,
    typed: str = "",
    refused: Any = None,
    problem: str = "",
    undecided: str = "",
) -> Any:
    """An inbox; an answer or a decision that was refused stands alone, where it was typed."""
    show, page = request.args.get("show", "open"), read_page(request.args)
    text = request.args.get("q", "").strip()[:100]
    office = read_office(request.args, scope(), current_user.office_id)
    period = read_period(request.args.get("period", ""))
    wanted = {"show": show, "q": text, "office": office, "period": period, "page": page}
    rows, total = ([refused], 1) if refused else read(scope(), **wanted)
    html = render_template(
        f"questions/{name}.html",
        rows=rows,
        total=total,
        page=page,
        per_page=inbox.PAGE,
        show=show,
        office=office,
        spans_offices=scope().spans_offices,
        period=period,
        q=text,
        typed=typed,
        at=refused.id if refused else 0,
        problem=problem,
        undecided=undecided,
        outcomes=NEWS_OUTCOME_NAMES,
        reached=line_answers.reached_among([row.member_id for row in rows]),
        by_line=line_queries.answers_to(scope(), rows),
        states=DELIVERY_STATE_NAMES,
        troubles=TROUBLE_NAMES,
        seen_of=seen_of,
    )
    return html, 422 if problem or undecided else 200


def _answered(
    name: str, row: Any, act: Callable[[Actor, Any, str], str | None], read: Any
) -> ResponseReturnValue:
    form = AnswerForm()
    try:
        _require_unanswered(row)
        kept = act(actor(), row, form.said())
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        typed = form.text.data or ""
        return _list(name, read, typed=typed, refused=row, problem=str(refusal))  # type: ignore[no-any-return]
    notice = _sent_on(row, kept)
    commit()
    flash(*notice)
    return _back(name)


def _sent_on(row: Any, kept: str | None) -> tuple[str, str]:
    """Let an answer go by LINE unless the same one travels; what to tell about it."""
    at_once = bool(request.form.get("at_once"))
    if kept is None and line_answers.travels(row, at_once=at_once):
        return _("The answer is the same as before; nothing was sent again."), "info"
    sent = line_answers.queue(actor(), row, kept or row.reply, at_once=at_once)
    return told(scope(), row.member, sent)


def seen_of(row: Question | MemberNews) -> str:
    """What a page shows of the talk so far; its form sends it back."""
    if isinstance(row, Question):
        return row.last_said_at.isoformat() if row.last_said_at else ""
    return mark_of(row.reply) if row.replied_at else ""


def _require_unanswered(row: Any) -> None:
    """Refuse where a colleague answered while one was writing; the answer is on the page then.

    Raises:
        Refused: it was answered meanwhile, or the form does not say what it showed.
    """
    seen = request.form.get("seen")
    if seen is None:
        raise Unseen
    if seen != seen_of(row):
        raise Refused(_("Something was said here meanwhile; read it, then save your answer again."))


@questions_bp.get("/")
@ANSWER
def index() -> ResponseReturnValue:
    """Questions, the longest waiting first."""
    return _list("questions", inbox.questions)  # type: ignore[no-any-return]


@questions_bp.post("/<int:question_id>")
@ANSWER
def answer(question_id: int) -> ResponseReturnValue:
    """Answer a question, calmly and with reasons."""
    row = inbox.question_for(scope(), question_id, lock=True)
    return _answered("questions", row, _answer, inbox.questions)


def _answer(who: Actor, row: Question, text: str) -> str:
    kept = exchange.answer(who, row, text)
    if request.form.get("settled"):
        exchange.resolve(who, row)
    return kept


@questions_bp.post("/<int:question_id>/resolve")
@ANSWER
def resolve(question_id: int) -> ResponseReturnValue:
    """Say that a question is settled."""
    row = inbox.question_for(scope(), question_id, lock=True)
    press(lambda: exchange.resolve(actor(), row), _("The question is settled."))
    return _back("questions")


def _back(name: str) -> ResponseReturnValue:
    return redirect(f"{url_for(f'{name}.index')}?{request.query_string.decode()}")


@news_bp.get("/", endpoint="index")
@ANSWER
def news() -> ResponseReturnValue:
    """News from members, the latest first."""
    return _list("news", inbox.news)  # type: ignore[no-any-return]


@news_bp.post("/<int:news_id>")
@ANSWER
def reply(news_id: int) -> ResponseReturnValue:
    """Thank for the news, or ask back."""
    return _answered(
        "news", inbox.news_for(scope(), news_id, lock=True), exchange.reply, inbox.news
    )


@news_bp.post("/<int:news_id>/decide")
@ANSWER
def decide(news_id: int) -> ResponseReturnValue:
    """Keep news as worth an issue, with the reason; or say that nothing is to be done."""
    row = inbox.news_for(scope(), news_id, lock=True)
    form = DecideForm()
    try:
        if not form.validate():
            raise Refused(_("Choose what is made of the news."))
        decided(actor(), row, NewsOutcome(form.outcome.data), form.reason.data or "")
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        return _list("news", inbox.news, refused=row, undecided=str(refusal))  # type: ignore[no-any-return]
    commit()
    flash(_("The decision was saved."), "success")
    return _back("news")


@news_bp.get("/<int:news_id>/picture")
@ANSWER
def picture(news_id: int) -> ResponseReturnValue:
    """The picture that came with the news, or its small version."""
    return sent_picture(inbox.news_for(scope(), news_id), request.args.get("size"))
