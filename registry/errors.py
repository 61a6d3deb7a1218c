"""Errors that people see, one sentence each; light, for whatever runs without the web."""

from __future__ import annotations


class Refused(Exception):
    """Input or a wish that is refused; the text is one sentence for the person who asked."""


class NotFound(Refused):
    """The thing does not exist, or is outside the asker's scope: the answer is the same."""
