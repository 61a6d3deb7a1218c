"""The fields that an office's own Word template may name, and what each of them holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from registry.facts.measures import MEASURES
from reports import layout
from reports.docx import LISTS, known
from reports.office_section import TEXT_NAMES, TITLE
from reports.pdf import Data
from reports.wording import heading_of


class Kind(StrEnum):
    """How a field stands in a template."""

    TEXT = "text"
    TEXTS = "texts"
    NAMED = "named"
    ROWS = "rows"
    PICTURE = "picture"


@dataclass(frozen=True)
class Field:
    """What may stand in braces; ``parts`` are what follows its dot, or what each row has."""

    name: str
    says: Any
    kind: Kind = Kind.TEXT
    parts: Mapping[str, Any] = field(default_factory=dict)


_CARD = {"label": _l("name"), "value": _l("figure"), "unit": _l("unit"), "change": _l("change")}
_NAME = {"name": _l("name")}
_TARGET = {
    "place": _l("place"),
    "target": _l("target"),
    "value": _l("figure"),
    "share": _l("per cent of the target"),
    "met": _l("whether the target is met"),
    "source": _l("source of the target and its date"),
}
_CHARTS = {
    "funnel_chart": _l("chart from publication to passing on"),
    "trend_chart": _l("charts of closed periods"),
    "zone_chart": _l("chart of the rate of passing on by zone"),
    "channel_kind_chart": _l("chart of potential reach by kind of channel"),
}
_PLAIN = {
    "title": _l("title of the report"),
    "period": _l("the period and its days"),
    "fiscal_year": _l("the fiscal year, B.E."),
    "office": _l("department and bureau"),
    "place": _l("what the key figures are about: the whole country, a zone, a province"),
    "revision": _l("number of the revision"),
    "reason": _l("why the report was issued anew"),
    "classification": _l("whether the report may be disclosed"),
    "closed_at": _l("when the period was closed"),
    "kept_until": _l("until when the report is kept"),
    "sha256": _l("SHA-256 of the manifest, the proof of all figures"),
    "command": _l("command that proves the period"),
    "proof": _l("sentence about the proof"),
    "revised_note": _l("sentence about what else differs from the revision before"),
}


def known_fields() -> list[Field]:
    """Every field that a template may name."""
    measures = {name: heading_of(name) for name in MEASURES}
    trend = {"period": _l("period")} | {name: measures[name] for name in layout.TRENDS}
    median = {"share": _l("within the standard (%)"), "median": _l("median time")}
    revised = {"before": _l("before"), "after": _l("after"), "change": _l("change")}
    rule = {"rule": _l("rule"), "version": _l("version of the rule")}
    funnel = {"label": _l("name"), "text": _l("figure")}
    return [
        *(Field(name, says) for name, says in _PLAIN.items()),
        Field("summary", _l("sentences of the summary"), Kind.TEXTS),
        Field("introduction", _l("introduction of the central office"), Kind.TEXTS),
        Field("introduction_by", _l("who wrote the introduction")),
        Field("told", _l("sentences made by the system"), Kind.TEXTS),
        Field("method", _l("sentences on how it is counted"), Kind.TEXTS),
        Field("figures", _l("figures of the place"), Kind.NAMED, measures),
        Field("changes", _l("changes against the closed period before"), Kind.NAMED, measures),
        Field("whole", _l("figures of the whole country"), Kind.NAMED, _NAME | measures),
        Field("facts", _l("status, coverage …"), Kind.ROWS, _NAME | {"value": _l("text")}),
        Field("key", _l("key figures"), Kind.ROWS, _CARD),
        Field("targets", _l("targets of the fiscal year"), Kind.ROWS, _NAME | _TARGET),
        Field("funnel", _l("from publication to passing on"), Kind.ROWS, funnel),
        Field("reach", _l("the three kinds of reach"), Kind.ROWS, _CARD),
        Field("trend", _l("closed periods, the earliest first"), Kind.ROWS, trend),
        *(Field(name, says, Kind.PICTURE) for name, says in _CHARTS.items()),
        *(_list(name, dimension, measures) for name, dimension in LISTS.items()),
        Field("offices", TITLE, Kind.ROWS, _NAME | {"state": _l("State")} | TEXT_NAMES),
        Field("standards", _l("standard times of the handbook"), Kind.ROWS, _NAME | median),
        Field("revised", _l("what differs from the revision before"), Kind.ROWS, _NAME | revised),
        Field("definitions", _l("definitions"), Kind.ROWS, _NAME | rule),
    ]


def _list(name: str, dimension: str, measures: Mapping[str, str]) -> Field:
    title = next(table.title for table in layout.TABLES if table.dimension == dimension)
    parts = _NAME | {one: measures[one] for one in known(dimension)}
    return Field(name, title, Kind.ROWS, parts)


ROWS, SAMPLE = 80, "ตัวอย่าง"
"""As long as the lists of a whole country; a template is tried at that size."""


def sample() -> Data:
    """A value for every field, with which a template is tried."""
    return {one.name: _sample_of(one) for one in known_fields()}


def _sample_of(one: Field) -> Any:
    row, texts = dict.fromkeys(one.parts, SAMPLE), [SAMPLE] * ROWS
    values = {Kind.TEXTS: texts, Kind.NAMED: row, Kind.ROWS: [row] * ROWS}
    return values.get(one.kind, SAMPLE)
