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
from registry.genuine.lookup import LONGEST, certificate_of, codes_in, message_of

bp = Blueprint("genuine", __name__, url_prefix="/genuine")


class AskedForm(FlaskForm):
    """What somebody holds in the hand."""

    text = TextAreaField(
        _l("Code, link or text of the message"), [Length(max=LONGEST)], render_kw={"rows": 4}
    )


@bp.get("/")
@public
def ask() -> ResponseReturnValue:
    """The form."""
    return render_template("genuine/page.html", form=AskedForm(formdata=None), asked=False)


@bp.post("/")
@public
def find() -> ResponseReturnValue:
    """Look for what was pasted; one message is shown at its own address, several are offered."""
    form = AskedForm()
    text = (form.text.data or "").strip()
    codes = codes_in(text) if form.validate() and text else []
    if len(codes) == 1:
        return redirect(url_for("genuine.show", code=codes[0]), 303)
    found = [message_of(code, today()) for code in codes]
    several = [one for one in found if one is not None]
    return render_template("genuine/page.html", form=form, asked=bool(text), several=several)


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
