"""How fresh figures are: shown when they are not of this minute, and always on a wall."""

from __future__ import annotations

from datetime import datetime

from dash import html
from dash.development.base_component import Component
from flask_babel import gettext as _

from registry.facts.rollups.marks import complete_at
from registry.periods.calendar import bangkok, utc_now


def freshness() -> datetime:
    """When the figures were last complete (UTC)."""
    return complete_at()


def as_of() -> Component:
    """Since when the figures of a page stand; on a wall it remains when asking again fails."""
    complete = freshness()
    late = int((utc_now() - complete).total_seconds() // 60)
    said = [html.Span(_("As of %(time)s", time=f"{bangkok(complete):%H:%M}"), className="clock")]
    if late:
        words = _("Figures are %(n)s minutes behind", n=f"{late:,}")
        said.append(html.Span(words, className="state warn"))
    return html.P(said, className="as-of late" if late else "as-of")
