"""Key messages and the dissemination ledger; see ``models`` for what is kept."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

ANSWERS = 60
"""From this order on: what comes back from members."""


def init_app(app: Flask) -> None:
    """Install the pages of messages, of the ledger and of the inboxes."""
    from registry.messages import audience_models as audience_models
    from registry.messages import (
        audience_views,
        grid_views,
        inbox_views,
        late,
        library_views,
        release_views,
        request_views,
        review_views,
        right_views,
        rules,
        saved_audience_views,
        step_views,
        travel_views,
    )
    from registry.messages import due as due
    from registry.messages import exchange_models as exchange_models
    from registry.messages import export_views as export_views
    from registry.messages import files as files
    from registry.messages import media_views as media_views
    from registry.messages import release_models as release_models
    from registry.periods import calendar

    app.register_blueprint(step_views.bp)
    app.register_blueprint(audience_views.bp)
    app.register_blueprint(saved_audience_views.bp)
    app.register_blueprint(release_views.bp)
    app.register_blueprint(grid_views.bp)
    app.register_blueprint(review_views.bp)
    app.register_blueprint(library_views.bp)
    app.register_blueprint(library_views.public_bp)
    app.register_blueprint(inbox_views.questions_bp)
    app.register_blueprint(inbox_views.news_bp)
    app.register_blueprint(request_views.bp)
    app.register_blueprint(right_views.bp)
    app.register_blueprint(travel_views.bp)
    app.add_template_filter(rules.seconds_aloud, "seconds_aloud")
    app.jinja_env.globals["has_endpoint"] = app.view_functions.__contains__
    app.add_template_test(late.is_late, "late")
    app.add_template_filter(lambda at: f"{calendar.bangkok(at):%H:%M}", "clock")
    _add_menu(app)


def _add_menu(app: Flask) -> None:
    from registry.access.roles import Permission as P
    from registry.messages import (
        inbox_views,
        release_views,
        request_views,
        review_views,
        right_views,
        views,
    )
    from registry.ui import MenuItem, add_menu

    def item(endpoint: str, label: Any, permission: P, order: int, badge: Any = None) -> MenuItem:
        section = "messages" if order < ANSWERS else "answers"
        return MenuItem(section, endpoint, label, permission, order, badge=badge)

    add_menu(
        app,
        MenuItem(
            "messages",
            "messages.index",
            _l("Key messages"),
            P.MESSAGES_READ,
            40,
            badge=views.waiting_count,
            cards=views.waiting_cards,
        ),
        item("releases.index", _l("Sendings"), P.MESSAGES_READ, 41, release_views.waiting_count),
        item("library.index", _l("Media library"), P.MESSAGES_READ, 41),
        item(
            "messages.reviews",
            _l("To be reviewed afterwards"),
            P.MESSAGES_READ,
            41,
            views.review_count,
        ),
        item(
            "requests.index",
            _l("Requests to publish"),
            P.MESSAGES_READ,
            49,
            request_views.waiting_count,
        ),
        MenuItem(
            "manage",
            "rights.index",
            _l("Right to publish"),
            P.RIGHTS_SEE,
            44,
            badge=right_views.waiting_count,
        ),
        item("dissemination.index", _l("Dissemination"), P.MESSAGES_READ, ANSWERS),
        item(
            "evidence.index",
            _l("Reports to review"),
            P.DISSEMINATION_REVIEW,
            61,
            review_views.waiting_count,
        ),
        item(
            "questions.index",
            _l("Questions from members"),
            P.QUESTIONS_ANSWER,
            62,
            inbox_views.open_questions,
        ),
        item("news.index", _l("News from members"), P.QUESTIONS_ANSWER, 63, inbox_views.open_news),
    )
