"""Closed periods beside each other: two of them, two revisions of one, or all of a length."""

from __future__ import annotations

import re

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import allow, scope
from registry.access.roles import Permission
from registry.errors import Refused
from registry.facts.cuts import Cut
from registry.facts.measures import MEASURES
from registry.facts.sealed import sealed_cut
from registry.periods import catalogue
from registry.periods.calendar import Period, PeriodKind
from registry.periods.models import SealedPeriod
from registry.periods.names import KIND_NAMES, named
from reports.books import seen_of
from reports.chain import all_closed
from reports.comparing import side_by_side
from reports.documents import closed
from reports.names import Names
from reports.report import Book
from reports.series import line_of, series_of
from reports.wording import shown, unit_of

KEY = re.compile(r"(?P<code>[0-9A-Z-]{7,8})-r(?P<revision>[0-9]{1,4})")


@allow(Permission.REPORTS_VIEW)
def compare() -> ResponseReturnValue:
    """Two closed periods side by side; without a choice, the last one and the one before it."""
    rows = sorted(all_closed(), key=lambda row: (row.end, row.start, row.revision), reverse=True)
    if not rows:
        return render_template("reports/compare.html", choices=[])
    later = _chosen("other") or rows[0]
    earlier = _chosen("one") or _before(later, rows)
    (before, old), (after, new) = (seen_of(scope(), row) for row in (earlier, later))
    cuts = _cuts(after, new) | _cuts(before, old)
    cut = request.args.get("cut", _own_cut(later, cuts))
    found = side_by_side(before, after, cut)
    narrow = request.args.get("only") == "1"
    return render_template(
        "reports/compare.html",
        narrow=narrow,
        same=len(found) - sum(row.differs for row in found),
        choices=[(key_of(row), label_of(row)) for row in rows],
        pair=[key_of(row) for row in (earlier, later)],
        labels=[label_of(row) for row in (earlier, later)],
        cuts=cuts,
        cut=cut,
        found=[row for row in found if row.differs or not narrow],
    )


@allow(Permission.REPORTS_VIEW)
def series() -> ResponseReturnValue:
    """A measure over all closed periods of a length."""
    rows = catalogue.list_periods()
    kinds = [kind for kind in PeriodKind if any(row.kind == kind.value for row in rows)]
    if not kinds:
        return render_template("reports/series.html", kinds=[])
    kind = _one_of("kind", [each.value for each in kinds], PeriodKind.QUARTER.value)
    latest = next(row for row in rows if row.kind == kind)
    book, known = seen_of(scope(), latest)
    cuts = _cuts(book, known)
    if not cuts:
        return render_template("reports/series.html", kinds=[], outside=True)
    cut = _one_of("cut", list(cuts), _own_cut(latest, cuts))
    names = [figure.measure for figure in book.of(cut) if figure.measure in MEASURES]
    name = _one_of("measure", names, names[0])
    points = series_of(scope(), name, kind, cut)
    return render_template(
        "reports/series.html",
        kinds=[(each.value, KIND_NAMES[each]) for each in kinds],
        kind=kind,
        cuts=cuts,
        cut=cut,
        names=[(each, MEASURES[each].title) for each in names],
        name=name,
        one=MEASURES[name],
        unit=unit_of(MEASURES[name]),
        points=points,
        line=(line := line_of(points)),
        top=shown(name, line.top),
    )


def _one_of(name: str, known: list[str], usual: str) -> str:
    """What an address chooses of a list; the usual one, or the first, where it names none."""
    chosen = request.args.get(name)
    if chosen is None:
        return usual if usual in known else known[0]
    if chosen not in known:
        text = chosen[:60]
        raise Refused(_("“%(text)s” cannot be chosen here; take one of the list.", text=text))
    return chosen


def key_of(row: SealedPeriod) -> str:
    """How an address names a revision of a period: ``2569-Q1-r1``."""
    return row.folder


def label_of(row: SealedPeriod) -> str:
    """How people name it; the first revision by the period alone."""
    label = named(row.code)
    if row.revision == 1:
        return label
    return str(_("%(period)s, revision %(number)s", period=label, number=row.revision))


def _chosen(name: str) -> SealedPeriod | None:
    text = request.args.get(name, "")
    if not text:
        return None
    found = KEY.fullmatch(text)
    if found is None:
        raise Refused(
            _("“%(text)s” is not a closed report; choose one from the list.", text=text[:40])
        )
    return closed(found["code"], int(found["revision"]))


def _before(row: SealedPeriod, rows: list[SealedPeriod]) -> SealedPeriod:
    """The revision before, else the period before of the same length; else itself."""
    own = (one for one in rows if one.code == row.code and one.revision < row.revision)
    same_kind = (one for one in rows if one.kind == row.kind and one.end < row.start)
    return next(own, None) or next(same_kind, row)


def _cuts(book: Book, names: Names) -> dict[str, str]:
    """What may be compared, with its names: the whole first, then places, channels, types."""
    return {cut: names.of(cut) for cut in dict.fromkeys(figure.cut for figure in book.figures)}


def _own_cut(row: SealedPeriod, cuts: dict[str, str]) -> str:
    """The cut that is what someone sees of the country; else the first one."""
    own = sealed_cut(scope(), Cut(), Period.parse(row.code))
    return own if own in cuts else next(iter(cuts), "")
