"""Which address it is safe to send a browser on to: one of this very site."""

from __future__ import annotations


def is_local(target: str, host_url: str) -> bool:
    """Whether an address leads to a page of this site, however a browser may read it.

    Browsers take ``//host``, ``/\\\\host`` and addresses with control characters for other sites.

    Args:
        host_url: address of the site itself, such as ``https://sang.example.org/``.
    """
    path = target.removeprefix(host_url.rstrip("/"))
    if "\\" in path or any(ord(sign) < 33 for sign in path):
        return False
    return path.startswith("/") and not path.startswith("//")
