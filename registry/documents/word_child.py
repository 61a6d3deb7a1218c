"""The limited child that fills a Word template:
``python -m registry.documents.word_child TASK TEMPLATE DATA OUT MEMORY SECONDS``.

A template comes from people, and what stands in its braces is a program: it runs in Jinja's
sandbox without functions, within the limits of this process.  Task ``check`` fills it with a
sample and writes the template itself, without what leads outside; ``fill`` writes the document.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from base64 import b64decode
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from registry.documents.archive import packed
from registry.documents.picture_child import limit

MAX_PARTS, MAX_UNPACKED = 1_000, 64 * 1024 * 1024
LONGEST = 16 * 1024 * 1024
"""Characters of a filled document."""
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_OBJECTS = re.compile(r"vba(Project|Data)|activeX|embeddings/|afchunk", re.IGNORECASE)
_PROGRAMS = re.compile(
    r"/(oleObject|aFChunk|control|activeXControlBinary|package|subDocument|vbaProject|wordVbaData)$",
    re.IGNORECASE,
)
"""Kinds of relations to what a document carries beside text and pictures."""
FIELD_CODES = frozenset(
    {
        *("AUTHOR", "CREATEDATE", "DATE", "FILENAME", "FORMCHECKBOX", "FORMDROPDOWN"),
        *("FORMTEXT", "HYPERLINK", "NUMPAGES", "PAGE", "PAGEREF", "PRINTDATE", "REF", "REVNUM"),
        *("SAVEDATE", "SECTION", "SECTIONPAGES", "SEQ", "STYLEREF", "SUBJECT", "SYMBOL"),
        *("TIME", "TITLE", "TOC"),
    }
)
"""What Word works out from the document itself; other fields may fetch something."""
FILTERS = frozenset(
    {
        *("abs", "batch", "capitalize", "default", "first", "float", "format", "int", "join"),
        *("last", "length", "list", "lower", "max", "min", "replace", "reverse", "round"),
        *("slice", "sort", "string", "sum", "title", "trim", "unique", "upper", "wordcount"),
    }
)
"""Jinja's filters without those that let a text be markup."""
_BROKEN = (zipfile.BadZipFile, NotImplementedError, EOFError, KeyError, ValueError, OSError)


class Refusal(Exception):
    """Why a template is not taken: a code, and what was found."""

    def __init__(self, code: str, *found: str) -> None:
        super().__init__(code)
        self.code, self.found = code, found


def screened(content: bytes) -> dict[str, bytes]:
    """The parts of a template, after a look at its table of contents.

    Raises:
        Refusal: it is no Word document, is a bomb, or holds macros or other programs.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if "word/document.xml" not in names or len(names) < len(entries):
                raise Refusal("foreign")
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_PARTS or unpacked > MAX_UNPACKED:
                raise Refusal("huge")
            parts = {name: archive.read(name) for name in sorted(names)}  # "[Content…" comes first
    except _BROKEN as error:
        raise Refusal("foreign") from error
    if any(_OBJECTS.search(name) for name in names) or b"macro" in parts["[Content_Types].xml"]:
        raise Refusal("program")
    return parts


def inward(parts: dict[str, bytes]) -> dict[str, bytes]:
    """The same parts without relations that lead outside, nor what used them.

    Raises:
        Refusal: a field fetches something from elsewhere, or a part is a program.
    """
    kept = dict(parts)
    for name in sorted(parts):
        if name.endswith(".rels"):
            folder, _sep, file = name.rpartition("_rels/")
            _cut_off(kept, name, folder + file.removesuffix(".rels"))
        elif name.startswith("word/") and name.endswith(".xml"):
            for said in _instructions(parts[name]):
                code, _space, rest = said.strip().partition(" ")
                inside = code.upper() != "HYPERLINK" or rest.lstrip().startswith("\\l")
                if code and not (code.upper() in FIELD_CODES and inside):
                    raise Refusal("outside", code[:40])
    return kept


def _cut_off(parts: dict[str, bytes], name: str, owner: str) -> None:
    from lxml import etree

    relations = _tree(parts[name])
    if any(_PROGRAMS.search(one.get("Type", "")) for one in relations):
        raise Refusal("program")
    outside = [one for one in relations if one.get("TargetMode") == "External"]
    for one in outside:
        relations.remove(one)
    if not outside:
        return
    parts[name] = etree.tostring(relations, encoding="UTF-8", standalone=True)
    ids, root = {one.get("Id") for one in outside}, _tree(parts[owner])
    for element in list(root.iter()):
        used = [key for key, value in element.attrib.items() if key[: len(_R)] == _R]
        if any(element.get(key) in ids for key in used):
            _take_out(element)
    parts[owner] = etree.tostring(root, encoding="UTF-8", standalone=True)


def _take_out(element: Any) -> None:
    """Of a link the text stays; anything else that shows what lies outside goes."""
    parent = element.getparent()
    if element.tag.endswith("}hyperlink"):
        for child in element:
            element.addprevious(child)
    parent.remove(element)


def _instructions(part: bytes) -> list[str]:
    """What each field of a part is told to do, however many pieces it is written in."""
    said, open_ = [], list[str]()
    for element in _tree(part).iter("{*}fldChar", "{*}instrText", "{*}fldSimple"):
        values = {key.rpartition("}")[2]: value for key, value in element.attrib.items()}
        kind = values.get("fldCharType")
        if kind == "begin":
            open_.append("")
        elif kind and open_ and (kind == "separate" or open_[-1]):
            said.append(open_.pop())
            if kind == "separate":
                open_.append("")  # what follows is its result, up to its end
        elif kind and open_:
            open_.pop()
        elif "instr" in values:
            said.append(values["instr"])
        elif open_:
            open_[-1] += element.text or ""
        else:
            said.append(element.text or "")
    return said + open_


def _tree(content: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


def filled(
    template: bytes, fields: dict[str, Any], about: dict[str, str], pictures: dict[str, str]
) -> bytes:
    """A template with its fields filled, and pictures in place of the texts that tell of them.

    Raises:
        Refusal: it names a field that does not exist, or what stands in braces is no field.
    """
    from docxtpl import DocxTemplate
    from jinja2 import ChainableUndefined, TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    missing: set[str] = set()

    class Unknown(ChainableUndefined):
        """A field that does not exist: its name is kept; of what is empty nothing exists."""

        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            if self._undefined_obj != {}:
                missing.add(str(self._undefined_name))

    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=Unknown)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    document = DocxTemplate(BytesIO(template))
    try:
        missing |= document.get_undeclared_template_variables(environment) - set(fields)
        document.render(fields, environment, autoescape=True)
    except TemplateError as error:
        if not missing:
            raise Refusal("braces", str(error.message or "")[:200]) from error
    if missing:
        raise Refusal("fields", *sorted(missing))
    if len(document.get_xml()) > LONGEST:
        raise Refusal("huge")
    _draw(document.docx, {fields[name]: b64decode(png) for name, png in pictures.items()})
    described = document.docx.core_properties
    described.title, described.author = about["title"], about["author"]
    described.created = described.modified = datetime.fromisoformat(about["created"])
    described.last_modified_by, described.revision = about["author"], 1
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _draw(document: Any, pictures: dict[str, bytes]) -> None:
    """Put each picture where its text stands alone, as wide as the page's text.

    A template's program is given texts only, so no picture opens a way out of the sandbox.
    """
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    page = document.sections[0]
    wide = page.page_width - page.left_margin - page.right_margin
    for element in list(document.element.body.iter(qn("w:p"))):
        line = Paragraph(element, document)
        said = line.text
        if said in pictures:
            first, *others = line.runs
            for run in (first, *others):
                run.text = ""
            drawn = first.add_picture(BytesIO(pictures[said]), width=wide)
            drawn._inline.docPr.set("descr", said)


def main(arguments: list[str]) -> None:
    """Run with the limits given on the command line; the answer is one line of JSON."""
    task, template, data, target, memory_mb, seconds = arguments
    limit(int(memory_mb), int(seconds))
    os.umask(0o077)
    answer: dict[str, object] = {"done": True}
    try:
        given = json.loads(Path(data).read_bytes())
        moment = datetime.fromisoformat(given["about"]["created"])
        clean = packed(inward(screened(Path(template).read_bytes())), moment)
        made = inward(screened(filled(clean, **given)))
        Path(target).write_bytes(packed(made, moment) if task == "fill" else clean)
    except Refusal as refusal:
        answer = {"refused": refusal.code, "found": refusal.found}
    except MemoryError:
        answer = {}
    except BaseException as error:  # noqa: BLE001 - parsers may raise anything at all
        answer = {"refused": "damaged", "found": [type(error).__name__]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
