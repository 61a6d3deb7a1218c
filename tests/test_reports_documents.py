"""What is said of a period stands on the slides and in Word as in the PDF, or not at all."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import docx
import pptx
import pytest
from flask import Flask
from flask_babel import force_locale

from registry.documents.filling import examined
from registry.documents.slides import BODY, divided
from registry.periods.calendar import Period
from reports.charts import charts_of
from reports.context import Aim, Context
from reports.docx import docx_of
from reports.docx_fields import sample
from reports.figures import Sealed
from reports.names import Names
from reports.narrative import sentences
from reports.office_templates.models import WordTemplate
from reports.pdf import data_of
from reports.pptx import pptx_of
from reports.report import Book, Report
from tests.test_word_templates import lines_of, word

CHANNELS = {f"kind{number}": f"ช่องทางที่ {number}" for number in range(16)}
TITLES = ("บทนำ", "สรุปโดยระบบ", "เป้าหมายปีงบประมาณ 2569")
WORDS = Context(
    text="เน้นเครือข่ายเยาวชน\nขอขอบคุณทุกเครือข่าย",
    office_th="สำนักพัฒนาการประชาสัมพันธ์",
    targets=(Aim("members_active", "", 420, "แผนปี 2569", "2025-10-01"),),
)
BARE = Report(
    book=Book(Period.parse("2569-Q2"), ()),
    revision=1,
    closed_at=datetime(2026, 4, 5, tzinfo=UTC),
    keep_until=date(2036, 4, 1),
    proof="0" * 64,
    names=Names({"channel_kind": CHANNELS}),
)


def _book(code: str, members: int) -> Book:
    reach = [
        Sealed.of("reach_potential", 1, "channel_kind", f"channel_kind={kind}", 9, 9, None)
        for kind in CHANNELS
    ]
    whole = Sealed.of("members_active", 1, "", "", members, members, None)
    return Book(Period.parse(code), (whole, *reach))


def _told() -> Report:
    """A report with an introduction, a target, and a period before it to compare with."""
    before, book = _book("2569-Q1", 100), _book("2569-Q2", 105)
    return replace(BARE, book=book, history=(before, book), context=WORDS)


def _slides(report: Report) -> dict[str, list[str]]:
    """All texts by the slide's title."""
    return {
        slide.shapes.title.text: [
            *(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame),
            *(
                cell.text
                for shape in slide.shapes
                if shape.has_table
                for row in shape.table.rows
                for cell in row.cells
            ),
        ]
        for slide in pptx.Presentation(io.BytesIO(pptx_of(report))).slides
    }


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_words_targets_and_charts_stand_in_both_documents(app: Flask) -> None:
    report = _told()
    with app.app_context(), force_locale("th"):
        data, slides, content = data_of(report), _slides(report), docx_of(report)
        said, charts = sentences(report), charts_of(report)
    assert len(said) == 2, "against the period before, and against the target"
    introduction, told, targets = ("\n".join(slides[title]) for title in TITLES)
    lines = lines_of(content)
    for text in (*WORDS.text.splitlines(), f"โดย {WORDS.office_th}"):
        assert text in introduction
        assert text in lines
    for text in (*said, data["notes"]["told"]):
        assert text in told
        assert text in lines
    paper = docx.Document(io.BytesIO(content))
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    for text in ("420 คน", "105 คน", "25.0", "ยังไม่บรรลุ"):
        assert text in targets.splitlines()
        assert text in cells
    assert "ที่มา: แผนปี 2569 (1 ต.ค. 2568)" in lines
    drawn = [shape._inline.docPr.get("descr") for shape in paper.inline_shapes]
    assert drawn == [chart.alt for chart in charts.values()]
    assert list(charts) == ["funnel_chart", "trend_chart", "channel_kind_chart"]
    assert all(f"{name} 9" in drawn[-1] for name in CHANNELS.values())


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_was_not_said_leaves_no_slide_and_no_heading(app: Flask) -> None:
    with app.app_context(), force_locale("th"):
        slides, lines = _slides(BARE), lines_of(docx_of(BARE))
    assert not set(TITLES) & set(slides)
    assert not set(TITLES) & set(lines)
    assert "ตัวเลขสำคัญ" in slides
    assert "ตัวเลขสำคัญ" in lines


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_offices_own_template_names_them(app: Flask) -> None:
    lines = [
        "{{ fiscal_year }}: {{ introduction_by }}",
        *(
            "{%p for one in targets %}",
            "{{ one.name }} {{ one.place }} {{ one.share }} {{ one.met }}",
        ),
        *("{%p endfor %}", "แผนภูมิ: {{ trend_chart }}", "{{ trend_chart }}"),
    ]
    template = WordTemplate(name="ของเรา.docx", content=word(*lines))
    report = _told()
    with app.app_context(), force_locale("th"):
        assert examined(template.content, sample(), template.name)
        content, trend = docx_of(report, template), charts_of(report)["trend_chart"]
    assert lines_of(content) == [
        f"2569: โดย {WORDS.office_th}",
        "สมาชิกปัจจุบัน ทั้งประเทศ 25.0 ยังไม่บรรลุ",
        f"แผนภูมิ: {trend.alt}",
        "",
    ]
    assert len(docx.Document(io.BytesIO(content)).inline_shapes) == 1


def test_a_long_text_goes_on_on_the_next_slide() -> None:
    said = ["สั้น", "เครือข่ายประชาสัมพันธ์ได้รับข่าวสาร " * 150, "จบ"]
    parts = divided(said, BODY, 22)
    assert 3 <= len(parts) <= 8
    assert " ".join(" ".join(part) for part in parts).split() == " ".join(said).split()
    assert max(sum(map(len, part)) for part in parts) < 1_300, "no more than fits"
    assert divided([], BODY, 22) == []
