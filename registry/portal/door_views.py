"""The door of a member's own pages: whom a personal link lets in, and from which browser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import DataError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from registry.access.gate import SAFE, public
from registry.audit.services import Actor
from registry.db import begin_write, commit, db
from registry.error_pages import is_too_large
from registry.errors import NotFound, Refused
from registry.fields import read_id
from registry.i18n import name_of
from registry.members.models import Member
from registry.portal import services
from registry.portal.models import MemberLink
from registry.portal.queries import OwnScope
from registry.portal.tokens import LinkEnd, is_kept_here, link_number, link_of, read_link
from registry.vault import keyed_hash

bp = Blueprint("portal", __name__, url_prefix="/m/<token>")
FETCHED = "Sang-Fetch"
"""Header by which a page's script asks where a form leads, instead of being led there."""


class LinkGone(Exception):  # noqa: N818 - an answer to a person, not a fault
    """The link opens nothing (any more)."""

    def __init__(self, end: LinkEnd, member: Member | None) -> None:
        super().__init__(end.value)
        self.end, self.member = end, member


class NotBound(Exception):  # noqa: N818 - an answer to a person, not a fault
    """The page opens only in the browser that keeps the link.

    Attributes:
        member: whose link another browser keeps; None while none keeps it.
        whole: whether the link as a whole then opens in that browser only.
    """

    def __init__(self, member: Member | None, *, whole: bool) -> None:
        super().__init__("another browser" if member else "no browser")
        self.member, self.whole = member, whole


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


def own(token: str, *, private: bool = False, kept: bool = False) -> Own:
    """The member behind a link.

    Args:
        private: the page shows more than the messages sent to the member.
        kept: the page shows or changes the record itself.

    Raises:
        LinkGone: the link opens nothing.
        NotBound: the page is private and the link by LINE, or the record is asked for; and this
            browser does not keep the link.
    """
    link = read_link(token, _cookie(token))
    if isinstance(link, LinkEnd):
        found = link_of(token)
        raise LinkGone(link, found.member if found else None)
    taken, here = link.browser_hash is not None, is_kept_here(link, _cookie(token))
    named = taken or not link.single_use
    if (private and not named) or (kept and not here):
        raise NotBound(link.member if taken else None, whole=link.single_use)
    return Own(token, link.member, OwnScope(member_id=link.member_id, kept=here), _actor(), named)


def _actor() -> Actor:
    return Actor(None, "link")


def _name(number: int | None) -> str:
    return f"__Secure-sang-m{number}"


def _cookie(token: str) -> str:
    """What this browser's cookie holds; the one that it is about to get counts, too."""
    return g.get("own_cookie") or request.cookies.get(_name(link_number(token)), "")


@bp.before_request
def _keep_browser() -> None:
    """The first form that is sent with a link by LINE binds it; committed before anything else.

    Any other link is bound by saying so, see :func:`here`.
    """
    token = str((request.view_args or {}).get("token", ""))
    link = read_link(token, _cookie(token))
    if request.method in SAFE or not isinstance(link, MemberLink):
        return
    asked = link.single_use or request.endpoint == "portal.here"
    if not asked or link.browser_hash is not None:
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
    member = error.member
    queue = queue_of(member.id if member else None)
    asked = member.office if member else None
    office = name_of(asked) if asked else ""
    page = render_template(
        "portal/gone.html", end=error.end.value, queue=queue, office=office, asked=asked
    )
    return page, 404


@bp.errorhandler(NotFound)
@bp.errorhandler(OverflowError)
def unknown(_error: NotFound | OverflowError | DataError) -> ResponseReturnValue:
    """Nothing of this member's has that number."""
    return _cannot_open("", 404)


@bp.errorhandler(DataError)
def unknown_number(error: DataError) -> ResponseReturnValue:
    """The same, as PostgreSQL says it."""
    if not is_too_large(error):
        raise error
    db.session.rollback()
    return unknown(error)


def _cannot_open(sentence: str, status: int) -> ResponseReturnValue:
    """A sentence, and the way back to the messages that the link opens."""
    token = str((request.view_args or {}).get("token", ""))
    link = read_link(token, _cookie(token))
    home = None if isinstance(link, LinkEnd) else url_for("portal.home", token=token)
    return render_template("portal/unknown.html", sentence=sentence, home=home), status


@bp.errorhandler(Refused)
def refused(error: Refused) -> ResponseReturnValue:
    """A wish that is refused, in one sentence."""
    return _cannot_open(str(error), 400)


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """What was sent is more than is taken: nearly always a picture."""
    db.session.rollback()
    sentence = _("The picture is too large to be sent. Please choose a smaller one and send again.")
    return _cannot_open(sentence, 413)


@bp.errorhandler(NotBound)
def not_bound(error: NotBound) -> ResponseReturnValue:
    """One tap makes this the browser that keeps the link; it changes something, so it is a form.

    A form that was sent is refused, so that a script keeps what was typed; it is forbidden only
    where another browser keeps the link.
    """
    asked = request.method in SAFE
    wanted = request.endpoint if asked else "portal.record"
    token = str((request.view_args or {})["token"])
    page = render_template("portal/bind.html", token=token, next=wanted, error=error)
    if error.member is not None:
        return page, 403
    return page, 200 if asked else 409


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


@bp.route("/<path:rest>", methods=["GET", "POST"])
@public
def stray(token: str, rest: str) -> ResponseReturnValue:
    """An address below a link that leads nowhere: never the sign-in of the staff.

    Raises:
        NotFound: always, unless the link itself opens nothing.
    """
    own(token)
    raise NotFound(rest)


@public
def no_link() -> ResponseReturnValue:
    """The address of a link of which nothing is left."""
    raise LinkGone(LinkEnd.ALTERED, None)
