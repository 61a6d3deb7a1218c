"""Adding and retiring webhooks of an office's channels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry.access.models import Office
from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import Channel
from registry.db import db
from registry.errors import NotFound, Refused
from registry.members.queries import of_offices
from registry.outbox.webhook_models import Webhook
from registry.outbox.webhooks import SECRET_PREFIX, allowed_hosts, is_allowed, secret_of

SECRET_NAME = re.compile(f"{SECRET_PREFIX}[A-Z0-9_]{{1,50}}")


def key_prefix(office_code: str) -> str:
    """How the names of an office's signing keys begin: no office signs with another one's."""
    return f"{SECRET_PREFIX}{re.sub('[^A-Z0-9]', '_', office_code.upper())}_"


@dataclass(frozen=True)
class HookValues:
    """What a form says about a webhook."""

    name: str
    url: str
    secret_name: str
    idempotent: bool


def add(actor: Actor, channel: Channel, values: HookValues, form_token: str = "") -> Webhook:
    """Add a webhook to an office's channel; a form sent twice makes one.

    Raises:
        Refused: the host is not allowed, or there is no such key on the server.
        NotFound: the channel is another office's.
    """
    if channel.office is None or channel.office_id != actor.office_id:
        raise NotFound(f"channel {channel.id}")
    if form_token and (twin := _twin(form_token, channel.id)):
        return twin
    if not is_allowed(values.url, allowed_hosts()):
        raise Refused(
            _(
                "The address must begin with https:// and its host must be among those that an "
                "administrator allowed; ask them to add it."
            )
        )
    if not _is_key_of(channel.office, values.secret_name):
        raise Refused(
            _(
                "No signing key of this name is set on the server; an administrator sets it as an "
                "environment variable whose name begins with %(prefix)s.",
                prefix=key_prefix(channel.office.code),
            )
        )
    row = Webhook(
        channel_id=channel.id,
        name=values.name,
        url=values.url,
        secret_name=values.secret_name,
        idempotent=values.idempotent,
        created_at=datetime.now(UTC),
        form_token=form_token or None,
    )
    db.session.add(row)
    db.session.flush()
    record(actor, Action.WEBHOOK_ADD, "webhook", row.id, channel=channel.id)
    return row


def _is_key_of(office: Office, name: str) -> bool:
    """Whether a key is set and is the office's: of two codes that fit, the longer one counts."""
    if not SECRET_NAME.fullmatch(name) or secret_of(name) is None:
        return False
    own = key_prefix(office.code)
    others = map(key_prefix, db.session.scalars(select(Office.code).where(Office.id != office.id)))
    taken = any(name.startswith(other) and len(other) >= len(own) for other in others)
    return name.startswith(own) and not taken


def _twin(form_token: str, channel_id: int) -> Webhook | None:
    query = select(Webhook).where(
        Webhook.form_token == form_token, Webhook.channel_id == channel_id
    )
    return db.session.scalar(query)


def retire(actor: Actor, hook: Webhook) -> None:
    """Post there no longer.

    Raises:
        Refused: it is retired already.
        NotFound: its channel is another office's.
    """
    if hook.channel.office_id != actor.office_id:
        raise NotFound(f"webhook {hook.id}")
    if hook.retired_at is not None:
        raise Refused(_("This webhook is retired already; reload the page."))
    hook.retired_at = datetime.now(UTC)
    record(actor, Action.WEBHOOK_RETIRE, "webhook", hook.id, channel=hook.channel_id)


def hook_for(scope: Scope, webhook_id: int) -> Webhook:
    """A webhook of an office in the scope.

    Raises:
        NotFound: there is none, or it lies outside the scope.
    """
    query = select(Webhook).join(Channel, Channel.id == Webhook.channel_id)
    found = db.session.scalar(
        query.where(Webhook.id == webhook_id, of_offices(scope, Channel.office_id))
    )
    if found is None:
        raise NotFound(f"webhook {webhook_id}")
    return found


def hooks_in(scope: Scope, office_id: int) -> list[Webhook]:
    """An office's webhooks, those in use first."""
    query = (
        select(Webhook)
        .join(Channel, Channel.id == Webhook.channel_id)
        .where(Channel.office_id == office_id, of_offices(scope, Channel.office_id))
        .options(joinedload(Webhook.channel))
        .order_by(Webhook.retired_at.is_not(None), Webhook.name)
    )
    return list(db.session.scalars(query))
