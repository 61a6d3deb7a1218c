"""Settings with a day of effect: which value holds on a day; setting a new one from a day on."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.versions import mark_of
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import NotFound, Refused
from registry.i18n import LOCALES
from registry.periods.confirming import require_same
from registry.periods.dated_kinds import KINDS as KINDS
from registry.periods.dated_kinds import Dated as Dated
from registry.periods.dated_kinds import as_text as as_text
from registry.periods.dated_models import DatedSetting


def setting_on(name: Dated, day: date) -> Any:
    """The value of a setting on a day: hours as two texts ``HH:MM``, numbers, or a truth value."""
    query = select(DatedSetting).where(
        DatedSetting.name == name.value, DatedSetting.valid_from <= day
    )
    row = db.session.scalars(query.order_by(DatedSetting.valid_from.desc()).limit(1)).first()
    return KINDS[name].default if row is None else row.value


def all_settings() -> dict[Dated, list[DatedSetting]]:
    """Every setting with the values set so far, the latest first."""
    query = select(DatedSetting).order_by(DatedSetting.valid_from.desc())
    rows = list(db.session.scalars(query))
    return {name: [row for row in rows if row.name == name.value] for name in Dated}


def set_from(
    name: Dated,
    typed: str,
    valid_from: date,
    source: str,
    actor: Actor,
    *,
    today: date,
    english: str = "",
) -> DatedSetting:
    """Set a value from a day on (today or later); earlier days keep theirs.

    A value that the day has already is replaced: the trail keeps what it was.

    Args:
        typed: the value as an administrator writes it; see :data:`KINDS`.
        english: the points of a checklist in English, in the same order.

    Raises:
        Refused: the value makes no sense, the day is past, or no source.
    """
    if valid_from < today:
        raise Refused(_("The past is not rewritten: choose today or a later day."))
    if not source.strip():
        raise Refused(_("Please state the order or the reason that sets it."))
    value = read_value(name, typed, english)
    row = _row_of(name, valid_from) or DatedSetting(name=name.value, valid_from=valid_from)
    before = setting_on(name, valid_from)
    row.value, row.source, row.set_by = value, source.strip()[:200], actor.user_id
    db.session.add(row)
    db.session.flush()
    said: dict[str, Any] = {
        "code": name.value,
        "from": as_text(before)[:200],
        "to": as_text(value)[:200],
        "period": valid_from,
        "reason": row.source,
    }
    whole = _word_by_word(name, before, value)
    record(actor, Action.SETTING_CHANGE, "dated_setting", row.id, changes=whole, **said)
    return row


def _word_by_word(name: Dated, before: Any, after: Any) -> dict[str, Any] | None:
    """The points of a checklist word by word: nobody could tell them from what is cut short."""
    if name is not Dated.CHECKLIST:
        return None
    from registry.messages.checklist import default_points  # it reads its points from here

    pair = [default_points() if value is None else value for value in (before, after)]
    return {f"points_{lang}": [[one[lang] for one in each] for each in pair] for lang in LOCALES}


def read_value(name: Dated, typed: str, english: str = "") -> Any:
    """The value that a text stands for.

    Raises:
        Refused: it makes no sense.
    """
    return KINDS[name].read(typed, english) if english.strip() else KINDS[name].read(typed)


def _row_of(name: Dated, valid_from: date) -> DatedSetting | None:
    query = select(DatedSetting).where(
        DatedSetting.name == name.value, DatedSetting.valid_from == valid_from
    )
    held = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(held)


def takes_effect_at_once(name: Dated, valid_from: date, *, today: date) -> bool:
    """Whether a value set now holds from this moment, or replaces one set for the same day."""
    return _row_of(name, valid_from) is not None or valid_from == today


def mark_of_setting(row: DatedSetting) -> str:
    """A mark of a value as a page shows it."""
    return mark_of(row.name, row.valid_from, row.value, row.source)


def take_back(
    row_id: int, reason: str, actor: Actor, *, today: date, seen: str | None = None
) -> None:
    """Take back a value of today or of a later day: the one before holds again.

    What was decided under it keeps what it kept.

    Args:
        seen: the mark of the value that the page showed; None where there was no page.

    Raises:
        NotFound: there is no such row.
        Refused: no reason, or its day is past.
        ChangedMeanwhile: the value is not the one that was shown.
    """
    row = db.session.get(DatedSetting, row_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    require_same(seen, mark_of_setting(row))
    if row.valid_from < today:
        raise Refused(
            _("Only a value of today or of a later day can be taken back; set a new one instead.")
        )
    if not reason.strip():
        raise Refused(_("Say why the value is taken back."))
    said: dict[str, Any] = {
        "kind": "taken back",
        "code": row.name,
        "from": as_text(row.value)[:200],
        "period": row.valid_from,
        "reason": reason.strip()[:200],
    }
    db.session.delete(row)
    db.session.flush()
    name = Dated(row.name)
    whole = _word_by_word(name, row.value, setting_on(name, row.valid_from))
    record(actor, Action.SETTING_CHANGE, "dated_setting", row_id, changes=whole, **said)
