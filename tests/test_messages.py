"""The life of a key message: only legal steps, and never published on one person's word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from registry.access.models import Office
from registry.access.scope import permissions_of
from registry.audit.models import AuditEvent
from registry.audit.verify import verify
from registry.db import begin_write, db, unit_of_work
from registry.errors import Refused
from registry.messages import checklist, publishing, reviews_after, services
from registry.messages.models import (
    MESSAGE_MOVES,
    KeyMessage,
    MessageState,
    Publication,
)
from registry.messages.services import MessageText
from registry.messages.steps import steps_for
from registry.periods.calendar import to_bangkok_date, utc_now
from tests import cast, story

S = MessageState
PEOPLE = ("officer50", "head50", "acting50", "officer90", "head90")
Step = Callable[[str, KeyMessage], object]


def _edit(who: str, message: KeyMessage) -> object:
    text = replace(story.TEXT, body=f"แก้โดย {who} ครั้งที่ {message.version}")
    return services.update(story.acting(who), message, text, version=message.version)


STEPS: dict[str, Step] = {
    "edit": _edit,
    "submit": lambda who, row: services.submit(story.acting(who), row, story.ANSWERS),
    "take_back": lambda who, row: services.take_back(story.acting(who), row),
    "approve": lambda who, row: services.approve(story.acting(who), row),
    "send_back": lambda who, row: services.send_back(story.acting(who), row, "แก้คำผิด"),
    "proofread": lambda who, row: services.proofread(story.acting(who), row),
    "publish": lambda who, row: publishing.publish(story.acting(who), row, [_channel(who)]),
    "correct": lambda who, row: services.correct(story.acting(who), row, "เบอร์ที่ถูกคือ 1422"),
    "withdraw": lambda who, row: services.withdraw(story.acting(who), row, "ข้อมูลเปลี่ยน"),
    "crisis": lambda who, row: reviews_after.go_in_crisis(
        story.acting(who), row, "น้ำมา", story.ANSWERS
    ),
    "review": lambda who, row: reviews_after.review(story.acting(who), row, "เหมาะสม"),
}


def _channel(who: str) -> int:
    return cast.channel(cast.CAST[who].office).id


@pytest.mark.parametrize("before", S)
def test_the_model_refuses_what_is_no_step(before: MessageState) -> None:
    for after in S:
        message = KeyMessage(title="ก", state=before.value)
        if after in MESSAGE_MOVES[before]:
            assert message.move(after) is before
            assert message.as_state is after
        else:
            with pytest.raises(Refused, match="ก"):
                message.move(after)
            assert message.as_state is before


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(sorted(STEPS))), max_size=14))
def test_whatever_people_try(app: Flask, tries: list[tuple[str, str]]) -> None:
    """Any sequence of steps by anybody leaves only legal moves and two people's consent.

    Only a crisis goes out on one's own word, and then it waits for somebody else's review.
    """
    with app.app_context():
        begin_write()
        message = services.create(story.acting("officer50"), story.TEXT)
        wrote, agreed = {cast.user("officer50").id}, None
        for who, step in tries:
            before, user = message.as_state, cast.user(who).id
            message_makers = set(message.makers)
            try:
                STEPS[step](who, message)
            except Refused:
                assert message.as_state is before
                continue
            if step == "edit":
                wrote, agreed = {message.author_id, user}, None
            elif step == "approve":
                assert user not in wrote
                agreed = user
            elif step == "crisis":
                wrote.add(user)
            elif step == "review":
                assert user not in message_makers
            elif before is S.PROOFREAD and message.as_state is S.PUBLISHED:
                assert agreed is not None or reviews_after.is_waiting(message)
                assert who == "officer90" or cast.CAST[who].office == "P50"
        for move in message.moves[1:]:
            onward = move.after == S.PUBLISHED.value and move.before in ("published", "corrected")
            hurried = move.after == S.PROOFREAD.value and move.reason == "น้ำมา"
            assert onward or hurried or S(move.after) in MESSAGE_MOVES[S(move.before)]
        db.session.rollback()


def test_the_author_alone_never_publishes(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        message = services.create(actor, story.TEXT)
        services.submit(actor, message, story.ANSWERS)
        with pytest.raises(Refused, match="ของตนเอง"):
            services.approve(actor, message)
        with pytest.raises(Refused):
            publishing.publish(actor, message, [cast.channel("P50").id])
        assert message.as_state is S.SUBMITTED


def test_who_edited_last_does_not_approve(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = services.create(story.acting("officer50"), story.TEXT)
        _edit("head50", message)
        services.submit(story.acting("officer50"), message, story.ANSWERS)
        with pytest.raises(Refused):
            services.approve(story.acting("head50"), message)
        services.approve(story.acting("acting50"), message)
        assert message.as_state is S.APPROVED


def test_another_offices_head_does_not_approve(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = services.create(story.acting("officer50"), story.TEXT)
        services.submit(story.acting("officer50"), message, story.ANSWERS)
        for who in ("head90", "head_central"):
            with pytest.raises(Refused, match="หน่วยงานอื่น"):
                services.approve(story.acting(who), message)


def test_a_central_message_needs_the_central_head(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved("central", "head_central")
        assert message.as_state is S.PROOFREAD


@pytest.mark.parametrize("missing", sorted(story.ANSWERS))
def test_every_point_is_confirmed(app: Flask, missing: str) -> None:
    with app.app_context(), unit_of_work():
        message = services.create(story.acting("officer50"), story.TEXT)
        with pytest.raises(Refused, match="ยืนยัน"):
            services.submit(story.acting("officer50"), message, {**story.ANSWERS, missing: False})
        assert message.as_state is S.DRAFT
        assert message.checklist is None
        services.submit(story.acting("officer50"), message, story.ANSWERS)
        assert message.checklist["points"] == checklist.default_points()


def test_a_form_sent_twice_makes_one_message(app: Flask) -> None:
    with app.app_context():
        ids = []
        for _ in range(2):
            with unit_of_work():
                row = services.create(story.acting("officer50"), story.TEXT, form_token="a" * 32)
                ids.append(row.id)
        assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", "  "),
        ("sentence", ""),
        ("body", "\n"),
        ("links", ["javascript:alert(1)"]),
        ("links", ["https://example.org", "data:text/html,x"]),
        ("links", [f"https://example.org/{number}" for number in range(6)]),
    ],
)
def test_a_bad_text_is_refused(app: Flask, field: str, value: object) -> None:
    text: MessageText = replace(story.TEXT, **{field: value})  # type: ignore[arg-type]
    with app.app_context(), unit_of_work():
        with pytest.raises(Refused):
            services.create(story.acting("officer50"), text)
        assert db.session.scalar(select(KeyMessage.id)) is None


def test_a_change_meanwhile_is_not_overwritten(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = services.create(story.acting("officer50"), story.TEXT)
        seen = message.version
        _edit("acting50", message)
        with pytest.raises(Refused, match="มีผู้อื่นแก้ไข"):
            services.update(story.acting("officer50"), message, story.TEXT, version=seen)


def test_publication_keeps_what_was_true_that_day(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            message = story.published()
            number = message.id
        row = db.session.scalars(select(Publication)).one()
        assert (row.message_id, row.month) == (number, 2026 * 12 + 5)
        assert (row.province_code, row.on) == ("50", date(2026, 6, 10))
        assert (row.audience, row.approved_minutes) == (100, 20)
        assert row.network_type == "village_volunteer"
        assert db.session.get(KeyMessage, number).published_at == story.PUBLISHED


def test_published_onward_by_another_office(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved("central", "head_central")
        with pytest.raises(Refused, match="ต้องเผยแพร่ก่อน"):
            publishing.publish(story.acting("officer50"), message, [_channel("officer50")])
        with pytest.raises(Refused, match="ไม่ใช่ของหน่วยงาน"):
            publishing.publish(story.acting("central"), message, [_channel("officer50")])
        message.move(S.PUBLISHED)
        message.published_at = story.PUBLISHED
        made = publishing.publish(
            story.acting("officer50"), message, [_channel("officer50")], at=story.PUBLISHED
        )
        assert [(row.province_code, row.approved_minutes) for row in made] == [("50", None)]
        again = publishing.publish(story.acting("officer50"), message, [_channel("officer50")])
        assert again == []


@pytest.mark.parametrize(
    "at", [datetime.now(UTC) + timedelta(hours=1), story.WRITTEN + timedelta(minutes=1)]
)
def test_not_before_the_approval_nor_in_the_future(app: Flask, at: datetime) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        with pytest.raises(Refused):
            publishing.publish(story.acting("officer50"), message, [_channel("officer50")], at=at)


def test_an_office_without_publishing_rights(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.approved()
        office = db.session.scalars(select(Office).where(Office.code == "P50")).one()
        office.may_publish = False
        with pytest.raises(Refused, match="สิทธิเผยแพร่"):
            publishing.publish(story.acting("officer50"), message, [_channel("officer50")])


def test_every_step_is_in_the_trail(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            message = story.published()
            services.correct(story.acting("officer50"), message, "เบอร์ที่ถูกคือ 1422")
            services.withdraw(story.acting("officer50"), message, "ข้อมูลเปลี่ยน")
            states = [move.after for move in message.moves]
        kinds = list(db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
        assert states == [
            "draft", "submitted", "approved", "proofread", "published", "corrected", "withdrawn",
        ]  # fmt: skip
        assert kinds.count("message:state") == 6
        assert {"message:create", "message:publish"} <= set(kinds)
        assert verify().holds


OFFERED = {
    S.DRAFT: ({"edit", "crisis"}, set()),
    S.SUBMITTED: ({"take_back", "crisis"}, {"approve", "send_back"}),
    S.SENT_BACK: ({"edit", "crisis"}, set()),
    S.APPROVED: ({"take_back", "proofread"}, {"send_back"}),
    S.PROOFREAD: ({"take_back", "publish"}, {"send_back"}),
    S.PUBLISHED: ({"publish", "mend"}, {"review"}),
    S.CORRECTED: ({"publish", "mend"}, {"review"}),
    S.WITHDRAWN: (set(), {"review"}),
}
"""What is offered in each state to an officer and to a head of the office that wrote it; all of
these messages wait for a review."""
ROLES = (
    "officer50", "head50", "acting50", "officer90", "head90", "regional3", "bureau", "central",
    "executive", "analyst", "admin",
)  # fmt: skip


@pytest.mark.parametrize("state", S)
def test_each_role_in_each_state(app: Flask, state: MessageState) -> None:
    with app.app_context(), unit_of_work():
        message = services.create(story.acting("officer50"), story.TEXT)
        message.state, message.review_due_at = state.value, datetime.now(UTC)
        db.session.flush()
        officer, head = OFFERED[state]
        onward = {"publish"} if state in (S.PUBLISHED, S.CORRECTED) else set()
        expected = {"officer50": officer, "head50": head, "acting50": head}
        expected |= dict.fromkeys(("officer90", "regional3", "bureau", "central"), onward)
        today = to_bangkok_date(datetime.now(UTC))
        for who in ROLES:
            user = cast.user(who)
            steps = steps_for(message, user, permissions_of(user, today).__contains__)
            offered = {name for name, shown in vars(steps).items() if shown}
            assert offered == expected.get(who, set()), who


def test_a_last_day_that_is_past_is_refused_at_entry_and_at_submission(
    app: Flask, client_of: Callable[[str], FlaskClient]
) -> None:
    """Time may pass between: a draft of last month is not submitted with last month's day."""
    yesterday = to_bangkok_date(utc_now()) - timedelta(days=1)
    typed = {"title": "ก", "sentence": "ข", "body": "ค", "kind": "public_use", "author_line": "ง",
             "valid_until": "1/1/2560"}  # fmt: skip
    page = client_of("officer50").post("/messages/new", data=typed).text
    assert 'id="valid_until-error"' in page
    assert "ผ่านมาแล้ว" in page
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        message = services.create(actor, replace(story.TEXT, valid_until=yesterday))
        with pytest.raises(Refused, match="ผ่านมาแล้ว"):
            services.submit(actor, message, story.ANSWERS)
        services.submit(actor, message, story.ANSWERS, at=utc_now() - timedelta(days=1))
