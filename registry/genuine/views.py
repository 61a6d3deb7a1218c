"""The public page “Is this message genuine?”: no sign-in, no personal data, nothing kept."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from registry.access.gate import public, today
from registry.genuine.address import genuine_address, qr_svg
from registry.genuine.lookup import LONGEST, certificate_of, codes_in, message_of, only_code

bp = Blueprint("genuine", __name__, url_prefix="/genuine")


class AskedForm(FlaskForm):
    """What somebody holds in the hand."""

    text = TextAreaField(
        _l("Code, link or text of the message"),
        [Length(max=LONGEST)],
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
    if not form.validate():
        return render_template("genuine/page.html", form=form, asked=False), 422
    text = (form.text.data or "").strip()
    code = only_code(text, genuine_address(""))
    codes = [code] if code else codes_in(text)
    if code or (len(codes) == 1 and certificate_of(codes[0])):
        return redirect(url_for("genuine.show", code=codes[0]), 303)
    found = [message_of(one, today()) for one in codes]
    alike = [one for one in found if one is not None]
    return render_template("genuine/page.html", form=form, asked=bool(text), alike=alike)


@bp.get("/<code>")
@public
def show(code: str) -> ResponseReturnValue:
    """The message or certificate of a code, or the sentence that it is not known."""
    code = code.strip().lower()[:16]
    form = AskedForm(formdata=None)
    certificate = certificate_of(code)
    if certificate is not None:
        return render_template("genuine/certificate.html", form=form, row=certificate)
    one = message_of(code, today())
    if one is None:
        return render_template("genuine/page.html", form=form, asked=True), 404
    return render_template("genuine/page.html", form=form, asked=True, one=one)


@bp.get("/<code>/qr.svg")
@public
def qr(code: str) -> ResponseReturnValue:
    """The address of this page as a picture for print; for any text, so that it tells nothing."""
    return Response(qr_svg(genuine_address(code[:16])), mimetype="image/svg+xml")
