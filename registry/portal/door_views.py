"""The door of a member's own pages: whom a personal link lets in, and from which browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from registry.access.gate import SAFE, public
from registry.audit.services import Actor
from registry.db import begin_write, commit, db
from registry.errors import NotFound, Refused
from registry.fields import read_id
from registry.members.models import Member
from registry.portal import services
from registry.portal.models import MemberLink
from registry.portal.queries import OwnScope
from registry.portal.tokens import LinkEnd, link_number, owner_of, read_link
from registry.vault import keyed_hash

bp = Blueprint("portal", __name__, url_prefix="/m/<token>")
FETCHED = "Sang-Fetch"
"""Header by which a page's script asks where a form leads, instead of being led there."""


class LinkGone(Exception):  # noqa: N818 - an answer to a person, not a fault
    """The link opens nothing (any more)."""

    def __init__(self, end: LinkEnd, member_id: int | None) -> None:
        super().__init__(end.value)
        self.end, self.member_id = end, member_id


class NotBound(Exception):  # noqa: N818 - an answer to a person, not a fault
    """A link by LINE shows what is private only to the browser that keeps it."""


@dataclass(frozen=True)
class Own:
    """The member behind a link.

    Attributes:
        named: whether the page may say who it is: a link by LINE first shows the messages only,
            for messengers open links by themselves, and people forward them by mistake.
    """

    token: str
    member: Member
    scope: OwnScope
    actor: Actor
    named: bool = True

    @property
    def queue(self) -> str:
        """Under what this member's forms wait on a phone, whatever link opens the pages."""
        return queue_of(self.member.id)


def queue_of(member_id: int | None) -> str:
    """A name that tells nothing and stays the same when a link is renewed; empty for nobody."""
    return keyed_hash(f"portal-queue:{member_id}") if member_id is not None else ""


def own(token: str, *, private: bool = False) -> Own:
    """The member behind a link.

    Args:
        private: the page shows more than the messages sent to the member.

    Raises:
        LinkGone: the link opens nothing.
        NotBound: the page is private, and no browser keeps this link yet.
    """
    link = read_link(token, _cookie(token))
    if isinstance(link, LinkEnd):
        raise LinkGone(link, owner_of(token))
    named = link.browser_hash is not None or not link.single_use
    if private and not named:
        raise NotBound
    return Own(token, link.member, OwnScope(member_id=link.member_id), _actor(), named)


def _actor() -> Actor:
    return Actor(None, "link")


def _name(number: int | None) -> str:
    return f"__Secure-sang-m{number}"


def _cookie(token: str) -> str:
    """What this browser's cookie holds; the one that it is about to get counts, too."""
    return g.get("own_cookie") or request.cookies.get(_name(link_number(token)), "")


@bp.before_request
def _keep_browser() -> None:
    """The first form that is sent with a link by LINE binds it; committed before anything else."""
    token = str((request.view_args or {}).get("token", ""))
    link = read_link(token, _cookie(token))
    if request.method in SAFE or not isinstance(link, MemberLink):
        return
    if not link.single_use or link.browser_hash is not None:
        return
    g.own_cookie, g.own_until = services.bind(_actor(), link), link.expires_at
    commit()
    begin_write()


@bp.after_request
def _set_cookie(response: Response) -> Response:
    cookie = g.get("own_cookie")
    if cookie:
        number = link_number(str((request.view_args or {}).get("token", "")))
        response.set_cookie(
            _name(number),
            cookie,
            max_age=g.own_until - datetime.now(UTC),
            path="/m/",
            secure=True,
            httponly=True,
            samesite="Lax",
        )
    return response


@bp.after_request
def _tell_where(response: Response) -> Response:
    """A script is told the address, so that the page it opens shows what was noted."""
    if request.headers.get(FETCHED) and response.status_code == 302:
        response.headers["Sang-Location"] = response.headers.pop("Location")
        response.status_code = 204
        response.set_data(b"")
    return response


@bp.errorhandler(LinkGone)
def gone(error: LinkGone) -> ResponseReturnValue:
    """Why the link opens nothing, and what to do."""
    queue = queue_of(error.member_id)
    return render_template("portal/gone.html", end=error.end.value, queue=queue), 404


@bp.errorhandler(NotFound)
def unknown(_error: NotFound) -> ResponseReturnValue:
    """Nothing of this member's has that number."""
    return render_template("portal/unknown.html", sentence=""), 404


@bp.errorhandler(Refused)
def refused(error: Refused) -> ResponseReturnValue:
    """A wish that is refused, in one sentence."""
    return render_template("portal/unknown.html", sentence=str(error)), 400


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """What was sent is more than is taken: nearly always a picture."""
    db.session.rollback()
    sentence = _("The picture is too large to be sent. Please choose a smaller one and send again.")
    return render_template("portal/unknown.html", sentence=sentence), 413


@bp.errorhandler(NotBound)
def not_bound(_error: NotBound) -> ResponseReturnValue:
    """One tap makes this the browser that keeps the link; it changes something, so it is a form."""
    token = str((request.view_args or {})["token"])
    return render_template("portal/bind.html", token=token, next=request.endpoint), 200


PRIVATE = frozenset({"portal.record", "portal.results_page", "portal.news"})


@bp.post("/here")
@public
def here(token: str) -> ResponseReturnValue:
    """This is my phone: the link is now kept for this browser (see :func:`_keep_browser`)."""
    me = own(token)
    wanted, message = request.form.get("next", ""), read_id(request.form.get("message"))
    if message is not None:
        return redirect(url_for("portal.message", token=me.token, message_id=message))
    return redirect(url_for(wanted if wanted in PRIVATE else "portal.home", token=me.token))


@bp.get("/fresh")
@public
def fresh(token: str) -> ResponseReturnValue:
    """A token for a form that waited on the phone until there was a connection."""
    own(token)
    return {"csrf_token": generate_csrf()}
