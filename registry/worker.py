"""The workers as processes of their own: ``python -m registry.worker jobs|outbox|facts``."""

import sys

from registry import create_app
from registry.jobs import work
from registry.pulse import keep_beating

if __name__ == "__main__":
    kind, app = sys.argv[1], create_app()
    work(app) if kind == "jobs" else keep_beating(app, kind)
