"""What goes out owns up: a correction stands before the text, a withdrawal has its own reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from registry.db import db, unit_of_work
from registry.documents.cells import units
from registry.genuine.compare import compare_message
from registry.genuine.lookup import message_of
from registry.messages import services
from registry.messages.models import Correction, KeyMessage
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.outbox import feeds
from registry.outbox.line import bodies, fitting
from tests import cast, story

WRONG = "ข้อความเดิมบอกวันผิด ที่ถูกคือวันศุกร์"
WHY = "ข้อมูลไม่เป็นความจริง"
SCRIPT = "พี่น้องครับ โปรดคว่ำภาชนะทุกวันเสาร์"


def corrected() -> KeyMessage:
    message = story.published()
    message.script = SCRIPT
    services.correct(story.acting("officer50"), message, WRONG)
    return message


def withdrawn() -> KeyMessage:
    """Corrected first: the older correction is not why it was withdrawn."""
    message = corrected()
    services.withdraw(story.acting("officer50"), message, WHY)
    return message


def going(message: KeyMessage, purpose: Purpose) -> Release:
    now = datetime.now(UTC)
    row = Release(
        message=message,
        office=message.office,
        purpose=purpose.value,
        planned_at=now,
        created_at=now,
        state=ReleaseState.RUNNING.value,
    )
    db.session.add(row)
    db.session.flush()
    return row


def said(release: Release) -> list[str]:
    """By LINE and by e-mail; the title of a mail stands before its text."""
    mail = bodies.mail_content(release)
    line = bodies.line_content(release)["messages"][-1]["text"]
    return [line, f"{mail['subject']}\n\n{mail['text']}"]


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.WITHDRAWAL])
def test_a_correction_stands_before_the_text_whatever_it_goes_out_for(
    app: Flask, purpose: Purpose
) -> None:
    with app.app_context(), unit_of_work():
        message = corrected()
        release = going(message, purpose)
        for text in [*said(release), bodies.spoken_words(release), bodies.full_words(release)]:
            words = SCRIPT if SCRIPT in text else message.body
            assert "แก้ไขข้อความ" in text.splitlines()[0]
            assert text.index(WRONG) < text.index(words)
        told = bodies.hook_content(release)
        assert "แก้ไขข้อความ" in told["headline"]
        assert told["correction"] == WRONG
        assert (told["withdrawn"], told["body"]) == (False, message.body)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_withdrawn_message_says_why_and_nothing_else(app: Flask, purpose: Purpose) -> None:
    with app.app_context(), unit_of_work():
        message = withdrawn()
        release = going(message, purpose)
        for text in [*said(release), bodies.spoken_words(release), bodies.full_words(release)]:
            assert "ถอนข้อความ" in text.splitlines()[0]
            assert WHY in text
            for words in (WRONG, SCRIPT, message.body, message.sentence):
                assert words not in text
        told = bodies.hook_content(release)
        assert (told["withdrawn"], told["reason"]) == (True, WHY)
        assert {told[name] for name in ("correction", "body", "sentence")} == {None}
        assert told["links"] == []


def test_what_was_never_changed_has_no_headline(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        release = going(story.published(), Purpose.ONWARD)
        assert bodies.words(release).startswith(story.TEXT.sentence)
        told = bodies.hook_content(release)
        assert (told["headline"], told["correction"], told["reason"]) == (None, None, None)


@pytest.mark.parametrize("purpose", [Purpose.FIRST, Purpose.ONWARD, Purpose.CORRECTION])
def test_the_script_is_read_and_the_text_is_posted(app: Flask, purpose: Purpose) -> None:
    with app.app_context(), unit_of_work():
        release = going(corrected(), purpose)
        spoken = bodies.spoken(release)
        assert (spoken.notice, spoken.text) == (WRONG, SCRIPT)
        assert story.TEXT.body not in bodies.spoken_words(release)
        posted = bodies.full_words(release)
        assert SCRIPT not in posted
        message = release.message
        for part in (message.title, message.sentence, message.body, message.code):
            assert part in posted


def test_who_posts_has_the_text_as_a_whole(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        message.body = "น้ำขังรอบบ้าน " * 100 + "จบ"
        release = going(message, Purpose.ONWARD)
        assert message.body in bodies.full_words(release)
        assert message.body not in bodies.words(release)


def test_many_corrections_leave_room_for_heading_code_and_latest(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = story.published()
        texts = [f"แก้ครั้งที่ {number} {'ก' * 400}" for number in range(30)]
        message.corrections = [
            Correction(at=story.PUBLISHED, text=text) for text in reversed(texts)
        ]
        text = bodies.words(going(message, Purpose.ONWARD))
        assert units(text) <= fitting.LONGEST
        assert "แก้ไขข้อความ" in text.splitlines()[0]
        assert message.code in text.splitlines()[-1]
        assert texts[-1] in text
        assert story.TEXT.body in text
        assert texts[0] not in text
        assert fitting.more_elsewhere() in text
        assert compare_message(text, message).whole


def test_of_a_withdrawn_message_only_the_withdrawal_is_read(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        spoken = bodies.spoken(going(withdrawn(), Purpose.WITHDRAWAL))
        assert (spoken.notice, spoken.text, spoken.sentence) == (WHY, "", "")
        assert "ถอนข้อความ" in spoken.headline


def test_feed_and_check_tell_the_same_reason(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message = withdrawn()
        entry = feeds.entries(cast.network("P50"))[0]
        assert (entry.code, entry.text) == (message.code, WHY)
        known = message_of(message.code, datetime.now(UTC).date())
        assert known is not None
        assert known.reason == WHY


def test_feed_of_a_corrected_message_begins_with_the_correction(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        corrected()
        entry = feeds.entries(cast.network("P50"))[0]
        assert "แก้ไขข้อความ" in entry.title
        assert entry.text.startswith(WRONG)
