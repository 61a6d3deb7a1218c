"""The page of one message, with whichever form of it was just refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from registry.access.gate import may, scope, today
from registry.access.roles import Permission
from registry.channels.models import Channel
from registry.messages import (
    audience_queries,
    inbox,
    numbers,
    queries,
    release_queries,
    reminders,
    silent_ways,
)
from registry.messages.audience_forms import SendForm
from registry.messages.checklist import points_on
from registry.messages.forms import (
    CorrectForm,
    MediaForm,
    PublishForm,
    ReasonForm,
    channel_label,
    checklist_form,
)
from registry.messages.history import folded, is_hurried, is_onward, is_taken_back
from registry.messages.models import (
    MESSAGE_KIND_NAMES,
    MESSAGE_STATE_NAMES,
    KeyMessage,
    MessageState,
)
from registry.messages.publishing import PASSED_ON
from registry.messages.quiet import machines_from
from registry.messages.recipients import NOTICES
from registry.messages.release_models import (
    PURPOSE_NAMES,
    RELEASE_STATE_NAMES,
    UNDER_WAY,
    ReleaseState,
)
from registry.messages.rules import LANGUAGES, ROUTE_NAMES
from registry.messages.steps import steps_for
from registry.outbox.models import DELIVERY_STATE_NAMES, WAY_NAMES

FIXED: dict[str, Any] = {
    "State": MessageState,
    "channel_label": channel_label,
    "is_onward": is_onward,
    "is_hurried": is_hurried,
    "is_taken_back": is_taken_back,
    "route_names": ROUTE_NAMES,
    "languages": LANGUAGES,
    "state_names": MESSAGE_STATE_NAMES,
    "kind_names": MESSAGE_KIND_NAMES,
}
"""What every message's page is told alike."""


def message_page(
    message: KeyMessage,
    *,
    failed: str = "",
    problem: str = "",
    words_of: int = 0,
    **refused: FlaskForm,
) -> ResponseReturnValue:
    """Everything about a message.

    Args:
        failed: name of the step that was refused; its form is shown open with ``problem``.
        words_of: number of the file about which ``words_form`` says something else than stands.
        refused: forms that were just refused, by their names on the page.
    """
    sendings, left, forms = _sendings(message), _left(message), _forms(message) | refused
    steps = steps_for(
        message, current_user, may, sending=_is_sending(message, sendings), served=left == []
    )
    html = render_template(
        "messages/show.html",
        message=message,
        state=message.as_state,
        steps=steps,
        failed=failed,
        problem=problem,
        words_of=words_of,
        channels=left or [],
        history=folded(queries.history_of(scope(), message.id)),
        limited=not scope().everything,
        may_record=may(Permission.DISSEMINATION_RECORD),
        **forms,
        **sendings,
        **_came_of(message),
        **FIXED,
    )
    wrong = problem or forms["words_form"] or forms["media_form"].errors
    return html, 422 if wrong else 200


def _forms(message: KeyMessage) -> dict[str, Any]:
    """The forms of the page, as nobody has filled them in yet."""
    return {
        "media_form": MediaForm(formdata=None),
        "words_form": None,
        "submit_form": checklist_form(points_on(today()), formdata=None),
        "publish_form": PublishForm(formdata=None),
        "reason_form": ReasonForm(formdata=None),
        "correct_form": CorrectForm(formdata=None, obj=message),
    }


def _came_of(message: KeyMessage) -> dict[str, Any]:
    """Where a message that is out stands, its figures and what was asked about it."""
    if not message.is_out:
        return {"publications": [], "numbers": None, "questions": []}
    return {
        "publications": queries.publications_of(scope(), message),
        "numbers": numbers.numbers_of(scope(), message.id),
        "questions": inbox.questions_about(scope(), message.id),
    }


def silent_page(message: KeyMessage, page: int, by: str = "") -> ResponseReturnValue:
    """Who has not reacted, how each can be asked, and the button that writes to them again."""
    now, office = datetime.now(UTC), current_user.office
    writes = may(Permission.MESSAGES_PUBLISH) and message.as_state in PASSED_ON
    counted = reminders.counted_now(office, message.id, now) if writes else None
    form = SendForm(formdata=None)
    form.seen.data = str(counted.people) if counted else ""
    asked = silent_ways.silent_by_way(scope(), message.id, today())
    by, named = by if by in set(silent_ways.Asked) else "", sum(asked.values())
    return render_template(
        "messages/silent.html",
        message=message,
        rows=silent_ways.list_silent(scope(), message.id, today(), by=by, page=page),
        total=numbers.numbers_of(scope(), message.id).silent,
        named=named,
        listed=asked.get(silent_ways.Asked(by), 0) if by else named,
        asked=asked,
        asked_names=silent_ways.ASKED_NAMES,
        by=by,
        page=page,
        per_page=numbers.PAGE,
        form=form,
        counted=counted,
        reminded=reminders.reminded_on(office.id, message.id, now),
        ways=WAY_NAMES,
        morning=_later(machines_from(now, urgent=False), now),
    )


def _later(moment: datetime, now: datetime) -> datetime | None:
    return moment if moment > now else None


def _sendings(message: KeyMessage) -> dict[str, Any]:
    """The message's releases by offices that one sees, and whom its notices reached."""
    rows = release_queries.releases_of(scope(), message.id)
    going = [row for row in rows if row.state in UNDER_WAY]
    own = (row for row in going if row.office_id == current_user.office_id)
    return {
        "under_way": next((row for row in own if row.as_purpose not in NOTICES), None),
        "telling": any(row.as_purpose in NOTICES for row in going),
        "releases": rows,
        "progress": release_queries.progress_of(scope(), [row.id for row in rows]),
        "notice": release_queries.notice_reach(scope(), message.id),
        "purposes": PURPOSE_NAMES,
        "release_states": RELEASE_STATE_NAMES,
        "delivery_states": DELIVERY_STATE_NAMES,
    }


def _is_sending(message: KeyMessage, sendings: dict[str, Any]) -> bool:
    running = ReleaseState.RUNNING.value
    return not message.is_out and any(row.state == running for row in sendings["releases"])


def _left(message: KeyMessage) -> list[Channel] | None:
    """The office's channels to which it may still go; None where the office has no channel."""
    rows = audience_queries.channels_to_serve(scope(), current_user.office_id, message.id)
    return [row for row, done in rows if not done] if rows else None
