"""Sang's own Word template, in the form of a government report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from registry.facts.measures import MEASURES
from reports import layout
from reports.office_section import TEXT_NAMES, TITLE
from reports.wording import unit_of

if TYPE_CHECKING:
    from registry.documents.word import Paper

COLUMNS = ("members_active", "recipients", "received_rate", "pass_on_rate", "reach_evidenced")
"""Measures of the tables by zone, province and kind of network."""
CHANNELS = ("channels_active", "recipients", "received_rate", "pass_on_rate", "reach_evidenced")


def our_template() -> bytes:
    """The template in the language at hand; also the example from which an office starts."""
    from registry.documents.word import Paper

    paper = Paper(
        header="{{ office }}",
        footer=_("Period closed · SHA-256 %(hash)s…", hash="{{ sha256[:16] }}"),
        page=_("Page"),
        of=_("of"),
    )
    paper.title("{{ title }}")
    paper.centred("{{ period }}")
    paper.centred("{{ office }}")
    paper.plain_table("for fact in facts", ["{{ fact.name }}", "{{ fact.value }}"], first=4.5)
    _summary(paper)
    _figures(paper)
    _tables(paper)
    _offices(paper)
    _revised(paper)
    _ending(paper)
    return paper.content()


def _summary(paper: Paper) -> None:
    paper.control("if summary")
    paper.heading(_("Summary for the executive"))
    paper.each("for sentence in summary", "{{ sentence }}")
    paper.control("endif")
    for name, title in (
        ("introduction", _("Introduction")),
        ("told", _("Summary made by the system")),
    ):
        paper.control(f"if {name}")
        paper.heading(title)
        paper.each(f"for sentence in {name}", "{{ sentence }}")
        paper.control("endif")


def _figures(paper: Paper) -> None:
    """What is about the place of the report."""
    paper.control("if place")
    paper.heading(_("Key figures"))
    heads = [_("Figure"), _("Value"), _("Unit"), _("Difference")]
    card = ["{{ one.label }}", "{{ one.value }}", "{{ one.unit }}", "{{ one.change }}"]
    paper.table(heads, "for one in key", card, first=5.5, wide=4.9)
    paper.heading(_("From publication to passing on"))
    paper.table(heads[:2], "for one in funnel", ["{{ one.label }}", "{{ one.text }}"], first=10)
    paper.heading(_("Reach"))
    paper.table(heads, "for one in reach", card, first=5.5, wide=4.9)
    paper.remark(_("The three kinds of reach answer different questions and are never added up."))
    paper.heading(_("Trend of closed periods"))
    cells = ["{{ one.period }}", *_cells("one", layout.TRENDS)]
    paper.table(
        [_("Period"), *_heads(layout.TRENDS)], "for one in trend", cells, first=3.4, wide=3.6
    )
    paper.heading(_("Standard times of the handbook"))
    heads = [_("Standard"), _("Within the standard (%)"), _("Median time")]
    cells = ["{{ one.name }}", "{{ one.share }}", "{{ one.median }}"]
    paper.table(heads, "for one in standards", cells, first=7)
    paper.control("endif")


def _tables(paper: Paper) -> None:
    fields = {"zone": "zones", "network_type": "network_types", "channel_kind": "channel_kinds"}
    for table in layout.TABLES:
        name = fields.get(table.dimension, "provinces")
        columns = CHANNELS if table.dimension == "channel_kind" else COLUMNS
        cells = ["{{ one.name }}", *_cells("one", columns)]
        whole = ["{{ whole.name }}", *_cells("whole", columns)]
        paper.control(f"if {name}")
        paper.heading(str(table.title))
        heads = [str(table.first), *_heads(columns)]
        paper.table(
            heads, f"for one in {name}", cells, first=4.3, wide=3.1, last=("if whole", whole)
        )
        paper.control("endif")


def _offices(paper: Paper) -> None:
    """The offices' own words; a text that was left empty leaves no line."""
    paper.control("if offices")
    paper.heading(str(TITLE))
    paper.control("for one in offices")
    paper.text("{{ one.name }} · {{ one.state }}")
    for part, title in TEXT_NAMES.items():
        paper.control(f"if one.{part}")
        paper.remark(str(title))
        paper.text(f"{{{{ one.{part} }}}}", indent=True)
        paper.control("endif")
    paper.control("endfor", "endif")


def _heads(measures: Sequence[str]) -> list[str]:
    return [f"{MEASURES[name].title} ({unit_of(MEASURES[name])})" for name in measures]


def _cells(row: str, measures: Sequence[str]) -> list[str]:
    return [f"{{{{ {row}.{name} }}}}" for name in measures]


def _revised(paper: Paper) -> None:
    paper.control("if revised_note")
    paper.heading(_("What differs from the revision before"))
    heads = [_("Figure"), _("before"), _("after"), _("Difference")]
    cells = ["{{ one.name }}", "{{ one.before }}", "{{ one.after }}", "{{ one.change }}"]
    paper.table(heads, "for one in revised", cells, first=5, wide=4.2)
    paper.remark("{{ revised_note }}")
    paper.control("endif")


def _ending(paper: Paper) -> None:
    """How it was counted, the proof, and places to sign."""
    paper.heading(_("How it is counted"))
    paper.each("for sentence in method", "{{ sentence }}")
    paper.heading(_("Definitions"))
    cells = ["{{ one.name }}", "{{ one.rule }}"]
    paper.table([_("Figure"), _("Rule")], "for one in definitions", cells, first=5, figures=False)
    paper.heading(_("Proof"))
    paper.text("{{ proof }}", indent=True)
    paper.text(f"{_('Manifest (SHA-256)')}: {{{{ sha256 }}}}")
    paper.text(f"{_('Command')}: {{{{ command }}}}")
    paper.heading(_("Directions of the executive"))
    dots = "." * 34
    for _line in range(3):
        paper.text("." * 130)
    signed = [f"{_('Signed')} {dots}", f"({dots})", f"{_('Post')} {dots}", f"{_('Date')} {dots}"]
    people = (_("Reporter"), _("Reviewer"), _("Executive"))
    paper.columns([[*signed, str(role)] for role in people])
