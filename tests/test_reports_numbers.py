"""One number everywhere: live, command line, sealed, workbook, PDF, CSV; and nobody's data."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pptx
import pyarrow.parquet as pq
import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select, text

from dashboards.figures import CARDS
from dashboards.parts import value_text
from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.db import Base, db, unit_of_work
from registry.facts.cuts import Cut
from registry.facts.evaluate import evaluate
from registry.facts.measures import MEASURES
from registry.facts.schema import COLUMNS
from registry.facts.spans import Months
from registry.members.models import Member
from registry.messages.ledger_models import Dissemination
from registry.periods import catalogue
from registry.periods.calendar import Period
from registry.vault import pseudonyms
from reports import layout, pdf, tidy, windows, xlsx
from reports.books import report_of
from reports.chain import home
from reports.closing import close
from reports.context import Aim, Context
from reports.docx import docx_of
from reports.figures import NOWHERE
from reports.maps import maps_of
from reports.pptx import COLUMNS as ON_SLIDES
from reports.pptx import pptx_of
from reports.report import Report
from reports.totals import DIMENSIONS
from reports.wording import shown, unit_of, with_unit
from tests import cast
from tests.dash_pages import OVERVIEW, ask, cards_of
from tests.ledger import CANARY, LINK, add_ledger
from tests.stage import Scene

CODES = ("2568-Q4", "2569-Q1")
CODE = CODES[-1]


@pytest.fixture
def closed(scene: Scene) -> Flask:
    """An application with two closed quarters, and facts around them."""
    return scene("two closed quarters", _close_two)


def _close_two(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            add_ledger("2568-Q3", *CODES, "2569-01", each=2)
        for code in CODES:
            close(Actor.system("cli"), code)


def test_the_rules_of_sealing_cover_every_table_of_the_facts() -> None:
    assert set(windows.RULES) == set(COLUMNS)


def test_every_sealed_figure_equals_the_live_one(closed: Flask) -> None:
    """The sealed figures come from Parquet by DuckDB, the live ones from the database."""
    with closed.app_context():
        for code in CODES:
            sealed, months = catalogue.sealed_figures(code), Months.of(Period.parse(code))
            for dimension in DIMENSIONS:
                for key, values in _live(months, dimension).items():
                    row = sealed.pop(key)
                    assert (row.value, row.numerator, row.denominator) == pytest.approx(values), key
            left = {key for key, row in sealed.items() if row.value not in (None, 0)}
            assert not left, "a figure was sealed that the live facts do not have"


def _live(months: Months, dimension: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    names = [m.name for m in MEASURES.values() if not dimension or dimension in m.dimensions]
    cut = Cut((dimension,) if dimension else ())
    found = {}
    for one in evaluate(Scope.all(), names, months, cut):
        place = (
            f"{dimension}={NOWHERE if one.cell[0] is None else one.cell[0]}" if dimension else ""
        )
        found[one.measure, place] = (one.value, one.numerator, one.denominator)
    return found


def test_a_count_by_pandas_agrees(closed: Flask) -> None:
    with closed.app_context():
        months = Period.parse(CODE).months
        rows = [dict(row._mapping) for row in db.session.execute(text("SELECT * FROM recipient"))]
        passed = [
            dict(row._mapping) for row in db.session.execute(text("SELECT * FROM dissemination"))
        ]
        recipients = pd.DataFrame(rows)
        recipients = recipients[recipients.month.isin(months)]
        live = pd.DataFrame(passed)
        live = live[live.state.isin(["reported", "accepted"])]
        pairs = live[["message_id", "member_id"]].drop_duplicates()
        sealed = catalogue.sealed_figures(CODE)
        assert sealed["recipients", ""].value == len(recipients)
        assert sealed["received", ""].value == recipients.received_at.notna().sum()
        both = recipients.merge(pairs, on=["message_id", "member_id"])
        assert sealed["passed_on", ""].value == len(both)
        north = recipients[recipients.province_code.isin(["50", "51"])]
        assert sealed["recipients", "zone=3"].value == len(north)
        inside = live[live.month.isin(months)]
        assert sealed["members_passing_on", ""].value == inside.member_id.nunique()


def test_workbook_pdf_csv_and_command_show_the_sealed_numbers(closed: Flask) -> None:
    with closed.app_context():
        row = catalogue.sealed(CODE)
        assert row is not None
        folder, sealed = home(row), catalogue.sealed_figures(CODE)
        _workbook_shows(folder / "sang-2569-Q1-r1.xlsx", sealed)
        _pdf_shows(folder / "sang-2569-Q1-r1.pdf", sealed, row.manifest_sha256)
        _csv_shows(folder / "sang-2569-Q1-r1.csv", sealed)
    runner = closed.test_cli_runner()
    for name in ("recipients", "pass_on_rate", "reach_potential"):
        said = json.loads(runner.invoke(args=["measure", name, "--period", CODE, "--json"]).output)
        assert said["figures"][0]["value"] == pytest.approx(sealed[name, ""].value)


QUARTER = "\"on\" BETWEEN '2025-10-01' AND '2025-12-31'"
PLAIN = {
    "members_active": """SELECT count(DISTINCT member_id) FROM member_span
        WHERE from_on <= '2025-12-31' AND (to_on IS NULL OR to_on > '2025-12-31')""",
    "members_passing_on": f"""SELECT count(DISTINCT member_id) FROM dissemination
        WHERE {QUARTER} AND state IN ('reported', 'accepted')""",
    "messages_published": f"SELECT count(DISTINCT message_id) FROM publication WHERE {QUARTER}",
    "recipients": f"SELECT count(*) FROM recipient WHERE {QUARTER}",
}
"""Key figures of the quarter, counted once more by hand."""


def test_overview_workbook_pdf_command_and_plain_sql_say_the_same(
    closed: Flask, client_of: Callable[[str], FlaskClient]
) -> None:
    cards = cards_of(ask(client_of("executive"), OVERVIEW, f"?period={CODE}"))
    with closed.app_context():
        folder = home(catalogue.sealed(CODE))
        seen = {name: cards[str(MEASURES[name].title)] for name in CARDS}
        for name, query in PLAIN.items():
            assert seen[name] == f"{db.session.scalar(text(query)):,}", name
    book = openpyxl.load_workbook(folder / "sang-2569-Q1-r1.xlsx")
    rows = book["ข้อมูล"].iter_rows(min_row=2, values_only=True)
    written = {row[2]: row[9] for row in rows if not row[6]}
    reader = pypdf.PdfReader(folder / "sang-2569-Q1-r1.pdf")
    printed = " ".join(page.extract_text() for page in reader.pages)
    for name in CARDS:
        run = closed.test_cli_runner().invoke(args=["measure", name, "--period", CODE, "--json"])
        said = json.loads(run.output)["figures"][0]["value"]
        in_words = {value_text(MEASURES[name], value) for value in (written[name], said)}
        assert in_words == {seen[name]}, name
        assert seen[name].removesuffix(" %") in printed, name


def _workbook_shows(path: Any, sealed: dict[tuple[str, str], Any]) -> None:
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in parts.read(name) for name in sheets), "a formula cell"
        assert any(name.startswith("xl/charts/chart") for name in parts.namelist())
    book = openpyxl.load_workbook(path)
    data = list(book["ข้อมูล"].iter_rows(min_row=2, values_only=True))
    assert len(data) == len(sealed)
    for _period, _revision, measure, _v, _t, _u, dimension, value_of, _n, value, *_ in data:
        cut = f"{dimension}={value_of}" if dimension else ""
        assert value == pytest.approx(sealed[measure, cut].value)
    zones = _table(book["จำแนกตามเขต"], "เขต")
    first = layout.TABLES[0].columns[0].measure
    assert zones["ทั้งประเทศ"][0] == sealed[first, ""].value
    assert zones["เขต 3 เชียงใหม่"][0] == sealed[first, "zone=3"].value


def _table(sheet: Any, head: str) -> dict[str, list[Any]]:
    rows = list(sheet.iter_rows(values_only=True))
    top = next(number for number, row in enumerate(rows) if row[0] == head)
    return {str(row[0]): list(row[1:]) for row in rows[top + 1 :] if row[0]}


def _pdf_shows(path: Any, sealed: dict[tuple[str, str], Any], proof: str) -> None:
    reader = pypdf.PdfReader(path)
    said = " ".join(page.extract_text() for page in reader.pages)
    numbers = set(re.findall(r"[0-9][0-9,]*(?:\.[0-9])?", said))
    assert 3 <= len(reader.pages) <= 8
    assert proof in re.sub(r"\s", "", said).replace("\u200b", "")
    for name in (*layout.KEY, *layout.FUNNEL, *layout.REACH):
        assert shown(name, sealed[name, ""].value) in numbers | {"–"}, name
    for table in layout.TABLES:
        cuts = {cut for _name, cut in sealed if cut.startswith(f"{table.dimension}=")}
        for cut in cuts:
            for column in table.columns:
                value = sealed[column.measure, cut].value
                assert shown(column.measure, value) in numbers | {"–"}, (column.measure, cut)


def _csv_shows(path: Any, sealed: dict[tuple[str, str], Any]) -> None:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    for row in rows:
        cut = f"{row['dimension']}={row['value_of']}" if row["dimension"] else ""
        value = sealed[row["measure"], cut].value
        assert (float(row["value"]) if row["value"] else None) == pytest.approx(value)


def test_maps_are_drawn_of_provinces_with_figures_and_printed(closed: Flask) -> None:
    with closed.app_context(), force_locale("th"):
        row = catalogue.sealed(CODE)
        assert row is not None
        report, (path,) = report_of(row), home(row).glob("*.pdf")
        drawn = maps_of(report)
        assert [one.title for one in drawn] == ["อัตราการเผยแพร่ต่อ (%)", "สมาชิกปัจจุบัน (คน)"]
        for one in drawn:
            colours = set(re.findall(rb'fill="(#[^"]+)"', one.svg)) - {b"#ffffff"}
            assert colours == {colour.encode() for colour, _span in one.legend}
        said = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
        assert all(span in said for one in drawn for _colour, span in one.legend)
        alone = replace(report, book=replace(report.book, figures=()))
        assert maps_of(alone) == []


def test_nothing_about_a_person_leaves_with_a_seal(closed: Flask) -> None:
    with closed.app_context():
        secrets = {CANARY, LINK, "ข่าวที่"}
        for name, face in cast.MEMBERS.items():
            secrets |= {name, f"{face.first} {face.last}", face.last, face.national_id, face.phone}
        row = catalogue.sealed(CODE)
        assert row is not None
        stand_ins = set(pseudonyms(cast.MEMBERS))
        for path in sorted(home(row).rglob("*")):
            if path.is_file():
                said = _everything(path)
                assert not {secret for secret in secrets if secret in said}, path.name
        for name in ("recipient", "dissemination", "member_span", "question", "member_news"):
            found = set(
                pq.read_table(home(row) / "facts" / f"{name}.parquet")["member_id"].to_pylist()
            )
            assert found
            assert found <= stand_ins
        passed = pq.read_table(home(row) / "facts" / "dissemination.parquet").to_pylist()
        query = select(Dissemination.id, Member.uid).join(Member)
        uids = dict(db.session.execute(query).all())
        sealed = {one["id"]: one["member_id"] for one in passed}
        assert sealed == dict(zip(sealed, pseudonyms(uids[id] for id in sealed), strict=True))
        members = pq.read_table(home(row) / "facts" / "member.parquet")
        assert set(members["id"].to_pylist()) == stand_ins
        assert set(members["phone"].to_pylist()) == {"x"}


def _everything(path: Any) -> str:
    """All that can be read in a file: cells of Parquet, parts of a workbook, text of a PDF."""
    raw = path.read_bytes()
    found = [raw.decode("utf-8", "replace")]
    match path.suffix:
        case ".parquet":
            found += [
                str(value) for row in pq.read_table(path).to_pylist() for value in row.values()
            ]
        case ".xlsx":
            with zipfile.ZipFile(path) as parts:
                found += [parts.read(name).decode("utf-8", "replace") for name in parts.namelist()]
        case ".pdf":
            found += [page.extract_text() for page in pypdf.PdfReader(path).pages]
    return "\n".join(found)


def test_sealed_tables_hold_only_columns_that_measures_read(closed: Flask) -> None:
    personal = {"first_name", "last_name", "national_id", "email", "line_id", "text", "answer"}
    with closed.app_context():
        row = catalogue.sealed(CODE)
        assert row is not None
        for name, columns in COLUMNS.items():
            path = home(row) / "facts" / f"{name}.parquet"
            assert tuple(pq.read_schema(path).names) == columns
            assert set(columns) <= set(Base.metadata.tables[name].c.keys())
            marks = set(pq.read_table(path).to_pandas().filter(list(personal)).stack().dropna())
            assert marks <= {"x"}, name


HOSTILE = "=cmd|' /C calc'!A0 ที่ปรึกษา"
"""Instead of the name of zone 3."""
AIMS = (
    Aim("members_active", "", 100_000, "แผน", "2025-10-01"),
    Aim("received_rate", "zone=3", 0.01, "แผน", "2025-10-01"),
)
TARGETS, KEY = "เป้าหมายปีงบประมาณ 2569", "ตัวเลขสำคัญ"
"""Titles of slides and sections."""
ZONES = ("members_active", "recipients", "received_rate", "pass_on_rate", "reach_evidenced")
Rows = dict[str, list[str]]


def test_every_rendering_says_the_same_and_a_name_stays_a_name(
    closed: Flask, tmp_path: Path
) -> None:
    with closed.app_context():
        row = catalogue.sealed(CODE)
        assert row is not None
        report = report_of(row)
        zones = report.names.by_dimension["zone"] | {"3": HOSTILE}
        names = replace(report.names, by_dimension=report.names.by_dimension | {"zone": zones})
        report = replace(report, names=names, context=Context(targets=AIMS))
        expected = {
            names.of(cut): [shown(one, report.book.value(one, cut)) for one in ZONES]
            for cut in names.cuts("zone")
        }
        book, word, slides = xlsx.workbook_of(report), docx_of(report), pptx_of(report)
        printed = _printed(pdf.pdf_of(report), tmp_path)
        made = {
            "xlsx": _zones_of_workbook(book),
            "csv": _zones_of_csv(tidy.csv_of(report)),
            "pdf": _zones_of_pdf(printed, list(expected)),
            "docx": _zones_of_word(word),
            "pptx": _zones_of_slides(slides, report),
        }
        key = [shown(name, report.value(name)) for name in layout.KEY]
        aimed = [_aimed(report, aim) for aim in AIMS]
    assert [texts[-1] for texts in aimed] == ["ยังไม่บรรลุ", "บรรลุแล้ว"]
    assert _targets_of_workbook(book) == _targets_of_slides(slides) == aimed
    assert _targets_of_word(word) == [[f"{name} · {at}", *rest] for name, at, *rest in aimed]
    part = printed[printed.rindex(TARGETS) :].partition("จากการเผยแพร่สู่การเผยแพร่ต่อ")[0]
    figures = [text.split()[0] for texts in aimed for text in texts[2:-1]]
    assert [text for text in figures if text not in part] == []
    for form, (cards, rows) in made.items():
        assert {name: rows.get(name) for name in expected} == expected, form
        assert cards == key, form


def _aimed(report: Report, aim: Aim) -> list[str]:
    value = report.book.value(aim.measure, aim.cut)
    assert value is not None
    return [
        str(MEASURES[aim.measure].title),
        report.names.of(aim.cut),
        with_unit(aim.measure, aim.value),
        with_unit(aim.measure, value),
        f"{100 * value / aim.value:,.1f}",
        "บรรลุแล้ว" if value >= aim.value else "ยังไม่บรรลุ",
    ]


def _targets_of_workbook(content: bytes) -> list[list[str]]:
    rows = _table(openpyxl.load_workbook(io.BytesIO(content))["เป้าหมาย"], "ตัวชี้วัด")
    return [[name, *texts[:5]] for name, texts in rows.items() if texts[1]]


def _targets_of_word(content: bytes) -> list[list[str]]:
    tables = docx.Document(io.BytesIO(content)).tables
    found = next(one for one in tables if "บรรลุเป้าหมาย" in [c.text for c in one.rows[0].cells])
    return [[cell.text for cell in row.cells] for row in found.rows[1:]]


def _targets_of_slides(content: bytes) -> list[list[str]]:
    slides = pptx.Presentation(io.BytesIO(content)).slides
    (slide,) = (one for one in slides if one.shapes.title.text == TARGETS)
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    return [[cell.text for cell in row.cells] for row in table.rows][1:]


def _zones_of_workbook(content: bytes) -> tuple[list[str], Rows]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    table, columns = layout.TABLES[0], [one.measure for one in layout.TABLES[0].columns]
    found = _table(book["จำแนกตามเขต"], str(table.first))
    rows = {
        name: [shown(one, _number(values[columns.index(one)])) for one in ZONES]
        for name, values in found.items()
        if len(values) >= len(columns)
    }
    summary = _table(book["สรุป"], "ตัวชี้วัด")
    cards = []
    for name in layout.KEY:
        one = MEASURES[name]
        value = _number(summary[str(one.title)][0])
        cards.append(shown(name, value / 100 if one.is_share and value is not None else value))
    return cards, rows


def _number(value: Any) -> Any:
    return None if value in ("–", None, "") else float(value)


def _zones_of_csv(content: bytes) -> tuple[list[str], Rows]:
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert not [line for line in lines if line["name"].startswith("=")]
    known = {
        (line["measure"], line["name"].removeprefix("'")): shown(
            line["measure"], _number(line["value"])
        )
        for line in lines
        if line["dimension"] in ("", "zone")
    }
    zones = {line["name"].removeprefix("'") for line in lines if line["dimension"] == "zone"}
    cards = [known[name, "ทั้งประเทศ"] for name in layout.KEY]
    return cards, {zone: [known[name, zone] for name in ZONES] for zone in zones}


def _printed(content: bytes, folder: Path) -> str:
    (folder / "report.pdf").write_bytes(content)
    return subprocess.run(
        ["pdftotext", "-layout", str(folder / "report.pdf"), "-"], capture_output=True, check=True
    ).stdout.decode()


def _zones_of_pdf(said: str, zones: list[str]) -> tuple[list[str], Rows]:
    columns = [one.measure for one in layout.TABLES[0].columns]
    rows, cards = {}, []
    for line in said.splitlines():
        figures = line.split()[-len(columns) :]
        name = line.strip()[: -len(" ".join(figures))] if figures else ""
        place = next((zone for zone in zones if line.strip().startswith(zone[:12])), None)
        if place and name and len(figures) == len(columns) and not figures[0].startswith("เขต"):
            rows[place] = [figures[columns.index(one)] for one in ZONES]
    units = "|".join(sorted({unit_of(MEASURES[name]) for name in layout.KEY}))
    part = said[said.rindex("ตัวเลขสำคัญ") : said.rindex(TARGETS)]
    for line in part.splitlines():
        cards += re.findall(rf"([0-9][0-9,.]*) (?:{units})(?=\s{{2}}|$)", line)
    return cards, rows


def _zones_of_word(content: bytes) -> tuple[list[str], Rows]:
    tables = [
        [[cell.text for cell in row.cells] for row in table.rows]
        for table in docx.Document(io.BytesIO(content)).tables
    ]
    zones = next(table for table in tables if table[0][0] == "เขต")
    cards = next(table for table in tables if table[0][2:3] == ["หน่วย"])
    assert [MEASURES[name].title for name in layout.KEY] == [row[0] for row in cards[1:]]
    return [row[1] for row in cards[1:]], {row[0]: row[1:] for row in zones[1:]}


def _zones_of_slides(content: bytes, report: Report) -> tuple[list[str], Rows]:
    deck = pptx.Presentation(io.BytesIO(content))
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    tables = [shape.table for shape in shapes if shape.has_table]
    table = next(one for one in tables if one.cell(0, 0).text == "เขต")
    rows = {row.cells[0].text: [cell.text for cell in row.cells][1:] for row in table.rows}
    heads = list(ON_SLIDES)
    charts = [shape.chart for shape in shapes if shape.has_chart]
    _charts_hold(charts, report)
    cards = [
        shape.text_frame.paragraphs[1].runs[0].text
        for shape in next(one for one in deck.slides if one.shapes.title.text == KEY).shapes
        if shape.has_text_frame and len(shape.text_frame.paragraphs) > 1
    ]
    return cards, {name: [texts[heads.index(one)] for one in ZONES] for name, texts in rows.items()}


def _charts_hold(charts: list[Any], report: Report) -> None:
    """The rate of passing on: what is drawn, and the workbook behind it."""
    drawn = next(one for one in charts if HOSTILE in list(one.plots[0].categories))
    names = report.names.cuts("zone")
    rates = {report.names.of(cut): report.book.value("pass_on_rate", cut) for cut in names}
    rates = {name: value for name, value in rates.items() if value is not None}
    assert (
        dict(zip(drawn.plots[0].categories, drawn.plots[0].series[0].values, strict=True)) == rates
    )
    behind = drawn.part.chart_workbook.xlsx_part.blob
    cells = list(openpyxl.load_workbook(io.BytesIO(behind)).active.iter_rows(min_row=2))
    assert {name.value: value.value for name, value in cells} == rates
    assert {name.data_type for name, _value in cells} == {"s"}
