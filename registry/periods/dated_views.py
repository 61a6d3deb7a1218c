"""Pages of the administrator: settings with a day of effect."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, allow, today
from registry.access.roles import Permission
from registry.access.versions import mark_of
from registry.carry import carry_out
from registry.i18n import said
from registry.messages.checklist import default_points
from registry.periods import dated
from registry.periods.confirming import require_shown
from registry.periods.dated_forms import DatedForm, TakeBackForm, form_of

bp = Blueprint("dated", __name__, url_prefix="/settings/dated")
MANAGE = allow(Permission.SETTINGS_MANAGE)


@bp.route("/", methods=["GET", "POST"])
@MANAGE
def index_of_settings() -> ResponseReturnValue:
    """Every setting with its values, and a form for a new one of the setting that is named."""
    named = request.values.get("name", "")
    name = dated.Dated(named) if named in set(dated.Dated) else None
    form = form_of(name) if name else None
    if form and name and _set(form, name):
        flash(_("Saved."), "success")
        return redirect(url_for("dated.index_of_settings"))
    page = _page(form=form, name=name)
    return page, 422 if form and form.is_submitted() else 200


def _page(**shown: Any) -> str:
    return render_template(
        "settings/dated.html",
        settings=dated.all_settings(),
        kinds=dated.KINDS,
        written=written,
        mark_of=dated.mark_of_setting,
        today=today(),
        **shown,
    )


def _set(form: DatedForm, name: dated.Dated) -> bool:
    if request.method == "GET":
        form.name.data = name.value
        form.offer(dated.setting_on(name, today()))
    return carry_out(form, lambda: _confirmed(form, name))


def _confirmed(form: DatedForm, name: dated.Dated) -> None:
    """Set the value; one that holds at once only after its page has shown what changes."""
    day, typed, english = form.valid_from.data, form.typed(), form.in_english()
    if day >= today() and dated.takes_effect_at_once(name, day, today=today()):
        before, value = dated.setting_on(name, day), dated.read_value(name, typed, english)
        mark = mark_of(name.value, day, before, value)
        require_shown(form, mark, written(name, before), written(name, value))
    source = form.source.data or ""
    dated.set_from(name, typed, day, source, actor(), today=today(), english=english)


def written(name: dated.Dated, value: Any) -> str:
    """A value as people read it."""
    if name is dated.Dated.CHECKLIST:
        return "\n".join(said(point) for point in value or default_points())
    if isinstance(value, bool):
        return str(_("turned on") if value else _("turned off"))
    return f"{value:,}" if isinstance(value, int) else dated.as_text(value)


@bp.post("/<int:row_id>/take-back")
@MANAGE
def take_back_setting(row_id: int) -> ResponseReturnValue:
    """Take back a value of today or of a later day, with a reason."""
    form = TakeBackForm()
    reason, seen = form.reason.data or "", form.seen.data or ""
    if carry_out(form, lambda: dated.take_back(row_id, reason, actor(), today=today(), seen=seen)):
        flash(_("The value was taken back."), "success")
        return redirect(url_for("dated.index_of_settings"))
    return _page(back=form, back_id=row_id), 422
