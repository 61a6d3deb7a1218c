"""Durations as counts in fixed buckets, and the median that can be read from them.

Buckets add up over places and months, which medians do not.  The median is interpolated within
its bucket, so it is exact to the width of the bucket; the last bucket is open and gives its
lower edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from flask_babel import gettext as _

EDGES = (0, 5, 10, 15, 30, 45, 60, 90, 120, 240, 480, 720, 1440, 2880, 4320, 7200, 10080, 43200)
"""Lower edges in minutes; the last bucket has no upper edge."""
HOUR, DAY = 60, 1440
BUCKETS: tuple[tuple[int, int | None], ...] = (*pairwise(EDGES), (EDGES[-1], None))


def bucket_names(prefix: str) -> tuple[str, ...]:
    """Names of the components that hold the buckets of one duration."""
    return tuple(f"{prefix}_{low:05d}" for low in EDGES)


def span_of(name: str) -> str:
    """The span of a component that holds a bucket, in the unit that suits it."""
    return bucket_label(*next(each for each in BUCKETS if each[0] == int(name.rpartition("_")[2])))


def bucket_label(low: int, high: int | None) -> str:
    """A bucket of minutes in the unit that suits it."""
    size = DAY if low >= DAY else HOUR if low >= 2 * HOUR else 1
    span = f"{low // size}–{high // size}" if high is not None else str(low // size)
    if high is None:
        return str(_("%(n)s days or more", n=span))
    if size == DAY:
        return str(_("%(span)s days", span=span))
    return str(_("%(span)s hrs", span=span) if size == HOUR else _("%(span)s min", span=span))


def median(counts: Sequence[float]) -> float | None:
    """The median in minutes of bucketed durations; absent when there are none."""
    total = sum(counts)
    if not total:
        return None
    below = 0.0
    for (low, high), count in zip(BUCKETS, counts, strict=True):
        if count and below + count >= total / 2:
            width = 0 if high is None else high - low
            return low + width * (total / 2 - below) / count
        below += count
    raise AssertionError("half of a positive total lies in some bucket")
