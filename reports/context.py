"""What is sealed of a period besides facts and figures: words, disclosure, targets.

Archives that were sealed before there was such a part have none of it, and are proven as before.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from registry.access.scope import Scope
from registry.i18n import language
from registry.periods.calendar import Period
from reports.classes.services import decisions_on
from reports.foreword.services import foreword_of
from reports.manifest import Part, part_of
from reports.names import Names
from reports.official_information import Classed
from reports.targets.services import targets_of

CONTEXT = "context.json"


@dataclass(frozen=True)
class Aim:
    """A target as it was when the period was closed."""

    measure: str
    cut: str
    value: float
    source: str
    set_on: str

    @property
    def day(self) -> date:
        """The day of its source."""
        return date.fromisoformat(self.set_on)


@dataclass(frozen=True)
class Context:
    """What central staff said before closing.

    Attributes:
        section: of the act, where the report is not to be disclosed; None in archives that were
            sealed before reports were classified.
    """

    text: str = ""
    office_th: str = ""
    office_en: str = ""
    section: str | None = None
    reason: str = ""
    targets: tuple[Aim, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the archive has such a part."""
        return self.section is not None

    @property
    def classed(self) -> Classed | None:
        """Whether the report may be disclosed, as it was sealed."""
        return None if self.section is None else Classed(self.section, self.reason)

    @property
    def office(self) -> str:
        """Who wrote the text, in the language at hand."""
        return self.office_en if language() == "en" else self.office_th

    def target(self, measure: str, cut: str | None) -> Aim | None:
        """The target of a figure."""
        fits = (one for one in self.targets if (one.measure, one.cut) == (measure, cut))
        return next(fits, None)

    def limited(self, scope: Scope, names: Names) -> Context:
        """Only what is about the part that a scope sees; the words are about the whole."""
        seen = tuple(one for one in self.targets if names.visible(scope, one.cut))
        return replace(self, text="", targets=seen)


def context_of(period: Period, replaced: Context | None = None) -> Context:
    """What holds now of a period.

    Of a re-issue, the targets are those of the first issue, and the class is the one that was
    decided last.
    """
    row, anew = foreword_of(period.code), next(iter(decisions_on(period.code)), None)
    said = Context(section="", targets=replaced.targets if replaced else _aims(period))
    if row is not None:
        said = replace(
            said,
            text=row.text,
            office_th=row.office.name_th,
            office_en=row.office.name_en,
            section=row.section,
            reason=row.reason,
        )
    return said if anew is None else replace(said, section=anew.section, reason=anew.reason)


def _aims(period: Period) -> tuple[Aim, ...]:
    return tuple(
        Aim(one.measure, one.cut, one.value, one.source, one.set_on.isoformat())
        for one in targets_of(period.fiscal_year)
    )


def seal_context(folder: Path, said: Context) -> Part:
    """Write what was said of a period below a folder."""
    path = folder / CONTEXT
    path.write_text(json.dumps(asdict(said), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return part_of(folder, path)


def read_context(folder: Path) -> Context:
    """What was sealed; nothing where the archive is older than that, or was destroyed."""
    path = folder / CONTEXT
    if not path.exists():
        return Context()
    values = json.loads(path.read_text("utf-8"))
    targets = tuple(Aim(**one) for one in values.pop("targets"))
    return Context(**values, targets=targets)
