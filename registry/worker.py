"""The worker as a process of its own: ``python -m registry.worker``."""

from registry import create_app
from registry.jobs import work

if __name__ == "__main__":
    work(create_app())
