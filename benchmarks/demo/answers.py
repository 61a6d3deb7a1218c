"""What the made-up members do with a message: receive it, pass it on, ask, send news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import exp
from random import Random

from sqlalchemy import Row, select

from benchmarks.demo.stories import FURTHER, NEWS, QUESTIONS
from registry.access.scope import Scope
from registry.audit.services import Actor
from registry.channels.models import AudienceCount, Channel, ChannelKind
from registry.db import db, unit_of_work
from registry.members.models import Member
from registry.messages.exchange import answer, ask, ask_on, reply, resolve, send_news
from registry.messages.exchange_models import NewsOutcome
from registry.messages.ledger import DisseminationEntry, record_many, record_receipts, review
from registry.messages.ledger_models import Dissemination, Question, Recipient
from registry.messages.models import KeyMessage
from registry.messages.news_decisions import decide

LINKS = {
    ChannelKind.FACEBOOK: "https://facebook.example/sang-demo/",
    ChannelKind.TIKTOK: "https://tiktok.example/sang-demo/",
    ChannelKind.WEBSITE: "https://news.example/sang-demo/",
}


class Members:
    """The members' habits: a province's zeal, a person's channels, a slow rise over the years."""

    def __init__(self, seed: int, actor: Actor, first: date, until: datetime) -> None:
        self.random = Random(seed)  # noqa: S311 - for looks, not for secrets
        self.actor, self.first, self.until = actor, first, until
        self.channels = self._channels()
        self.zeal: dict[str, float] = {}

    def _channels(self) -> dict[int, list[Row[int, int, str, date, int]]]:
        query = (
            select(
                Channel.member_id,
                Channel.id,
                Channel.kind,
                Channel.opened_on,
                AudienceCount.audience,
            )
            .join(AudienceCount, AudienceCount.channel_id == Channel.id)
            .where(Channel.member_id.is_not(None))
            .order_by(Channel.id)
        )
        found: dict[int, list[Row[int, int, str, date, int]]] = {}
        for row in db.session.execute(query):
            found.setdefault(row[0] or 0, []).append(row)  # type: ignore[arg-type]
        return found

    def react(self, message: KeyMessage) -> int:
        """Receipts, disseminations, a question now and then; returns how many passed it on."""
        rows = db.session.execute(
            select(Recipient.member_id, Recipient.province_code, Recipient.published_at)
            .where(Recipient.message_id == message.id)
            .order_by(Recipient.member_id)
        ).all()
        received = {row[0]: at for row in rows if (at := self._received(row)) is not None}
        entries = [
            entry for row in rows if row[0] in received for entry in self._passes(message.id, row)
        ]
        with unit_of_work():
            record_receipts(self.actor, message, received, via="officer")
            outcomes = record_many(self.actor, Scope.all(), entries, source="demo")
            self._review([one.id for one in outcomes if one.id is not None])
        self._talk(message, list(received))
        return len(entries)

    def _province(self, code: str) -> float:
        return self.zeal.setdefault(code, 0.45 + 0.75 * self.random.random())

    def _minutes(self, usual: float) -> timedelta:
        return timedelta(minutes=usual * exp(self.random.gauss(0, 1.1)))

    def _received(self, row: Row[int, str, datetime]) -> datetime | None:
        at = row[2] + self._minutes(25)
        likely = 0.62 + 0.3 * self._province(row[1]) / 1.2
        return at if self.random.random() < likely and at < self.until else None

    def _passes(self, message: int, row: Row[int, str, datetime]) -> list[DisseminationEntry]:
        months = (row[2].date() - self.first).days / 30
        likely = (0.30 + 0.012 * months) * self._province(row[1])
        at = row[2] + self._minutes(70) + timedelta(minutes=2)
        open_then = [one for one in self.channels.get(row[0], []) if one[3] <= at.date()]
        if not open_then or at >= self.until or self.random.random() > likely:
            return []
        wanted = open_then if self.random.random() < 0.3 else open_then[:1]
        return [self._entry(message, row[0], channel, at) for channel in wanted]

    def _entry(
        self, message: int, member: int, channel: Row[int, int, str, date, int], at: datetime
    ) -> DisseminationEntry:
        kind, known = ChannelKind(channel[2]), self.random.random() < 0.78
        told = int(channel[4] * self.random.uniform(0.25, 0.9)) if known else None
        link = LINKS.get(kind) if self.random.random() < 0.7 else None
        return DisseminationEntry(
            message_id=message,
            member_id=member,
            channel_id=channel[1],
            at=at,
            audience_reported=told,
            link=f"{link}{message}/{channel[1]}" if link else None,
            basis="ประมาณจากจำนวนครัวเรือน" if told is not None else None,
        )

    def _review(self, ids: Sequence[int]) -> None:
        """The office looks at most reports that carry a link; a few are sent back."""
        found = []
        for start in range(0, len(ids), 500):
            part = Dissemination.id.in_(ids[start : start + 500])
            found += list(
                db.session.scalars(
                    select(Dissemination).where(part, Dissemination.link.is_not(None))
                )
            )
        seen = [row for row in found if self.random.random() < 0.8]
        bad = [row for row in seen if self.random.random() < 0.04]
        at = min(self.until, max((row.at for row in seen), default=self.until) + timedelta(days=1))
        review(self.actor, [row for row in seen if row not in bad], accept=True, at=at)
        if bad:
            review(self.actor, bad, accept=False, reason="ลิงก์เปิดไม่ได้ โปรดส่งภาพหน้าจอ", at=at)

    def _talk(self, message: KeyMessage, members: Sequence[int]) -> None:
        with unit_of_work():
            message = db.session.get_one(KeyMessage, message.id)
            out = message.published_at or datetime.now(UTC)
            for member_id in self.random.sample(
                members, min(len(members), self.random.randint(0, 3))
            ):
                self._ask(db.session.get_one(Member, member_id), message, out)
            if members and self.random.random() < 0.5:
                self._news(db.session.get_one(Member, self.random.choice(members)), out)

    def _ask(self, member: Member, message: KeyMessage, out: datetime) -> None:
        at = min(out + self._minutes(240), self.until)
        text, said = self.random.choice(QUESTIONS)
        question = ask(self.actor, member, text, message=message, at=at)
        later = at + self._minutes(600)
        if later < self.until and self.random.random() < 0.9:
            answer(self.actor, question, said, at=later)
            self._go_on(member, question, later)

    def _go_on(self, member: Member, question: Question, answered: datetime) -> None:
        """Some ask on and are answered again; most questions are settled in the end."""
        dice, at = Random(question.id), answered  # noqa: S311 - leaves the other dice as they fall
        if dice.random() < 0.25 and at + timedelta(hours=5) < self.until:
            at += timedelta(hours=dice.randint(1, 4))
            ask_on(self.actor, member, question, FURTHER[0], at=at)
            at += timedelta(hours=1)
            answer(self.actor, question, FURTHER[1], at=at)
        if dice.random() < 0.7:
            resolve(self.actor, question, at=at)

    def _news(self, member: Member, out: datetime) -> None:
        at = min(out + self._minutes(2000), self.until)
        news = send_news(self.actor, member, self.random.choice(NEWS), at=at)
        if self.random.random() < 0.7 and at + timedelta(hours=20) < self.until:
            reply(
                self.actor, news, "ขอบคุณครับ ได้ประสานหน่วยงานที่เกี่ยวข้องแล้ว", at=at + timedelta(hours=20)
            )
        elif news.id % 3 == 0:
            decide(self.actor, news, NewsOutcome.ISSUE, "มีผู้ได้รับผลกระทบหลายอำเภอ", at=at)
        elif news.id % 3 == 1:
            decide(self.actor, news, NewsOutcome.NOTHING, at=at)
