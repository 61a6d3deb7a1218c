"""A member's own record: news sent in, consents, leaving."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.access.gate import public, today
from registry.channels.models import CHANNEL_KIND_NAMES
from registry.db import commit, db
from registry.errors import NotFound, Refused
from registry.members.consent_models import PURPOSE_NAMES, ConsentPurpose
from registry.members.consents import give_consent, standing_consent, withdraw_consent
from registry.members.masks import mask_national_id, mask_phone
from registry.members.models import STATE_NAMES, MemberState
from registry.members.queries import wordings
from registry.members.states import change_state
from registry.messages import exchange, files
from registry.messages.entries import Fault
from registry.messages.evidence import keep_picture
from registry.messages.uploads import evidence_picture
from registry.portal import queries, services
from registry.portal.forms import NewsForm
from registry.portal.own import Own, own
from registry.portal.views import bp

__all__ = ["bp"]


@bp.route("/news", methods=["GET", "POST"])
@public
def news(token: str) -> ResponseReturnValue:
    """Send in news, a picture or a rumour; read the replies."""
    me, form = own(token), NewsForm()
    if form.validate_on_submit() and _send(me, form):
        flash(_("Thank you! Your office has received it."), "success")
        return redirect(url_for("portal.news", token=token))
    rows = queries.my_news(me.scope)
    questions = queries.my_questions(me.scope)
    page = render_template("portal/news.html", me=me, form=form, rows=rows, questions=questions)
    return page, 422 if form.errors or form.form_errors else 200


def _send(me: Own, form: NewsForm) -> bool:
    try:
        picture = evidence_picture(form.picture)
        kept = keep_picture(picture) if picture else None
        token = form.form_token.data
        row = exchange.send_news(
            me.actor,
            me.member,
            form.text.data or "",
            link=form.link.data,
            picture=kept,
            form_token=token,
        )
        if kept and row.picture != kept[0]:
            files.discard(kept[0])
    except NotFound:
        raise
    except Refused as refusal:
        db.session.rollback()
        field = form.picture if isinstance(refusal, Fault) else form.text
        field.errors = [str(refusal)]
        return False
    commit()
    return True


@bp.get("/record")
@public
def record(token: str) -> ResponseReturnValue:
    """The own record, personal numbers masked, and the consents."""
    me = own(token)
    return render_template(
        "portal/record.html",
        me=me,
        national_id=mask_national_id(me.member.national_id),
        phone=mask_phone(me.member.phone),
        channels=queries.my_channels(me.scope),
        channel_kinds=CHANNEL_KIND_NAMES,
        state_names=STATE_NAMES,
        given={row.purpose: row for row in queries.my_consents(me.scope)},
        wordings={row.purpose: row for row in wordings()},
        purposes=PURPOSE_NAMES,
        needed=ConsentPurpose.REGISTRY,
    )


@bp.post("/consents/<purpose>/<any(give, withdraw):change>")
@public
def consent(token: str, purpose: str, change: str) -> ResponseReturnValue:
    """Agree to a purpose, or no longer."""
    me = own(token)
    wanted = _purpose(purpose)
    standing = standing_consent(me.member, wanted)
    if change == "give":
        source = _("The member's own page")
        give_consent(me.actor, me.member, wanted, on=today(), source=source)
    elif standing is not None:
        withdraw_consent(me.actor, standing, on=max(today(), standing.given_on))
    commit()
    flash(_("Saved."), "success")
    return redirect(url_for("portal.record", token=token))


def _purpose(text: str) -> ConsentPurpose:
    """A purpose that can be switched; keeping the record ends by leaving."""
    if text not in set(ConsentPurpose) - {ConsentPurpose.REGISTRY}:
        raise NotFound(f"purpose {text}")
    return ConsentPurpose(text)


@bp.post("/leave")
@public
def leave(token: str) -> ResponseReturnValue:
    """Leave the network: at once, without a reason; the link ends with it."""
    me = own(token)
    member, day = me.member, today()
    change_state(me.actor, member, MemberState.LEFT, on=day, reason=_("Left on the own page"))
    for row in queries.my_consents(me.scope):
        withdraw_consent(me.actor, row, on=max(day, row.given_on))
    services.revoke(me.actor, member)
    commit()
    return render_template("portal/left.html", at=datetime.now(UTC))
