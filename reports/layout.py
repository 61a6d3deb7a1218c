"""Which figures a report shows where; every name is a measure of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

KEY = (
    "members_active",
    "members_new",
    "networks_active",
    "messages_published",
    "received_rate",
    "pass_on_rate",
    "members_passing_on",
    "questions_answered_rate",
)
FUNNEL = ("recipients", "received", "passed_on")
REACH = ("reach_potential", "reach_reported", "reach_evidenced")
CHANGES = (
    *("messages_corrected", "messages_withdrawn", "correction_reached_rate"),
    "questions_resolved_rate",
)
TRENDS = ("members_active", "messages_published", "pass_on_rate", "reach_evidenced")
STANDARDS = (
    ("publish_on_standard_rate", "publish_minutes_median"),
    ("receive_on_standard_rate", "receive_minutes_median"),
    ("pass_on_on_standard_rate", "pass_on_minutes_median"),
    ("answer_on_standard_rate", "first_answer_hours_median"),
)
RISING_IS_GOOD = frozenset(
    {
        *("members_active", "members_new", "networks_active", "members_passing_on"),
        *("received_rate", "pass_on_rate", "questions_answered_rate"),
        *("reach_potential", "reach_reported", "reach_evidenced"),
    }
)
"""Measures whose rise is shown as good and whose fall as bad; others without a verdict."""


@dataclass(frozen=True)
class Column:
    """A column of a table: a measure under a short title."""

    measure: str
    title: Any


@dataclass(frozen=True)
class Group:
    """Columns under a common title."""

    title: Any
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Table:
    """A table by one dimension, with the measure of its bar chart (if it has one).

    Attributes:
        sheet: name of its sheet in the workbook, at most 31 letters.
    """

    dimension: str
    title: Any
    sheet: Any
    first: Any
    groups: tuple[Group, ...]
    chart: str | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, in order."""
        return tuple(column for group in self.groups for column in group.columns)


_MEMBERS = Group(
    _l("Members"),
    (
        Column("members_active", _l("in all")),
        Column("members_new", _l("new")),
        Column("members_passing_on", _l("passing on")),
    ),
)
_NETWORKS = Group(_l("Networks"), (Column("networks_active", _l("in all")),))
_OWN_NETWORKS = Group(
    _l("Networks"),
    (Column("networks_active", _l("in all")), Column("networks_new", _l("new"))),
)
_TYPE_MEMBERS = Group(
    _l("Members"),
    (Column("members_active", _l("in all")), Column("members_new", _l("new"))),
)
_CHANNELS = Group(
    _l("Channels"),
    (Column("channels_active", _l("in all")), Column("channel_audience", _l("audience"))),
)
_LEDGER = Group(
    _l("Key messages"),
    (Column("publications", _l("times published")), Column("recipients", _l("recipients"))),
)
_RATES = Group(
    _l("Rate (%)"),
    (Column("received_rate", _l("received")), Column("pass_on_rate", _l("passed on"))),
)
_REACH = Group(
    _l("Reach (people)"),
    (
        Column("reach_potential", _l("potential")),
        Column("reach_reported", _l("reported")),
        Column("reach_evidenced", _l("evidenced")),
    ),
)
MAPS = ("pass_on_rate", "members_active")
"""Measures that are drawn as maps of provinces."""
TABLES = (
    Table(
        "zone",
        _l("Results by zone"),
        _l("By zone"),
        _l("Zone"),
        (_MEMBERS, _NETWORKS, _LEDGER, _RATES, _REACH),
        "pass_on_rate",
    ),
    Table(
        "network_type",
        _l("Results by network type"),
        _l("By network type"),
        _l("Network type"),
        (_TYPE_MEMBERS, _OWN_NETWORKS, _LEDGER, _RATES, _REACH),
    ),
    Table(
        "channel_kind",
        _l("Results by kind of channel"),
        _l("By kind of channel"),
        _l("Channel kind"),
        (_CHANNELS, _LEDGER, _RATES, _REACH),
        "reach_potential",
    ),
    Table(
        "province",
        _l("Results by province"),
        _l("By province"),
        _l("Province"),
        (_MEMBERS, _NETWORKS, _LEDGER, _RATES, _REACH),
    ),
)
