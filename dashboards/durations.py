"""How long something took: its distribution over the fixed buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from flask_babel import gettext as _

from dashboards import parts
from dashboards.charts.bars import Bar
from dashboards.charts.histogram import histogram
from dashboards.exhibits import Cell, Exhibit, amount, count, said
from dashboards.figures import Whole
from dashboards.navigation import rows_link
from registry.documents.cells import Share
from registry.facts.asked import Asked
from registry.facts.histograms import BUCKETS, bucket_label, bucket_names
from registry.facts.measure import Figure
from registry.facts.measures import measure


@dataclass(frozen=True)
class Duration:
    """A step whose time is measured.

    Attributes:
        median: the measure that is read from its buckets.
        rate: the share within the standard; empty where there is none.
    """

    name: str
    title: str
    median: str
    rate: str
    colour: str


def duration(one: Duration, question: Asked, found: Whole) -> Exhibit:
    """The distribution, with the median and the share within the standard in its note."""
    median = found.figure(one.median, found.now)
    shown = [measure(name) for name in (one.median, one.rate) if name]
    if median is None:
        return Exhibit(one.name, one.title, empty=_("not counted with these filters"))
    if not median.denominator:
        return Exhibit(one.name, one.title, empty=_("No such time is known for this period."))
    buckets = bucket_names(measure(one.median).numerator)
    counts = _counts(found, buckets)
    links = [rows_link(one.median, question, bucket=name) for name in buckets]
    labels = [bucket_label(low, high) for low, high in BUCKETS]
    total = sum(counts)
    texts = [f"{number:,} ({number / total:.1%})" for number in counts]
    drawn = [Bar(*each) for each in zip(labels, counts, texts, links, strict=True)]
    return Exhibit(
        one.name,
        one.title,
        [_("Time taken"), _("Times"), _("Share of all"), _("Share up to here")],
        _rows(drawn),
        histogram(one.name, drawn, one.colour, one.title),
        shown,
        _note(one, found, median),
    )


def _counts(found: Whole, buckets: Sequence[str]) -> list[int]:
    months = [
        found.found.monthly.get(month, {}) for month in range(found.now.first, found.now.last + 1)
    ]
    return [int(sum(each.get(name) or 0 for each in months)) for name in buckets]


def _rows(drawn: Sequence[Bar]) -> list[list[Cell]]:
    counts = [bar.value or 0 for bar in drawn]
    total, below = sum(counts), accumulate(counts)
    return [
        [said(bar.name), count(n, bar.link if n else ""), _share(n / total), _share(up_to / total)]
        for bar, n, up_to in zip(drawn, counts, below, strict=True)
    ]


def _share(part: float) -> Cell:
    return Cell(Share(part), f"{part:.1%}")


def _note(one: Duration, found: Whole, median: Figure) -> str:
    words = [_("Median: %(value)s", value=parts.with_unit(measure(one.median), median.value))]
    rate = found.figure(one.rate, found.now) if one.rate else None
    if rate is not None:
        share = amount(measure(one.rate), rate.value).text
        words.append(_("within the standard: %(share)s", share=share))
    words.append(_("times known: %(n)s", n=f"{median.denominator or 0:,}"))
    return " · ".join(words)
