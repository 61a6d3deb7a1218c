"""The catalogue of measures: one name, one rule, for pages, reports, API and command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from registry.errors import Refused
from registry.facts.measure import Measure, Unit

_NEVER = _l("Always has a value; nothing counted is 0.")
_NONE_KNOWN = _l("Absent while no such figure is known; never 0.")
_NO_BASE = _l("Absent when there is nothing to divide by.")
_NO_TIMES = _l("Absent when no such time is known.")
_NETWORKS = _l("Register of networks")
_MEMBERS = _l("Register of members: spans of active membership")
_CHANNELS = _l("Register of channels and their dated audience counts")
_LEDGER = _l("Dissemination ledger")
_OUTBOX = _l("Dissemination ledger and deliveries")
_TALK = _l("Members' questions and news")
_OFFICES = _l("Reports of offices: what each owed, by which day, and when it was submitted")
_BUCKETS = _l("Median from fixed buckets, interpolated within the bucket.")


def _count(name: str, title: object, unit: Unit, of: str, rule: object, source: object) -> Measure:
    return Measure(name, title, unit, of, None, rule, _NEVER, source)


def _sum(name: str, title: object, of: str, rule: object, source: object) -> Measure:
    return Measure(name, title, Unit.PEOPLE, of, None, rule, _NONE_KNOWN, source)


def _share(name: str, title: object, of: str, over: str, rule: object, source: object) -> Measure:
    return Measure(name, title, Unit.SHARE, of, over, rule, _NO_BASE, source)


def _median(name: str, title: object, of: str, unit: Unit, source: object) -> Measure:
    return Measure(name, title, unit, of, None, _BUCKETS, _NO_TIMES, source)


def _networks() -> Iterator[Measure]:
    yield _count(
        "networks_active",
        _l("Active networks"),
        Unit.NETWORKS,
        "networks",
        _l("Networks founded and not closed on the last day of the period."),
        _NETWORKS,
    )
    yield _count(
        "networks_new",
        _l("New networks"),
        Unit.NETWORKS,
        "founded",
        _l("Networks founded in the period."),
        _NETWORKS,
    )
    yield _count(
        "networks_dormant",
        _l("Dormant networks"),
        Unit.NETWORKS,
        "dormant",
        _l(
            "Active networks that had no publication in their channels and no dissemination by "
            "their members in the 6 months before the end of the period."
        ),
        _NETWORKS,
    )


def _members() -> Iterator[Measure]:
    yield _count(
        "members_active",
        _l("Active members"),
        Unit.MEMBERS,
        "members",
        _l("Members active on the last day of the period."),
        _MEMBERS,
    )
    yield _count(
        "members_new",
        _l("New members"),
        Unit.MEMBERS,
        "joined",
        _l("Members who joined in the period; moving to another province does not count."),
        _MEMBERS,
    )
    yield _count(
        "members_left",
        _l("Members who left"),
        Unit.MEMBERS,
        "left",
        _l("Active members who left or died in the period; moving away does not count."),
        _MEMBERS,
    )
    yield _share(
        "retention_rate",
        _l("Retention rate"),
        "kept",
        "members_before",
        _l("Of the members active on the day before the period: still active on its last day."),
        _MEMBERS,
    )
    yield _share(
        "members_confirmed_rate",
        _l("Records confirmed within 12 months"),
        "confirmed",
        "members",
        _l("Active members whose record was last confirmed in the 12 months before ÷ active."),
        _MEMBERS,
    )
    yield _share(
        "members_stale_rate",
        _l("Stale records"),
        "stale",
        "members",
        _l(
            "Active members whose record was not confirmed and who passed nothing on in the "
            "12 months before ÷ active."
        ),
        _MEMBERS,
    )
    yield _share(
        "records_complete_rate",
        _l("Complete records"),
        "complete",
        "members",
        _l("Active members with a way to reach them, a district and a consent in force ÷ active."),
        _MEMBERS,
    )
    yield _count(
        "members_passing_on",
        _l("Members who passed messages on"),
        Unit.MEMBERS,
        "members_passing_on",
        _l("Distinct members with at least one dissemination in the period, not sent back."),
        _LEDGER,
    )
    yield _share(
        "districts_covered_rate",
        _l("Districts with members"),
        "districts_covered",
        "districts",
        _l("Districts where at least one active member lives ÷ all districts."),
        _MEMBERS,
    )
    yield _count(
        "districts_single_member",
        _l("Districts with a single member"),
        Unit.DISTRICTS,
        "districts_of_one",
        _l("Districts where exactly one active member lives."),
        _MEMBERS,
    )


def _channels() -> Iterator[Measure]:
    yield _count(
        "channels_active",
        _l("Active channels"),
        Unit.CHANNELS,
        "channels",
        _l("Channels of active members and of offices, open on the last day of the period."),
        _CHANNELS,
    )
    yield _sum(
        "channel_audience",
        _l("Audience of the channels"),
        "audience",
        _l("Latest count on or before the last day, summed over active channels."),
        _CHANNELS,
    )


def _publishing() -> Iterator[Measure]:
    yield _count(
        "messages_published",
        _l("Key messages published"),
        Unit.MESSAGES,
        "messages",
        _l("Distinct key messages published in the period, by the publishing office."),
        _LEDGER,
    )
    yield _count(
        "publications",
        _l("Publications"),
        Unit.TIMES,
        "publications",
        _l("Key message × office channel, published in the period."),
        _LEDGER,
    )
    yield _count(
        "recipients",
        _l("Recipients"),
        Unit.TIMES,
        "recipients",
        _l(
            "Key message × member on the roster of a channel to which it was published, on that "
            "day; each member once per message."
        ),
        _LEDGER,
    )
    yield _count(
        "received",
        _l("Received"),
        Unit.TIMES,
        "received",
        _l("Recipients known to have received the message."),
        _LEDGER,
    )
    yield _share(
        "received_rate",
        _l("Received rate"),
        "received",
        "recipients",
        _l("Received ÷ recipients of the period's publications."),
        _LEDGER,
    )
    yield _count(
        "passed_on",
        _l("Passed on"),
        Unit.TIMES,
        "passed_on",
        _l("Recipients with at least one dissemination of the message that was not sent back."),
        _LEDGER,
    )
    yield _share(
        "pass_on_rate",
        _l("Pass-on rate"),
        "passed_on",
        "recipients",
        _l("Passed on ÷ recipients of the period's publications."),
        _LEDGER,
    )
    yield from _changes()


def _changes() -> Iterator[Measure]:
    yield _count(
        "messages_corrected",
        _l("Key messages corrected"),
        Unit.MESSAGES,
        "corrected",
        _l("Distinct key messages published in the period that were corrected since."),
        _LEDGER,
    )
    yield _count(
        "messages_withdrawn",
        _l("Key messages withdrawn"),
        Unit.MESSAGES,
        "withdrawn",
        _l("Distinct key messages published in the period that were withdrawn since."),
        _LEDGER,
    )
    yield _share(
        "correction_reached_rate",
        _l("Reached by the correction"),
        "notice_told",
        "notice_owed",
        _l(
            "Recipients to whom, or to whose channel, the notice of the latest correction or "
            "withdrawal was sent ÷ recipients who had the message before it."
        ),
        _OUTBOX,
    )


def _reach() -> Iterator[Measure]:
    yield _count(
        "disseminations",
        _l("Disseminations"),
        Unit.TIMES,
        "disseminations",
        _l("Times that members passed a message on in the period, not sent back or withdrawn."),
        _LEDGER,
    )
    yield _sum(
        "reach_potential",
        _l("Potential reach"),
        "potential",
        _l(
            "Audience of the channel on that day, a channel once per message: carried by its "
            "first dissemination; when that one is withdrawn or sent back the next inherits."
        ),
        _LEDGER,
    )
    yield _sum(
        "reach_reported",
        _l("Reported reach"),
        "reported",
        _l("People reached by the members' own figures, not sent back or withdrawn."),
        _LEDGER,
    )
    yield _sum(
        "reach_evidenced",
        _l("Evidenced reach"),
        "evidenced",
        _l("Members' figures that the office accepted with a link or a picture."),
        _LEDGER,
    )
    yield _share(
        "evidence_accepted_rate",
        _l("Accepted on review"),
        "accepted",
        "reviewed",
        _l("Disseminations accepted ÷ reviewed (accepted or sent back)."),
        _LEDGER,
    )


def _standards() -> Iterator[Measure]:
    titles = {
        "publish": (_l("Published within the standard"), _l("Minutes to publish (median)")),
        "receive": (_l("Received within the standard"), _l("Minutes to receive (median)")),
        "pass_on": (_l("Passed on within the standard"), _l("Minutes to pass on (median)")),
    }
    rules = {
        "publish": _l(
            "Published within the standard time after approval ÷ those with a known time."
        ),
        "receive": _l("Received within the standard time ÷ received with a known time."),
        "pass_on": _l("Passed on within the standard time ÷ passed on with a known time."),
    }
    for step, (rate, minutes) in titles.items():
        name, of = f"{step}_on_standard_rate", f"{step}_on_standard"
        yield _share(name, rate, of, f"{step}_timed", rules[step], _LEDGER)
        yield _median(f"{step}_minutes_median", minutes, f"{step}_minutes", Unit.MINUTES, _LEDGER)


def _office_reports() -> Iterator[Measure]:
    yield _share(
        "offices_reported_on_time_rate",
        _l("Reports of offices on time"),
        "reports_on_time",
        "reports_due",
        _l(
            "Submitted by the day they were due ÷ reports that offices owe for months and "
            "quarters that ended in the period, submitted or due up to yesterday."
        ),
        _OFFICES,
    )


def _exchange() -> Iterator[Measure]:
    yield _count(
        "questions_asked",
        _l("Questions asked"),
        Unit.ITEMS,
        "questions",
        _l("Members' questions of the period."),
        _TALK,
    )
    yield _share(
        "questions_answered_rate",
        _l("Questions answered"),
        "answered",
        "questions",
        _l("Questions of the period with an answer ÷ asked."),
        _TALK,
    )
    yield _share(
        "answer_on_standard_rate",
        _l("Answered within the standard"),
        "answer_on_standard",
        "answer_judged",
        _l(
            "Answered within the standard time ÷ answered, or without an answer since their time "
            "was over; the days up to yesterday count."
        ),
        _TALK,
    )
    yield _median(
        "first_answer_hours_median",
        _l("Hours to answer (median)"),
        "answer_minutes",
        Unit.HOURS,
        _TALK,
    )
    yield _share(
        "questions_resolved_rate",
        _l("Questions settled"),
        "resolved",
        "questions",
        _l("Questions of the period that are settled ÷ asked; one asked on about is open again."),
        _TALK,
    )
    yield _median(
        "resolve_hours_median",
        _l("Hours to settle (median)"),
        "resolve_minutes",
        Unit.HOURS,
        _TALK,
    )
    yield _count(
        "member_news",
        _l("News from members"),
        Unit.ITEMS,
        "news",
        _l("Items that members sent in during the period."),
        _TALK,
    )


_SECTIONS: dict[object, Callable[[], Iterator[Measure]]] = {
    _l("Networks"): _networks,
    _l("Members"): _members,
    _l("Channels"): _channels,
    _l("Publishing and passing on"): _publishing,
    _l("Reach"): _reach,
    _l("Standard times"): _standards,
    _l("Exchange with members"): _exchange,
    _l("Reports of offices"): _office_reports,
}
_FOUND = {title: list(section()) for title, section in _SECTIONS.items()}
MEASURES: dict[str, Measure] = {one.name: one for found in _FOUND.values() for one in found}
"""Every measure by its name, in the order in which reports show them."""
GROUPS = {title: tuple(one.name for one in found) for title, found in _FOUND.items()}
"""Names of measures by the title of their group."""


def measure(name: str) -> Measure:
    """A measure by its name.

    Raises:
        Refused: there is none; the sentence names them all.
    """
    if name not in MEASURES:
        raise Refused(
            _(
                "“%(name)s” is not a measure; there are: %(names)s.",
                name=name[:60],
                names=", ".join(MEASURES),
            )
        )
    return MEASURES[name]


def measures(names: Iterable[str] | None = None) -> list[Measure]:
    """Some measures by name, or all of them."""
    return list(MEASURES.values()) if names is None else [measure(name) for name in names]
