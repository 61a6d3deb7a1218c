"""Ids of facts: facts are keyed by (month, id), which no serial of a database gives."""

from __future__ import annotations

import os
import secrets
import threading
import time

_TAG_BITS, _COUNT_BITS = 10, 12
_lock = threading.Lock()
_state = {"pid": 0, "tag": 0, "ms": 0, "count": 0}


def new_fact_id() -> int:
    """A 63-bit id that grows with time: 41 bits of milliseconds, 10 of the process, 12 counted.

    Random bits alone would meet their like in a bulk of some ten thousand rows.
    """
    with _lock:
        if _state["pid"] != os.getpid():
            _state.update(pid=os.getpid(), tag=secrets.randbits(_TAG_BITS))
        now = max(time.time_ns() // 1_000_000, _state["ms"])
        count = _state["count"] + 1 if now == _state["ms"] else 0
        if count >> _COUNT_BITS:
            now, count = now + 1, 0
        _state.update(ms=now, count=count)
        return now << (_TAG_BITS + _COUNT_BITS) | _state["tag"] << _COUNT_BITS | count
