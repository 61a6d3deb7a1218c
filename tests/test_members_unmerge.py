"""The way back from a merge: every row as it was, unless one was changed since."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, update

from registry.channels.models import Channel, ChannelKind
from registry.channels.services import ChannelValues, open_channel
from registry.db import Base, db, unit_of_work
from registry.errors import Refused
from registry.members.consent_models import ConsentPurpose
from registry.members.consents import give_consent
from registry.members.distinct import distinct_from, forget_distinct, remember_distinct
from registry.members.models import Member
from registry.networks.models import NetworkMember
from registry.networks.services import join
from registry.portal.models import MemberLink
from registry.portal.services import issue
from registry.portal.tokens import read_link
from tests import cast
from tests.merging import (
    SINCE,
    SYSTEM,
    TODAY,
    TWIN,
    busy_twin,
    everything,
    merge,
    owned,
    twin,
    undo,
)


def test_undo_restores_every_row(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            token = issue(SYSTEM, busy_twin())
            versions = [cast.member(name).version for name in ("malee50", TWIN)]
        before = everything()
        with unit_of_work():
            number = merge(("email", "name", "network_type", "address")).id
        assert everything() != before
        assert not isinstance(read_link(token), MemberLink)
        with unit_of_work():
            undo(number)
        after = everything()
        assert {name for name in after if after[name] != before[name]} == set()
        assert isinstance(read_link(token), MemberLink)
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


def test_whoever_is_somebody_else_stays_so(app: Flask) -> None:
    """What was said of the merged record holds for the survivor, until the merge is undone."""
    with app.app_context():
        with unit_of_work():
            member = twin()
            malee, dao, kaew = (cast.member(name).id for name in ("malee50", "dao50", "kaew51"))
            remember_distinct(SYSTEM, member.id, [malee, dao, kaew])
            remember_distinct(SYSTEM, malee, [dao])
        before = everything()
        with unit_of_work():
            number = merge().id
        assert distinct_from([malee]) == {malee: {member.id, dao, kaew}}
        with unit_of_work():
            undo(number)
        assert everything() == before


def test_who_was_told_apart_may_be_gone_before_the_undo(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            member = twin()
            malee, dao, kaew = (cast.member(name).id for name in ("malee50", "dao50", "kaew51"))
            remember_distinct(SYSTEM, member.id, [kaew])
            number = merge().id
        with unit_of_work():
            forget_distinct([kaew])
            remember_distinct(SYSTEM, malee, [dao])
        with unit_of_work():
            undo(number)
        assert distinct_from([malee, member.id]) == {malee: {dao}}
