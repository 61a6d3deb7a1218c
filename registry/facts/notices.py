"""Facts of corrections and withdrawals: who had the original, and whom the notice reached."""

from __future__ import annotations

from ibis.expr.types import BooleanValue, Table

from registry.facts.fact import LEDGER, Fact, Messages, about, by_publisher, seconds, within
from registry.facts.schema import table
from registry.facts.spans import Months
from registry.facts.touched import MEMBER
from registry.messages.models import MessageState
from registry.messages.release_models import Purpose
from registry.outbox.models import DeliveryState

CORRECTED, WITHDRAWN = MessageState.CORRECTED.value, MessageState.WITHDRAWN.value
NOTICES = (Purpose.CORRECTION.value, Purpose.WITHDRAWAL.value)
"""Purposes of the releases that tell of a correction or a withdrawal."""


def moved(*states: str) -> Table:
    """Messages that were ever corrected or withdrawn, with ``noted_at``: when so last."""
    rows = table("message_move")
    rows = rows.filter(rows.after.isin(states))
    return rows.group_by("message_id").agg(noted_at=rows["at"].max())


def noticed(months: Months, messages: Messages = ()) -> Table:
    """Recipients of the months' publications whose message was corrected or withdrawn since.

    ``told_at`` is when the latest notice went to the member, or to the channel through which the
    original came; absent where none did.
    """
    rows = about(table("recipient"), messages)
    rows = rows.filter(within(months, rows.month)).rename(province="province_code")
    since = moved(CORRECTED, WITHDRAWN).rename(moved_id="message_id")
    rows = rows.join(since, rows.message_id == since.moved_id).drop("moved_id")
    rows = rows.filter(seconds(rows.noted_at) >= seconds(rows.published_at))
    return _with_notice(rows)


def _with_notice(rows: Table) -> Table:
    channels, sent = table("publication").select("channel_id", made="id"), _sent()
    rows = rows.join(channels, rows.publication_id == channels.made).drop("made")
    own = _latest(sent.filter(sent.member_id.notnull()), "member_id", "own_at")
    group = _latest(sent.filter(sent.member_id.isnull()), "channel_id", "group_at")
    rows = rows.left_join(own, [rows.message_id == own.about, rows.member_id == own.whom])
    rows = rows.drop("about", "whom")
    rows = rows.left_join(group, [rows.message_id == group.about, rows.channel_id == group.whom])
    return rows.drop("about", "whom")


def _latest(sent: Table, to: str, name: str) -> Table:
    """When a notice last went to each member or channel, by message."""
    found = sent.group_by("message_id", to).agg(sent.settled_at.max().name(name))
    return found.rename(about="message_id", whom=to)


def _sent() -> Table:
    """Deliveries that were sent of each message's latest notice; what comes late of an earlier
    one tells nothing of the latest change.
    """
    rows, releases = table("delivery"), table("release")
    notices = releases.filter(releases.purpose.isin(NOTICES))
    last = notices.group_by("message_id").agg(last_id=notices.id.max()).last_id
    return rows.filter(rows.state == DeliveryState.SENT.value, rows.release_id.isin(last))


def told(rows: Table) -> BooleanValue:
    """Whether the notice of the latest change went to the recipient, or to the channel."""
    noted = seconds(rows.noted_at)
    found = (seconds(rows.own_at) >= noted) | (seconds(rows.group_at) >= noted)
    return found.fill_null(False)


NOTICED = Fact("noticed", noticed, LEDGER, by_publisher, pair=MEMBER)
