"""Pages of the media library: search, add, describe, retire, and attach to a draft."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, public, scope, today
from registry.access.models import OfficeKind
from registry.access.roles import Permission
from registry.access.scope import Scope
from registry.access.versions import compared, holds_now, shown, version_of
from registry.carry import carry_out, press
from registry.db import commit, db
from registry.errors import Refused
from registry.fields import read_id, read_page
from registry.messages import library, library_queries, media, queries
from registry.messages.choices import read_office
from registry.messages.library_forms import LANGUAGES, AssetForm, UploadForm
from registry.messages.library_models import LICENCE_NAMES, MEDIA_KIND_NAMES, MediaAsset
from registry.messages.library_queries import LibraryFilters
from registry.messages.models import EDITABLE, KeyMessage
from registry.messages.sending import sent
from registry.messages.uploads import opened

bp = Blueprint("library", __name__, url_prefix="/library")
public_bp = Blueprint("public_media", __name__, url_prefix="/media")
READ = allow(Permission.MESSAGES_READ)
WRITE = allow(Permission.MESSAGES_WRITE)
FIELDS = ("title", "description", "source", "licence", "licence_until", "language", "shared")


def _filters() -> LibraryFilters:
    args = request.args
    return LibraryFilters(
        on=today(),
        q=args.get("q", "").strip()[:100],
        kind=args.get("kind", "") if args.get("kind") in set(MEDIA_KIND_NAMES) else "",
        licence=args.get("licence", ""),
        office=read_office(args, scope(), current_user.office_id),
        retired=args.get("show") == "retired",
        page=read_page(args),
    )


@bp.get("/")
@READ
def index() -> ResponseReturnValue:
    """The files that one may use, the newest first; perhaps to attach one to a draft."""
    filters = _filters()
    return render_template(
        "library/index.html",
        rows=library_queries.list_assets(scope(), filters),
        total=library_queries.count_assets(scope(), filters),
        filters=filters,
        per_page=library_queries.PAGE,
        message=_draft(),
        kinds=MEDIA_KIND_NAMES,
        spans_offices=scope().spans_offices,
    )


def _draft() -> KeyMessage | None:
    """The draft for which a file is chosen, if the address names one that takes files."""
    number = read_id(request.args.get("message"))
    message = queries.message_for(scope(), number) if number else None
    if message is None or message.as_state not in EDITABLE:
        return None
    return message if message.office_id == current_user.office_id else None


@bp.route("/add", methods=["GET", "POST"])
@WRITE
def add() -> ResponseReturnValue:
    """Add a file; one that the office has already leads to it."""
    form = UploadForm()
    if form.validate_on_submit():
        added = _add(form)
        if added is not None:
            return _added(form, *added)
    if request.method == "POST":
        db.session.rollback()
    return _form(form)


def _add(form: UploadForm) -> tuple[MediaAsset, bool] | None:
    """The file in the library, and whether it was there before."""
    try:
        file = opened(form.file, media.prepare)
        if file is None:
            return None
        before = library.kept(actor(), file) is not None
        asset = library.add(actor(), file, form.words())
    except Refused as refusal:
        form.file.errors = [str(refusal)]
        return None
    commit()
    return asset, before


def _added(form: UploadForm, asset: MediaAsset, before: bool) -> ResponseReturnValue:
    names = library.differing(asset, form.words())
    if before and names:
        return _otherwise(form, asset, names)
    if before:
        flash(_("The file was in the media library already; it stands there once."), "info")
    else:
        flash(_("The file is in the media library."), "success")
    return redirect(url_for("library.show", asset_id=asset.id))


def _otherwise(form: UploadForm, asset: MediaAsset, names: list[str]) -> ResponseReturnValue:
    """The file is there with other words: say which, and offer to write what was typed."""
    typed = {name: form[name].data for name in (*names, "known_ended")}
    edited = AssetForm(formdata=None, data={name: getattr(asset, name) for name in FIELDS} | typed)
    edited.version.data = str(asset.version)
    stands = [
        holds_now(edited[name].label.text, shown(edited[name], getattr(asset, name)))
        for name in names
    ]
    sentence = _(
        "The file is in the media library already, with other words. Save to write yours in their "
        "place, or cancel to leave them."
    )
    edited.form_errors.append(" ".join([sentence, *stands]))
    return _form(edited, asset)


def _form(form: AssetForm, asset: MediaAsset | None = None) -> ResponseReturnValue:
    central = current_user.office.kind == OfficeKind.BUREAU.value
    page = render_template("library/form.html", form=form, asset_row=asset, may_share=central)
    return page, 422 if form.errors or form.form_errors else 200


@bp.get("/<int:asset_id>")
@READ
def show(asset_id: int) -> ResponseReturnValue:
    """A file with its words, its licence, and the messages that carry it."""
    asset = library_queries.asset_for(scope(), asset_id)
    return render_template(
        "library/show.html",
        row=asset,
        messages=library_queries.messages_with(scope(), asset_id),
        kinds=MEDIA_KIND_NAMES,
        licences=LICENCE_NAMES,
        languages=dict(LANGUAGES),
        on=today(),
        own=asset.office_id == current_user.office_id,
    )


@bp.route("/<int:asset_id>/edit", methods=["GET", "POST"])
@WRITE
def edit(asset_id: int) -> ResponseReturnValue:
    """Change what is said about a file."""
    asset = library_queries.asset_for(scope(), asset_id, lock=request.method == "POST")
    form = AssetForm(obj=asset)
    if carry_out(form, lambda: _save(asset, form)):
        flash(_("Saved."), "success")
        return redirect(url_for("library.show", asset_id=asset_id))
    return _form(form, library_queries.asset_for(scope(), asset_id))


def _save(asset: MediaAsset, form: AssetForm) -> None:
    version = version_of(form)
    with compared(form, asset, {name: getattr(asset, name) for name in FIELDS}):
        library.update(actor(), asset, form.words(), version=version)


@bp.post("/<int:asset_id>/retire")
@WRITE
def retire(asset_id: int) -> ResponseReturnValue:
    """Offer a file no longer."""
    asset = library_queries.asset_for(scope(), asset_id, lock=True)
    press(lambda: library.retire(actor(), asset), _("Retired. Messages that carry it keep it."))
    return redirect(url_for("library.show", asset_id=asset_id))


@bp.post("/<int:asset_id>/bring-back")
@WRITE
def bring_back(asset_id: int) -> ResponseReturnValue:
    """Offer a retired file again."""
    asset = library_queries.asset_for(scope(), asset_id, lock=True)
    press(lambda: library.bring_back(actor(), asset), _("The file is offered again."))
    return redirect(url_for("library.show", asset_id=asset_id))


@bp.post("/<int:asset_id>/attach")
@WRITE
def attach(asset_id: int) -> ResponseReturnValue:
    """Attach a file to the draft that the form names."""
    asset = library_queries.asset_for(scope(), asset_id)
    message_id = read_id(request.form.get("message"))
    if message_id is None:
        flash(_("Open the draft first, and choose the file from there."), "warning")
        return redirect(url_for("library.show", asset_id=asset_id))
    message = queries.message_for(scope(), message_id, lock=True)
    if press(lambda: media.attach_asset(actor(), message, asset), _("The file was attached.")):
        return redirect(url_for("messages.show", message_id=message_id) + "#media")
    return redirect(url_for("library.index", message=message_id))


@bp.get("/<int:asset_id>/file")
@READ
def file(asset_id: int) -> ResponseReturnValue:
    """The file, or its thumbnail."""
    return sent(library_queries.asset_for(scope(), asset_id), request.args.get("size"))


@public_bp.get("/<token>")
@public
def fetch(token: str) -> ResponseReturnValue:
    """A file of a published message, for whoever holds the signed address (LINE fetches it so)."""
    media_id, size = media.read_public(token)
    return sent(library_queries.published_media(Scope.all(personal=False), media_id), size)
