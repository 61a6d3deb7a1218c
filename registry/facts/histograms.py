"""Durations as counts in fixed buckets, and the median that can be read from them.

Buckets add up over places and months, which medians do not.  The median is interpolated within
its bucket, so it is exact to the width of the bucket; the last bucket is open and gives its
lower edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

EDGES = (0, 5, 10, 15, 30, 45, 60, 90, 120, 240, 480, 720, 1440, 2880, 4320, 7200, 10080, 43200)
"""Lower edges in minutes; the last bucket has no upper edge."""
BUCKETS: tuple[tuple[int, int | None], ...] = (*pairwise(EDGES), (EDGES[-1], None))


def bucket_names(prefix: str) -> tuple[str, ...]:
    """Names of the components that hold the buckets of one duration."""
    return tuple(f"{prefix}_{low:05d}" for low in EDGES)


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
