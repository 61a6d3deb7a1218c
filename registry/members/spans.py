"""The days on which a member counts as active, kept as spans that are never empty.

A span begins with ``join`` (the first), ``return``, ``move`` (another province) or ``type``
(another network type) and ends with the new state (``inactive``, ``left``, ``deceased``), ``move``
or ``type``.
What begins and ends on one day never was: counts of past days stay what they were.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from registry.db import db
from registry.members.models import Member, MemberSpan


def last_span(member: Member) -> MemberSpan | None:
    """The latest span of a member, open or closed."""
    query = select(MemberSpan).where(MemberSpan.member_id == member.id)
    return db.session.scalar(query.order_by(MemberSpan.from_on.desc(), MemberSpan.id.desc()))


def open_span(member: Member, on: date) -> None:
    """Count the member as active from a day on; a span that ended that very day goes on."""
    last = last_span(member)
    if last is not None and last.to_on == on and _same_place(last, member):
        last.to_on = last.ends = None
    else:
        _add(member, on, "return" if last else "join")
    db.session.flush()


def close_span(member: Member, on: date, ends: str) -> None:
    """Count the member as active no longer, from a day on."""
    span = last_span(member)
    if span is None or span.to_on is not None:
        return
    if span.from_on < on:
        span.to_on, span.ends = on, ends
    else:
        _drop(span, member, ends)
    db.session.flush()


def take_back_opening(member: Member, on: date, before: str) -> None:
    """What :func:`open_span` did on a day never was."""
    span = last_span(member)
    if span is None or span.to_on is not None:
        return
    if span.from_on == on and span.starts in ("join", "return"):
        db.session.delete(span)
    else:
        span.to_on, span.ends = on, before
    db.session.flush()


def replace_span(member: Member, on: date, change: str) -> None:
    """Let the present province and type count from a day on; ``change`` is ``move`` or ``type``."""
    span = last_span(member)
    if span is None or span.to_on is not None:
        return
    if span.from_on < on:
        span.to_on, span.ends = on, change
        _add(member, on, change)
    else:
        span.province_code, span.network_type = member.province_code, member.network_type
    db.session.flush()


def _same_place(span: MemberSpan, member: Member) -> bool:
    here = (member.province_code, member.network_type)
    return (span.province_code, span.network_type) == here


def _add(member: Member, on: date, starts: str) -> None:
    db.session.add(
        MemberSpan(
            member_id=member.id,
            province_code=member.province_code,
            network_type=member.network_type,
            from_on=on,
            starts=starts,
        )
    )


def _drop(span: MemberSpan, member: Member, ends: str) -> None:
    """Remove a span of no days; where it went on from another, that one now ends for good."""
    db.session.delete(span)
    db.session.flush()
    before = last_span(member)
    if before is not None and before.to_on == span.from_on and span.starts in ("move", "type"):
        before.ends = ends
