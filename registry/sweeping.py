"""Python's search for circles among objects, and when it is spared."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

# At the end all is looked through once more, or libraries in C count what is left as lost.
atexit.register(gc.unfreeze)


@contextmanager
def unswept() -> Iterator[None]:
    """Without the search, where all that is made stays or has no circles.

    It took a third of the start of a process, and two fifths of reading a large sheet.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def keep_for_good() -> None:
    """What stands now is not searched again: that halted a page for 0.2 s now and then."""
    gc.freeze()
