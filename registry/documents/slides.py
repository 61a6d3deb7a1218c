"""Slides for a meeting, 16:9, with native charts that stay editable in PowerPoint.

Texts pass the one sanitiser, and the workbook behind a chart is written by :mod:`workbook`, so no
name in it becomes a formula.  The same calls make the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from textwrap import wrap
from typing import Any, Literal
from unicodedata import category

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt

from registry.documents.archive import same_bytes
from registry.documents.cells import Share, clean_text
from registry.documents.page import FILL, FONT, INK, MUTED, PALETTE
from registry.documents.workbook import Column, Sheet, Style, write_workbook

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
WIDTH, HEIGHT = 13.333, 7.5
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_TITLE_ONLY = 5
GAP = 0.3
"""Lines between two paragraphs."""
_KINDS = {"bar": XL_CHART_TYPE.BAR_CLUSTERED, "line": XL_CHART_TYPE.LINE_MARKERS}
_GOOD, _BAD = "#1F6B3D", "#9A3B12"


@dataclass(frozen=True)
class Box:
    """A place on a slide, in inches."""

    left: float
    top: float
    width: float
    height: float

    def columns(self, count: int, gap: float = 0.25) -> list[Box]:
        """Boxes of equal width side by side."""
        width = (self.width - gap * (count - 1)) / count
        return [
            Box(self.left + number * (width + gap), self.top, width, self.height)
            for number in range(count)
        ]

    def rows(self, count: int, gap: float = 0.25) -> list[Box]:
        """Boxes of equal height, one under the other."""
        height = (self.height - gap * (count - 1)) / count
        return [
            Box(self.left, self.top + number * (height + gap), self.width, height)
            for number in range(count)
        ]

    @property
    def _emu(self) -> tuple[int, int, int, int]:
        return Inches(self.left), Inches(self.top), Inches(self.width), Inches(self.height)


def divided(lines: Iterable[str], box: Box, size: float) -> list[list[str]]:
    """Paragraphs in as many parts as fill a box each; a long one goes on in the next at a space.

    Letters are taken for wide and lines for high, so that another typeface fits as well.
    """
    across, left = int(box.width * 72 / (size * 0.5)), 0.0
    down, parts = box.height * 72 / (size * 1.3), list[list[str]]()
    for line in lines:
        for piece in wrap(line, across * int(down * 0.8), break_on_hyphens=False):
            need = -(-_letters(piece) // across) + GAP
            if need > left:
                parts.append([])
                left = down
            parts[-1].append(piece)
            left -= need
    return parts


def _letters(text: str) -> int:
    """Those that take room; the vowels and tones above and below take none."""
    return sum(category(letter) != "Mn" for letter in text)


def _widest(texts: Sequence[str]) -> float:
    """Letters of a column of a table, with its margins; its head takes two lines or three."""
    head, *cells = map(_letters, texts)
    return max(head / 1.6, *cells) + 3


BODY = Box(0.6, 1.4, WIDTH - 1.2, 4.95)
_REMARK = Box(0.6, 6.4, WIDTH - 1.2, 0.5)
_FOOT = Box(0.6, 6.95, WIDTH - 1.2, 0.4)


@dataclass(frozen=True)
class Card:
    """A key figure; ``good`` says whether its change is, and is None where nobody can say."""

    label: str
    value: str
    unit: str = ""
    change: str = ""
    good: bool | None = None


@dataclass(frozen=True)
class Picture:
    """A native chart of one series.

    Args:
        kind: ``bar`` (lying) or ``line``.
        title: also the series' name.
        alt: says in words what it shows.
        percent: the values are shares from 0 to 1.
        titled: whether the title is shown above; not where the slide says the same.
    """

    kind: Literal["bar", "line"]
    title: str
    labels: Sequence[str]
    values: Sequence[float | int | None]
    alt: str
    percent: bool = False
    titled: bool = True


class Deck:
    """A presentation; every slide but the first has the footer and its number."""

    def __init__(
        self, title: str, *, author: str, footer: str, created: datetime, language: str
    ) -> None:
        self._created, self._footer, self._language = created, footer, language
        self._deck = Presentation()
        self._deck.slide_width, self._deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
        _dress(self._deck)
        moment = created.astimezone(UTC).replace(tzinfo=None)
        about = self._deck.core_properties
        about.title, about.author = clean_text(title)[:255], clean_text(author)[:255]
        about.last_modified_by, about.created, about.modified = about.author, moment, moment

    def cover(self, title: str, subtitle: str, lines: Iterable[str], office: str) -> None:
        """The first slide."""
        slide = self._new(title, Box(0.9, 1.4, WIDTH - 1.8, 1.7), size=44)
        band = slide.shapes.add_shape(1, *Box(0, 0, 0.35, HEIGHT)._emu)
        _paint(band, PALETTE[0])
        self._text(slide, Box(0.9, 0.7, WIDTH - 1.8, 0.6), [office], size=24, colour=MUTED)
        self._text(slide, Box(0.9, 3.15, WIDTH - 1.8, 1.0), [subtitle], size=28)
        self._text(slide, Box(0.9, 4.35, WIDTH - 1.8, 2.6), lines, size=20, colour=MUTED)

    def slide(self, title: str, remark: str = "") -> Slide:
        """A slide with a title, and a remark at its foot."""
        slide = self._new(title, Box(0.6, 0.4, WIDTH - 1.2, 0.85), size=36)
        if remark:
            self._text(slide, _REMARK, [remark], size=18, colour=MUTED)
        foot = self._text(slide, _FOOT, [self._footer], size=12, colour=MUTED)
        self._number(foot.text_frame.paragraphs[0])
        return Slide(self, slide)

    def content(self) -> bytes:
        """The file."""
        buffer = BytesIO()
        self._deck.save(buffer)
        return same_bytes(buffer.getvalue(), self._created)

    def _new(self, title: str, box: Box, *, size: int) -> Any:
        slide = self._deck.slides.add_slide(self._deck.slide_layouts[0])
        _place(slide.shapes.title, box)
        self._fill(slide.shapes.title.text_frame, [title], size=size, bold=True, colour=PALETTE[0])
        slide.shapes.title.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        return slide

    def _number(self, line: Any) -> None:
        """The slide's number, which PowerPoint keeps up to date, at the end of a line."""
        field = (
            f'<a:fld {_A} id="{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}" type="slidenum">'
            f'<a:rPr lang="{self._language}" sz="1200"/><a:t>‹#›</a:t></a:fld>'
        )
        line.add_run().text = "  ·  "
        line._p.append(parse_xml(field))

    def _text(self, slide: Any, box: Box, lines: Iterable[str], **look: Any) -> Any:
        shape = slide.shapes.add_textbox(*box._emu)
        self._fill(shape.text_frame, lines, **look)
        return shape

    def _fill(self, frame: Any, lines: Iterable[str], *, align: Any = None, **look: Any) -> None:
        frame.word_wrap = True
        for number, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.alignment = align or PP_ALIGN.LEFT
            self._run(paragraph, line, **look)

    def _run(
        self, paragraph: Any, text: str, *, size: float, bold: bool = False, colour: str = INK
    ) -> None:
        run = paragraph.add_run()
        run.text = clean_text(text)
        run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, _rgb(colour)
        run._r.get_or_add_rPr().set("lang", self._language)


class Slide:
    """What can be put on a slide."""

    def __init__(self, deck: Deck, slide: Any) -> None:
        self._deck, self._slide = deck, slide

    def text(
        self, box: Box, lines: Iterable[str], size: float = 24, *, points: bool = False
    ) -> None:
        """Paragraphs.

        Args:
            points: whether each has a point before it, as one of a list.
        """
        frame = self._deck._text(self._slide, box, lines, size=size).text_frame
        for paragraph in frame.paragraphs:
            paragraph.space_after = Pt(size * GAP)
            if points:
                form = paragraph._p.get_or_add_pPr()
                form.set("marL", str(Inches(0.3)))
                form.set("indent", str(Inches(-0.3)))
                form.append(parse_xml(f'<a:buChar {_A} char="•"/>'))

    def cards(self, cards: Sequence[Card], box: Box, across: int) -> None:
        """Key figures side by side, in as many rows as they need."""
        rows = box.rows(-(-len(cards) // across))
        places = (place for row in rows for place in row.columns(across))
        for card, place in zip(cards, places, strict=False):
            self._card(card, place)

    def _card(self, card: Card, box: Box) -> None:
        shape = self._slide.shapes.add_shape(1, *box._emu)
        _paint(shape, FILL)
        frame = shape.text_frame
        frame.vertical_anchor, frame.word_wrap = MSO_ANCHOR.MIDDLE, True
        frame.margin_left = frame.margin_right = Inches(0.18)
        self._deck._fill(frame, [card.label], size=20, colour=MUTED)
        line = frame.add_paragraph()
        line.alignment = PP_ALIGN.LEFT
        self._deck._run(line, card.value, size=min(40, int(box.height * 23)), bold=True)
        self._deck._run(line, f" {card.unit}", size=20, colour=MUTED)
        if card.change:
            line = frame.add_paragraph()
            line.alignment = PP_ALIGN.LEFT
            colour = {None: MUTED, True: _GOOD, False: _BAD}[card.good]
            self._deck._run(line, card.change, size=18, colour=colour)

    def chart(self, picture: Picture, box: Box) -> None:
        """A native chart, with the figures written beside its bars or points."""
        data: Any = CategoryChartData(  # type: ignore[no-untyped-call]
            number_format="0.0%" if picture.percent else "#,##0"
        )
        data.categories = [clean_text(label) for label in picture.labels]
        data.add_series(clean_text(picture.title), picture.values)
        frame = self._slide.shapes.add_chart(_KINDS[picture.kind], *box._emu, data)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", clean_text(picture.alt))
        frame.chart.part.chart_workbook.update_from_xlsx_blob(self._figures(picture))
        _draw(frame.chart, picture, box.height)

    def _figures(self, picture: Picture) -> bytes:
        """The workbook that opens when somebody edits the chart's figures."""
        style = Style.PERCENT if picture.percent else Style.INTEGER
        rows = (
            [label, Share(value) if picture.percent and value is not None else value]
            for label, value in zip(picture.labels, picture.values, strict=True)
        )
        buffer, columns = BytesIO(), [Column(" "), Column(picture.title, style)]
        write_workbook(buffer, [Sheet("Sheet1", columns, rows)], created=self._deck._created)
        return buffer.getvalue()

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        box: Box,
        *,
        total: bool = False,
        names: int = 1,
    ) -> None:
        """A table; the first column names the row, the others hold figures.

        Args:
            total: whether the last row is set off.
            names: how many columns name the row, where it is more than one.
        """
        step = min(box.height / (len(rows) + 2.2), 0.5)
        widths = [_widest(texts) for texts in zip(heads, *rows, strict=True)]
        # leaves room for typefaces with tall lines or wide letters
        size = min(step / 0.024, box.width * 72 / sum(widths) / 0.53, 18)
        whole = Box(box.left, box.top, box.width, step * (len(rows) + 2))
        table = self._slide.shapes.add_table(len(rows) + 1, len(heads), *whole._emu).table
        table.horz_banding, table.last_row = False, total
        for column, letters in zip(table.columns, widths, strict=True):
            column.width = Inches(box.width * letters / sum(widths))
        for place, (row, texts) in enumerate(zip(table.rows, [heads, *rows], strict=True)):
            row.height = Inches(step if place else step * 2)  # heads may take two lines
            for number, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                self._cell(cell, text, PP_ALIGN.LEFT if number < names else PP_ALIGN.RIGHT, size)
        for row in (0, len(rows)) if total else (0,):  # both lie on the table's colour
            for cell in table.rows[row].cells:
                font = cell.text_frame.paragraphs[0].runs[0].font
                font.bold, font.color.rgb = True, _rgb("#FFFFFF")

    def _cell(self, cell: Any, text: str, align: Any, size: float) -> None:
        cell.margin_top = cell.margin_bottom = Inches(0.01)
        cell.margin_left = cell.margin_right = Inches(0.06)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        self._deck._fill(cell.text_frame, [text], size=size, align=align)


def _draw(chart: Any, picture: Picture, height: float) -> None:
    chart.has_legend, chart.has_title = False, picture.titled
    chart.font.size, chart.font.color.rgb = Pt(16), _rgb(INK)
    if picture.titled:
        chart.chart_title.text_frame.text = clean_text(picture.title)
        title = chart.chart_title.text_frame.paragraphs[0].runs[0].font
        title.size, title.bold = Pt(18), True
    names, values = chart.category_axis, chart.value_axis
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.has_major_gridlines = values.has_minor_gridlines = False
    values.minimum_scale, values.visible = 0, False
    values.has_major_gridlines = False
    if picture.kind == "line":  # room for the figure above the highest point
        values.maximum_scale = 1.3 * max((one or 0 for one in picture.values), default=0) or 1
    values.tick_labels.number_format_is_linked = False
    values.tick_labels.number_format = "0%" if picture.percent else "#,##0"
    (plot,), (series,) = chart.plots, chart.plots[0].series
    plot.has_data_labels = True
    plot.data_labels.number_format_is_linked = False
    plot.data_labels.number_format = "0.0%" if picture.percent else "#,##0"
    plot.data_labels.font.size = Pt(14 if picture.kind == "bar" else 12)
    plot.data_labels._element.get_or_add_txPr().bodyPr.set("wrap", "none")
    names.tick_labels.font.size = Pt(_name_size(picture, height))
    _every_label(names)
    if picture.kind == "bar":
        names.reverse_order, plot.gap_width = True, 45
        plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = _rgb(PALETTE[0])
    else:
        plot.data_labels.position = XL_LABEL_POSITION.ABOVE
        series.smooth = False
        series.format.line.color.rgb, series.format.line.width = _rgb(PALETTE[0]), Pt(2.5)
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.rgb = _rgb(PALETTE[0])


def _name_size(picture: Picture, height: float) -> int:
    """As large as lying bars leave room for: where names are larger, some are left out."""
    if picture.kind == "line":
        return 12 if len(picture.labels) < 6 else 10
    room = (height - 0.5 * picture.titled) * 72 / max(len(picture.labels), 1)
    return int(min(max(room / 1.8, 8), 16))


def _every_label(axis: Any) -> None:
    """No name along an axis is left out for want of room."""
    skip = parse_xml(f'<c:tickLblSkip {nsdecls("c")} val="1"/>')
    axis._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)
    axis._element.find(qn("c:txPr")).bodyPr.set("rot", "0")  # else LibreOffice thins them out


def _dress(deck: Any) -> None:
    """One layout of 16:9, our colours and typeface, also for complex scripts such as Thai."""
    layouts = deck.slide_layouts
    for layout in [one for number, one in enumerate(layouts) if number != _TITLE_ONLY]:
        layouts.remove(layout)
    for holder in (deck.slide_master, layouts[0]):
        for shape in list(holder.placeholders):
            if shape.placeholder_format.type in (1, 2):  # the title and the text
                _place(shape, Box(0.6, 0.4, WIDTH - 1.2, 0.85 if shape.name[0] == "T" else 5.95))
            else:
                shape._element.getparent().remove(shape._element)
    theme = next(
        rel.target_part for rel in deck.slide_master.part.rels.values() if "theme" in rel.reltype
    )
    theme._blob = _themed(theme.blob.decode()).encode()


def _themed(theme: str) -> str:
    fonts = f'<a:latin typeface="{FONT}"/><a:ea typeface=""/><a:cs typeface="{FONT}"/>'
    theme = re.sub(r"(<a:(major|minor)Font>).*?(</a:\2Font>)", rf"\1{fonts}\3", theme, flags=re.S)
    colours = {f"accent{number}": colour for number, colour in enumerate(PALETTE, 1)}
    for name, colour in {**colours, "dk1": INK, "dk2": PALETTE[0]}.items():
        said = f'<a:{name}><a:srgbClr val="{colour[1:]}"/></a:{name}>'
        theme = re.sub(rf"<a:{name}>.*?</a:{name}>", said, theme, flags=re.S)
    return theme


def _place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = box._emu


def _paint(shape: Any, colour: str) -> None:
    """A plain surface: no outline, no shadow."""
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False


def _rgb(colour: str) -> RGBColor:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return RGBColor(red, green, blue)  # type: ignore[no-untyped-call]
