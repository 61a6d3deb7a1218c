"""The public page “Is this message genuine?”: no sign-in, no personal data, nothing kept."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField

from registry.access.gate import public, today
from registry.fields import at_most
from registry.genuine.address import genuine_address, qr_svg
from registry.genuine.compare import plain
from registry.genuine.lookup import (
    LONGEST,
    certificate_of,
    codes_in,
    compared,
    message_of,
    only_code,
    spelt,
)
from registry.members.masks import mask_name
from registry.portal.models import Certificate
from registry.portal.results import still_holds

bp = Blueprint("genuine", __name__, url_prefix="/genuine")


class AskedForm(FlaskForm):
    """What somebody holds in the hand."""

    text = TextAreaField(
        _l("Code, link or text of the message"),
        [at_most(LONGEST)],
        render_kw={"rows": 4, "maxlength": LONGEST},
    )


@bp.get("/")
@public
def ask() -> ResponseReturnValue:
    """The form."""
    return render_template("genuine/page.html", form=AskedForm(formdata=None), asked=False)


@bp.post("/")
@public
def find() -> ResponseReturnValue:
    """Look for what was pasted: a code leads to its own address, words to what they resemble."""
    form = AskedForm()
    if not form.validate() or not _something(form):
        return render_template("genuine/page.html", form=form, asked=False), 422
    text = (form.text.data or "").strip()
    code = only_code(text, genuine_address(""))
    codes = [code] if code else codes_in(text)
    if code or (len(codes) == 1 and certificate_of(codes[0])):
        return redirect(url_for("genuine.show", code=codes[0]), 303)
    alike = compared(text, codes, today())
    return render_template("genuine/page.html", form=form, asked=True, alike=alike)


def _something(form: AskedForm) -> bool:
    """Whether anything was typed; the field says that it is empty."""
    if plain(form.text.data or ""):
        return True
    form.text.errors = [_("Type a code or paste a message first.")]
    return False


@bp.get("/<code>")
@public
def show(code: str) -> ResponseReturnValue:
    """The message or certificate of a code, or the sentence that it is not known."""
    code = spelt(code).rstrip(").,]")[:16]
    form = AskedForm(formdata=None)
    certificate = certificate_of(code)
    if certificate is not None:
        return _certificate(certificate)
    one = message_of(code, today())
    if one is None:
        return render_template("genuine/page.html", form=form, asked=True), 404
    return render_template("genuine/page.html", form=form, asked=True, one=one)


def _certificate(row: Certificate) -> ResponseReturnValue:
    """A certificate, with as much of the name as shows whether another one was put in."""
    name = mask_name(row.member.first_name, row.member.last_name)
    holds = still_holds(row)
    return render_template("genuine/certificate.html", row=row, name=name, holds=holds)


@bp.get("/<code>/qr.svg")
@public
def qr(code: str) -> ResponseReturnValue:
    """The address of this page as a picture for print; for any text, so that it tells nothing."""
    return Response(qr_svg(genuine_address(code[:16])), mimetype="image/svg+xml")


@bp.route("/<path:rest>", methods=["GET", "POST"])
@public
def stray(rest: str) -> ResponseReturnValue:
    """A longer address than any of ours; one whose last slash is too much is meant well."""
    return show(rest.rstrip("/"))
