"""How long something took: its distribution over the fixed buckets."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from flask_babel import gettext as _

from dashboards import parts
from dashboards.charts.histogram import histogram
from dashboards.exhibits import Cell, Exhibit, amount, count, said
from dashboards.figures import Whole
from registry.documents.cells import Share
from registry.facts.histograms import BUCKETS, bucket_names
from registry.facts.measure import Figure
from registry.facts.measures import measure

HOUR, DAY = 60, 1440


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


def duration(one: Duration, found: Whole) -> Exhibit:
    """The distribution, with the median and the share within the standard in its note."""
    median = found.figure(one.median, found.now)
    shown = [measure(name) for name in (one.median, one.rate) if name]
    if median is None:
        return Exhibit(one.name, one.title, empty=_("not counted with these filters"))
    if not median.denominator:
        return Exhibit(one.name, one.title, empty=_("No such time is known for this period."))
    counts = _counts(found, measure(one.median).numerator)
    labels = [bucket_label(low, high) for low, high in BUCKETS]
    total = sum(counts)
    texts = [f"{number:,} ({number / total:.1%})" for number in counts]
    drawn = [(text, float(n), told) for text, n, told in zip(labels, counts, texts, strict=True)]
    return Exhibit(
        one.name,
        one.title,
        [_("Time taken"), _("Times"), _("Share of all"), _("Share up to here")],
        _rows(labels, counts),
        histogram(one.name, drawn, one.colour, one.title),
        shown,
        _note(one, found, median),
    )


def _counts(found: Whole, prefix: str) -> list[int]:
    months = [
        found.found.monthly.get(month, {}) for month in range(found.now.first, found.now.last + 1)
    ]
    return [int(sum(each.get(name) or 0 for each in months)) for name in bucket_names(prefix)]


def _rows(labels: list[str], counts: list[int]) -> list[list[Cell]]:
    total, below = sum(counts), accumulate(counts)
    return [
        [said(text), count(number), _share(number / total), _share(up_to / total)]
        for text, number, up_to in zip(labels, counts, below, strict=True)
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


def bucket_label(low: int, high: int | None) -> str:
    """A bucket of minutes in the unit that suits it."""
    size = DAY if low >= DAY else HOUR if low >= 2 * HOUR else 1
    span = f"{low // size}–{high // size}" if high is not None else str(low // size)
    if high is None:
        return str(_("%(n)s days or more", n=span))
    if size == DAY:
        return str(_("%(span)s days", span=span))
    return str(_("%(span)s hrs", span=span) if size == HOUR else _("%(span)s min", span=span))
