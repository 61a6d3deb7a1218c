"""Languages: Thai by default, English behind a switch; dates in B.E."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any

from flask import Flask, g, has_request_context, session
from flask_babel import Babel, force_locale, get_locale
from flask_login import current_user

from registry import form_sentences
from registry.periods import calendar

LOCALES = ("th", "en")
babel = Babel()
terminal: ContextVar[str] = ContextVar("terminal", default="th")
"""The language where there is no request: the command line sets the one of its terminal."""


def chosen_locale() -> str:
    """The language of this request: the switch, else the account's, else Thai."""
    if not has_request_context():
        return terminal.get()
    locale = session.get("locale")
    if locale is None and g.get("_login_user") and current_user.is_authenticated:
        locale = current_user.locale
    return locale if locale in LOCALES else "th"


def language() -> str:
    """``th`` or ``en``."""
    locale = get_locale()
    return locale.language if locale is not None else "th"


def name_of(row: Any) -> str:
    """The name of an office, province or zone in the language at hand."""
    return str(row.name_en if language() == "en" else row.name_th)


def short_name_of(office: Any) -> str:
    """The name of an office for a list: the Thai abbreviation, in English the name."""
    return str(office.name_en if language() == "en" else office.short_th)


def in_both(text: Any) -> dict[str, str]:
    """A lazy text in every language, as it is kept with what people confirmed."""
    words = {}
    for locale in LOCALES:
        with force_locale(locale):
            words[locale] = str(text)
    return words


def said(words: Mapping[str, str]) -> str:
    """A text kept in both languages, in the reader's; in Thai where there is no other."""
    return words.get(language()) or words["th"]


def day(value: date | datetime | None, style: str = "short") -> str:
    """A day for people: ``15 ม.ค. 2569`` (B.E.), in Bangkok."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = calendar.to_bangkok_date(value)
    return calendar.format_date(value, language(), style)


def moment(value: datetime | None) -> str:
    """A moment for people: the day, then the time in Bangkok."""
    if value is None:
        return "–"
    local = calendar.bangkok(value)
    unit = " น." if language() == "th" else ""
    return f"{day(value)} {local:%H:%M}{unit}"


def number(value: float | int | None, digits: int = 0) -> str:
    """A number with thousands separators; an absent one is a dash, never 0."""
    return "–" if value is None else f"{value:,.{digits}f}"


def percent(value: float | None) -> str:
    """A share between 0 and 1 as a percentage."""
    return "–" if value is None else f"{value * 100:,.1f} %"


def init_app(app: Flask) -> None:
    """Install Babel, the sentences of forms and the template filters."""
    app.config["BABEL_DEFAULT_LOCALE"] = "th"
    app.config["BABEL_DEFAULT_TIMEZONE"] = "Asia/Bangkok"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/translations"
    babel.init_app(app, locale_selector=chosen_locale)
    form_sentences.install()
    for function in (day, moment, number, percent, name_of, said, short_name_of):
        app.add_template_filter(function)
    app.context_processor(lambda: {"language": language()})
