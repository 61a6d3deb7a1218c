"""The page of one message, with whichever form of it was just refused."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.access.gate import may, scope, today
from registry.access.roles import Permission
from registry.messages import inbox, numbers, queries, release_queries, reminders
from registry.messages.audience_forms import SendForm
from registry.messages.checklist import points_on
from registry.messages.forms import (
    MediaForm,
    PublishForm,
    ReasonForm,
    SubmitForm,
    channel_label,
    checklist_form,
)
from registry.messages.models import (
    MESSAGE_KIND_NAMES,
    MESSAGE_STATE_NAMES,
    KeyMessage,
    MessageState,
)
from registry.messages.publishing import PASSED_ON
from registry.messages.quiet import machines_from
from registry.messages.release_models import PURPOSE_NAMES, RELEASE_STATE_NAMES
from registry.messages.rules import LANGUAGES, ROUTE_NAMES
from registry.messages.steps import steps_for
from registry.outbox.models import DELIVERY_STATE_NAMES, WAY_NAMES


def message_page(
    message: KeyMessage,
    *,
    media_form: MediaForm | None = None,
    submit_form: SubmitForm | None = None,
    crisis_form: SubmitForm | None = None,
    publish_form: PublishForm | None = None,
    reason_form: ReasonForm | None = None,
    failed: str = "",
    problem: str = "",
) -> ResponseReturnValue:
    """Everything about a message.

    Args:
        failed: name of the step that was refused; its form is shown open with ``problem``.
    """
    steps, points = steps_for(message, current_user, may), points_on(today())
    status = 422 if problem or (media_form and media_form.errors) else 200
    return (
        render_template(
            "messages/show.html",
            message=message,
            state=message.as_state,
            State=MessageState,
            steps=steps,
            failed=failed,
            problem=problem,
            media_form=media_form or MediaForm(formdata=None),
            submit_form=submit_form or checklist_form(points, formdata=None),
            crisis_form=crisis_form or checklist_form(points, formdata=None, prefix="crisis-"),
            publish_form=publish_form or PublishForm(formdata=None),
            reason_form=reason_form or ReasonForm(formdata=None),
            channels=_channels(message) if steps.publish else [],
            channel_label=channel_label,
            publications=queries.publications_of(scope(), message) if message.is_out else [],
            numbers=numbers.numbers_of(scope(), message.id) if message.is_out else None,
            silent=numbers.count_silent(scope(), message.id) if message.is_out else 0,
            questions=inbox.questions_about(scope(), message.id) if message.is_out else [],
            history=queries.history_of(scope(), message.id),
            **_sendings(message),
            route_names=ROUTE_NAMES,
            languages=LANGUAGES,
            state_names=MESSAGE_STATE_NAMES,
            kind_names=MESSAGE_KIND_NAMES,
            limited=not scope().everything,
            may_record=may(Permission.DISSEMINATION_RECORD),
        ),
        status,
    )


def silent_page(message: KeyMessage, page: int) -> ResponseReturnValue:
    """Who has not reacted, and the button that writes to them again."""
    now, office = datetime.now(UTC), current_user.office
    writes = may(Permission.MESSAGES_PUBLISH) and message.as_state in PASSED_ON
    counted = reminders.counted_now(office, message.id, now) if writes else None
    form = SendForm(formdata=None)
    form.seen.data = str(counted.people) if counted else ""
    return render_template(
        "messages/silent.html",
        message=message,
        rows=numbers.silent(scope(), message.id, page),
        total=numbers.count_silent(scope(), message.id),
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


def _sendings(message: KeyMessage) -> dict[str, object]:
    """The message's releases by offices that one sees, and whom its notices reached."""
    rows = release_queries.releases_of(scope(), message.id)
    return {
        "releases": rows,
        "progress": release_queries.progress_of(scope(), [row.id for row in rows]),
        "notice": release_queries.notice_reach(scope(), message.id),
        "purposes": PURPOSE_NAMES,
        "release_states": RELEASE_STATE_NAMES,
        "delivery_states": DELIVERY_STATE_NAMES,
    }


def _channels(message: KeyMessage) -> list[object]:
    return list(queries.channels_to_publish(scope(), message, current_user.office_id))
