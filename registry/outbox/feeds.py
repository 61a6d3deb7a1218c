"""Feeds of networks: opening, closing, and what stands in one."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import Channel
from registry.db import db
from registry.errors import NotFound, Refused
from registry.members.queries import of_offices
from registry.messages.models import OUT, KeyMessage, MessageState, Publication
from registry.networks.models import Network
from registry.outbox.feed_models import Feed
from registry.outbox.line.bodies import (
    check_address,
    corrected_title,
    corrections_of,
    withdrawn_title,
)
from registry.vault import keyed_hash

LATEST = 50
LOADED = (KeyMessage.moves, KeyMessage.addresses, KeyMessage.corrections)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One message as a feed tells it; no personal data, no character that XML refuses."""

    code: str
    title: str
    text: str
    link: str
    at: datetime
    changed_at: datetime


def open_feed(actor: Actor, network: Network) -> Feed:
    """Open a network's feed under a new secret address; an address before it ends.

    Raises:
        NotFound: the network is another office's.
    """
    _require_own(actor, network)
    token = secrets.token_urlsafe(32)
    row = feed_of(network) or Feed(network_id=network.id)
    row.token, row.token_hash = token, keyed_hash(token)
    row.opened_at, row.opened_by = datetime.now(UTC), actor.user_id
    db.session.add(row)
    db.session.flush()
    record(actor, Action.FEED_OPEN, "network", network.id, province=network.province_code)
    return row


def close_feed(actor: Actor, network: Network) -> None:
    """Close a network's feed: its address opens nothing any more.

    Raises:
        Refused: it is not open.
        NotFound: the network is another office's.
    """
    _require_own(actor, network)
    row = feed_of(network)
    if row is None:
        raise Refused(_("This feed is switched off already; reload the page."))
    db.session.delete(row)
    db.session.flush()
    record(actor, Action.FEED_CLOSE, "network", network.id, province=network.province_code)


def _require_own(actor: Actor, network: Network) -> None:
    if actor.office_id != network.office_id:
        raise NotFound(f"network {network.id}")


def feed_of(network: Network) -> Feed | None:
    """The open feed of a network."""
    return db.session.scalar(select(Feed).where(Feed.network_id == network.id))


def feeds_of(scope: Scope, networks: Sequence[Network]) -> dict[int, Feed]:
    """The open feeds of networks by network."""
    ids = [network.id for network in networks]
    query = (
        select(Feed)
        .join(Network, Network.id == Feed.network_id)
        .where(Feed.network_id.in_(ids), of_offices(scope, Network.office_id))
    )
    return {row.network_id: row for row in db.session.scalars(query)}


def feed_by_token(token: str) -> Feed:
    """The feed behind a secret address.

    Raises:
        NotFound: it was closed, or there never was one.
    """
    query = select(Feed).where(Feed.token_hash == keyed_hash(token))
    found = db.session.scalar(query.options(joinedload(Feed.network)))
    if found is None:
        raise NotFound("feed")
    return found


def entries(network: Network) -> list[Entry]:
    """The latest messages that went out through the network's channels, the newest first.

    A withdrawn message stays, without its words and with the reason: whoever read it must see.
    """
    at = func.min(Publication.at)
    query = (
        select(KeyMessage, at)
        .join(Publication, Publication.message_id == KeyMessage.id)
        .join(Channel, Channel.id == Publication.channel_id)
        .where(Channel.network_id == network.id, KeyMessage.state.in_(sorted(OUT)))
        .options(*map(selectinload, LOADED))
        .group_by(KeyMessage.id)
        .order_by(at.desc(), KeyMessage.id.desc())
        .limit(LATEST)
    )
    with force_locale("th"):
        return [_entry(row[0], row[1]) for row in db.session.execute(query)]


def _entry(message: KeyMessage, at: datetime) -> Entry:
    title, links = message.title, list(message.links)
    text = "\n\n".join([message.sentence, message.body, *links[1:]])
    if message.as_state is MessageState.WITHDRAWN:
        title, text, links = withdrawn_title(message), message.withdrawn_reason or "", []
    elif message.corrections:
        title, text = corrected_title(message), "\n\n".join([*corrections_of(message), text])
    changed = max([at, *(move.at for move in message.moves if move.at > at)])
    link = clean(links[0] if links else check_address(message))
    return Entry(message.code, clean(title), clean(text), link, at, changed)


def clean(text: str) -> str:
    """A text without the characters that XML refuses, escaped or not."""
    return _NOT_XML.sub("", text)
