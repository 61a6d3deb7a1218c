"""Feeds: the pages of the office that opens them, and what readers fetch."""

from __future__ import annotations

from email.utils import format_datetime
from hashlib import sha256

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from registry.access.gate import actor, allow, public, scope
from registry.access.roles import Permission
from registry.carry import press
from registry.networks.queries import network_for, networks_in
from registry.outbox import feeds

bp = Blueprint("outbox_feeds", __name__, url_prefix="/outbox/feeds")
reader_bp = Blueprint("feeds", __name__, url_prefix="/feeds")
WRITE = allow(Permission.CHANNELS_WRITE)
TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


def address(token: str, kind: str) -> str:
    """The address of a feed, as it is given to readers."""
    base = current_app.extensions["sang_settings"].public_url.rstrip("/")
    path = url_for("feeds.read", token=token, kind=kind)
    return (
        f"{base}{path}" if base else url_for("feeds.read", token=token, kind=kind, _external=True)
    )


@bp.get("/")
@WRITE
def index() -> ResponseReturnValue:
    """The office's networks with their feeds."""
    networks = networks_in(scope(), office_id=current_user.office_id)
    return render_template(
        "outbox/feeds.html",
        networks=networks,
        feeds=feeds.feeds_of(scope(), networks),
        address=address,
    )


@bp.post("/<int:network_id>/open")
@WRITE
def open_feed(network_id: int) -> ResponseReturnValue:
    """Open a feed, or give an open one a new address."""
    network = network_for(scope(), network_id)
    done = _("The feed is on; give its address only to those who shall read it.")
    press(lambda: feeds.open_feed(actor(), network), done)
    return redirect(url_for("outbox_feeds.index"))


@bp.post("/<int:network_id>/close")
@WRITE
def close_feed(network_id: int) -> ResponseReturnValue:
    """Close a feed."""
    network = network_for(scope(), network_id)
    press(lambda: feeds.close_feed(actor(), network), _("The feed is switched off."))
    return redirect(url_for("outbox_feeds.index"))


@reader_bp.get("/<token>/<any(rss, atom):kind>.xml")
@public
def read(token: str, kind: str) -> ResponseReturnValue:
    """A feed for readers; those who have it already are told so."""
    feed = feeds.feed_by_token(token)
    entries = feeds.entries(feed.network)
    changed = max([feed.opened_at, *(row.changed_at for row in entries)])
    body = render_template(
        f"outbox/feed.{kind}.xml",
        name=feeds.clean(feed.network.name),
        entries=entries,
        changed=changed,
        address=address(token, kind),
        home=url_for("home.start", _external=True),
        rfc822=format_datetime,
    )
    response = Response(body, mimetype=TYPES[kind])
    response.set_etag(sha256(body.encode()).hexdigest()[:32])
    response.last_modified = changed
    return response.make_conditional(request)
