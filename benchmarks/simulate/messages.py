"""Messages: who wrote what when, how it was approved, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.simulate.columns import NONE, Array, Table, Words
from benchmarks.simulate.places import Places
from benchmarks.simulate.plan import BANGKOK, DAY, Plan, days_of, months_of
from registry.messages.models import (
    CODE_LENGTH,
    CODE_LETTERS,
    Correction,
    KeyMessage,
    MessageKind,
    MessageMove,
    MessageState,
)

UNPUBLISHED = 0.01
CORRECTED, WITHDRAWN = 0.05, 0.03
AUTHORS = np.array([0.75, 0.1, 0.15])
"""Shares of messages of provincial offices, of regional ones and of bureaus."""
WEEKDAYS = np.array([1.2, 1.2, 1.1, 1.1, 1.0, 0.35, 0.25])
HOURS = np.array([0.0] * 7 + [2, 7, 10, 11, 8, 4, 7, 10, 10, 8, 5, 3, 2, 1] + [0.0] * 3)
TOPICS = ("สาธารณสุข", "ภัยพิบัติ", "เศรษฐกิจ", "สวัสดิการ", "การเกษตร", "การศึกษา", "ฝุ่นละออง",
          "การท่องเที่ยว", "ข่าวปลอม", "ยาเสพติด", "การเลือกตั้ง", "วัฒนธรรม")  # fmt: skip
TOPIC_SHARE = np.array([20, 14, 13, 12, 9, 8, 6, 6, 5, 3, 2, 2]) / 100
KINDS = tuple(kind.value for kind in MessageKind)
KIND_SHARE = np.array([0.62, 0.28, 0.08, 0.02])
S = MessageState
STATES = tuple(state.value for state in S)
STEPS = (S.DRAFT, S.SUBMITTED, S.APPROVED, S.PROOFREAD, S.PUBLISHED)


@dataclass(frozen=True)
class Messages:
    """Published messages by id less one, the first published first.

    Attributes:
        home: place of the author's province; -1 of regional offices and bureaus.
        zone: of the author; -1 at headquarters.
        corrected, withdrawn: the moment of the last such step; -1 without one.
        until: the last day on which it is to be passed on; -1 without an end.
    """

    office: Array
    home: Array
    zone: Array
    kind: Array
    topic: Array
    approved: Array
    published: Array
    corrected: Array
    withdrawn: Array
    until: Array

    def __len__(self) -> int:
        return len(self.published)

    @property
    def month(self) -> Array:
        """Number of the month of the first publication."""
        return months_of(days_of(self.published))


def write_messages(plan: Plan, places: Places) -> Messages:
    """The messages that were published; some more are drafts."""
    random = plan.random("messages")
    number = plan.messages - int(plan.messages * UNPUBLISHED)
    published = _published(plan, random, number)
    author = random.choice(len(AUTHORS), number, p=AUTHORS)
    province = random.choice(len(places.codes), number, p=_evened(places.weights))
    regional = np.array(sorted(places.regional.items()))
    zone = random.integers(0, len(regional), number)
    bureau = np.array(places.bureaus)[random.integers(0, len(places.bureaus), number)]
    topic = random.choice(len(TOPICS), number, p=TOPIC_SHARE)
    minutes = np.minimum(random.lognormal(3.1, 0.8, number), 2_000)
    until = days_of(published) + random.choice((60, 90, 180), number)
    return Messages(
        np.choose(author, [places.office[province], regional[zone, 1], bureau]),
        np.where(author == 0, province, NONE),
        np.choose(author, [places.zone[province], regional[zone, 0], np.full(number, NONE)]),
        random.choice(len(KINDS), number, p=KIND_SHARE),
        np.where(random.random(number) < 0.95, topic, NONE),
        published - (minutes * 60).astype(int),
        published,
        _later(plan, random, published, CORRECTED, 6 * 3_600),
        _later(plan, random, published, WITHDRAWN, 4 * DAY),
        np.where(random.random(number) < 0.3, until, NONE),
    )


def _evened(weights: Array) -> Array:
    """Small provinces write less than large ones, but not as much less."""
    root: Array = np.sqrt(weights)
    root /= root.sum()
    return root


def _published(plan: Plan, random: Generator, number: int) -> Array:
    chances = plan.busyness * WEEKDAYS[(plan.days + 3) % 7]  # 1970 began on a Thursday
    day = random.choice(plan.days, number, p=chances / chances.sum())
    hour = random.choice(24, number, p=HOURS / HOURS.sum())
    return np.sort(day * DAY + hour * 3_600 + random.integers(0, 3_600, number) - BANGKOK)


def _later(plan: Plan, random: Generator, since: Array, share: float, usual: int) -> Array:
    """A moment after others, for a share of them; -1 for the rest."""
    at = since + 1_800 + random.exponential(usual, len(since)).astype(int)
    happens = (random.random(len(since)) < share) & (at < plan.now)
    return np.where(happens, at, NONE)


def message_rows(plan: Plan, messages: Messages) -> Table:
    """The messages as rows, those that were never published last."""
    random, out = plan.random("texts"), len(messages)
    rest = plan.messages - out
    state = np.where(messages.withdrawn != NONE, STATES.index(S.WITHDRAWN),
                     np.where(messages.corrected != NONE, STATES.index(S.CORRECTED),
                              STATES.index(S.PUBLISHED)))  # fmt: skip
    more = np.full(rest, NONE)
    topic = np.append(messages.topic, random.integers(0, len(TOPICS), rest))
    number = np.arange(1, plan.messages + 1)
    text = _texts(number, topic)
    created = np.append(messages.approved - 5_400, plan.now - DAY - 3_600 * np.arange(rest))
    columns = {
        "id": number,
        "office_id": np.append(messages.office, random.choice(messages.office, rest)),
        "title": text,
        "sentence": text,
        "body": text,
        "kind": Words(np.append(messages.kind, np.zeros(rest, int)), KINDS),
        "topic": Words(topic, TOPICS),
        "valid_until": np.append(messages.until, more),
        "state": Words(np.append(state, random.integers(0, 2, rest)), STATES),
        "created_at": created,
        "published_at": np.append(messages.published, more),
        "language": "th",
        "route": "own",
        "code": _codes(random, plan.messages),
        "version": 1,
    }
    return Table(KeyMessage, columns)


def _texts(number: Array, topic: Array) -> Array:
    words = np.array([*(f"ข้อความสมมติเรื่อง{one} ที่ " for one in TOPICS), "ข้อความสมมติที่ "], dtype=object)
    found: Array = words[topic] + number.astype(str).astype(object)
    return found


def _codes(random: Generator, number: int) -> Array:
    """Public codes, no two alike: the first letters count."""
    letters = np.array(list(CODE_LETTERS))
    places = random.integers(0, len(letters), (number, CODE_LENGTH))
    counted = np.arange(number)
    for place in range(3):
        places[:, place] = counted // len(letters) ** place % len(letters)
    return np.array(["".join(row) for row in letters[places]], dtype=object)


def move_rows(messages: Messages) -> Table:
    """Every step of the messages' lives, in the order of time."""
    before_approval = (0, 1_800, 5_400)
    times = [
        *(messages.approved - 5_400 + seconds for seconds in before_approval),
        np.minimum(messages.approved + 60, messages.published),
        messages.published,
        messages.corrected,
        messages.withdrawn,
    ]
    after = [*STEPS, S.CORRECTED, S.WITHDRAWN]
    codes = np.repeat([STATES.index(one) for one in after], len(messages))
    before = np.repeat([NONE, *(STATES.index(one) for one in after[:4]), *[5] * 2], len(messages))
    at = np.concatenate(times)
    number = np.tile(np.arange(1, len(messages) + 1), len(after))
    twice = np.tile((messages.corrected != NONE) & (messages.withdrawn != NONE), len(after))
    before[twice & (codes == STATES.index(S.WITHDRAWN))] = STATES.index(S.CORRECTED)
    order = np.lexsort((codes, at))
    order = order[at[order] != NONE]
    columns = {
        "id": np.arange(1, len(order) + 1),
        "message_id": number[order],
        "before": Words(before[order], STATES),
        "after": Words(codes[order], STATES),
        "at": at[order],
        "reason": Words(np.where(codes[order] == STATES.index(S.WITHDRAWN), 0, NONE),
                        ("ข้อมูลเปลี่ยนไป",)),
    }  # fmt: skip
    return Table(MessageMove, columns)


def correction_rows(messages: Messages) -> Table:
    """What was wrong and what is right."""
    number = np.flatnonzero(messages.corrected != NONE)
    columns = {
        "id": np.arange(1, len(number) + 1),
        "message_id": number + 1,
        "at": messages.corrected[number],
        "text": "วันที่ในข้อความคลาดเคลื่อน ที่ถูกต้องคือวันถัดไป",
        "declined": False,
    }
    return Table(Correction, columns)
