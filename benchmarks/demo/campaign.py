"""Months of work in the demonstration: messages written, approved, published, passed on.

Everything goes through the services that people's clicks go through, with the moments of the
past; only reports of dissemination are recorded in bulk, as a month's grid does it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from sqlalchemy import select

from benchmarks.demo.accounts import SEATS, actor_of
from benchmarks.demo.changes import CRISIS, look_back, own_up
from benchmarks.demo.stories import STORIES, Story
from registry.access.models import Office, OfficeKind
from registry.access.roles import Role
from registry.audit.services import Actor
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.messages.checklist import Check
from registry.messages.models import KeyMessage, MessageKind
from registry.messages.publishing import publish
from registry.messages.reviews_after import go_in_crisis
from registry.messages.services import MessageText, approve, create, proofread, submit
from registry.periods.calendar import BANGKOK, month_of, month_start

CONFIRMED = {check.value: True for check in Check}
CENTRAL_A_MONTH, LOCAL_A_MONTH = 2, 5


@dataclass(frozen=True)
class Team:
    """Who writes and who approves at an office, and the office's channels."""

    author: Actor
    head: Actor | None
    channels: list[int]


class Campaign:
    """Publishes month after month; the same for the same seed."""

    def __init__(self, seed: int, until: datetime) -> None:
        self.random = Random(seed)  # noqa: S311 - for looks, not for secrets
        self.until = until
        self.teams = self._teams()
        self.told = 0

    def _teams(self) -> dict[str, Team]:
        kind = OfficeKind.PROVINCIAL.value
        codes = db.session.scalars(select(Office.code).where(Office.kind == kind))
        teams = {code: self._team(code, Role.PROVINCIAL, code in SEATS) for code in sorted(codes)}
        central = self._team("C-PRDB", Role.CENTRAL, True)
        return {"C-PRDB": central, "C-NNT": self._team("C-NNT", Role.BUREAU, True), **teams}

    def _team(self, code: str, role: Role, head: bool) -> Team:
        author = actor_of(code, role)
        query = select(Channel.id).where(Channel.office_id == author.office_id)
        channels = list(db.session.scalars(query.order_by(Channel.id)))
        return Team(author, actor_of(code, Role.HEAD) if head else None, channels)

    def run(self, first: date) -> Iterator[KeyMessage]:
        """Publish from the month of ``first`` until now; yields each message once it is out."""
        for month in range(month_of(first), month_of(self.until.date()) + 1):
            local = self.random.sample(SEATS, LOCAL_A_MONTH)
            jobs = ["C-PRDB"] * CENTRAL_A_MONTH + local + ["C-NNT"]
            for code in jobs:
                message = self._tell(code, month)
                if message is not None:
                    yield message

    def _tell(self, code: str, month: int) -> KeyMessage | None:
        """One message from draft to channels, and onward by other offices if it is central."""
        at = self._morning(month)
        if at > self.until - timedelta(days=2):
            return None
        story, self.told = STORIES[self.told % len(STORIES)], self.told + 1
        with unit_of_work():
            message = self._prepare(self.teams[code], story, at)
            out = at + timedelta(minutes=self.random.choice((75, 85, 95, 110, 150)))
            publish(self.teams[code].author, message, self.teams[code].channels, at=out)
            number = message.id
        if code == "C-PRDB":
            self._onward(number, out)
        elif self.told % 9 == 4 and out + timedelta(days=1, hours=2) < self.until:
            told = self.told % 27 != 4
            own_up(self.teams[code].author, number, out + timedelta(days=1), told=told)
        look_back(self.teams[code].head, number, out + timedelta(days=1, hours=20))
        return db.session.get(KeyMessage, number)

    def _prepare(self, team: Team, story: Story, at: datetime) -> KeyMessage:
        text = MessageText(
            title=story.title,
            sentence=story.sentence,
            body=story.body,
            kind=MessageKind(story.kind),
            topic=story.topic,
            audience="ประชาชนทั่วไป",
            author_line="นักประชาสัมพันธ์ กลุ่มเครือข่ายสัมพันธ์",
        )
        message = create(team.author, text, at=at)
        if story.kind == MessageKind.CRISIS.value:
            go_in_crisis(team.author, message, CRISIS, CONFIRMED, at=at + timedelta(minutes=20))
            return message
        submit(team.author, message, CONFIRMED, at=at + timedelta(minutes=20))
        if team.head is None:
            raise LookupError("an office without a head cannot publish")
        approve(team.head, message, at=at + timedelta(minutes=60))
        proofread(team.author, message, at=at + timedelta(minutes=65))
        return message

    def _onward(self, number: int, out: datetime) -> None:
        """Most provincial offices publish a central message in their own channels, some late."""
        with unit_of_work():
            message = db.session.get_one(KeyMessage, number)
            for code, team in self.teams.items():
                if code in {"C-PRDB", "C-NNT"} or self.random.random() > 0.8 or not team.channels:
                    continue
                later = out + timedelta(minutes=int(10 + 900 * self.random.random() ** 3))
                publish(team.author, message, team.channels, at=later)

    def _morning(self, month: int) -> datetime:
        day = month_start(month) + timedelta(days=self.random.randint(0, 26))
        start = time(self.random.randint(8, 15), self.random.choice((0, 10, 20, 40)))
        return datetime.combine(day, start, BANGKOK).astimezone(UTC)
