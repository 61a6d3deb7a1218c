"""What members wish of the bot itself: help, the way to their own page, an end of the link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _

from registry.audit.services import Actor
from registry.outbox.line_came import Came
from registry.outbox.line_links import linked, unlink
from registry.outbox.line_models import Understood
from registry.outbox.line_turns import Turn
from registry.outbox.line_words import Words, say
from registry.portal.services import issue

Answer = list[Words]
BY_LINE = Actor(None, "line")
LINK_LIFE = timedelta(days=1)
LINK_WORDS = {"ลิงก์", "ลิ้งก์", "ลิงค์", "หน้าของฉัน", "หน้าส่วนตัว", "link", "my page"}
UNLINK_WORDS = {"ยกเลิกการเชื่อม", "ยกเลิกการเชื่อมบัญชี", "ยกเลิกเชื่อมบัญชี", "unlink"}
HELP_WORDS = {"ช่วยเหลือ", "ช่วยด้วย", "วิธีใช้", "เมนู", "help", "menu", "?"}


def welcome() -> Words:
    """How a stranger links the account."""
    return say(
        _(
            "Hello! To receive messages here, please link this LINE account: ask your office for a "
            "code, or make one on your own page, and type it here."
        )
    )


def help_words() -> Words:
    """What the bot understands."""
    return say(
        _(
            "Press the buttons under a message to say that you received it, passed it on, or have "
            "a question. You may also send news, a link or a picture."
        ),
        [(_("My own page"), "sang:link:"), (_("Unlink this account"), "sang:unlink:")],
    )


def goodbye(event: Came) -> Answer:
    """Whoever has left is heard no more; the link ends, if it still stands."""
    account = linked(event.user_hash)
    if account is not None:
        unlink(BY_LINE, account, "left")
    return [say(_("This membership has ended; please speak to your office."))]


def show_link(turn: Turn, _value: str) -> Answer:
    """A way to the member's own page, good for the first browser that uses it."""
    account = linked(turn.event.user_hash)
    turn.understood(Understood.WISH)
    token = issue(
        BY_LINE,
        turn.member,
        life=LINK_LIFE,
        single_use=True,
        account_id=account.id if account else None,
    )
    words = _("Your own page; please do not pass this address on to anybody:")
    return [say(f"{words}\n{_address(token)}")]


def _address(token: str) -> str:
    return f"{current_app.extensions['sang_settings'].base_url}/m/{token}/"


def wish_to_unlink(turn: Turn, value: str) -> Answer:
    """End the link, after asking once more."""
    turn.understood(Understood.WISH)
    if value != "yes":
        question = _("Really unlink? You will then receive no messages here.")
        return [say(question, [(_("Yes, unlink"), "sang:unlink:yes"), (_("No"), "sang:help:")])]
    account = linked(turn.event.user_hash)
    if account is not None:
        unlink(BY_LINE, account, "member")
    return [say(_("This LINE account is no longer linked. Thank you for everything."))]


def show_help(turn: Turn, _value: str) -> Answer:
    """What the bot understands, because somebody asked."""
    turn.understood(Understood.WISH)
    return [help_words()]


WISHES: dict[str, Callable[[Turn, str], Answer]] = {
    **dict.fromkeys(LINK_WORDS, show_link),
    **dict.fromkeys(UNLINK_WORDS, wish_to_unlink),
    **dict.fromkeys(HELP_WORDS, show_help),
}
"""Words that are wishes when somebody types nothing else."""
