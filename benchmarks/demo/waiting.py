"""What is left open on purpose, so that every role finds something to do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from benchmarks.demo import sheets
from benchmarks.demo.accounts import actor_of
from benchmarks.demo.campaign import CONFIRMED
from benchmarks.demo.letters import letters_and_rights
from benchmarks.demo.people import Crowd, Person
from benchmarks.demo.stories import STORIES
from importers.runs import plan
from importers.services import receive
from registry.access.models import Office
from registry.access.roles import Role
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.members.models import Member, MemberSpan, MemberState
from registry.members.states import change_state
from registry.members.transfer_models import RequestKind
from registry.members.transfers import Wish, ask
from registry.messages.services import MessageText, create, submit
from registry.periods.calendar import to_bangkok_date


def leave_open(folder: Path, seed: int, first: date, now: datetime) -> None:
    """Messages under way, a sheet under review, a request between offices."""
    officer = actor_of("P50", Role.PROVINCIAL)
    _messages(officer, actor_of("C-PRDB", Role.CENTRAL))
    _sheet(folder, seed, officer, first, to_bangkok_date(now))
    _transfer(officer)
    letters_and_rights(officer, now)


def departures(seed: int, first: date, today: date) -> None:
    """A few members leave or rest each month."""
    random = Random(seed)  # noqa: S311 - for looks, not for secrets
    central = actor_of("C-PRDB", Role.CENTRAL)
    early = select(MemberSpan.member_id).where(MemberSpan.from_on < first + timedelta(days=60))
    ids = list(db.session.scalars(early.order_by(MemberSpan.member_id)))
    with unit_of_work():
        for number in random.sample(ids, min(len(ids), 70)):
            member = db.session.get_one(Member, number)
            on = first + timedelta(days=random.randint(90, max(91, (today - first).days - 5)))
            to = random.choice((MemberState.LEFT, MemberState.LEFT, MemberState.INACTIVE))
            change_state(central, member, to, on=on, reason="แจ้งความประสงค์")


def _messages(officer: Actor, central: Actor) -> None:
    """A draft, and two messages that wait for their heads."""
    now = datetime.now(UTC)
    with unit_of_work():
        for number, (author, sent) in enumerate(
            ((officer, True), (central, True), (officer, False))
        ):
            story = STORIES[number]
            text = MessageText(
                title=story.title,
                sentence=story.sentence,
                body=story.body,
                topic=story.topic,
                author_line="นักประชาสัมพันธ์",
            )
            message = create(author, text, at=now - timedelta(hours=3))
            if sent:
                submit(author, message, CONFIRMED, at=now - timedelta(hours=2))


def _sheet(folder: Path, seed: int, officer: Actor, first: date, today: date) -> None:
    """A messy sheet of Chiang Mai that waits for decisions: some known, some wrong."""
    people = list(Crowd(seed + 1, first, today).of_province("50", 14))
    known = db.session.scalars(
        select(Member).where(Member.province_code == "50").order_by(Member.id).limit(2)
    )
    people += [_again(people[0], member) for member in known]
    people[3].phone, people[5].province, people[7].national_id = "12345", "เชียงใหญ่", "1234567890123"
    path = folder / "ใบสมัครเครือข่าย-เชียงใหม่.xlsx"
    title = "ใบสมัครสมาชิกเครือข่าย จังหวัดเชียงใหม่"
    sheets.write_sheet(path, title, people, lambda _: "เครือข่าย อป.มช. จังหวัดเชียงใหม่", hand=0)
    office = db.session.get_one(Office, officer.office_id)
    with unit_of_work():
        number = receive(officer, office, path.name, path.read_bytes()).id
    plan(number)


def _again(person: Person, member: Member) -> Person:
    """A person whose name is a member's, with another telephone."""
    return Person(
        **{
            **person.__dict__,
            "title": member.title or "",
            "first": member.first_name,
            "last": member.last_name or "",
            "national_id": "",
            "birth_year_be": (member.birth_year or 1980) + 543,
            "line_id": "",
        }
    )


def _transfer(officer: Actor) -> None:
    """Chiang Mai asks Songkhla for a member who has moved."""
    other = select(Member).where(Member.province_code == "90").order_by(Member.id).limit(1)
    office = db.session.get_one(Office, officer.office_id)
    with unit_of_work():
        member = db.session.scalars(other).one()
        wish = Wish(RequestKind.TRANSFER, "สมาชิกย้ายภูมิลำเนามาจังหวัดเชียงใหม่", province="50")
        ask(officer, office, member, wish)
