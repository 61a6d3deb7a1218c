"""The measures counted by hand over the rows of a :class:`tests.facts_world.World`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from registry.channels.models import AudienceCount, Channel
from registry.members.consent_models import Consent
from registry.members.models import Member, MemberSpan
from registry.messages.exchange_models import QuestionResolution
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.models import KeyMessage, MessageMove, Publication
from registry.messages.release_models import Release
from registry.networks.models import Network, NetworkMember
from registry.outbox.models import Delivery
from registry.periods.calendar import BANGKOK, to_bangkok_date, utc_now
from registry.periods.office_report_models import OfficeReport, OwedReport
from tests.facts_world import MOVED_ON, NEW_STANDARDS, OFFICES, STANDARDS, Row, World

LIVE = ("reported", "accepted")
NOTICES = ("correction", "withdrawal")


@dataclass
class Counted:
    """One thing that counts: where it lies, and what it contributes to which name."""

    name: str
    row: Row
    value: Any = 1


def zone_of(world: World, row: Row, now: date | None = None) -> int | None:
    """Zone of a row's province on its day, or on another."""
    province, day = row["province"], now or row["on"]
    if province is None:
        return 3 if row.get("office") == "R3" else None
    return 4 if province == "52" and day >= MOVED_ON else world.zones[province]


def standard(step: str, day: date) -> int:
    """Minutes that a step may take."""
    return STANDARDS[step][day >= NEW_STANDARDS]


def holds(start: date, stop: date | None, day: date) -> bool:
    """Whether a span, whose last day is the one before ``stop``, holds a day."""
    return start <= day and (stop is None or day < stop)


class Recount:
    """What counts in some months."""

    def __init__(self, world: World, start: date, end: date, today: date | None = None) -> None:
        self.world, self.start, self.end = world, start, end
        self.today = today or to_bangkok_date(utc_now())
        self.found: list[Counted] = []
        self.offices = world.codes
        self._people()
        self._networks()
        self._channels()
        self._publications()
        self._recipients()
        self._disseminations()
        self._talk()
        self._office_reports()

    def inside(self, day: date) -> bool:
        """Whether a day lies in the months."""
        return self.start <= day <= self.end

    def table(self, model: Any) -> list[Row]:
        """The rows of a table."""
        return self.world.tables[model]

    def count(self, name: str, row: Row, value: Any = 1) -> None:
        """Note that something counts."""
        if value is not None and value is not False:
            self.found.append(Counted(name, row, int(value) if value is True else value))

    def _people(self) -> None:
        year = _months_before(self.end, 12)
        facts = self.table(Dissemination)
        busy = {f["member_id"] for f in facts if f["state"] in LIVE and year < f["on"] <= self.end}
        people = {row["id"]: row for row in self.table(Member)}
        homes: dict[str, int] = defaultdict(int)
        spans = self.table(MemberSpan)
        still = {s["member_id"] for s in spans if holds(s["from_on"], s["to_on"], self.end)}
        for span in spans:
            place = {"province": span["province_code"], "network_type": span["network_type"]}
            if holds(span["from_on"], span["to_on"], self.end):
                member, here = people[span["member_id"]], {**place, "on": self.end}
                homes[member["district_code"]] += 1
                fresh = member["confirmed_on"] and year < member["confirmed_on"] <= self.end
                self.count("members", here)
                self.count("confirmed", here, bool(fresh))
                self.count("stale", here, not fresh and member["id"] not in busy)
                self.count("complete", here, self._complete(member))
            eve = self.start - timedelta(days=1)
            if holds(span["from_on"], span["to_on"], eve):
                self.count("members_before", {**place, "on": eve})
                self.count("kept", {**place, "on": eve}, span["member_id"] in still)
            if self.inside(span["from_on"]):
                self.count("joined", {**place, "on": span["from_on"]}, span["starts"] == "join")
            if span["to_on"] and self.inside(span["to_on"]):
                gone = span["ends"] in ("left", "deceased")
                self.count("left", {**place, "on": span["to_on"]}, gone)
        for code, province in self.world.districts:
            here = {"province": province, "on": self.end}
            self.count("districts", here)
            self.count("districts_covered", here, homes[code] > 0)
            self.count("districts_of_one", here, homes[code] == 1)

    def _complete(self, member: Row) -> bool:
        consents = [row for row in self.table(Consent) if row["member_id"] == member["id"]]
        agreed = any(
            row["purpose"] == "registry" and holds(row["given_on"], row["withdrawn_on"], self.end)
            for row in consents
        )
        contact = member["phone"] or member["line_id"] or member["email"]
        return bool(contact and member["district_code"] and agreed)

    def _networks(self) -> None:
        for row in self.table(Network):
            code = self.offices[row["office_id"]]
            here = {
                "province": row["province_code"] or OFFICES[code],
                "network_type": row["type_code"],
                "office": code,
            }
            if self.inside(row["founded_on"]):
                self.count("founded", {**here, "on": row["founded_on"]})
            if holds(row["founded_on"], row["closed_on"], self.end):
                since = _months_before(self.end, 6)
                silent = row["founded_on"] <= since and not self._busy(row, since)
                self.count("networks", {**here, "on": self.end})
                self.count("dormant", {**here, "on": self.end}, silent)

    def _busy(self, network: Row, since: date) -> bool:
        own = {c["id"] for c in self.table(Channel) if c["network_id"] == network["id"]}
        spans = [s for s in self.table(NetworkMember) if s["network_id"] == network["id"]]
        published = any(
            row["channel_id"] in own and since < row["on"] <= self.end
            for row in self.table(Publication)
        )
        return published or any(
            fact["member_id"] == span["member_id"]
            and fact["state"] in LIVE
            and since < fact["on"] <= self.end
            and holds(span["from_on"], span["to_on"], fact["on"])
            for fact in self.table(Dissemination)
            for span in spans
        )

    def _channels(self) -> None:
        spans = [s for s in self.table(MemberSpan) if holds(s["from_on"], s["to_on"], self.end)]
        where = {span["member_id"]: span for span in spans}
        types = {row["id"]: row["type_code"] for row in self.table(Network)}
        for row in self.table(Channel):
            if not holds(row["opened_on"], row["retired_on"], self.end):
                continue
            if row["member_id"] and row["member_id"] not in where:
                continue
            span = where.get(row["member_id"])
            code = None if span else self.offices[row["office_id"]]
            here = {
                "province": span["province_code"] if span else OFFICES[code],
                "network_type": span["network_type"] if span else types.get(row["network_id"]),
                "office": code,
                "channel_kind": row["kind"],
                "on": self.end,
            }
            counts = [c for c in self.table(AudienceCount) if c["channel_id"] == row["id"]]
            known = sorted((c["on"], c["audience"]) for c in counts if c["on"] <= self.end)
            self.count("channels", here)
            self.count("audience", here, known[-1][1] if known else None)

    def _ledger_place(self, row: Row) -> Row:
        topics = {message["id"]: message["topic"] for message in self.table(KeyMessage)}
        return {
            "province": row["province_code"],
            "office": self.offices[row["office_id"]],
            "topic": topics[row["message_id"]],
            "message": row["message_id"],
            **{key: row[key] for key in ("on", "network_type", "channel_kind", "message_kind")},
        }

    def _publications(self) -> None:
        for row in self.table(Publication):
            if not self.inside(row["on"]):
                continue
            here, minutes = self._ledger_place(row), row["approved_minutes"]
            self.count("publications", here)
            self.count("messages", here, ("distinct", row["message_id"]))
            for change in self._changed(row, "corrected", "withdrawn"):
                self.count(change["after"], here, ("distinct", row["message_id"]))
            self._timed("publish", here, minutes)

    def _changed(self, row: Row, *states: str) -> list[Row]:
        """Corrections or withdrawals of a row's message."""
        moves = self.table(MessageMove)
        return [
            move
            for move in moves
            if move["message_id"] == row["message_id"] and move["after"] in states
        ]

    def _notice(self, row: Row, here: Row) -> None:
        """Whether a recipient ought to have heard of a change since, and whether a notice went."""
        changes = self._changed(row, "corrected", "withdrawn")
        last = max((move["at"] for move in changes), default=None)
        if last is None or last < row["published_at"]:
            return
        self.count("notice_owed", here)
        published = {made["id"]: made["channel_id"] for made in self.table(Publication)}
        notices = [
            one["id"]
            for one in self.table(Release)
            if one["purpose"] in ("correction", "withdrawal")
            and one["message_id"] == row["message_id"]
        ]
        self.count(
            "notice_told",
            here,
            any(
                sent["release_id"] == max(notices, default=None)
                and sent["state"] == "sent"
                and sent["settled_at"] >= last
                and (
                    sent["member_id"] == row["member_id"]
                    or (
                        sent["member_id"] is None
                        and sent["channel_id"] == published[row["publication_id"]]
                    )
                )
                for sent in self.table(Delivery)
            ),
        )

    def _timed(self, name: str, here: Row, minutes: float | None, step: str = "") -> None:
        if minutes is not None:
            self.count(f"{name}_timed", here)
            self.count(f"{name}_on_standard", here, minutes <= standard(step or name, here["on"]))
            self.count(f"{name}_minutes", here, ("list", minutes))

    def _recipients(self) -> None:
        passed: dict[tuple[int, int], list[Row]] = defaultdict(list)
        for fact in self.table(Dissemination):
            if fact["state"] in LIVE:
                passed[fact["message_id"], fact["member_id"]].append(fact)
        for row in self.table(Recipient):
            if not self.inside(row["on"]):
                continue
            here, mine = self._ledger_place(row), passed[row["message_id"], row["member_id"]]
            self.count("recipients", here)
            self.count("received", here, row["received_at"] is not None)
            self.count("passed_on", here, bool(mine))
            self._notice(row, here)
            if row["received_at"] and row["received_via"] in ("link", "line", "phone"):
                self._timed("receive", here, _minutes(row, row["received_at"]), "pass_on")
            first = min((fact["at"] for fact in mine), default=None)
            if any(fact["at"] == first and fact["time_known"] for fact in mine):
                self._timed("pass_on", here, _minutes(row, first))

    def _disseminations(self) -> None:
        facts = self.table(Dissemination)
        for row in facts:
            if not self.inside(row["on"]) or row["state"] == "withdrawn":
                continue
            here, live = self._ledger_place(row), row["state"] in LIVE
            self.count("reviewed", here, row["state"] in ("accepted", "sent_back"))
            self.count("accepted", here, row["state"] == "accepted")
            if not live:
                continue
            twins = [
                (other["at"], other["id"])
                for other in facts
                if other["state"] in LIVE
                and other["message_id"] == row["message_id"]
                and other["channel_id"] == row["channel_id"]
            ]
            first = min(twins) == (row["at"], row["id"])
            proven = row["state"] == "accepted" and (row["link"] or row["evidence"])
            self.count("disseminations", here)
            self.count("members_passing_on", here, ("distinct", row["member_id"]))
            self.count("potential", here, row["audience_potential"] if first else None)
            self.count("reported", here, row["audience_reported"])
            self.count("evidenced", here, row["audience_reported"] if proven else None)

    def _talk(self) -> None:
        for row in self.table(Question):
            if self.inside(row["on"]):
                here = _talk_place(row)
                self.count("questions", here)
                self.count("answered", here, row["answered_at"] is not None)
                late = row["asked_at"] + timedelta(minutes=standard("answer", row["on"]))
                over = late <= datetime.combine(self.today, time(), BANGKOK)
                self.count("answer_judged", here, row["answered_at"] is not None or over)
                if row["answered_at"]:
                    wait = (row["answered_at"] - row["asked_at"]).total_seconds() / 60
                    self._timed("answer", here, wait)
                self._settled(row, here)
        for row in self.table(MemberNews):
            if self.inside(row["on"]):
                self.count("news", _talk_place(row))

    def _settled(self, question: Row, here: Row) -> None:
        ends = [
            row["at"]
            for row in self.table(QuestionResolution)
            if row["question_id"] == question["id"] and row["reopened_at"] is None
        ]
        self.count("resolved", here, bool(ends))
        if ends:
            wait = (max(ends) - question["asked_at"]).total_seconds() / 60
            self.count("resolve_timed", here)
            self.count("resolve_minutes", here, ("list", wait))

    def _office_reports(self) -> None:
        written = {(row["office_id"], row["period"]): row for row in self.table(OfficeReport)}
        for row in self.table(OwedReport):
            if not self.inside(row["on"]):
                continue
            code = self.offices[row["office_id"]]
            here = {"province": OFFICES[code], "office": code, "on": row["on"]}
            report = written.get((row["office_id"], row["period"]), {"state": "draft"})
            came = report["state"] != "draft"
            first = report.get("first_submitted_at")
            self.count("reports_due", here, came or row["due_on"] < self.today)
            on_time = came and first.astimezone(BANGKOK).date() <= row["due_on"]
            self.count("reports_on_time", here, on_time)


def _talk_place(row: Row) -> Row:
    return {
        "province": row["province_code"],
        "message": row.get("message_id"),
        "network_type": row["network_type"],
        "on": row["on"],
    }


def _minutes(row: Row, later: Any) -> float | None:
    wait = (later - row["published_at"]).total_seconds() / 60
    return wait if wait >= 0 else None


def _months_before(day: date, count: int) -> date:
    """The last day of the month that lies so many before that of a day."""
    year, month = divmod(day.year * 12 + day.month - 1 - count + 1, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def totals(found: Iterable[Counted], amounts: frozenset[str]) -> dict[str, Any]:
    """What was counted, by name: sums, numbers of distinct things, lists; absent amounts None."""
    sums: dict[str, Any] = dict.fromkeys(amounts)
    distinct: dict[str, set[Any]] = defaultdict(set)
    for thing in found:
        if isinstance(thing.value, tuple) and thing.value[0] == "distinct":
            distinct[thing.name].add(thing.value[1])
        elif isinstance(thing.value, tuple):
            sums.setdefault(thing.name, []).append(thing.value[1])
        else:
            sums[thing.name] = (sums.get(thing.name) or 0) + thing.value
    return sums | {name: len(values) for name, values in distinct.items()}
