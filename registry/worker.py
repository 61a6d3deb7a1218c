"""The workers as processes of their own: ``python -m registry.worker jobs|outbox``."""

import sys

from registry import create_app
from registry.jobs import work
from registry.pulse import keep_beating

if __name__ == "__main__":
    loop = {"jobs": work, "outbox": keep_beating}[sys.argv[1]]
    loop(create_app())
