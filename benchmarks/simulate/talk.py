"""What members ask and send in, and what becomes of it."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from benchmarks.simulate.columns import NONE, Array, Table, Words
from benchmarks.simulate.lives import TYPES
from benchmarks.simulate.plan import BANGKOK, DAY, days_of, month_start_day, months_of
from benchmarks.simulate.reception import Receptions
from benchmarks.simulate.world import World
from registry.messages.exchange_models import NewsDecision, NewsOutcome, QuestionResolution
from registry.messages.ledger_models import MemberNews, Question

ASKED = ("ติดต่อได้ที่ใด", "ต้องเตรียมเอกสารอะไรบ้าง", "เริ่มวันไหน", "ข่าวนี้จริงหรือไม่", "ใครมีสิทธิบ้าง")
SENT = ("มีน้ำท่วมขังในหมู่บ้าน", "มีข่าวลือเรื่องราคาสินค้า", "ชาวบ้านสอบถามเรื่องฝุ่น", "งานประเพณีปลายเดือน")
ANSWER = "ดูรายละเอียดในข้อความหลัก หรือสอบถามสำนักงานประชาสัมพันธ์จังหวัด"
SOURCES = ("portal", "line", "phone")
ANSWERED, ABOUT, SETTLED, REOPENED = 0.88, 0.7, 0.6, 0.1
ROUNDS = 20


def questions(world: World, random: Generator, some: Receptions, wanted: int) -> Table | None:
    """So many questions by recipients of a month's messages, most of them about the message."""
    if not len(some) or wanted <= 0:
        return None
    who = random.integers(0, len(some), wanted * 2 + 20)
    publication = some.publication[who]
    at = world.made.at[publication] + 600 + random.exponential(DAY, len(who)).astype(int)
    member = world.lives.spans.member[some.span[who]]
    span = world.lives.spans.on(member, days_of(at))
    stands = np.flatnonzero((span != NONE) & (at < world.plan.now))[:wanted]
    stands = stands[np.argsort(at[stands], kind="stable")]
    about = random.random(len(stands)) < ABOUT
    answer = at[stands] + 300 + random.lognormal(10.2, 1.2, len(stands)).astype(int)
    answered = (random.random(len(stands)) < ANSWERED) & (answer < world.plan.now)
    columns = {
        **_placed(world, span[stands], at[stands]),
        "message_id": np.where(about, world.made.message[publication[stands]] + 1, NONE),
        "text": Words(random.integers(0, len(ASKED), len(stands)), ASKED),
        "about_record": False,
        "asked_at": at[stands],
        "answer": Words(np.where(answered, 0, NONE), (ANSWER,)),
        "answered_at": np.where(answered, answer, NONE),
        "source": Words(random.integers(0, len(SOURCES), len(stands)), SOURCES),
    }
    return Table(Question, columns)


def news(world: World, random: Generator, month: int, wanted: int) -> Table | None:
    """So many items that members active on the day send in during a month."""
    if wanted <= 0:
        return None
    first, end = month_start_day(month), min(month_start_day(month + 1), world.plan.last_day + 1)
    spans, found = world.lives.spans, []
    for _ in range(ROUNDS):
        span = random.integers(0, len(spans), wanted * 3 + 20)
        day = random.integers(first, end, len(span))
        stands = (spans.start[span] <= day) & (day < spans.stop[span])
        found.append(np.stack([span[stands], day[stands]]))
        if sum(one.shape[1] for one in found) >= wanted:
            break
    span, day = np.concatenate(found, axis=1)[:, :wanted]
    at = np.sort(day * DAY - BANGKOK + random.integers(7 * 3_600, 21 * 3_600, len(day)))
    order = np.argsort(day, kind="stable")
    text = Words(random.integers(0, len(SENT), len(day)), SENT)
    return Table(MemberNews, {**_placed(world, span[order], at), "text": text, "sent_at": at})


def _placed(world: World, span: Array, at: Array) -> dict[str, Array | Words]:
    spans, on = world.lives.spans, days_of(at)
    return {
        "month": months_of(on),
        "member_id": spans.member[span],
        "province_code": Words(spans.province[span], world.places.codes),
        "network_type": Words(spans.type[span], TYPES),
        "on": on,
    }


def resolutions(world: World, random: Generator, asked: Table) -> Table:
    """Ends of answered questions; some were opened again."""
    answered = asked["answered_at"]
    ended = answered + 600 + random.exponential(2 * DAY, len(answered)).astype(int)
    settled = (answered != NONE) & (random.random(len(answered)) < SETTLED)
    which = np.flatnonzero(settled & (ended < world.plan.now))
    again = ended[which] + 3_600 + random.integers(0, DAY, len(which))
    opened = (random.random(len(which)) < REOPENED) & (again < world.plan.now)
    columns = {
        "id": np.arange(1, len(which) + 1),
        "question_id": asked["id"][which],
        "by_member": random.random(len(which)) < 0.3,
        "at": ended[which],
        "reopened_at": np.where(opened, again, NONE),
    }
    return Table(QuestionResolution, columns)


def decisions(random: Generator, sent: Table) -> Table:
    """What was made of half of the news."""
    which = np.flatnonzero(random.random(len(sent)) < 0.5)
    outcomes = tuple(one.value for one in NewsOutcome)
    columns = {
        "news_id": sent["id"][which],
        "outcome": Words((random.random(len(which)) < 0.8).astype(int), outcomes),
        "at": sent["sent_at"][which],
    }
    return Table(NewsDecision, columns)
