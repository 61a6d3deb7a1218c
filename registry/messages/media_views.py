"""The files of a message on its page: attach, describe, take off, send."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import actor, scope
from registry.carry import press
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.messages import media, queries
from registry.messages.forms import MediaForm, MediaWordsForm
from registry.messages.models import MessageMedia
from registry.messages.page_views import message_page
from registry.messages.sending import sent
from registry.messages.uploads import opened
from registry.messages.views import READ, WRITE, bp

__all__ = ["bp"]


@dataclass(frozen=True)
class Attached:
    """A file that was sent, and whether the message carried it before."""

    media_id: int
    before: bool
    otherwise: bool
    """Whether other words stand there than those that came with it."""


@bp.post("/<int:message_id>/media")
@WRITE
def attach(message_id: int) -> ResponseReturnValue:
    """Attach a file to a draft; one that it carries already keeps its words until one agrees."""
    form = MediaForm()
    done = _attach(message_id, form) if form.validate() else None
    if done is None:
        db.session.rollback()
        return message_page(queries.message_for(scope(), message_id), media_form=form)
    if done.otherwise:
        message = queries.message_for(scope(), message_id)
        return message_page(message, words_form=form, words_of=done.media_id)
    if done.before:
        flash(_("The message carries this file already; it stands there once."), "info")
    else:
        flash(_("The file was attached."), "success")
    return redirect(url_for("messages.show", message_id=message_id) + "#media")


def _attach(message_id: int, form: MediaForm) -> Attached | None:
    where = scope()
    queries.message_for(where, message_id)
    try:
        file = opened(form.file, media.prepare)
        message = queries.message_for(where, message_id, lock=True)
        carried = {row.sha256 for row in message.media}
        words = form.words()
        if file is None:
            return None
        row = media.attach(actor(), message, file, **words)
    except NotFound:
        raise
    except Refused as refusal:
        form.file.errors = [str(refusal)]
        return None
    commit()
    return Attached(row.id, row.sha256 in carried, _otherwise(row, words))


def _otherwise(row: MessageMedia, words: dict[str, str]) -> bool:
    return any(text and text != getattr(row, name) for name, text in words.items())


@bp.post("/<int:message_id>/media/<int:media_id>/words")
@WRITE
def describe(message_id: int, media_id: int) -> ResponseReturnValue:
    """Change what the draft says about a file."""
    form = MediaWordsForm()
    message = queries.message_for(scope(), message_id, lock=True)
    if not form.validate():
        db.session.rollback()
        message = queries.message_for(scope(), message_id)
        return message_page(message, words_form=form, words_of=media_id)
    press(lambda: media.describe(actor(), message, media_id, **form.words()), _("Saved."))
    return redirect(url_for("messages.show", message_id=message_id) + f"#media-{media_id}")


@bp.post("/<int:message_id>/media/<int:media_id>/remove")
@WRITE
def detach(message_id: int, media_id: int) -> ResponseReturnValue:
    """Take a file off a draft."""
    media.remove(actor(), queries.message_for(scope(), message_id, lock=True), media_id)
    commit()
    flash(_("The file was removed."), "success")
    return redirect(url_for("messages.show", message_id=message_id) + "#media")


@bp.get("/<int:message_id>/media/<int:media_id>")
@READ
def media_file(message_id: int, media_id: int) -> ResponseReturnValue:
    """A file of a message: pictures, clips and sounds in the page, documents as downloads."""
    return sent(queries.media_for(scope(), message_id, media_id), request.args.get("size"))
