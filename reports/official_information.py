"""The act on official information, B.E. 2540: grounds on which a report is not disclosed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.i18n import day

SECTIONS = {
    "14": _l("section 14: would harm the royal institution"),
    "15(1)": _l("section 15(1): would harm security, foreign relations or the economy"),
    "15(2)": _l("section 15(2): would hinder the enforcement of the law"),
    "15(3)": _l("section 15(3): opinion or advice inside the government"),
    "15(4)": _l("section 15(4): would endanger somebody's life or safety"),
    "15(5)": _l("section 15(5): would intrude on privacy"),
    "15(6)": _l("section 15(6): protected by law, or given in confidence"),
    "15(7)": _l("section 15(7): named by a royal decree"),
}
"""Sections by which information is, or may be, kept back."""


def classification(section: str) -> str:
    """What is printed at the head of a report; it may be disclosed unless a section says no."""
    if not section:
        return str(_("May be disclosed"))
    return str(_("Not to be disclosed (section %(section)s)", section=section))


@dataclass(frozen=True)
class Classed:
    """Whether a report may be disclosed.

    Attributes:
        section: of the act, where it may not; else empty.
        anew_on: the day of the decision, where it was taken after the report was sealed.
    """

    section: str
    reason: str = ""
    anew_on: date | None = None

    @property
    def short(self) -> str:
        """What it is, whenever it was decided."""
        return classification(self.section)

    @property
    def title(self) -> str:
        """What is printed of it."""
        if self.anew_on is None:
            return self.short
        anew = _("classified anew on %(day)s", day=day(self.anew_on))
        return f"{self.short} · {anew}"
