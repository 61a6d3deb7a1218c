"""PDFs: Thai as it is written, figures that can be copied out, nothing read from elsewhere."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from registry.documents.cells import clean_text
from registry.documents.glyphs import MISSING, showable
from registry.documents.pdf import TemplateError, render_pdf
from tests.test_documents import NAUGHTY

CREATED = datetime(2026, 1, 15, 2, 30, tzinfo=UTC)
TEMPLATE = """
#import "/base.typ": *
#let data = json("/data.json")
#show: document.with(title: data.title, office: "สพป.", made: "15 ม.ค. 2569")
= #data.title
#key-figures(data.figures)
#line-chart(data.labels, data.series, alt: "แนวโน้ม", percent: true)
#column-chart(data.labels, data.series, alt: "แนวโน้ม")
#bar-chart(data.bars, alt: "แยกตามเขต")
#data-table(data.columns, data.rows, total: data.total)
#facts((("ผู้จัดทำ", none),))
#remark("หมายเหตุ")
"""
DATA = {
    "title": "รายงานผลการดำเนินงาน",
    "figures": [
        {"label": "สมาชิกเครือข่าย", "value": "12,345", "note": "เพิ่มขึ้น"},
        {"label": "ไม่มีรายงาน", "value": None},
    ],
    "labels": ["ต.ค. 68", "พ.ย. 68", "ธ.ค. 68"],
    "series": [
        {"name": "รับข้อมูล", "values": [0.25, None, 0.75]},
        {"name": "เผยแพร่ต่อ", "values": [0, 0, 0]},
    ],
    "bars": [
        {"label": "เขต 1", "value": 98765, "text": "98,765"},
        {"label": "เขต 2", "value": None, "text": ""},
    ],
    "columns": [
        {"title": "จังหวัด", "width": 2},
        {"title": "Members", "align": "right", "width": 1},
    ],
    "rows": [[f"จังหวัดที่ {number}", f"{number:,}"] for number in range(1000, 1120)],
    "total": ["รวม", "777,777"],
}


def template(folder: Path, source: str) -> Path:
    path = folder / "template.typ"
    path.write_text(source, encoding="utf-8")
    return path


def read(document: bytes) -> Any:
    return pypdf.PdfReader(io.BytesIO(document))


def pages(document: bytes) -> list[str]:
    return [page.extract_text() for page in read(document).pages]


@pytest.fixture
def report(tmp_path: Path) -> bytes:
    return render_pdf(template(tmp_path, TEMPLATE), DATA, created=CREATED)


def test_figures_can_be_copied_out_and_absent_ones_are_dashes(report: bytes) -> None:
    text = "\n".join(pages(report))
    for figure in ("12,345", "98,765", "1,000", "1,119", "777,777", "80 %"):
        assert figure in text
    assert "None" not in text
    assert "none" not in text
    assert "–" in text


def test_a_long_table_repeats_its_header_on_every_page(report: bytes) -> None:
    found = pages(report)
    assert len(found) >= 3
    with_rows = [page for page in found if "Members" in page]
    assert len(with_rows) >= len(found) - 1
    assert all(page.rstrip().endswith(f" {len(found)}") for page in found), "page x of y"


def test_only_sarabun_is_used(report: bytes) -> None:
    reader = read(report)
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.split("+")[-1].split("-")[0] for name in fonts} == {"Sarabun"}


def test_thai_syllables_carry_their_letters_for_copying_and_reading_aloud(report: bytes) -> None:
    content = read(report).pages[0].get_contents().get_data()
    spans = re.findall(rb"/ActualText ?<FEFF([0-9A-F]+)>", content)
    syllables = {bytes.fromhex(span.decode()).decode("utf-16-be") for span in spans}
    assert {"ดำ", "นิ"} <= syllables


def test_the_document_says_that_it_is_made_to_be_kept(report: bytes) -> None:
    reader = read(report)
    about = reader.root_object["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in about
    assert "<pdfuaid:part>1</pdfuaid:part>" in about
    assert reader.metadata.title == DATA["title"]
    assert reader.root_object["/Lang"] == "th"


def test_the_same_data_make_the_same_bytes(tmp_path: Path, report: bytes) -> None:
    assert render_pdf(template(tmp_path, TEMPLATE), DATA, created=CREATED) == report


def test_no_text_stops_a_document_or_becomes_markup(tmp_path: Path) -> None:
    texts = [*NAUGHTY, "#strong[x]", "$x^2$", "*bold*", "_it_", "\\", '"', "<label>", "ิ่ ลอย"]
    rows = [[str(number), text] for number, text in enumerate(texts)]
    data = DATA | {"title": "= #x *y*", "rows": rows}
    text = "".join("".join(pages(render_pdf(template(tmp_path, TEMPLATE), data, created=CREATED))))
    shown = text.replace("\u200b", "").replace("\n", "").replace(" ", "")
    for sample in ("#strong[x]", "$x^2$", "*bold*", "=1+1", "<script>alert(1)</script>", "=#x*y*"):
        assert sample.replace(" ", "") in shown


def test_letters_without_a_glyph_are_marked() -> None:
    assert showable("ก😀é漢") == f"ก{MISSING}é{MISSING}"
    assert showable("น้ำใจที่ปรึกษา ๑๒๓ “–…”") == "น้ำใจที่ปรึกษา ๑๒๓ “–…”"
    assert showable("ก\u200bข\n") == "กข\n"
    assert showable("\ue000\uf8ff") == MISSING * 2
    assert clean_text("\x00") == ""


@pytest.mark.parametrize(
    "source",
    [
        '#read("/etc/passwd")',
        '#read("../../../../etc/passwd")',
        '#import "@preview/cetz:0.3.0"',
        "#nothing-of-this-name()",
    ],
)
def test_templates_cannot_reach_out(tmp_path: Path, source: str) -> None:
    with pytest.raises(TemplateError):
        render_pdf(template(tmp_path, source), {}, created=CREATED)


@pytest.mark.parametrize("name", ["../x.svg", "/x.svg", "x.typ", "data.json", "X.SVG", "a/b.svg"])
def test_files_have_plain_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        render_pdf(template(tmp_path, "x"), {}, created=CREATED, files={name: b""})


def test_a_picture_is_drawn(tmp_path: Path) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
    path = '<path d="M0 0h9v9z" fill="#123456"/>'
    source = TEMPLATE + '#picture("/map.svg", alt: "แผนที่")'
    sizes = [
        len(
            render_pdf(
                template(tmp_path, source),
                DATA,
                created=CREATED,
                files={"map.svg": drawing.format(content).encode()},
            )
        )
        for content in ("", path)
    ]
    assert sizes[0] < sizes[1]


def test_other_kinds_of_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="date cannot be handed"):
        render_pdf(template(tmp_path, "x"), {"day": date(2026, 1, 1)}, created=CREATED)
