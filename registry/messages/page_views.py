"""The page of one message, with whichever form of it was just refused."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from registry.access.gate import may, scope
from registry.access.roles import Permission
from registry.messages import inbox, numbers, queries
from registry.messages.checklist import QUESTIONS
from registry.messages.forms import MediaForm, PublishForm, ReasonForm, SubmitForm, channel_label
from registry.messages.models import (
    MESSAGE_KIND_NAMES,
    MESSAGE_STATE_NAMES,
    KeyMessage,
    MessageState,
)
from registry.messages.steps import steps_for


def message_page(
    message: KeyMessage,
    *,
    media_form: MediaForm | None = None,
    submit_form: SubmitForm | None = None,
    publish_form: PublishForm | None = None,
    reason_form: ReasonForm | None = None,
    failed: str = "",
    problem: str = "",
) -> ResponseReturnValue:
    """Everything about a message.

    Args:
        failed: name of the step that was refused; its form is shown open with ``problem``.
    """
    steps = steps_for(message, current_user, may)
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
            submit_form=submit_form or SubmitForm(formdata=None),
            publish_form=publish_form or PublishForm(formdata=None),
            reason_form=reason_form or ReasonForm(formdata=None),
            channels=_channels(message) if steps.publish else [],
            channel_label=channel_label,
            publications=queries.publications_of(scope(), message) if message.is_out else [],
            numbers=numbers.numbers_of(scope(), message.id) if message.is_out else None,
            silent=numbers.count_silent(scope(), message.id) if message.is_out else 0,
            questions=inbox.questions_about(scope(), message.id) if message.is_out else [],
            history=queries.history_of(scope(), message.id),
            checklist=QUESTIONS,
            state_names=MESSAGE_STATE_NAMES,
            kind_names=MESSAGE_KIND_NAMES,
            limited=not scope().everything,
            may_record=may(Permission.DISSEMINATION_RECORD),
        ),
        status,
    )


def _channels(message: KeyMessage) -> list[object]:
    return list(queries.channels_to_publish(scope(), message, current_user.office_id))
