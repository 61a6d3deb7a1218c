"""Key messages and the dissemination ledger; see ``models`` for what is kept."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Install the pages of messages, of the ledger and of the inboxes."""
    from registry.messages import audience_models as audience_models
    from registry.messages import (
        audience_views,
        grid_views,
        inbox_views,
        late,
        library_views,
        menu,
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
    from registry.ui import add_menu

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
    add_menu(app, *menu.going_out(), *menu.asked_for(), *menu.coming_back())
