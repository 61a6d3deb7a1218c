"""Every sentence for people exists in Thai, says the same, and in English is English."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import Form, RadioField, SelectField, SelectMultipleField
from wtforms.fields import datetime, numeric
from wtforms.fields.core import UnboundField

ROOT = Path(__file__).parent.parent
PACKAGES = ("registry", "importers", "dashboards", "reports")
METHODS = [
    ("**/templates/**.html", "jinja2"),
    ("**/templates/**.txt", "jinja2"),
    ("**.py", "python"),
]
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "_n": (1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[-+# 0]*[\d.]*([a-z])|%[-+# 0]*[\d.]*([a-z%])", re.IGNORECASE)
THAI = re.compile("[\u0e00-\u0e7f]")
LATIN_KEPT = {"TikTok", "YouTube", "X", "Instagram", "English", "Facebook", "LINE", "E-mail"}


def _extracted() -> Iterator[tuple[str, str]]:
    """Every msgid with the place where it stands."""
    for package in PACKAGES:
        found = extract_from_dir(ROOT / package, METHODS, keywords=KEYWORDS)
        for filename, line, message, *_ in found:
            for text in message if isinstance(message, tuple) else (message,):
                if text:
                    yield text, f"{package}/{filename}:{line}"


@pytest.fixture(scope="module")
def msgids() -> dict[str, str]:
    return dict(_extracted())


@pytest.fixture(scope="module")
def thai() -> Catalog:
    path = ROOT / "registry/translations/th/LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        return read_po(file, locale="th")


def _text(message: Message | None) -> str:
    text = message.string if message is not None else ""
    return text if isinstance(text, str) else next(iter(text or ()), "")


def test_enough_is_extracted(msgids: dict[str, str]) -> None:
    assert len(msgids) > 100
    assert any(place.endswith(".html") or ".html:" in place for place in msgids.values())


def test_everything_has_a_thai_text(msgids: dict[str, str], thai: Catalog) -> None:
    missing = {text: place for text, place in msgids.items() if not _text(thai.get(text))}
    assert not missing, "\n".join(f"{place}: {text}" for text, place in missing.items())


def test_nothing_is_left_in_english(msgids: dict[str, str], thai: Catalog) -> None:
    """A text without a Thai letter is a name, a number or a forgotten copy."""
    left = [
        text
        for text in msgids
        if re.search("[a-z]{3}", PLACEHOLDER.sub("", _text(thai.get(text))))
        and not THAI.search(_text(thai.get(text)))
        and text not in LATIN_KEPT
    ]
    assert not left, left


def test_placeholders_match(msgids: dict[str, str], thai: Catalog) -> None:
    wrong = [text for text in msgids if _slots(text) != _slots(_text(thai.get(text)))]
    assert not [text for text in wrong if _text(thai.get(text))], wrong


def _slots(text: str) -> list[str]:
    return sorted(match.group(0) for match in PLACEHOLDER.finditer(text) if match.group(0) != "%%")


def test_msgids_are_english(msgids: dict[str, str]) -> None:
    """An English sentence may quote the Thai word that has to be typed, no more."""
    thai_ones = {text: place for text, place in msgids.items() if not _is_english(text)}
    assert not thai_ones, thai_ones


def _is_english(text: str) -> bool:
    return len(THAI.findall(text)) <= len(re.findall("[A-Za-z]", text)) / 2


def test_templates_hold_no_thai_of_their_own() -> None:
    """Thai belongs into the catalogue, or English readers get it too."""
    found = {
        str(path.relative_to(ROOT)): THAI.findall(path.read_text())
        for path in (ROOT / "registry" / "templates").rglob("*.html")
        if THAI.search(path.read_text().replace('"ไทย"', ""))
    }
    assert not found


def test_nothing_is_fuzzy(thai: Catalog) -> None:
    assert not [message.id for message in thai if message.id and message.fuzzy]


def test_the_checks_can_fail() -> None:
    assert _slots("%(count)d of %(all)s") != _slots("%(count)d จาก")
    assert _slots("50 %% of %(x)s") == _slots("ร้อยละ 50 ของ %(x)s")
    assert _text(Catalog(locale="th").get("Save")) == ""
    assert not _is_english("บันทึก")


SPEAKS_ENGLISH = tuple(
    field
    for module in (datetime, numeric)
    for field in (getattr(module, name) for name in module.__all__)
)


def _forms(above: type = Form) -> Iterator[type]:
    for form in above.__subclasses__():
        if form.__module__.startswith(PACKAGES):
            yield form
        yield from _forms(form)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_form_speaks_for_the_library(app: Flask) -> None:
    """The library's own sentences are English: each validator has one of ours."""
    seen = 0
    for form in _forms():
        for name, field in vars(form).items():
            if not isinstance(field, UnboundField):
                continue
            assert not issubclass(field.field_class, SPEAKS_ENGLISH), f"{form.__name__}.{name}"
            given = [*field.args[1:2], field.kwargs.get("validators", ())]
            for validator in itertools.chain.from_iterable(given):
                speaks = hasattr(validator, "message")
                seen += speaks
                assert not speaks or validator.message is not None, f"{form.__name__}.{name}"
    assert seen > 100


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("kind", "coerce"),
    [
        (kind, coerce)
        for kind in (SelectField, RadioField, SelectMultipleField)
        for coerce in (str, int)
    ],
)
@pytest.mark.parametrize(
    ("locale", "words"), [("th", "ไม่มีให้เลือกแล้ว"), ("en", "is no longer offered")]
)
def test_a_choice_that_is_gone_is_told_in_the_language_of_the_reader(
    app: Flask, kind: type, coerce: type, locale: str, words: str
) -> None:
    class ChoiceForm(Form):
        """A form with choices."""

        chosen = kind("Channel", coerce=coerce, choices=[("1", "One")])

    for gone in ("2", "x"):
        with app.test_request_context(), force_locale(locale):
            form = ChoiceForm(MultiDict({"chosen": gone}))
            assert not form.validate()
            assert [words in error for error in form.chosen.errors] == [True]
