"""Which passwords are good enough, and one-time passwords.

Long is what counts (12 to 128 characters, any of them, pasting welcome); refused are those that
guessing programs try first.  No rule asks for digits or signs: such rules make worse passwords.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_security import PasswordUtil

from registry.access.models import User

SHORTEST, LONGEST = 12, 128
COMMON = Path(__file__).parent / "data" / "common_passwords.txt"
LOOK_ALIKE = str.maketrans("013457$@!", "oieastsai")
ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(normal(line) for line in lines if line and not line.startswith("#"))


def normal(password: str) -> str:
    """One form for equal texts: what is hashed does not depend on the keyboard."""
    return unicodedata.normalize("NFKD", password)


def weakness(password: str, *known: str) -> str | None:
    """The one sentence that says why a password is refused; None when it is good.

    Args:
        known: what everybody knows of the owner (e-mail address, name): not to be used alone.
    """
    if len(password) < SHORTEST:
        return str(_("Use at least %(n)s characters; a short phrase is easy.", n=SHORTEST))
    if len(password) > LONGEST:
        return str(_("Use at most %(n)s characters.", n=LONGEST))
    if _is_common(normal(password).lower()):
        return str(_("This password is among the first that are guessed; choose another."))
    if _is_about(normal(password).lower(), known):
        return str(_("The password must not be made of your name or e-mail address."))
    return None


def _is_common(password: str) -> bool:
    ends = re.compile(r"^[\W\d_]+|[\W\d_]+$")
    plain = ends.sub("", password)
    bare = {plain, plain.translate(LOOK_ALIKE), ends.sub("", password.translate(LOOK_ALIKE))}
    return bool(bare & _common()) or _is_monotonous(password)


def _is_monotonous(password: str) -> bool:
    """A few characters repeated, one short piece over and over, or a run along the keyboard."""
    if len(set(password)) <= 4 or re.fullmatch(r"(.{1,6}?)\1+.{0,5}", password):
        return True
    steps = list(zip(password, password[1:], strict=False))
    runs = sum(any(a + b in row or b + a in row for row in ROWS) for a, b in steps)
    return runs >= len(steps) * 0.75


def _is_about(password: str, known: tuple[str, ...]) -> bool:
    """Whether little is left once the owner's names are taken out."""
    for word in sorted(_words(known), key=len, reverse=True):
        password = password.replace(word, "")
    return len(password) < 8


def _words(known: tuple[str, ...]) -> set[str]:
    parts = (part for text in known for part in re.split(r"[\W_]+", normal(text).lower()))
    return {part for part in parts if len(part) >= 3}


def one_time_password() -> str:
    """A password for the first sign-in: four groups of four, easy to read out."""
    groups = ("".join(secrets.choice(EASY_TO_READ) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


class SangPasswords(PasswordUtil):
    """Flask-Security asks here whether a new password is good enough."""

    def normalize(self, password: str) -> str:
        return normal(password)

    def validate(
        self, password: str, is_register: bool, **kwargs: Any
    ) -> tuple[list[str] | None, str]:
        user: User | None = kwargs.get("user")
        why = weakness(password, *((user.email, user.name) if user else ()))
        return ([why] if why else None), normal(password)
