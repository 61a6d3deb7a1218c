"""News from members: answered, worth an issue with its reason, or nothing; the list by state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.errors import Refused
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.messages import exchange, inbox
from registry.messages.exchange_models import NewsDecision, NewsOutcome
from registry.messages.ledger_models import MemberNews
from registry.messages.news_decisions import decide
from registry.periods.calendar import month_of
from tests import cast, story
from tests.test_likeness import opened, scene

ClientOf = Callable[[str], FlaskClient]
SENT = datetime(2026, 6, 10, 3, tzinfo=UTC)
JUNE = Months(month_of(SENT.date()), month_of(SENT.date()))
REASON = "หลายอำเภอได้รับผลกระทบ"


def _news(text: str = "ถนนขาด") -> MemberNews:
    return exchange.send_news(story.acting("officer50"), cast.member("malee50"), text, at=SENT)


def test_the_list_by_state_and_the_measure_counts_all(app: Flask) -> None:
    officer = "officer50"
    with app.app_context(), unit_of_work():
        waiting, answered, issue, nothing = (_news(text).id for text in "กขคง")
        exchange.reply(story.acting(officer), db.session.get_one(MemberNews, answered), "ขอบคุณค่ะ")
        decide(
            story.acting(officer), db.session.get_one(MemberNews, issue), NewsOutcome.ISSUE, REASON
        )
        decide(story.acting(officer), db.session.get_one(MemberNews, nothing), NewsOutcome.NOTHING)
        wanted = {"open": waiting, "answered": answered, "issue": issue, "nothing": nothing}
        for show, number in wanted.items():
            rows, total = inbox.news(Scope.of_provinces("50"), show=show)
            assert ([row.id for row in rows], total) == ([number], 1), show
            assert inbox.news(Scope.of_provinces("90"), show=show) == ([], 0)
        assert inbox.news(Scope.all(), show="all")[1] == 4
        assert inbox.count_open_news(Scope.all()) == 1
        assert evaluate(Scope.all(), ["member_news"], JUNE)[0].value == 4


def test_an_issue_needs_a_reason_and_a_decision_may_change(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        news = _news()
        with pytest.raises(Refused):
            decide(story.acting("officer50"), news, NewsOutcome.ISSUE, "  ")
        decide(story.acting("officer50"), news, NewsOutcome.ISSUE, REASON)
        decide(story.acting("head50"), news, NewsOutcome.NOTHING)
        row = db.session.scalars(select(NewsDecision)).one()
        assert (row.as_outcome, row.reason) == (NewsOutcome.NOTHING, None)
        assert row.user_id == cast.user("head50").id
        query = select(AuditEvent).where(AuditEvent.action == Action.NEWS_DECIDE.value)
        assert [event.details["to"] for event in db.session.scalars(query)] == ["issue", "nothing"]


def test_the_page_decides_and_keeps_what_was_typed(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = _news().id
    officer = client_of("officer50")
    refused = officer.post(f"/news/{number}/decide", data={"outcome": "issue", "reason": ""})
    assert refused.status_code == 422
    unknown = officer.post(f"/news/{number}/decide", data={"outcome": "x", "reason": REASON})
    assert unknown.status_code == 422
    assert REASON in unknown.get_data(as_text=True)
    told = {"outcome": "issue", "reason": REASON}
    assert client_of("officer90").post(f"/news/{number}/decide", data=told).status_code == 404
    assert officer.post(f"/news/{number}/decide", data=told).status_code == 302
    page = officer.get("/news/?show=issue").get_data(as_text=True)
    assert REASON in page
    assert "ควรเป็นประเด็น" in page
    assert REASON not in officer.get("/news/").get_data(as_text=True)


@pytest.mark.parametrize("show", ["open", "answered", "issue", "nothing", "all", "nonsense"])
def test_an_empty_registry_has_a_page_for_every_choice(client_of: ClientOf, show: str) -> None:
    for name in ("officer50", "central", "bureau"):
        assert client_of(name).get(f"/news/?show={show}").status_code == 200


def test_the_list_shows_pictures_small(app: Flask, client_of: ClientOf) -> None:
    picture = opened(scene(5, (1600, 1200)), quality=95)
    with app.app_context(), unit_of_work():
        member = cast.member("malee50")
        actor = story.acting("officer50")
        number = exchange.send_news(actor, member, "ถนนขาด", picture=picture, at=SENT).id
        exchange.send_news(actor, member, "ไม่มีภาพ", at=SENT)
    client = client_of("officer50")
    address = f"/news/{number}/picture"
    page = client.get("/news/").get_data(as_text=True)
    assert f'href="{address}"' in page
    assert f'src="{address}?size=small"' in page
    whole, small = client.get(address), client.get(f"{address}?size=small")
    assert whole.data == picture.data
    assert small.data == picture.small
    assert len(small.data) < len(whole.data) / 2
    assert small.mimetype == "image/jpeg"
    assert client.get(f"/news/{number + 1}/picture?size=small").status_code == 404
    assert client_of("officer90").get(f"{address}?size=small").status_code == 404
