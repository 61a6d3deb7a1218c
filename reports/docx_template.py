"""Sang's own Word template, in the form of a government report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from reports import layout
from reports.office_section import TEXT_NAMES, TITLE
from reports.target_section import TARGET_NAMES, target_heads, target_note
from reports.wording import heading_of

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
    _key_figures(paper)
    _targets(paper)
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
    rule = _("Made by rule from the sealed figures; nobody wrote or changed it.")
    for name, title, mark in (
        ("introduction", _("Introduction"), "{{ introduction_by }}"),
        ("told", _("Summary made by the system"), rule),
    ):
        paper.control(f"if {name}")
        paper.heading(title)
        paper.each(f"for sentence in {name}", "{{ sentence }}")
        paper.remark(mark)
        paper.control("endif")


CARD = ("{{ one.label }}", "{{ one.value }}", "{{ one.unit }}", "{{ one.change }}")


def _card_heads() -> list[str]:
    return [_("Figure"), _("Value"), _("Unit"), _("Difference")]


def _key_figures(paper: Paper) -> None:
    paper.control("if place")
    paper.heading(_("Key figures"))
    paper.table(_card_heads(), "for one in key", CARD, first=5, wide=5.2)
    paper.control("endif")


def _targets(paper: Paper) -> None:
    paper.control("if targets")
    paper.heading(_("Targets of fiscal year %(year)s", year="{{ fiscal_year }}"))
    heads = dict(zip(TARGET_NAMES, target_heads(), strict=True))
    first = "{{ one.name }} · {{ one.place }}"
    figures = ("target", "value", "share", "met")
    paper.table(
        [heads["name"], *(heads[name] for name in figures)],
        "for one in targets",
        [first, *_cells("one", figures)],
        first=4.4,
        wide=2.7,
    )
    paper.remark(target_note())
    sources = "{{ targets | unique(attribute='source') | join('; ', attribute='source') }}"
    paper.remark(f"{heads['source']}: {sources}")
    paper.control("endif")


def _figures(paper: Paper) -> None:
    """What else is about the place of the report."""
    paper.control("if place")
    heads = _card_heads()
    paper.heading(_("From publication to passing on"))
    paper.picture("funnel_chart")
    paper.table(heads[:2], "for one in funnel", ["{{ one.label }}", "{{ one.text }}"], first=10)
    paper.heading(_("Reach"))
    paper.table(heads, "for one in reach", CARD, first=5, wide=5.2)
    paper.remark(_("The three kinds of reach answer different questions and are never added up."))
    paper.heading(_("Trend of closed periods"))
    paper.picture("trend_chart")
    cells = ["{{ one.period }}", *_cells("one", layout.TRENDS)]
    paper.table(
        [_("Period"), *_heads(layout.TRENDS)], "for one in trend", cells, first=3.8, wide=3.4
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
        if table.chart:
            paper.picture(f"{table.dimension}_chart")
        heads = [str(table.first), *_heads(columns)]
        paper.table(heads, f"for one in {name}", cells, first=4, wide=3, last=("if whole", whole))
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
    return [heading_of(name) for name in measures]


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
    for _line in range(3):
        paper.dotted()
    signed = [f"{_('Signed')}\t.", "(\t)", f"{_('Post')}\t.", f"{_('Date')}\t."]
    people = (_("Reporter"), _("Reviewer"), _("Executive"))
    paper.columns([[*signed, str(role)] for role in people])
