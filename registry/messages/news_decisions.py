"""What an office makes of a member's news: worth an issue, or nothing to be done."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.messages.exchange_models import NewsDecision, NewsOutcome
from registry.messages.ledger_models import MemberNews
from registry.messages.rules import now_or, require_text


def decide(
    actor: Actor,
    news: MemberNews,
    outcome: NewsOutcome,
    reason: str = "",
    *,
    at: datetime | None = None,
) -> NewsDecision:
    """Decide about news, or anew; what is worth an issue says why, for whoever takes it up.

    Raises:
        Refused: worth an issue, but no reason.
    """
    if outcome is NewsOutcome.ISSUE:
        reason = require_text(reason, _("Say why this is worth an issue."))
    row = news.decision or NewsDecision(news=news)
    row.outcome, row.reason = outcome.value, reason.strip()[:500] or None
    row.at, row.user_id = now_or(at), actor.user_id
    db.session.add(row)
    db.session.flush()
    record(
        actor,
        Action.NEWS_DECIDE,
        "news",
        news.id,
        province=news.province_code,
        to=outcome.value,
    )
    return row
