"""Two records of one person: what the survivor takes over, the figures, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from registry.access.models import Office
from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.channels.services import ChannelValues, add_to_roster, open_channel
from registry.db import Base, begin_write, db, unit_of_work
from registry.errors import Refused
from registry.facts.evaluate import evaluate
from registry.facts.spans import Months
from registry.members import merge_undo, merging, queries, states, transfers
from registry.members.consents import give_consent, withdraw_consent
from registry.members.duplicates import Probe, find_matches
from registry.members.list_queries import MemberFilters, count_members
from registry.members.merge_queries import likely_same, merge_to_undo
from registry.members.models import (
    Consent,
    ConsentPurpose,
    Member,
    MemberMerge,
    MemberState,
    RequestKind,
)
from registry.members.services import register
from registry.members.values import MemberValues
from registry.messages.ledger_models import Dissemination, MemberNews, Question, Recipient
from registry.networks.models import NetworkMember
from registry.networks.services import join
from registry.periods.calendar import month_of
from registry.portal.services import issue, open_link
from tests import cast
from tests.meanwhile import meanwhile
from tests.objects import DAY, NOON, World, _message, _new_message, _place, _publication

ClientOf = Callable[[str], FlaskClient]
SYSTEM = Actor.system()
SINCE = date(2025, 3, 1)
TODAY = date(2026, 2, 10)
TWIN = "twin"
REASON = "โทรศัพท์สอบถามแล้ว"
LEFT_OUT = {"audit_event", "audit_head", "audit_link", "audit_personal", "job", "member_merge"} | {
    "sign_in",
    "throttle",
    "user_session",
}


def twin(uid: str = TWIN, **changes: Any) -> Member:
    """A second record of มาลี in Chiang Mai, who joined half a year later."""
    values = {"title": "น.ส.", "phone": "0810000501", "email": "malee@example.org"} | changes
    member = register(
        SYSTEM,
        db.session.scalars(select(Office).where(Office.code == "P50")).one(),
        MemberValues("มาลี", "50", "village_volunteer", last_name="ดวงแก้ว", **values),
        on=SINCE,
        consents=(ConsentPurpose.MESSAGES, ConsentPurpose.PORTRAIT),
    )
    member.uid = uid
    db.session.flush()
    return member


def busy_twin() -> Member:
    """The twin with something in every table that a merge touches."""
    member = twin()
    values = ChannelValues(kind=ChannelKind.LINE_GROUP, name="ไลน์กลุ่ม twin", opened_on=SINCE)
    open_channel(SYSTEM, member, values)
    join(SYSTEM, cast.network("P50"), [member], on=SINCE)
    join(SYSTEM, cast.network("C-NNT"), [member], on=SINCE)
    add_to_roster(SYSTEM, cast.channel("P50"), [member], on=SINCE)
    world = World("P50")
    shared, own = _message(world), _new_message(world)
    publication = _publication(world)
    for message, person, received in (
        (shared, cast.member("malee50"), None),
        (shared, member, NOON),
        (own, member, None),
    ):
        db.session.add(_recipient(world, message.id, person.id, publication, received))
    placed = _place(world) | {"member_id": member.id}
    db.session.add(_dissemination(placed, shared.id))
    db.session.add(Question(**placed, text="จริงหรือ", asked_at=NOON))
    db.session.add(MemberNews(**placed, text="ถนนขาด", sent_at=NOON))
    db.session.flush()
    return member


def _recipient(
    world: World, message: int, member: int, publication: int, received: datetime | None
) -> Recipient:
    return Recipient(
        **_place(world),
        message_id=message,
        member_id=member,
        publication_id=publication,
        office_id=cast.network("P50").office_id,
        channel_kind="line_group",
        message_kind="public_use",
        published_at=NOON,
        received_at=received,
    )


def _dissemination(placed: dict[str, Any], message: int) -> Dissemination:
    return Dissemination(
        **placed,
        message_id=message,
        channel_id=cast.channel(TWIN).id,
        office_id=cast.network("P50").office_id,
        channel_kind="line_group",
        message_kind="public_use",
        at=NOON,
        source="officer",
        recorded_at=NOON,
    )


def merge(
    takes: tuple[str, ...] = (), survivor: str = "malee50", merged: str = TWIN, on: date = TODAY
) -> MemberMerge:
    people = cast.member(survivor), cast.member(merged)
    return merging.merge(SYSTEM, *people, takes, on=on, reason=REASON)


def undo(number: int) -> None:
    merge_undo.undo(SYSTEM, merge_to_undo(Scope.all(), number))


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for trails, and for what only ever goes up."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            rows = db.session.execute(select(table).order_by(*table.primary_key)).mappings()
            found[table.name] = [
                {name: row[name] for name in row if name not in ("version", "updated_at")}
                for row in rows
            ]
    return found


def figure(name: str, scope: Scope, day: date) -> float | None:
    return evaluate(scope, [name], Months(month_of(day), month_of(day)))[0].value


def members_active(scope: Scope, day: date) -> float | None:
    return figure("members_active", scope, day)


def owned(model: Any, member: Member) -> int:
    query = select(func.count()).select_from(model).where(model.member_id == member.id)
    return int(db.session.scalar(query) or 0)


def test_the_survivor_takes_everything_over_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        busy_twin()
        row = merge(("email", "name"))
        malee, other = cast.member("malee50"), cast.member(TWIN)
        assert (malee.title, malee.email, malee.birth_year) == ("น.ส.", "malee@example.org", 1980)
        assert malee.joined_on == cast.SINCE
        for model in (Channel, Dissemination, Question, MemberNews, Recipient, NetworkMember):
            assert owned(model, other) == 0, model
        assert [owned(model, malee) for model in (Channel, NetworkMember, ChannelMember)] == [
            2,  # her own and the twin's
            2,  # of Chiang Mai once, of the bureau from the twin
            1,
        ]
        received = db.session.scalars(select(Recipient.received_at).filter_by(member_id=malee.id))
        assert sorted(received, key=str) == [NOON, None]
        assert row.survivor_id == malee.id
        event = db.session.scalars(select(AuditEvent).filter_by(action=Action.MEMBER_MERGE)).one()
        assert event.details["from"] == other.id


def test_consents_stand_once_and_the_last_word_holds(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        twin()
        malee, messages = cast.member("malee50"), ConsentPurpose.MESSAGES.value
        merge()
        standing = [row.purpose for row in malee.consents if row.withdrawn_on is None]
        assert sorted(standing) == ["messages", "portrait", "registry"]
        assert [row.given_on for row in malee.consents if row.purpose == messages] == [cast.SINCE]


def test_a_withdrawal_on_either_record_is_heard(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        consents = {row.purpose: row for row in twin().consents}
        withdraw_consent(SYSTEM, consents["messages"], on=DAY)
        give_consent(SYSTEM, cast.member(TWIN), ConsentPurpose.REGISTRY, on=SINCE, source="form")
        merge()
        malee = cast.member("malee50")
        ends = {row.purpose: row.withdrawn_on for row in malee.consents if row.withdrawn_on}
        assert ends == {"messages": DAY}
        assert db.session.scalar(select(func.count(Consent.id)).filter_by(member_id=malee.id)) == 4


def test_spans_that_overlap_become_one(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        member = twin()
        network, malee = cast.network("P50"), cast.member("malee50")
        rows = update(NetworkMember).where(NetworkMember.member_id == malee.id)
        db.session.execute(rows.values(to_on=date(2025, 6, 1)))
        join(SYSTEM, network, [member], on=SINCE)
        db.session.scalars(
            select(NetworkMember).filter_by(member_id=member.id)
        ).one().coordinator = True
        merge()
        kept = db.session.scalars(select(NetworkMember).filter_by(member_id=malee.id)).one()
        assert (kept.from_on, kept.to_on, kept.coordinator) == (cast.SINCE, None, True)


def test_figures_lists_and_matching_know_the_person_once(app: Flask) -> None:
    scope = Scope.of_provinces("50")
    with app.app_context(), unit_of_work():
        member = busy_twin()
        probe = Probe.of(MemberValues.of(member))
        assert members_active(scope, TODAY) == 4
        whole = figure("retention_rate", scope, TODAY)
        row = merge()
        assert members_active(scope, TODAY) == 3
        assert members_active(scope, DAY) == 4, "the past stays"
        assert figure("retention_rate", scope, TODAY) == pytest.approx(whole)
        assert count_members(scope, MemberFilters())[0] == 3
        for seen in (scope, Scope.all()):
            found = find_matches(seen, [probe])[0]
            assert member.id not in {match.member_id for match in found}
        undo(row.id)
        assert members_active(scope, TODAY) == 4


def test_undo_restores_every_row(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            token = issue(SYSTEM, busy_twin())[1]
            versions = [cast.member(name).version for name in ("malee50", TWIN)]
        before = everything()
        with unit_of_work():
            number = merge(("email", "name", "network_type", "address")).id
        assert everything() != before
        assert open_link(token) is None
        with unit_of_work():
            undo(number)
        after = everything()
        assert {name for name in after if after[name] != before[name]} == set()
        assert open_link(token) is not None
        again = [cast.member(name).version for name in ("malee50", TWIN)]
        assert all(now > then for now, then in zip(again, versions, strict=True))
        with unit_of_work(), pytest.raises(Refused, match="ถูกยกเลิกไปแล้ว|undone already"):
            undo(number)


def test_the_national_id_goes_with_the_person_and_back(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            twin()
        before = everything()
        with unit_of_work():
            number = merge((), survivor=TWIN, merged="malee50").id
            assert cast.member(TWIN).national_id == "1500012345676"
            assert cast.member("malee50").national_id_hash is None
            assert cast.member(TWIN).joined_on == cast.SINCE
        with unit_of_work():
            undo(number)
        assert everything() == before


def test_a_record_of_today_and_a_move_are_taken_back(app: Flask) -> None:
    """Days that never were: the twin's only span has no day, the survivor's is replaced."""
    with app.app_context():
        with unit_of_work():
            twin(district_code="5007")
            cast.member(TWIN).province_code = "50"
            cast.member(TWIN).network_type = "loudspeaker"
            db.session.execute(update(Base.metadata.tables["member_span"]).values(from_on=SINCE))
        before = everything()
        with unit_of_work():
            number = merge(("network_type", "address"), on=SINCE).id
            assert cast.member("malee50").network_type == "loudspeaker"
        with unit_of_work():
            undo(number)
        assert everything() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "other@example.org"}, "อีเมล"),
        ({"occupation": "ครู"}, "อาชีพ"),
    ],
)
def test_undo_names_what_was_changed_since(app: Flask, change: dict[str, str], said: str) -> None:
    with app.app_context():
        with unit_of_work():
            twin()
            number = merge().id
        with unit_of_work():
            for name, value in change.items():
                setattr(cast.member("malee50"), name, value)
        before = everything()
        with app.test_request_context(), unit_of_work(), pytest.raises(Refused, match=said):
            undo(number)
        assert everything() == before


def test_undo_names_a_channel_that_was_renamed(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            busy_twin()
            number = merge().id
        with unit_of_work():
            cast.channel(TWIN).url = "https://example.org/new"
        with app.test_request_context(), unit_of_work(), pytest.raises(Refused, match="กลุ่ม twin"):
            undo(number)


def test_what_came_after_the_merge_stays_with_the_survivor(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            member = twin()
            number = merge().id
            malee = cast.member("malee50")
            give_consent(SYSTEM, malee, ConsentPurpose.PORTRAIT, on=TODAY, source="form")
            values = ChannelValues(kind=ChannelKind.TIKTOK, name="ใหม่", opened_on=TODAY)
            open_channel(SYSTEM, malee, values)
        with unit_of_work():
            undo(number)
        assert (owned(Channel, malee), owned(Channel, member)) == (2, 0)


def test_a_row_number_that_was_given_away_is_no_hindrance(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            member = twin()
            join(SYSTEM, cast.network("P50"), [member], on=SINCE)
            number = merge().id
            join(SYSTEM, cast.network("P50"), [cast.member("kaew51")], on=TODAY)
        with unit_of_work():
            undo(number)
        assert owned(NetworkMember, member) == 1
        assert owned(NetworkMember, cast.member("kaew51")) == 1


def test_a_later_merge_is_undone_first(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        twin()
        first = merge()
        twin("third", phone="0810000777")
        second = merge(merged="third")
        with pytest.raises(Refused, match="later|ครั้งหลัง"):
            undo(first.id)
        undo(second.id)
        undo(first.id)
        assert not db.session.scalars(select(Member).where(Member.merged_into_id.isnot(None))).all()


def third(state: MemberState) -> None:
    twin()
    states.change_state(SYSTEM, cast.member("malee50"), state, on=TODAY)


def organisation() -> None:
    twin(kind="organisation", title=None)


def asked_for() -> None:
    wish = transfers.Wish(RequestKind.TRANSFER, "ย้ายบ้าน", province="90")
    office = db.session.scalars(select(Office).where(Office.code == "P90")).one()
    transfers.ask(SYSTEM, office, twin(), wish)


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda: twin(national_id="1101700230708"), "เลขประจำตัวประชาชนต่างกัน"),
        (lambda: third(MemberState.INACTIVE), "อีกระเบียน"),
        (lambda: third(MemberState.LEFT), "อีกระเบียน"),
        (organisation, "องค์กร"),
        (asked_for, "คำขอ"),
    ],
)
def test_two_that_cannot_be_one(
    app: Flask, client_of: ClientOf, prepare: Callable[[], object], said: str
) -> None:
    with app.app_context():
        with unit_of_work():
            prepare()
            numbers = [cast.member(name).id for name in ("malee50", TWIN)]
        before = everything()
    client = client_of("officer50")
    page = client.get(path(*numbers)).text
    assert said in page
    assert 'name="reason"' not in page
    assert said in send(client, *numbers).text
    with app.app_context():
        assert everything() == before


def path(member: int, other: int) -> str:
    return f"/members/{member}/merge/{other}"


def send(client: FlaskClient, member: int, other: int, **changes: str) -> Any:
    """Fill in the page of two records and send it."""
    html = client.get(path(member, other)).text
    hidden = dict(re.findall(r'name="(version|other_version)" type="hidden" value="(\d+)"', html))
    ticked = dict(re.findall(r'name="(take_\w+)" value="(\w+)" checked', html))
    return client.post(path(member, other), data={**hidden, **ticked, "reason": REASON, **changes})


def made(app: Flask) -> tuple[int, int]:
    with app.app_context():
        with unit_of_work():
            busy_twin()
        return cast.member("malee50").id, cast.member(TWIN).id


def test_the_pages_from_picking_to_undoing(app: Flask, client_of: ClientOf) -> None:
    malee, other = made(app)
    client = client_of("officer50")
    assert f"/members/{malee}/merge" in client.get(f"/members/{malee}").text
    picked = client.get(f"/members/{malee}/merge").text
    assert path(malee, other) in picked
    assert path(malee, other) in client.get(f"/members/{malee}/merge?q=มาลี").text
    page = client.get(path(malee, other)).text
    assert "0810000501" not in page
    assert "1500012345676" not in page
    assert re.search(r'value="there" checked.*malee@example.org', page, re.S)
    assert path(other, malee) in page
    answer = send(client, malee, other, take_name="there")
    assert answer.headers["Location"] == f"/members/{malee}"
    with app.app_context():
        kept = cast.member("malee50")
        assert (kept.title, kept.email) == ("น.ส.", "malee@example.org")
        number = db.session.scalars(select(MemberMerge.id)).one()
    assert client.get(f"/members/{other}").headers["Location"] == f"/members/{malee}"
    shown = client.get(f"/members/{malee}").text
    assert REASON in shown
    assert f"/members/merges/{number}/undo" in shown
    assert client.get(path(malee, other)).headers["Location"] == f"/members/{malee}"
    assert client.post(f"/members/merges/{number}/undo").status_code == 302
    assert "คืนทั้งสองระเบียน" in client.get(f"/members/{malee}").text
    assert client.get(f"/members/{other}").status_code == 200


def test_a_double_click_merges_once(app: Flask, client_of: ClientOf) -> None:
    malee, other = made(app)
    client = client_of("officer50")
    assert send(client, malee, other).status_code == 302
    data = {"version": "1", "other_version": "1", "reason": REASON}
    for address in (path(malee, other), path(other, malee)):
        again = client.post(address, data=data)
        assert again.headers["Location"] == f"/members/{malee}"
    with app.app_context():
        assert db.session.scalar(select(func.count(MemberMerge.id))) == 1


def test_both_ways_at_once_leave_one(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        twin(national_id=None)
        names = ("malee50", TWIN)
    pairs: list[tuple[str, str]] = [names, names[::-1]]

    def step(pair: tuple[str, str]) -> Callable[[], object]:
        return lambda: merge((), *pair)

    assert "รวมเป็นระเบียนเดียวกันแล้ว" in meanwhile(app, step(pairs[0]), step(pairs[1]))
    with app.app_context():
        assert cast.member(TWIN).merged_into_id == cast.member("malee50").id
        assert cast.member("malee50").merged_into_id is None


def test_a_record_changed_meanwhile_is_shown_again(app: Flask, client_of: ClientOf) -> None:
    malee, other = made(app)
    client = client_of("officer50")
    answer = send(client, malee, other, other_version="77")
    assert answer.status_code == 200
    assert REASON in answer.text
    assert 'name="other_version" type="hidden" value="77"' not in answer.text
    assert "โปรดกรอก" in send(client, malee, other, reason="").text
    with app.app_context():
        assert cast.member(TWIN).merged_into_id is None


def test_others_find_nothing(app: Flask, client_of: ClientOf) -> None:
    malee, other = made(app)
    with app.app_context(), unit_of_work():
        aree, number = cast.member("aree90").id, merge().id
    stranger = client_of("officer90")
    for address in (
        path(malee, other),
        path(aree, malee),
        path(aree, other),
        f"/members/{other}",
        f"/members/{malee}/merge",
    ):
        assert stranger.get(address).status_code == 404, address
    assert stranger.post(f"/members/merges/{number}/undo").status_code == 404
    assert client_of("head50").get(f"/members/{malee}/merge").status_code == 403
    with app.app_context():
        begin_write()
        mine = likely_same(Scope.of_provinces("90"), cast.member("aree90"))
        assert mine == []
        assert queries.survivor_of(Scope.of_provinces("90"), other) is None


def test_the_ledger_is_not_readable_at_rest(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        twin()
        merge()
        raw = db.session.connection().exec_driver_sql("SELECT ledger FROM member_merge").scalar()
        assert raw is not None
        assert b"malee@example.org" not in bytes(raw)
        assert "malee@example.org" in str(db.session.scalars(select(MemberMerge.ledger)).one())
        assert datetime.now(UTC) > db.session.scalars(select(MemberMerge.at)).one()
