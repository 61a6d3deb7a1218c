"""The ways in to messages: what is written and goes out, and what comes back from members."""

from __future__ import annotations

from functools import partial

from flask_babel import lazy_gettext as _l

from registry.access.roles import Permission
from registry.messages import (
    inbox_views,
    release_views,
    request_views,
    review_views,
    right_views,
    views,
)
from registry.ui import MenuItem

READ, ANSWER = Permission.MESSAGES_READ, Permission.QUESTIONS_ANSWER
Out, Back = partial(MenuItem, "messages"), partial(MenuItem, "answers")


def going_out() -> list[MenuItem]:
    """Messages, their sendings and their media."""
    return [
        Out(
            "messages.index",
            _l("Key messages"),
            READ,
            40,
            badge=views.waiting_count,
            cards=views.waiting_cards,
        ),
        Out("releases.index", _l("Sendings"), READ, 41, badge=release_views.waiting_count),
        Out("library.index", _l("Media library"), READ, 41),
        Out(
            "messages.reviews", _l("To be reviewed afterwards"), READ, 41, badge=views.review_count
        ),
    ]


def asked_for() -> list[MenuItem]:
    """What others ask for: to have something published, and to publish."""
    return [
        Out(
            "requests.index",
            _l("Requests to publish"),
            READ,
            49,
            badge=request_views.waiting_count,
            cards=request_views.waiting_cards,
        ),
        MenuItem(
            "manage",
            "rights.index",
            _l("Right to publish"),
            Permission.RIGHTS_SEE,
            44,
            badge=right_views.waiting_count,
            cards=right_views.waiting_cards,
        ),
    ]


def coming_back() -> list[MenuItem]:
    """Reports, questions and news."""
    return [
        Back("dissemination.index", _l("Dissemination"), READ, 60),
        Back(
            "evidence.index",
            _l("Reports to review"),
            Permission.DISSEMINATION_REVIEW,
            61,
            badge=review_views.waiting_count,
        ),
        Back(
            "questions.index",
            _l("Questions from members"),
            ANSWER,
            62,
            badge=inbox_views.open_questions,
        ),
        Back("news.index", _l("News from members"), ANSWER, 63, badge=inbox_views.open_news),
    ]
