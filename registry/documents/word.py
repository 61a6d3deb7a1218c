"""Drawing a Word template in the style of Thai government papers: A4, TH Sarabun New, 16 points.

Thai letters follow the settings for complex scripts, so each size and weight is said twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from registry.documents.page import FILL, FONT, INK, MUTED, PALETTE

_SIZES = {"Normal": 16, "Title": 24, "Heading 1": 18, "Header": 14, "Footer": 14}
_WIDTH = 16.0


class Paper:
    """A template; texts may hold fields in braces."""

    def __init__(self, *, header: str, footer: str, page: str, of: str) -> None:
        self._paper = Document()
        section = self._paper.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin, section.right_margin = Cm(3), Cm(2)
        section.top_margin, section.bottom_margin = Cm(2.5), Cm(2)
        for name, size in _SIZES.items():
            _dress(self._paper.styles[name], size)
        self._small(section.header.paragraphs[0], header)
        line = section.footer.paragraphs[0]
        self._small(line, f"{footer}\t{page} ")
        line.paragraph_format.tab_stops.add_tab_stop(Cm(_WIDTH), WD_ALIGN_PARAGRAPH.RIGHT)  # type: ignore[arg-type]
        for code, after in (("PAGE", f" {of} "), ("NUMPAGES", "")):
            _field(line, code)
            line.add_run(after)

    def title(self, text: str) -> None:
        """The name of the paper, in the middle."""
        line = self._paper.add_paragraph(text, style="Title")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def centred(self, text: str) -> None:
        """A line under the title."""
        self._paper.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.CENTER

    def heading(self, text: str) -> None:
        """The title of a section."""
        self._paper.add_paragraph(text, style="Heading 1")

    def text(self, text: str, *, indent: bool = False) -> None:
        """A paragraph."""
        line = self._paper.add_paragraph(text)
        if indent:
            line.paragraph_format.first_line_indent = Cm(2.5)

    def dotted(self) -> None:
        """A line to write on."""
        _dots(self._paper.add_paragraph("\t"), _WIDTH - 0.2)

    def remark(self, text: str) -> None:
        """A quiet line."""
        self._small(self._paper.add_paragraph(), text)

    def control(self, *statements: str) -> None:
        """Loops and conditions over whole paragraphs: they leave no line."""
        for statement in statements:
            self._paper.add_paragraph(f"{{%p {statement} %}}")

    def each(self, loop: str, text: str) -> None:
        """A paragraph for each of a list."""
        self.control(loop)
        self.text(text, indent=True)
        self.control("endfor")

    def picture(self, name: str) -> None:
        """The picture of a field, where there is one."""
        self.control(f"if {name}")
        self._paper.add_paragraph(f"{{{{ {name} }}}}")
        self.control("endif")

    def table(
        self,
        heads: Sequence[str],
        loop: str,
        cells: Sequence[str],
        *,
        first: float,
        wide: float | None = None,
        last: tuple[str, Sequence[str]] | None = None,
        figures: bool = True,
    ) -> None:
        """A table with a row for each of a list; its head is repeated on every page.

        Args:
            first: width of the first column in cm.
            wide: width of the last one; the others share the rest.
            last: a condition, and the cells of a last row that stands where it holds.
            figures: whether the other columns hold figures, which stand to the right.
        """
        grid = [list(heads), [f"{{%tr {loop} %}}"], list(cells), ["{%tr endfor %}"]]
        if last:
            grid += [[f"{{%tr {last[0]} %}}"], list(last[1]), ["{%tr endif %}"]]
        table = self._grid(grid, first, figures, "Table Grid", wide)
        _whole(table.rows[0], head=True)
        for cell in table.rows[0].cells:
            _shade(cell, FILL)
        bold = [0, 5] if last else [0]
        for run in (_run_of(cell) for number in bold for cell in table.rows[number].cells):
            run.font.bold = run.font.cs_bold = True
        self._paper.add_paragraph()

    def plain_table(self, loop: str, cells: Sequence[str], *, first: float) -> None:
        """Names and texts side by side, without rules."""
        self._grid([[f"{{%tr {loop} %}}"], list(cells), ["{%tr endfor %}"]], first, False, None)

    def _grid(
        self,
        texts: list[list[str]],
        first: float,
        figures: bool,
        style: str | None,
        wide: float | None = None,
    ) -> Any:
        columns = max(map(len, texts))
        table = self._paper.add_table(len(texts), columns, style=style)
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        widths = [first, *[(_WIDTH - first) / max(columns - 1, 1)] * (columns - 1)]
        if wide:
            widths[1:] = [*[(_WIDTH - first - wide) / (columns - 2)] * (columns - 2), wide]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for row, line in zip(table.rows, texts, strict=True):
            _whole(row)
            for place, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
                cell.width = Cm(width)
                text = line[place] if place < len(line) else ""
                self._cell(cell, text, right=figures and place > 0)
        return table

    def _cell(self, cell: Any, text: str, *, right: bool) -> None:
        line = cell.paragraphs[0]
        line.paragraph_format.space_after = Pt(0)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
        _size(line.add_run(text), 14)

    def columns(self, texts: Sequence[Sequence[str]]) -> None:
        """Paragraphs side by side, in the middle: places to sign; a tab is a dotted line."""
        table = self._paper.add_table(1, len(texts))
        _whole(table.rows[0])
        for cell, lines in zip(table.rows[0].cells, texts, strict=True):
            for number, text in enumerate(lines):
                line = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
                if "\t" in text:
                    _dots(line, _WIDTH / len(texts) - 0.8)
                else:
                    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
                line.add_run(text)

    def content(self) -> bytes:
        """The file."""
        buffer = BytesIO()
        self._paper.save(buffer)
        return buffer.getvalue()

    def _small(self, line: Any, text: str) -> None:
        run = line.add_run(text)
        _size(run, 14)
        run.font.color.rgb = RGBColor.from_string(MUTED[1:])


def _dress(style: Any, size: float) -> None:
    """Give a style the typeface and its size, for Latin and for Thai letters."""
    heading = style.name in {"Title", "Heading 1"}
    _size(style, size)
    style.font.bold = style.font.cs_bold = heading
    style.font.color.rgb = RGBColor.from_string((PALETTE[0] if heading else INK)[1:])
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(12 if heading else 0), Pt(4)
    form.keep_with_next, form.line_spacing = heading, 1.0
    borders = style.element.find(".//" + qn("w:pBdr"))
    if borders is not None:
        borders.getparent().remove(borders)


def _size(styled: Any, points: float) -> None:
    """The size of a run or style; ``w:szCs`` is that of complex scripts."""
    styled.font.size = Pt(points)
    settings = styled.element if hasattr(styled, "paragraph_format") else styled._r
    rules = settings.get_or_add_rPr()
    for old in rules.findall(qn("w:szCs")):
        rules.remove(old)
    complex_size = OxmlElement("w:szCs")
    complex_size.set(qn("w:val"), str(int(points * 2)))
    rules.find(qn("w:sz")).addnext(complex_size)


def _dots(line: Any, wide: float) -> None:
    """A tab is a dotted line up to so many cm."""
    stops = line.paragraph_format.tab_stops
    stops.add_tab_stop(Cm(wide), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.DOTS)


def _field(line: Any, code: str) -> None:
    """A field that Word counts, such as the number of the page."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    line._p.append(field)


def _run_of(cell: Any) -> Any:
    return cell.paragraphs[0].runs[0]


def _whole(row: Any, *, head: bool = False) -> None:
    """A row that is not torn at the foot of a page; a head stands on every page."""
    rules = row._tr.get_or_add_trPr()
    rules.append(OxmlElement("w:cantSplit"))
    if head:
        rules.append(OxmlElement("w:tblHeader"))


def _shade(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for key, value in {"val": "clear", "color": "auto", "fill": colour[1:]}.items():
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
