"""Which rows a period's figures rest on, table by table: what sealing has to keep.

Each rule is a list of conditions that exclude one another, so that each can use its index.
Nothing is cut at the top end: facts that came in after the period belong to its cohorts until
the period is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, FromClause, and_, func, or_, select, true, tuple_
from sqlalchemy.sql.selectable import Select

from registry.db import Base
from registry.facts.groups import DORMANT_MONTHS
from registry.facts.notices import NOTICES
from registry.facts.people import CONFIRMED_MONTHS
from registry.periods.calendar import Period, month_start

Conditions = list[ColumnElement[bool]]
LOOKBACK = max(DORMANT_MONTHS, CONFIRMED_MONTHS)
"""Months before the period in which a sign of life of a member or a network still counts."""


@dataclass(frozen=True)
class Window:
    """The months of a period, and the first day of the months that it looks back on."""

    first: int
    last: int
    start: date
    end: date

    @classmethod
    def of(cls, period: Period) -> Window:
        """The window of a period."""
        return cls(period.first_month, period.last_month, period.start, period.end)

    @property
    def since(self) -> date:
        """The first day that is looked back on."""
        return month_start(self.first - LOOKBACK)

    def holds(self, rows: FromClause) -> ColumnElement[bool]:
        """Whether a fact lies in the period."""
        return rows.c.month.between(self.first, self.last)

    def recent(self, rows: FromClause) -> ColumnElement[bool]:
        """Whether a fact lies in the period or in the months that it looks back on."""
        return rows.c.month.between(self.first - LOOKBACK, self.last)


def _table(name: str) -> FromClause:
    return Base.metadata.tables[name]


def _lasting(start: str, stop: str, since: Callable[[Window], date]) -> Rule:
    """Spans that began by the end and had not ended before a day."""

    def rule(rows: FromClause, window: Window) -> Conditions:
        open_ended = or_(rows.c[stop].is_(None), rows.c[stop] >= since(window))
        return [and_(rows.c[start] <= window.end, open_ended)]

    return rule


def _all(_rows: FromClause, _window: Window) -> Conditions:
    return [true()]


def _of_the_period(rows: FromClause, window: Window) -> Conditions:
    return [window.holds(rows)]


def _founded(rows: FromClause, window: Window) -> Conditions:
    return [rows.c.founded_on <= window.end]


def _members(rows: FromClause, window: Window) -> Conditions:
    spans = _table("member_span")
    (there,) = RULES["member_span"](spans, window)
    return [rows.c.id.in_(select(spans.c.member_id).where(there))]


def _counts(rows: FromClause, window: Window) -> Conditions:
    """Counts of the period, and the last one before it of each channel."""
    earlier = rows.alias()
    latest = select(func.max(earlier.c.on)).where(
        earlier.c.channel_id == rows.c.channel_id, earlier.c.on < window.start
    )
    return [
        rows.c.on.between(window.start, window.end),
        rows.c.on == latest.scalar_subquery(),
    ]


def _passing_on(window: Window) -> Select[tuple[int, int]]:
    """Message and member of the period's disseminations."""
    rows = _table("dissemination")
    return select(rows.c.message_id, rows.c.member_id).where(window.holds(rows))


def _disseminations(rows: FromClause, window: Window) -> Conditions:
    """Those of the window, and the others of messages that the period published or passed on.

    The first dissemination of a message in a channel carries its potential, whenever it was.
    """
    published = _table("publication")
    messages = (
        select(published.c.message_id)
        .where(window.holds(published))
        .union(select(_passing_on(window).subquery().c.message_id))
    )
    recent = window.recent(rows)
    return [recent, and_(~recent, rows.c.message_id.in_(messages))]


def _earlier_recipients(rows: FromClause, window: Window) -> ColumnElement[bool]:
    pair = tuple_(rows.c.message_id, rows.c.member_id)
    return and_(~window.holds(rows), pair.in_(_passing_on(window)))


def _recipients(rows: FromClause, window: Window) -> Conditions:
    """Those of the period, and who had been reached before and passed it on in the period."""
    return [window.holds(rows), _earlier_recipients(rows, window)]


def _publications(rows: FromClause, window: Window) -> Conditions:
    """Those of the window, and those through which the kept recipients were reached."""
    reached = _table("recipient")
    older = select(reached.c.publication_id).where(_earlier_recipients(reached, window))
    recent = window.recent(rows)
    return [recent, and_(~recent, rows.c.id.in_(older))]


def _messages(rows: FromClause, window: Window) -> Conditions:
    published = _table("publication")
    known = select(published.c.message_id).where(published.c.month <= window.last)
    return [rows.c.id.in_(known)]


def _moves(rows: FromClause, window: Window) -> Conditions:
    """What became of the messages that the period published."""
    return [rows.c.message_id.in_(_published(window))]


def _published(window: Window) -> Select[tuple[int]]:
    rows = _table("publication")
    return select(rows.c.message_id).where(window.holds(rows))


def _releases(rows: FromClause, window: Window) -> Conditions:
    """Notices of corrections and withdrawals of those messages; no other release counts."""
    return [and_(rows.c.purpose.in_(NOTICES), rows.c.message_id.in_(_published(window)))]


def _deliveries(rows: FromClause, window: Window) -> Conditions:
    notices = _table("release")
    (wanted,) = _releases(notices, window)
    return [rows.c.release_id.in_(select(notices.c.id).where(wanted))]


def _settled(rows: FromClause, window: Window) -> Conditions:
    questions = _table("question")
    asked = select(questions.c.id).where(window.holds(questions))
    return [rows.c.question_id.in_(asked)]


def _office_reports(rows: FromClause, window: Window) -> Conditions:
    owed = _table("owed_report")
    return [rows.c.period.in_(select(owed.c.period).where(window.holds(owed)))]


Rule = Callable[[FromClause, Window], Conditions]
RULES: dict[str, Rule] = {
    "member_span": _lasting("from_on", "to_on", lambda window: window.start),
    "member": _members,
    "consent": _lasting("given_on", "withdrawn_on", lambda window: window.start),
    "network": _founded,
    "network_member": _lasting("from_on", "to_on", lambda window: window.since),
    "publication": _publications,
    "recipient": _recipients,
    "dissemination": _disseminations,
    "channel": _lasting("opened_on", "retired_on", lambda window: window.since),
    "audience_count": _counts,
    "question": _of_the_period,
    "member_news": _of_the_period,
    "key_message": _messages,
    "office": _all,
    "province_zone": _all,
    "district": _all,
    "time_standard": _all,
    "message_move": _moves,
    "release": _releases,
    "delivery": _deliveries,
    "question_resolution": _settled,
    "owed_report": _of_the_period,
    "office_report": _office_reports,
}
