"""How an answer reaches a member: by LINE, on the own page, or by somebody who calls."""

from __future__ import annotations

from flask_babel import gettext as _

from registry.access.scope import Scope
from registry.i18n import moment
from registry.members.masks import mask_phone
from registry.members.models import Member
from registry.outbox.line_answer_models import LineAnswer
from registry.portal.queries import latest_link


def told(scope: Scope, member: Member, sent: LineAnswer | None) -> tuple[str, str]:
    """That an answer was saved, and how the member comes to read it; with the kind of notice.

    Args:
        sent: what goes out by LINE, if anything does.
    """
    if sent is not None:
        return _by_line(sent), "success"
    link = latest_link(scope, member.id)
    if link and link.usable:
        return _("The answer was saved; the member reads it on the own page."), "success"
    phone = mask_phone(member.phone)
    if not phone:
        return _("The answer was saved. The member has no own page; please tell them."), "warning"
    words = _(
        "The answer was saved. The member has no own page; please call back %(phone)s (the whole "
        "number stands in the record).",
        phone=phone,
    )
    return words, "warning"


def _by_line(sent: LineAnswer) -> str:
    when = moment(sent.due_at)
    if sent.question is not None and sent.question.about_record:
        words = _(
            "The answer was saved. By LINE the member is only told that it can be read under “Own "
            "record”: %(when)s.",
            when=when,
        )
    else:
        words = _("The answer was saved and goes to the member by LINE: %(when)s.", when=when)
    return str(words)
