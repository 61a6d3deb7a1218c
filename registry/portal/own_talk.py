"""The part of the own data that tells what a member and the offices said to each other."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from registry.db import db
from registry.documents.cells import Cell
from registry.messages.exchange_models import NEWS_OUTCOME_NAMES
from registry.messages.ledger_models import MemberNews, Question
from registry.messages.models import KeyMessage
from registry.outbox.line_models import UNDERSTOOD_NAMES, Inbound, LineAccount, Understood
from registry.outbox.models import DELIVERY_STATE_NAMES, WAY_NAMES, Delivery, Way
from registry.portal.parts import Part
from registry.portal.queries import OwnScope

Row = Sequence[Cell]


def talk_parts(scope: OwnScope) -> list[Part]:
    """Questions, news, the LINE account and what was written and sent by it."""
    return [make(scope) for make in (_questions, _news, _accounts, _written, _sent)]


def _questions(scope: OwnScope) -> Part:
    query = select(Question).where(Question.member_id == scope.member_id).order_by(Question.id)
    rows: list[Row] = []
    for row in db.session.scalars(query.options(selectinload(Question.replies))):
        title = _("Correction of my record") if row.about_record else _("My question")
        rows.append([title, row.asked_at, row.text])
        if row.answer:
            rows.append([_("Answer of the office"), row.answered_at, row.answer])
        for said in row.replies:
            who = _("My question") if said.by_member else _("Answer of the office")
            rows.append([who, said.at, said.text])
    return Part(_("My questions"), [_("What"), _("Date"), _("Text")], rows)


def _news(scope: OwnScope) -> Part:
    query = select(MemberNews).where(MemberNews.member_id == scope.member_id)
    found = db.session.scalars(query.options(joinedload(MemberNews.decision)))
    rows: list[Row] = [
        [
            row.sent_at,
            row.text,
            row.link,
            _("yes") if row.picture else _("no"),
            row.replied_at,
            row.reply,
            str(NEWS_OUTCOME_NAMES[row.decision.as_outcome]) if row.decision else None,
            row.decision.reason if row.decision else None,
        ]
        for row in found
    ]
    columns = [
        _("Sent on"),
        _("News"),
        _("Link"),
        _("Picture"),
        _("Answered"),
        _("Answer of the office"),
        _("What became of it"),
        _("Reason"),
    ]
    return Part(_("News that I sent in"), columns, rows)


def _accounts(scope: OwnScope) -> Part:
    query = select(LineAccount).where(LineAccount.member_id == scope.member_id)
    found = db.session.scalars(query.order_by(LineAccount.id))
    rows: list[Row] = [[row.user_id, row.linked_at, row.unlinked_at] for row in found]
    return Part(_("My LINE account"), [_("User ID of LINE"), _("Linked"), _("Unlinked")], rows)


def _written(scope: OwnScope) -> Part:
    query = select(Inbound).where(Inbound.member_id == scope.member_id).order_by(Inbound.id)
    rows: list[Row] = [
        [
            row.at,
            row.text,
            _("yes") if row.picture else _("no"),
            str(UNDERSTOOD_NAMES[Understood(row.understood)]),
        ]
        for row in db.session.scalars(query)
    ]
    columns = [_("Date"), _("Text"), _("Picture"), _("Taken for")]
    return Part(_("What I wrote by LINE"), columns, rows)


def _sent(scope: OwnScope) -> Part:
    query = (
        select(KeyMessage.title, Delivery)
        .join(KeyMessage, KeyMessage.id == Delivery.message_id)
        .where(Delivery.member_id == scope.member_id)
        .order_by(Delivery.id)
    )
    rows: list[Row] = [
        [
            title,
            str(WAY_NAMES[Way(row.way)]),
            row.created_at,
            row.settled_at,
            str(DELIVERY_STATE_NAMES[row.as_state]),
        ]
        for title, row in db.session.execute(query)
    ]
    columns = [_("Message"), _("Way"), _("Planned"), _("Sending ended"), _("State")]
    return Part(_("Sent to me by LINE or e-mail"), columns, rows)
