"""One of every thing that an address can name, for two offices that must not see each other's.

Each maker adds what it makes in the caller's transaction and gives the value that stands in the
address.  A parameter that no maker knows fails the tests: whoever adds a route teaches them here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256

from sqlalchemy import select
from werkzeug.routing import Rule

from importers.dissemination.models import DisseminationSheet
from importers.models import BatchState, ImportBatch
from importers.uploads import store
from registry.access.models import Office
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.channels.models import ChannelMember
from registry.db import db
from registry.facts.saved_view_models import SavedView
from registry.geography.models import ProvinceZone
from registry.jobs import Job
from registry.members.consent_models import Consent
from registry.members.merging import merge
from registry.members.models import Member
from registry.members.services import register
from registry.members.transfer_models import RequestKind, TransferRequest
from registry.members.values import MemberValues
from registry.messages import files
from registry.messages.audience_models import SavedAudience
from registry.messages.evidence_models import EvidenceItem
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.messages.library_models import MediaAsset
from registry.messages.media import signer
from registry.messages.models import KeyMessage, MessageMedia, MessageState, Publication
from registry.messages.release_models import Purpose, Release, ReleaseState
from registry.messages.request_models import PublicationRequest
from registry.messages.right_models import PublishingRight
from registry.networks.models import NetworkMember
from registry.outbox.deliveries import Target, make_deliveries
from registry.outbox.feeds import open_feed
from registry.outbox.line_models import Inbound, LineEvent
from registry.outbox.models import Delivery, Way
from registry.outbox.webhook_models import Webhook
from registry.periods.calendar import month_of
from registry.periods.dated_models import DatedSetting
from registry.periods.keeping_models import Disposal, ReportHold
from registry.periods.models import TimeStandard
from registry.periods.office_report_models import OfficeReport, ReportingDuty
from registry.portal.models import Certificate
from registry.portal.services import issue
from reports.directions.models import Direction, ReviewItem
from reports.disclosure.models import DisclosureRequest
from reports.exports.files import place_of
from reports.exports.models import SavedExport
from reports.exports.queries import EXPORT
from reports.jobs import CLOSE
from reports.targets import models as aims
from tests import cast

NOON = datetime(2026, 1, 15, 5, tzinfo=UTC)
DAY = date(2026, 1, 15)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
SHEET = "ชื่อ,นามสกุล\n".encode()
READ = {
    "sheet": "",
    "header_rows": [1],
    "mapping": {"ชื่อ": "first_name", "นามสกุล": "last_name"},
    "columns": [],
    "unknown_columns": [],
    "sensitive_columns": [],
    "unsure_columns": [],
    "skipped": {},
    "hidden_columns": 0,
    "hidden_sheets": [],
    "other_sheets": [],
}
PEOPLE = {"P50": "malee50", "P90": "aree90"}
OTHERS = {"P50": "somchai50", "P90": "hasan90"}
OFFICERS = {"P50": "officer50", "P90": "officer90"}


Maker = Callable[["World"], object]


@dataclass
class World:
    """What belongs to one office; made when first asked for."""

    office: str
    made: dict[Maker, object] = field(default_factory=dict)

    def value(self, rule: Rule, name: str) -> object:
        """What stands for a parameter of an address.

        Raises:
            LookupError: no maker knows it.
        """
        for key in (f"{rule.endpoint}:{name}", f"{rule.endpoint.split('.')[0]}:{name}", name):
            if maker := MAKERS.get(key):
                if maker not in self.made:
                    self.made[maker] = maker(self)
                    db.session.flush()
                return self.made[maker]
        raise LookupError(f"tests/objects.py: teach MAKERS what <{name}> of {rule} stands for")

    def values(self, rule: Rule) -> dict[str, object]:
        """All parameters of an address."""
        return {name: self.value(rule, name) for name in rule.arguments}

    def address(self, rule: Rule) -> str:
        """An address of a route that names this office's things."""
        built = rule.build(self.values(rule))
        if built is None:
            raise LookupError(f"tests/objects.py: {rule} refuses {self.values(rule)}")
        return str(built[1])

    @property
    def province(self) -> str:
        """The office's province."""
        return self.office[1:]


def _office(world: World) -> Office:
    return db.session.scalars(select(Office).where(Office.code == world.office)).one()


def _member(world: World) -> int:
    return cast.member(PEOPLE[world.office]).id


def _event(world: World) -> int:
    person = cast.user(OFFICERS[world.office])
    row = record(
        Actor(person.id, "web", person.office_id),
        Action.MEMBER_UPDATE,
        "member",
        _member(world),
        province=world.province,
        changes={"phone": ["0810000000", "0810000001"]},
    )
    db.session.flush()
    return row.id


def _message(world: World) -> KeyMessage:
    found = db.session.scalar(
        select(KeyMessage).where(KeyMessage.office_id == _office(world).id).limit(1)
    )
    return found or _new_message(world)


def _new_message(world: World) -> KeyMessage:
    row = KeyMessage(
        office=_office(world),
        author=cast.user(OFFICERS[world.office]),
        title=f"น้ำท่วม {world.office}",
        sentence="เตรียมตัวก่อนน้ำมา",
        body="ยกของขึ้นที่สูง",
        state=MessageState.PUBLISHED.value,
        created_at=NOON,
        published_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _media(world: World) -> int:
    row = MessageMedia(
        message=_message(world),
        filename="poster.png",
        stored=files.store(PNG, ".png"),
        content_type="image/png",
        size=len(PNG),
        sha256=sha256(PNG).hexdigest(),
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _asset(world: World) -> int:
    row = MediaAsset(
        office_id=_office(world).id,
        filename="poster.png",
        stored=files.store(PNG, ".png"),
        content_type="image/png",
        size=len(PNG),
        sha256=sha256(PNG).hexdigest(),
        title="โปสเตอร์",
        search_text="โปสเตอร์",
        created_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _delivery(world: World) -> int:
    """A task by hand of a running release."""
    release = Release(
        message=_message(world),
        office_id=_office(world).id,
        purpose=Purpose.ONWARD.value,
        planned_at=NOON,
        created_at=NOON,
        state=ReleaseState.RUNNING.value,
    )
    db.session.add(release)
    db.session.flush()
    channel = cast.channel(world.office).id
    make_deliveries(release, [Target(Way.HAND, f"c:{channel}", channel)])
    return db.session.scalars(select(Delivery.id).where(Delivery.release_id == release.id)).one()


def _webhook(world: World) -> int:
    row = Webhook(
        channel_id=cast.channel(world.office).id,
        name="เว็บไซต์จังหวัด",
        url="https://www.example.org/hook",
        secret_name="SANG_WEBHOOK_SECRET_TEST",  # noqa: S106 - a variable's name
        created_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _feed(world: World) -> str:
    """The secret part of an open feed's address."""
    person = cast.user(OFFICERS[world.office])
    office_actor = Actor(person.id, "web", person.office_id)
    return open_feed(office_actor, cast.network(world.office)).token


def _public_media(world: World) -> str:
    """The token of an address that LINE fetches."""
    return signer().dumps([World.value(world, _ANY, "media_id"), 0, 4_102_444_800])


def _inbound(world: World) -> int:
    """Something with a picture that a member of the office sent to the bot."""
    row = Inbound(
        member_id=_member(world),
        at=NOON,
        kind="text",
        text="ถนนขาด",
        picture=files.store(PNG, ".png", secret=True),
        picture_type="image/png",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _line_event(world: World) -> int:
    """An event that failed; those who look after the bot see it."""
    row = LineEvent(
        bot="b",
        webhook_event_id=f"failed-{world.office}",
        source_hash="s",
        kind="message",
        body={},
        at=NOON,
        arrived_at=NOON,
        due_at=NOON,
        state="failed",
        reason="KeyError",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _place(world: World) -> dict[str, object]:
    """What every fact of the ledger carries."""
    return {
        "month": month_of(DAY),
        "province_code": world.province,
        "network_type": "village_volunteer",
        "on": DAY,
    }


def _publication(world: World) -> int:
    row = Publication(
        **_place(world),
        message=_message(world),
        channel=cast.channel(world.office),
        office_id=_office(world).id,
        channel_kind="line_group",
        message_kind="public_use",
        at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _recipient(world: World) -> None:
    publication = World.value(world, _ANY, "publication_id")
    db.session.add(
        Recipient(
            **_place(world),
            message_id=_message(world).id,
            member_id=_member(world),
            publication_id=publication,
            office_id=_office(world).id,
            channel_kind="line_group",
            message_kind="public_use",
            published_at=NOON,
        )
    )


def _dissemination(world: World) -> int:
    _recipient(world)
    row = Dissemination(
        **_place(world),
        message_id=_message(world).id,
        member_id=_member(world),
        channel_id=cast.channel(PEOPLE[world.office]).id,
        office_id=_office(world).id,
        channel_kind="line_group",
        message_kind="public_use",
        at=NOON,
        source="officer",
        recorded_at=NOON,
        evidence=files.store(PNG, ".png", secret=True),
        evidence_type="image/png",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _evidence(world: World) -> int:
    report = db.session.scalars(
        select(Dissemination).where(
            Dissemination.id == World.value(world, _ANY, "dissemination_id")
        )
    ).one()
    row = EvidenceItem(
        month=report.month,
        dissemination_id=report.id,
        kind="capture",
        stored=files.store(PNG, ".png", secret=True),
        content_type="image/png",
        sha256=sha256(PNG).hexdigest(),
        by_office=True,
        taken_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _planned(world: World) -> int:
    """A release that waits for a second person."""
    row = Release(
        message=_message(world),
        office=_office(world),
        purpose=Purpose.ONWARD.value,
        channels=[cast.channel(world.office).id],
        planned_at=NOON,
        created_at=NOON,
        state=ReleaseState.WAITING.value,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _saved_audience(name: str) -> Maker:
    def make(world: World) -> int:
        row = SavedAudience(
            office_id=_office(world).id, name=name, filters={"zones": [3]}, saved_at=NOON
        )
        db.session.add(row)
        db.session.flush()
        return row.id

    return make


def _saved_view(name: str) -> Maker:
    def make(world: World) -> int:
        person = cast.user(OFFICERS[world.office])
        row = SavedView(user_id=person.id, name=name, path="/dashboards/", created_at=NOON)
        db.session.add(row)
        db.session.flush()
        return row.id

    return make


def _saved_export(name: str) -> Maker:
    def make(world: World) -> int:
        person = cast.user(OFFICERS[world.office])
        row = SavedExport(
            user_id=person.id,
            office_id=person.office_id,
            name=name,
            definition={"measures": "networks_active", "kind": "quarter", "last": "1"},
            created_at=NOON,
        )
        db.session.add(row)
        db.session.flush()
        return row.id

    return make


def _made_table(world: World) -> str:
    """A finished file of an officer."""
    person, result = cast.user(OFFICERS[world.office]), {"name": "t.csv", "rows": 1, "parts": 1}
    args = {"definition": {}, "title": "ตาราง"}
    row = Job(kind=EXPORT, args=args, user_id=person.id, created_at=NOON, due_at=NOON)
    row.state, row.result = "done", {**result, "size": 1, "sha256": "0" * 64}
    db.session.add(row)
    db.session.flush()
    folder = place_of(row.id)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "t.csv").write_text("1")
    return row.id


def _question(world: World) -> int:
    row = Question(
        **_place(world),
        message=_message(world),
        member_id=_member(world),
        text="จริงหรือ",
        asked_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _news(world: World) -> int:
    row = MemberNews(
        **_place(world),
        member_id=_member(world),
        text="ถนนขาด",
        sent_at=NOON,
        picture=files.store(PNG, ".png", secret=True),
        picture_type="image/png",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _roster(world: World) -> int:
    row = ChannelMember
    group = cast.channel(world.office).id
    return db.session.scalars(select(row.id).where(row.channel_id == group).limit(1)).one()


def _membership(world: World) -> int:
    row = NetworkMember
    own = cast.network(world.office).id
    return db.session.scalars(select(row.id).where(row.network_id == own).limit(1)).one()


def _consent(world: World) -> int:
    row = Consent
    return db.session.scalars(select(row.id).where(row.member_id == _member(world)).limit(1)).one()


def _sent_message(world: World) -> int:
    """A message that was sent to the office's member."""
    World.value(world, _ANY, "dissemination_id")
    return _message(world).id


def _certificate(world: World) -> int:
    row = Certificate(
        member_id=_member(world),
        office_id=_office(world).id,
        made_at=NOON,
        since=DAY,
        until=DAY,
        messages=1,
        disseminations=1,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _link(world: World) -> str:
    return issue(Actor.system(), cast.member(PEOPLE[world.office]))


def _transfer(*, asks: bool) -> Maker:
    """A request between the office and a third one, by either of them."""

    def make(world: World) -> int:
        own, third = _office(world), _office(World("P51"))
        row = TransferRequest(
            member_id=_member(world) if not asks else cast.member("kaew51").id,
            kind=RequestKind.TRANSFER.value,
            from_office_id=third.id if asks else own.id,
            to_office_id=own.id if asks else third.id,
            reason="ย้ายบ้าน",
            asked_at=NOON,
        )
        db.session.add(row)
        db.session.flush()
        return row.id

    return make


def _batch(world: World) -> int:
    """A planned import of a sheet without rows."""
    row = ImportBatch(
        office_id=_office(world).id,
        user_id=cast.user(OFFICERS[world.office]).id,
        file_name="รายชื่อ.csv",
        sha256=sha256(world.office.encode()).hexdigest(),
        size=len(SHEET),
        stored=store(SHEET),
        state=BatchState.PLANNED.value,
        summary=READ,
        created_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _sheet(world: World) -> int:
    """A filled sheet of dissemination, read but not yet saved."""
    row = DisseminationSheet(
        office_id=_office(world).id,
        user_id=cast.user(OFFICERS[world.office]).id,
        network_id=cast.network(world.office).id,
        month=month_of(DAY),
        filename="ผลการเผยแพร่.xlsx",
        sha256=sha256(world.office.encode()).hexdigest(),
        typed={},
        uploaded_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _closing(world: World) -> str:
    row = Job(
        kind=CLOSE,
        args={"code": "2569-Q1"},
        state="done",
        user_id=cast.user("central").id,
        created_at=NOON,
        due_at=NOON,
        finished_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _merge(world: World) -> int:
    """A record of the office that was merged into another one of it."""
    one, other = (_new_record(world, title) for title in ("นาย", "นางสาว"))
    return merge(Actor.system(), one, other, (), on=DAY, reason="คนเดียวกัน").id


def _new_record(world: World, title: str) -> Member:
    values = MemberValues("พิมพ์", world.province, "village_volunteer", title=title)
    return register(Actor.system(), _office(world), values, on=DAY)


def _first(model: type) -> Callable[[World], int]:
    return lambda world: db.session.scalars(select(model.id).limit(1)).one()  # type: ignore[attr-defined]


def _letter(world: World) -> int:
    """A request to publish that came to the office, with its letter."""
    row = PublicationRequest(
        office_id=_office(world).id,
        unit="โรงพยาบาลตัวอย่าง",
        letter_number="1/2569",
        letter_date=DAY,
        subject="ขอเผยแพร่",
        text="เชิญรับวัคซีน",
        received_at=NOON,
        letter=files.store(PNG, ".png", secret=True),
        letter_type="image/png",
        letter_name="letter.png",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _right(world: World) -> int:
    """An office's application for the right to publish, with its form."""
    row = PublishingRight(
        office_id=_office(world).id,
        reason="เผยแพร่ในไลน์กลุ่ม",
        asked_at=NOON,
        form=files.store(PNG, ".png", secret=True),
        form_type="image/png",
        form_name="form.png",
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _dated(world: World) -> int:
    row = DatedSetting(name="grace_days", value=9, valid_from=date(2099, 1, 1), source="คำสั่ง")
    db.session.add(row)
    db.session.flush()
    return row.id


_ANY = Rule("/", endpoint="any")


def _disposal(world: World) -> int:
    row = Disposal(reason="พ้นกำหนดเก็บรักษา", proposed_at=NOON)
    db.session.add(row)
    db.session.flush()
    return row.id


def _hold(world: World) -> int:
    row = ReportHold(code="2569-Q1", reason="อยู่ระหว่างตรวจสอบ", placed_at=NOON)
    db.session.add(row)
    db.session.flush()
    return row.id


def _reporting(world: World) -> str:
    """The code of an office that submitted its report of January 2569."""
    office = _office(world).id
    db.session.add(ReportingDuty(office_id=office, frequency="monthly", valid_from=DAY))
    report = OfficeReport(
        office_id=office,
        period="2569-01",
        state="submitted",
        results=f"ผลงาน {world.office}",
        first_submitted_at=NOON,
    )
    db.session.add(report)
    return world.office


def _direction(world: World) -> int:
    row = Direction(
        period="2569-Q1",
        revision=1,
        fiscal_year=2569,
        office_id=_office(world).id,
        text=f"ติดตามเครือข่าย {world.office}",
        due_on=DAY,
        given_by="ผู้บริหาร",
        entered_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _reviewed(world: World) -> int:
    row = ReviewItem(year=2570, direction_id=_direction(world), marked_at=NOON)
    db.session.add(row)
    db.session.flush()
    return row.id


def _target(world: World) -> int:
    row = aims.Target(
        fiscal_year=2569,
        measure="members_active",
        value=100,
        source="แผน",
        set_on=DAY,
        entered_at=NOON,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _disclosure(world: World) -> int:
    row = DisclosureRequest(
        received_on=DAY, asked_by="ที่ ทส 1/2569", wanted="รายงาน", due_on=DAY, entered_at=NOON
    )
    db.session.add(row)
    db.session.flush()
    return row.id


MAKERS: dict[str, Maker] = {
    "filename": lambda world: "sang.css",
    "bootstrap:filename": lambda world: "css/bootstrap.min.css",
    "locale": lambda world: "th",
    "user_id": lambda world: cast.user(OFFICERS[world.office]).id,
    "offices:code": lambda world: world.office,
    "network_types:code": lambda world: "education",
    "imports:code": lambda world: "education",
    "security.two_factor_setup_validate:token": lambda world: "not-a-token",
    "event_id": _event,
    "geography:row_id": _first(ProvinceZone),
    "standards:row_id": _first(TimeStandard),
    "dated:row_id": _dated,
    "requests:request_id": _letter,
    "right_id": _right,
    "member_id": _member,
    "other_id": lambda world: cast.member(OTHERS[world.office]).id,
    "merge_id": _merge,
    "network_id": lambda world: cast.network(world.office).id,
    "channel_id": lambda world: cast.channel(world.office).id,
    "delivery_id": _delivery,
    "webhook_id": _webhook,
    "feeds:token": _feed,
    "feeds:kind": lambda world: "rss",
    "outbox:way": lambda world: "line",
    "message_id": lambda world: _message(world).id,
    "media_id": _media,
    "asset_id": _asset,
    "public_media:token": _public_media,
    "publication_id": _publication,
    "dissemination_id": _dissemination,
    "question_id": _question,
    "release_id": _planned,
    "audiences.rename:saved_id": _saved_audience("อป.มช."),
    "saved_views.rename:view_id": _saved_view("ภาพรวม"),
    "saved_views.set_home:view_id": _saved_view("หน้าแรก"),
    "saved_views.delete:view_id": _saved_view("เดือนนี้"),
    "audiences.delete:saved_id": _saved_audience("หอกระจายข่าว"),
    "exports.copy:saved_id": _saved_export("รายไตรมาส"),
    "exports.delete:saved_id": _saved_export("รายเดือน"),
    "exports.make_saved:saved_id": _saved_export("รายปี"),
    "exports.rename:saved_id": _saved_export("รายเขต"),
    "exports.share:saved_id": _saved_export("รายจังหวัด"),
    "exports:job_id": _made_table,
    "audience:reason": lambda world: "left",
    "inbound_id": _inbound,
    "line_event_id": _line_event,
    "line:way": lambda world: "news",
    "news_id": _news,
    "reports:job_id": _closing,
    "dissemination:row_id": _dissemination,
    "evidence:row_id": _dissemination,
    "item_id": _evidence,
    "portal:row_id": _dissemination,
    "portal:form": lambda world: "json",
    "portal:channel_id": lambda world: cast.channel(PEOPLE[world.office]).id,
    "portal:certificate_id": _certificate,
    "phone:message_id": _sent_message,
    "genuine:code": lambda world: _message(world).code,
    "genuine:rest": lambda world: "a/b",
    "portal:rest": lambda world: "nowhere",
    "portal:token": _link,
    "portal:purpose": lambda world: "portrait",
    "portal:change": lambda world: "give",
    "channels:row_id": _roster,
    "channels:reply": lambda world: "accept",
    "networks:row_id": _membership,
    "consent_id": _consent,
    "transfers.decide:request_id": _transfer(asks=False),
    "transfers.withdraw:request_id": _transfer(asks=True),
    "batch_id": _batch,
    "sheet_id": _sheet,
    "office_reports:period": lambda world: "2569-01",
    "office_reports:office": _reporting,
    "disposal_id": _disposal,
    "direction_id": _direction,
    "review:item_id": _reviewed,
    "target_id": _target,
    "disclosure:request_id": _disclosure,
    "directions:period": lambda world: "2569-Q1",
    "classes:period": lambda world: "2569-Q1",
    "foreword:period": lambda world: "2569-Q1",
    "memorandum:period": lambda world: "2569-Q1",
    "hold_id": _hold,
    "subscriptions:code": lambda world: "2569-Q1",
    "reports:code": lambda world: "2569-Q1",
    "reports:period": lambda world: "2569-Q1",
    "reports:format": lambda world: "xlsx",
    "dashboards:name": lambda world: "overview",
    "dashboards:exhibit": lambda world: "key-figures",
    "dashboards:form": lambda world: "xlsx",
    "path": lambda world: "reports",
    "package_name": lambda world: "dash",
    "fingerprinted_path": lambda world: "dash-renderer/build/dash_renderer.min.js",
}
