"""Audiences kept under a name: saved, renamed and deleted from the builder's page."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, scope
from registry.carry import press
from registry.channels.queries import open_channels
from registry.messages import audience_queries, audiences, queries
from registry.messages.audience_forms import NameForm, read_choice
from registry.messages.audience_page_views import address, choice_of
from registry.messages.audience_views import PUBLISH

bp = Blueprint("audiences", __name__, url_prefix="/audiences")


@bp.post("/")
@PUBLISH
def save() -> ResponseReturnValue:
    """Keep the filters chosen under a name."""
    builder, form = _builder(), NameForm()
    press(lambda: _save(form), _("The audience is kept; your office finds it here again."))
    return redirect(builder)


def _save(form: NameForm) -> None:
    choice = choice_of(request.form)
    own = {row.id for row in open_channels(scope(), current_user.office_id)}
    channels = [number for number in choice.channels if number in own]
    audiences.save(actor(), form.name.data or "", choice.audience, channels)


@bp.post("/<int:saved_id>/rename")
@PUBLISH
def rename(saved_id: int) -> ResponseReturnValue:
    """Give a kept audience another name."""
    builder, form = _builder(), NameForm()
    row = audience_queries.saved_audience_for(scope(), current_user.office_id, saved_id)
    press(lambda: audiences.rename(actor(), row, form.name.data or ""), _("Renamed."))
    return redirect(builder)


@bp.post("/<int:saved_id>/delete")
@PUBLISH
def delete(saved_id: int) -> ResponseReturnValue:
    """Forget a kept audience."""
    builder = _builder()
    row = audience_queries.saved_audience_for(scope(), current_user.office_id, saved_id)
    press(lambda: audiences.delete(actor(), row), _("The audience was deleted."))
    return redirect(builder)


def _builder() -> str:
    """The page from which the form was sent, with what was chosen on it.

    Raises:
        NotFound: its message lies outside the scope.
    """
    message_id = request.form.get("message", type=int)
    if message_id is None:
        return url_for("messages.index")
    queries.message_for(scope(), message_id)
    return address(message_id, read_choice(request.form))
