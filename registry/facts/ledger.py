"""Facts of the ledger: publications, recipients and disseminations."""

from __future__ import annotations

import ibis
from ibis.expr.types import Table

from registry.facts.fact import (
    LEDGER,
    Fact,
    Messages,
    about,
    by_publisher,
    minutes_between,
    only,
    with_spans,
    with_standard,
    within,
)
from registry.facts.notices import CORRECTED, WITHDRAWN, moved
from registry.facts.schema import table
from registry.facts.spans import Months
from registry.facts.touched import CHANNEL, MEMBER
from registry.messages.ledger_models import DAY_ONLY, LIVE


def publications(months: Months, messages: Messages = ()) -> Table:
    """Message × office channel; ``minutes`` from the approval, absent where it is not known.

    ``corrected`` and ``withdrawn`` tell what became of the message since, whenever that was.
    """
    rows = about(table("publication"), messages)
    rows = rows.filter(within(months, rows.month))
    rows = rows.rename(province="province_code", minutes="approved_minutes")
    rows = rows.mutate(
        corrected=rows.message_id.isin(moved(CORRECTED).message_id),
        withdrawn=rows.message_id.isin(moved(WITHDRAWN).message_id),
    )
    return with_standard(rows, "publish")


def recipients(months: Months, messages: Messages = ()) -> Table:
    """Message × member on a roster of that day, with ``received_at`` and ``passed_at``.

    ``passed_at`` is the first dissemination that counts, whenever it came: numerators stay
    within the cohort of the publications, so that no rate passes 100 %.  Durations are absent
    where only the day is known, or where the receipt was only implied by passing on.
    """
    rows = about(table("recipient"), messages)
    rows = rows.filter(within(months, rows.month)).rename(province="province_code")
    rows = with_standard(_with_first(rows, months, messages), "pass_on")
    timed = rows.received_via.notin(DAY_ONLY) | rows.received_via.isnull()
    receipt = minutes_between(rows.received_at, rows.published_at)
    passing = minutes_between(rows.passed_at, rows.published_at)
    return rows.mutate(
        received=rows.received_at.notnull(),
        receive_minutes=only(timed, receipt),
        passed=rows.passed_at.notnull(),
        pass_minutes=only(rows.passed_at == rows.timed_at, passing),
    )


def _with_first(rows: Table, months: Months, messages: Messages) -> Table:
    """Add when each recipient first passed the message on, and first with a known hour."""
    published, passed = (about(table(name), messages) for name in ("publication", "dissemination"))
    touched = published.filter(within(months, published.month)).message_id
    live = passed.filter(passed.state.isin(LIVE), passed.message_id.isin(touched))
    first = live.group_by("message_id", "member_id").agg(
        passed_at=live["at"].min(), timed_at=only(live.time_known, live["at"]).min()
    )
    joined = rows.left_join(first, ["message_id", "member_id"])
    return joined.drop("message_id_right", "member_id_right")


def disseminations(months: Months, messages: Messages = ()) -> Table:
    """Members' passing on, sent-back ones included, withdrawn ones not.

    ``carries`` marks the first that counts of each message and channel: it alone carries the
    channel's potential, and when it is sent back or withdrawn the next one inherits.
    """
    facts = about(table("dissemination"), messages)
    touched = facts.filter(within(months, facts.month)).message_id
    rows = _standing(facts.filter(facts.message_id.isin(touched)))
    order = ibis.window(
        group_by=[rows.message_id, rows.channel_id],
        order_by=[rows.live.ifelse(0, 1), rows["at"], rows.id],
    )
    rows = rows.mutate(carries=rows.live & (ibis.row_number().over(order) == 0))
    return rows.filter(within(months, rows.month)).rename(province="province_code")


def disseminations_alone(months: Months, messages: Messages = ()) -> Table:
    """The same without ``carries``, for which others of the message must be read."""
    facts = about(table("dissemination"), messages)
    rows = _standing(facts.filter(within(months, facts.month)))
    return rows.rename(province="province_code")


def _standing(facts: Table) -> Table:
    rows = facts.filter(facts.state != "withdrawn")
    return rows.mutate(live=rows.state.isin(LIVE))


def evidenced(rows: Table) -> ibis.Value:
    """The member's figure of a dissemination that the office accepted with a link or picture."""
    proof = rows.link.notnull() | rows.evidence.notnull()
    return only((rows.state == "accepted") & proof, rows.audience_reported)


PUBLICATIONS = Fact("publications", publications, LEDGER, by_publisher, by_office=True)
RECIPIENTS = Fact(
    "recipients",
    recipients,
    LEDGER,
    by_publisher,
    codes=(
        *("received", "receive_minutes_span", "receive_minutes_in_time"),
        *("passed", "pass_minutes_span", "pass_minutes_in_time"),
    ),
    coded=lambda rows: with_spans(rows, "receive_minutes", "pass_minutes"),
    pair=MEMBER,
)
DISSEMINATIONS = Fact(
    "disseminations",
    disseminations,
    LEDGER | {"weekday", "hour"},
    by_publisher,
    pair=CHANNEL,
    plain=disseminations_alone,
)
