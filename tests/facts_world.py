"""A small random world of facts for the tests of measures, and a recount of it in plain Python.

The recount shares nothing with ``registry.facts``: it reads the rows that were made, not the
database, and knows the rules from MEASURES in words.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete, insert, select, update

from registry.access.models import Office
from registry.channels.models import AudienceCount, Channel, ChannelMember
from registry.db import begin_write, commit, db
from registry.geography.models import District, ProvinceZone
from registry.geography.queries import province_zones
from registry.members.consent_models import Consent
from registry.members.models import Member, MemberSpan, MemberStateChange
from registry.messages.exchange_models import QuestionResolution
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage, MessageMove, Publication
from registry.messages.release_models import Release
from registry.networks.models import Network, NetworkMember
from registry.outbox.models import Delivery
from registry.periods.calendar import PeriodKind, periods_between
from registry.periods.models import TimeStandard
from registry.periods.office_report_models import OfficeReport, OwedReport

FIRST, LAST = date(2025, 7, 1), date(2026, 3, 31)
MOVED_ON = date(2026, 1, 15)
"""Lampang (52) goes from zone 3 to zone 4 on this day."""
PROVINCES = ("50", "52", "90", "10")
OFFICES = {"P50": "50", "P52": "52", "P90": "90", "R3": None, "C-NNT": "10"}
TYPES = ("village_volunteer", "loudspeaker", "youth")
KINDS = ("line_group", "facebook", "loudspeaker")
STANDARDS = {"publish": (30, 45), "pass_on": (60, 60), "answer": (2880, 1440)}
"""Minutes before and from 1 January 2026 on."""
NEW_STANDARDS = date(2026, 1, 1)
RICH = 58
"""A seed whose world holds something of nearly every kind."""
VIAS = ("link", "line", "phone", "grid", "sheet", "implied", "moved")
Row = dict[str, Any]
EMPTIED = (
    *(OfficeReport, OwedReport),
    *(QuestionResolution, Delivery, Release, MessageMove),
    *(MemberNews, Question, Dissemination, Recipient, Publication, KeyMessage, AudienceCount),
    *(ChannelMember, Channel, NetworkMember, Network, Consent, MemberStateChange, MemberSpan),
    *(Member, TimeStandard),
)


def month(day: date) -> int:
    """The month's number."""
    return day.year * 12 + day.month - 1


class World:
    """Random rows of every fact table, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.tables: dict[Any, list[Row]] = defaultdict(list)
        self.offices = {row.code: row.id for row in db.session.scalars(select(Office))}
        self.codes = {key: code for code, key in self.offices.items()}
        self.zones = province_zones(FIRST)
        self.districts = list(db.session.execute(select(District.code, District.province_code)))
        for build in (
            *(self._standards, self._members, self._networks, self._channels, self._messages),
            *(self._passing_on, self._talk, self._changes, self._office_reports),
        ):
            build()

    def insert(self) -> None:
        """Put the rows into the database in place of all others; the caller rolls back."""
        for model in EMPTIED:
            db.session.execute(delete(model))
        place = db.session.scalars(
            select(ProvinceZone).filter_by(province_code="52").order_by(ProvinceZone.valid_from)
        ).first()
        if place is not None and place.valid_to is None:
            place.valid_to = MOVED_ON
            db.session.add(ProvinceZone(province_code="52", zone_code=4, valid_from=MOVED_ON))
        for model in reversed(EMPTIED):
            if self.tables[model]:
                _insert(model, self.tables[model])

    def day(self) -> date:
        """Some day, more often near the months' edges."""
        if self.random.random() < 0.3:
            edges = (date(2025, 9, 30), date(2025, 10, 1), date(2025, 12, 31), MOVED_ON)
            return self.random.choice(edges)
        return FIRST + timedelta(days=self.random.randrange((LAST - FIRST).days))

    def add(self, model: Any, **values: Any) -> Row:
        """One more row."""
        last = max((row.get("id", 0) for row in self.tables[model]), default=0)
        row = {"id": last + 1, **values}
        self.tables[model].append(row)
        return row

    def _standards(self) -> None:
        for step, (before, after) in STANDARDS.items():
            for minutes, since in ((before, date(2000, 1, 1)), (after, NEW_STANDARDS)):
                self.add(TimeStandard, step=step, minutes=minutes, valid_from=since, source="x")

    def _members(self) -> None:
        now = datetime(2026, 3, 31, tzinfo=UTC)
        for number in range(self.random.randint(4, 14)):
            home = self.random.choice(self.districts)
            member = self.add(
                Member,
                uid=f"{number:032d}",
                kind="person",
                first_name="x",
                search_text="x",
                phone=self.random.choice(["+66810000000", None]),
                line_id=self.random.choice(["a", None]),
                email=None,
                province_code=home[1],
                district_code=self.random.choice([home[0], home[0], None]),
                network_type="youth",
                state="active",
                confirmed_on=self.random.choice([None, self.day(), date(2024, 12, 31)]),
                office_id=self.offices["P50"],
                source="form",
                created_at=now,
                updated_at=now,
                version=1,
            )
            self._spans(member["id"])
            if self.random.random() < 0.8:
                self._consent(member["id"])

    def _spans(self, member: int) -> None:
        start, starts = self.day(), "join"
        while start is not None and start < LAST:
            stop = start + timedelta(days=self.random.randint(1, 120))
            ends = self.random.choice(["left", "inactive", "move", "deceased", None])
            span = self.add(
                MemberSpan,
                member_id=member,
                province_code=self.random.choice(PROVINCES),
                network_type=self.random.choice(TYPES),
                from_on=start,
                to_on=None if ends is None else stop,
                starts=starts,
                ends=ends,
            )
            gap = 0 if ends == "move" else self.random.randint(1, 30)
            again = ends == "move" or (ends == "inactive" and self.random.random() < 0.5)
            start = span["to_on"] + timedelta(days=gap) if again else None
            starts = "move" if ends == "move" else "return"

    def _consent(self, member: int) -> None:
        given = self.day()
        self.add(
            Consent,
            member_id=member,
            purpose=self.random.choice(["registry", "registry", "messages"]),
            basis="consent",
            given_on=given,
            withdrawn_on=self.random.choice([None, given + timedelta(days=40)]),
            source="x",
            by_guardian=False,
        )

    def _networks(self) -> None:
        for _ in range(self.random.randint(1, 5)):
            code, founded = self.random.choice(list(OFFICES)), self.day()
            network = self.add(
                Network,
                name="x",
                type_code=self.random.choice(TYPES),
                office_id=self.offices[code],
                province_code=self.random.choice([OFFICES[code], None]),
                founded_on=self.random.choice([founded, date(2025, 1, 1)]),
                state="active",
                closed_on=self.random.choice([None, None, founded + timedelta(days=90)]),
                created_at=datetime(2026, 1, 1, tzinfo=UTC),
            )
            for member in self._some(Member, 4):
                since = self.day()
                self.add(
                    NetworkMember,
                    network_id=network["id"],
                    member_id=member["id"],
                    coordinator=False,
                    from_on=since,
                    to_on=self.random.choice([None, since + timedelta(days=60)]),
                )

    def _some(self, model: Any, most: int) -> list[Row]:
        rows = self.tables[model]
        return self.random.sample(rows, min(len(rows), self.random.randint(0, most)))

    def _channels(self) -> None:
        for member in self.tables[Member]:
            for _ in range(self.random.randint(0, 2)):
                self._channel(member_id=member["id"], office_id=None, network_id=None)
        for code in OFFICES:
            networks = self.tables[Network]
            network = self.random.choice(networks)["id"] if self.random.random() < 0.7 else None
            self._channel(member_id=None, office_id=self.offices[code], network_id=network)

    def _channel(self, **owner: Any) -> None:
        opened = self.random.choice([date(2025, 1, 1), self.day()])
        channel = self.add(
            Channel,
            **owner,
            kind=self.random.choice(KINDS),
            name="x",
            opened_on=opened,
            retired_on=self.random.choice([None, None, opened + timedelta(days=100)]),
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for on in {self.day() for _ in range(self.random.randint(0, 3))}:
            audience, now = self.random.randrange(500), datetime(2026, 1, 1, tzinfo=UTC)
            self.add(
                AudienceCount, channel_id=channel["id"], on=on, audience=audience, recorded_at=now
            )

    def _messages(self) -> None:
        own = [row for row in self.tables[Channel] if row["office_id"]]
        for _ in range(self.random.randint(1, 6)):
            kind = self.random.choice(["public_use", "crisis"])
            message = self.add(
                KeyMessage,
                office_id=self.offices["P50"],
                title="x",
                sentence="x",
                body="x",
                kind=kind,
                topic=self.random.choice(["health", None]),
                state="published",
                created_at=datetime(2025, 7, 1, tzinfo=UTC),
                version=1,
            )
            for channel in self.random.sample(own, self.random.randint(0, 3)):
                self._publish(message, channel)

    def _moment(self, day: date) -> datetime:
        """A moment of the day in Bangkok."""
        minutes = self.random.randrange(24 * 60)
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes - 420)

    def _publish(self, message: Row, channel: Row) -> None:
        day = self.day()
        code = self.codes[channel["office_id"]]
        networks = {row["id"]: row["type_code"] for row in self.tables[Network]}
        made = self.add(
            Publication,
            month=month(day),
            message_id=message["id"],
            channel_id=channel["id"],
            office_id=channel["office_id"],
            province_code=OFFICES[code],
            channel_kind=channel["kind"],
            network_type=networks.get(channel["network_id"]),
            message_kind=message["kind"],
            at=self._moment(day),
            on=day,
            approved_minutes=self.random.choice([None, 0, 30, 31, 45, self.random.randrange(200)]),
        )
        known = {(row["message_id"], row["member_id"]) for row in self.tables[Recipient]}
        for member in self._some(Member, 8):
            if (message["id"], member["id"]) not in known:
                self._receive(made, member["id"])

    def _receive(self, made: Row, member: int) -> None:
        wait = self.random.choice([-5, 0, 60, 61, self.random.randrange(3000)])
        received = self.random.random() < 0.7
        row = self.add(
            Recipient,
            member_id=member,
            publication_id=made["id"],
            province_code=self.random.choice(PROVINCES),
            network_type=self.random.choice(TYPES),
            published_at=made["at"],
            received_at=made["at"] + timedelta(minutes=wait) if received else None,
            received_via=self.random.choice(VIAS) if received else None,
            **{key: made[key] for key in ("month", "on", "message_id", "office_id")},
            **{key: made[key] for key in ("channel_kind", "message_kind")},
        )
        del row["id"]

    def _passing_on(self) -> None:
        channels = [row for row in self.tables[Channel] if row["member_id"]]
        for _ in range(self.random.randint(0, 25) if channels else 0):
            channel = self.random.choice(channels[:4])
            message, at = self._passed(channel["member_id"])
            day = (at + timedelta(hours=7)).date()
            self.add(
                Dissemination,
                month=month(day),
                message_id=message["id"],
                member_id=channel["member_id"],
                channel_id=channel["id"],
                office_id=self.random.choice([self.offices["P50"], self.offices["C-NNT"]]),
                province_code=self.random.choice(PROVINCES),
                network_type=self.random.choice(TYPES),
                channel_kind=channel["kind"],
                message_kind=message["kind"],
                at=at,
                on=day,
                time_known=self.random.random() < 0.7,
                audience_potential=self.random.choice([None, self.random.randrange(900)]),
                audience_reported=self.random.choice([None, 0, self.random.randrange(900)]),
                link=self.random.choice([None, "https://example.org"]),
                evidence=self.random.choice([None, "a.png"]),
                state=self.random.choice(["reported", "accepted", "sent_back", "withdrawn"]),
                source="form",
                recorded_at=datetime(2026, 3, 31, tzinfo=UTC),
            )

    def _passed(self, member: int) -> tuple[Row, datetime]:
        """A message and when it was passed on: soon after it came, or at any time."""
        messages = {row["id"]: row for row in self.tables[KeyMessage]}
        mine = [row for row in self.tables[Recipient] if row["member_id"] == member]
        if mine and self.random.random() < 0.7:
            row = self.random.choice(mine)
            wait = timedelta(minutes=self.random.choice([0, 60, 61, self.random.randrange(200)]))
            return messages[row["message_id"]], row["published_at"] + wait
        return self.random.choice(self.tables[KeyMessage]), self._moment(self.day())

    def _talk(self) -> None:
        for member in self._some(Member, 6):
            day = self.day()
            asked, wait = self._moment(day), self.random.choice([30, 2880, 2881, 9000])
            place = {
                "month": month(day),
                "on": day,
                "member_id": member["id"],
                "province_code": self.random.choice(PROVINCES),
                "network_type": self.random.choice(TYPES),
                "text": "x",
            }
            answer = asked + timedelta(minutes=wait) if self.random.random() < 0.7 else None
            about = self.random.choice([None, *self.tables[KeyMessage]])
            row = self.add(
                Question,
                **place,
                message_id=about and about["id"],
                asked_at=asked,
                answered_at=answer,
                source="portal",
            )
            self._settle(row)
            self.add(MemberNews, **place, sent_at=asked)

    def _settle(self, question: Row) -> None:
        """Perhaps settled, perhaps asked on after that, perhaps settled again."""
        end = question["asked_at"]
        for again in (timedelta(minutes=self.random.choice([20, 3000])), None):
            if self.random.random() < 0.5:
                return
            end += timedelta(minutes=self.random.choice([0, 60, 61, 5000]))
            self.add(
                QuestionResolution,
                question_id=question["id"],
                at=end,
                reopened_at=again and end + again,
            )
            end += again or timedelta()

    def _changes(self) -> None:
        """Corrections and withdrawals, and the notices of some of them."""
        for message in self.tables[KeyMessage]:
            for after in self.random.sample(["corrected", "corrected", "withdrawn"], 2):
                if self.random.random() < 0.4:
                    at = self._moment(self.day())
                    self.add(MessageMove, message_id=message["id"], after=after, at=at)
                    self._notify(message, self.random.choice(["correction", "first"]), at)

    def _notify(self, message: Row, purpose: str, noted: datetime) -> None:
        office, at = self.offices["P50"], datetime(2026, 3, 1, tzinfo=UTC)
        release = self.add(
            Release,
            message_id=message["id"],
            office_id=office,
            purpose=purpose,
            planned_at=at,
            created_at=at,
            **{"audience": {}, "channels": [], "counted": {}, "urgent": False},
            **{"state": "done", "version": 1},
        )
        targets = [("c", row, None) for row in self._some(Channel, 4)]
        targets += [("m", self.tables[Channel][0], row["id"]) for row in self._some(Member, 4)]
        for kind, channel, member in targets:
            self.add(
                Delivery,
                release_id=release["id"],
                message_id=message["id"],
                channel_id=channel["id"],
                member_id=member,
                target=f"{kind}:{member or channel['id']}",
                way="hand",
                state=self.random.choice(["sent", "sent", "failed", "queued"]),
                created_at=at,
                settled_at=noted + timedelta(minutes=self.random.choice([-60, 0, 60])),
            )

    def _office_reports(self) -> None:
        """Reports of offices: on time, late, taken back, never written, or without a day."""
        kinds = (PeriodKind.MONTH, PeriodKind.QUARTER)
        periods = [one for kind in kinds for one in periods_between(FIRST, LAST, kind)]
        for code in OFFICES:
            for period in self.random.sample(periods, 5):
                due = period.end + timedelta(days=self.random.choice([5, 7, 200]))
                key = {"office_id": self.offices[code], "period": period.code}
                place = {"on": period.end, "month": period.last_month}
                if self.random.random() < 0.9:
                    self.add(OwedReport, **key, **place, due_on=due)
                if self.random.random() < 0.8:
                    late = timedelta(minutes=self.random.choice([-1, 0, 1, -9000, 9000]))
                    midnight = datetime(due.year, due.month, due.day, 17, tzinfo=UTC)
                    state = self.random.choice(["draft", "submitted", "confirmed", "endorsed"])
                    first = self.random.choice([None, midnight + late])
                    self.add(
                        OfficeReport,
                        **key,
                        state=state if first else "draft",
                        first_submitted_at=first,
                        version=1,
                    )


class Changes:
    """Late changes of a world that is in the database: each is made there and in its rows."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, random.Random(seed)

    @property
    def kinds(self) -> tuple[Callable[[], None], ...]:
        """Every kind of change; each call makes one."""
        kinds = (self._review, self._undo, self._receive, self._move, self._confirm, self._correct)
        more = (self._late, self._count, self._close, self._leave, self._come_back, self._withdraw)
        return *kinds, *more

    def make(self, count: int) -> None:
        """Some changes of any kind."""
        for kind in self.random.choices(self.kinds, k=count):
            kind()

    def _one(self, model: Any) -> Row | None:
        rows = self.world.tables[model]
        return self.random.choice(rows) if rows else None

    def _set(self, model: Any, row: Row | None, **values: Any) -> None:
        if row is None:
            return
        key = [getattr(model, name) == row[name] for name in ("id", "message_id", "member_id")
               if name in row and hasattr(model, name)]  # fmt: skip
        row.update(values)
        db.session.execute(update(model).where(*key).values(**values))

    def _review(self) -> None:
        states = ["reported", "accepted", "sent_back", "withdrawn"]
        self._set(Dissemination, self._one(Dissemination), state=self.random.choice(states))

    def _undo(self) -> None:
        row = self._one(Dissemination)
        if row is not None:
            self.world.tables[Dissemination].remove(row)
            db.session.execute(delete(Dissemination).where(Dissemination.id == row["id"]))

    def _receive(self) -> None:
        row = self._one(Recipient)
        if row is not None:
            at = row["published_at"] + timedelta(minutes=self.random.choice([1, 61, 4000]))
            self._set(Recipient, row, received_at=at, received_via=self.random.choice(VIAS))

    def _move(self) -> None:
        places = {"province_code": self.random.choice(PROVINCES)}
        self._set(MemberSpan, self._one(MemberSpan), **places)

    def _leave(self) -> None:
        row = self._one(MemberSpan)
        if row is not None and row["to_on"] is None:
            on = max(self.world.day(), row["from_on"] + timedelta(days=1))
            self._set(MemberSpan, row, to_on=on, ends="left")

    def _come_back(self) -> None:
        """Whoever is gone returns for good, perhaps on a day long past."""
        spans = self.world.tables[MemberSpan]
        last = {row["member_id"]: row for row in sorted(spans, key=lambda row: row["from_on"])}
        gone = [row for row in last.values() if row["to_on"] is not None]
        if gone:
            row = self.random.choice(gone)
            start = max(self.world.day(), row["to_on"])
            values = {name: row[name] for name in ("member_id", "province_code", "network_type")}
            span = {**values, "from_on": start, "to_on": None, "starts": "return", "ends": None}
            self._more(lambda: self.world.add(MemberSpan, **span))

    def _withdraw(self) -> None:
        row = self._one(Consent)
        if row is not None:
            on = max(self.world.day(), row["given_on"] + timedelta(days=1))
            self._set(Consent, row, withdrawn_on=on)

    def _confirm(self) -> None:
        self._set(Member, self._one(Member), confirmed_on=self.world.day())

    def _correct(self) -> None:
        """A correction, and the notices of it."""
        message = self._one(KeyMessage)
        if message is not None:
            at = self.world._moment(self.world.day())
            self._more(
                lambda: (
                    self.world.add(MessageMove, message_id=message["id"], after="corrected", at=at),
                    self.world._notify(message, "correction", at),
                )
            )

    def _late(self) -> None:
        """More that was passed on, whenever it was."""
        self._more(self.world._passing_on)

    def _count(self) -> None:
        channel = self._one(Channel)
        if channel is not None:
            known = {
                row["on"]
                for row in self.world.tables[AudienceCount]
                if row["channel_id"] == channel["id"]
            }
            on, now = self.world.day(), datetime(2026, 1, 1, tzinfo=UTC)
            if on not in known:
                self._more(
                    lambda: self.world.add(
                        AudienceCount,
                        channel_id=channel["id"],
                        on=on,
                        audience=self.random.randrange(500),
                        recorded_at=now,
                    )
                )

    def _close(self) -> None:
        row = self._one(Network)
        if row is not None:
            self._set(Network, row, closed_on=row["founded_on"] + timedelta(days=30))

    def _more(self, make: Any) -> None:
        """Insert what something adds to the world."""
        before = {model: len(rows) for model, rows in self.world.tables.items()}
        make()
        for model in reversed(EMPTIED):
            rows = self.world.tables[model][before.get(model, 0) :]
            if rows:
                _insert(model, rows)


def _insert(model: Any, rows: list[Row]) -> None:
    db.session.execute(insert(model), rows)


def fill_richly(app: Flask) -> None:
    """The rich world beside the cast's offices."""
    with app.app_context():
        begin_write()
        World(RICH).insert()
        commit()
