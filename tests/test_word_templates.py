"""An office's own Word template: a foreign program is refused, stopped or cut off, and said so."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.audit.models import AuditEvent
from registry.db import db
from registry.documents import filling
from registry.documents.filling import About, examined, fill
from registry.errors import Refused
from reports.docx_fields import sample
from reports.office_templates.models import WordTemplate
from tests.closed import CODE, closed_month
from tests.stage import Scene

ClientOf = Callable[[str], FlaskClient]
FIELDS = {"title": "ผลงาน <b>&\nปี 2569", "zones": [{"name": "เขต 1"}]}
ABOUT = About("รายงาน", "สพป.", datetime(2026, 1, 15, tzinfo=UTC))
MACROS = "application/vnd.ms-word.document.macroEnabled.main+xml"
PLAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def word(*lines: str) -> bytes:
    """A document with these paragraphs."""
    paper, buffer = docx.Document(), io.BytesIO()
    for line in lines:
        paper.add_paragraph(line)
    paper.save(buffer)
    return buffer.getvalue()


def lines_of(content: bytes) -> list[str]:
    return [line.text for line in docx.Document(io.BytesIO(content)).paragraphs]


def changed(content: bytes, name: str, old: str, new: str) -> bytes:
    """The same zip with a text of one part replaced."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w") as target,
    ):
        for part in source.namelist():
            data = source.read(part)
            target.writestr(
                part, data.replace(old.encode(), new.encode()) if part == name else data
            )
    return buffer.getvalue()


def with_xml(xml: str) -> bytes:
    """A document with something else in a run in place of its text."""
    return changed(word("xx"), "word/document.xml", "<w:t>xx</w:t>", xml)


def told(text: str) -> str:
    return f"<w:instrText>{text}</w:instrText>"


def field(inside: str) -> str:
    """A field of Word, which says what to do in as many pieces as one likes."""
    mark = '<w:fldChar w:fldCharType="{}"/>'
    return f"{mark.format('begin')}{inside}{mark.format('end')}"


def test_what_word_works_out_itself_and_what_is_empty_are_no_harm() -> None:
    template = with_xml(field(told("PAGE")) + field(told(r"HYPERLINK \l _Toc1")))
    assert b"_Toc1" in zipfile.ZipFile(io.BytesIO(examined(template, FIELDS, "a"))).read(
        "word/document.xml"
    )
    shown = word("{% if whole.members_active %}ทั้งประเทศ{% endif %}บางส่วน {{ whole.name }}")
    assert lines_of(fill(shown, {"whole": {}}, ABOUT)) == ["บางส่วน "]
    with pytest.raises(Refused, match="members_activ"):
        examined(word("{{ whole.members_activ }}"), {"whole": {"name": "1"}}, "a")


def test_fields_are_filled_and_texts_stay_texts() -> None:
    template = word("{{ title }}", "{%p for one in zones %}", "{{ one.name }}", "{%p endfor %}")
    made = fill(template, FIELDS, ABOUT)
    assert lines_of(made) == ["ผลงาน <b>&\nปี 2569", "เขต 1"]
    assert made == fill(template, FIELDS, ABOUT)


OLE = (
    '<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/oleObject" Target="media/o.bin"/></Relationships>'
)
LOOPS = "{% for a in title %}" * 12 + "x" + "{% endfor %}" * 12


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (word("{{ titel }}"), "titel"),
        (word("{% if false %}{{ budget }}{% endif %}"), "budget"),
        (word("{% for one in zones %}{{ one.nmae }}{% endfor %}"), "nmae"),
        (word("{{ title.__class__.__mro__ }}"), "__class__"),
        (word("{% for one in range(10**9) %}x{% endfor %}"), "range"),
        (word("{{ title * 10**9 }}"), "too large or takes too long"),
        (word(LOOPS), "too large or takes too long"),
        (word("{{ title"), "cannot be read"),
        (b"%PDF-1.7", "not a Word document"),
        (changed(word("x"), "[Content_Types].xml", PLAIN, MACROS), "macros"),
        (with_xml(told("DDEAUTO cmd")), "DDEAUTO"),
        (with_xml(told('includetext "http://evil.example/"')), "includetext"),
        (with_xml(field(told("PAGE")) + field(told("INC") + told("LUDETEXT x"))), "INCLUDETEXT"),
        (with_xml(field(told("REF ") + field(told("DDE x")))), "DDE"),
        (with_xml(told('{{ "INC" ~ "LUDETEXT" }} x')), "elsewhere"),
        (with_xml(field(told('HYPERLINK "http://evil.example/"'))), "HYPERLINK"),
        (word("{{ ('<w:fldSimple w:instr=\"DD'~'EAUTO x\"/>')|safe }}"), "safe"),
        (changed(word("x"), "word/_rels/document.xml.rels", "</Relationships>", OLE), "embedded"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_no_template_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, template: bytes, said: str
) -> None:
    monkeypatch.setattr(filling, "SECONDS", 2)
    with pytest.raises(Refused, match=said) as caught:
        examined(template, FIELDS, "แม่แบบ.docx")
    assert "แม่แบบ.docx" in str(caught.value)


def test_what_leads_outside_is_cut_off_and_its_text_stays() -> None:
    paper, buffer = docx.Document(), io.BytesIO()
    line = paper.add_paragraph("ดูที่ ")
    link = docx.oxml.OxmlElement("w:hyperlink")
    target = paper.part.relate_to("http://evil.example/", RELATIONSHIP_TYPE.HYPERLINK, True)
    link.set(docx.oxml.ns.qn("r:id"), target)
    link.append(line.add_run("{{ title }}")._r)
    line._p.append(link)
    paper.save(buffer)
    clean = examined(buffer.getvalue(), FIELDS, "a.docx")
    with zipfile.ZipFile(io.BytesIO(clean)) as parts:
        assert not [name for name in parts.namelist() if b"evil.example" in parts.read(name)]
    assert lines_of(fill(clean, FIELDS, ABOUT)) == ["ดูที่ ผลงาน <b>&\nปี 2569"]


def test_central_staff_choose_the_form_in_which_an_office_gets_its_report(
    scene: Scene, client_of: ClientOf
) -> None:
    closed = closed_month(scene)
    central, officer, other = (client_of(name) for name in ("central", "officer50", "officer90"))

    def bring(content: bytes) -> str:
        data = {"office": "P50", "file": (io.BytesIO(content), "ของเชียงใหม่.docx")}
        return central.post("/reports/templates/", data=data, follow_redirects=True).text

    def got(client: FlaskClient) -> str:
        return "\n".join(lines_of(client.post(f"/reports/{CODE}/download.docx").data))

    assert "budget" in bring(word("{{ budget }}"))
    assert "ของเชียงใหม่.docx" in bring(word("แบบเก่า {{ place }}"))
    bring(word("แบบใหม่ {{ figures.recipients }} {{ place }}"))
    assert got(officer).startswith("แบบใหม่")
    assert got(officer).endswith("เชียงใหม่")
    assert "แบบใหม่" not in got(other)
    with closed.app_context():
        old, new = db.session.scalars(select(WordTemplate).order_by(WordTemplate.id))
        assert (old.in_use, new.in_use) == (False, True)
        earlier = str(old.id)
    choice = {"office": "P50", "template": earlier}
    central.post("/reports/templates/choose", data=choice)
    assert got(officer) == "แบบเก่า เชียงใหม่"
    assert (
        central.post("/reports/templates/choose", data=choice | {"office": "P90"}).status_code
        == 404
    )
    central.post("/reports/templates/choose", data={"office": "P50", "template": "0"})
    assert "แบบ" not in got(officer).splitlines()[0]
    assert "members_active" in central.get("/reports/templates/fields").text
    example = central.get("/reports/templates/file?template=0").data
    assert examined(example, sample(), "example.docx")
    with closed.app_context():
        counted = select(func.count()).where(AuditEvent.action == "report:template")
        assert db.session.scalar(counted) == 4
