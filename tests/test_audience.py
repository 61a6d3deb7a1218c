"""The audience: each person asked for is reached, or not for exactly one reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from registry.access.scope import Scope
from registry.channels.models import Channel, ChannelKind
from registry.db import begin_write, db
from registry.errors import Refused
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.models import Member, MemberSpan
from registry.messages.audience import Audience
from registry.messages.audience_queries import count_audience, unreached_members
from registry.messages.unreached import Reason, classified
from registry.messages.ways import outlets_of
from registry.outbox.models import Way
from registry.periods.calendar import to_bangkok_date
from tests import cast, releasing

TODAY = to_bangkok_date(releasing.at("12:00", days=0))
NAMES = sorted(cast.MEMBERS)
KINDS = {
    "groups": ChannelKind.LINE_GROUP,
    "bot": ChannelKind.LINE_OA,
    "mail": ChannelKind.EMAIL,
    "hand": ChannelKind.LOUDSPEAKER,
}
ZONES = {"50": 3, "51": 3, "90": 6}


@dataclass(frozen=True)
class Person:
    """What is true of one member of a random world."""

    active: bool
    consent: str
    linked: bool
    address: bool
    rosters: frozenset[str]

    @property
    def ways(self) -> set[str]:
        """The ways that lead to the person, whatever was chosen."""
        able = {"bot": self.linked, "mail": self.address}
        return {name for name in self.rosters if able.get(name, True)}


PEOPLE = st.builds(
    Person,
    active=st.booleans(),
    consent=st.sampled_from(["never", "given", "withdrawn", "again"]),
    linked=st.booleans(),
    address=st.booleans(),
    rosters=st.frozensets(st.sampled_from(sorted(KINDS))),
)
AUDIENCES = st.builds(
    Audience,
    zones=st.sampled_from([(), (3,), (6,)]),
    provinces=st.sampled_from([(), ("90",), ("50", "51")]),
    network_types=st.sampled_from([(), ("village_volunteer",), ("loudspeaker",)]),
)
SCOPES = [Scope.all(), Scope.of_provinces("50"), Scope.of_provinces("50", "51")]


def _make(people: dict[str, Person]) -> dict[str, Channel]:
    channels = {name: releasing.channel("C-PRDB", kind, name=name) for name, kind in KINDS.items()}
    releasing.join(channels["groups"])
    db.session.execute(delete(Consent).where(Consent.purpose == ConsentPurpose.MESSAGES.value))
    for name, person in people.items():
        _live(cast.member(name), person)
        for roster in person.rosters:
            releasing.enlist(channels[roster], name)
        if person.linked:
            releasing.link(name)
    db.session.flush()
    return channels


def _live(member: Member, person: Person) -> None:
    member.email = "a@example.org" if person.address else None
    if not person.active:
        query = select(MemberSpan).where(MemberSpan.member_id == member.id)
        for span in db.session.scalars(query):
            span.to_on = TODAY
    ended = {"given": [None], "withdrawn": [TODAY], "again": [TODAY, None], "never": []}
    for withdrawn_on in ended[person.consent]:
        db.session.add(
            Consent(
                member_id=member.id,
                purpose=ConsentPurpose.MESSAGES.value,
                given_on=cast.SINCE,
                withdrawn_on=withdrawn_on,
                source="ใบสมัคร",
            )
        )


def _told(person: Person, face: cast.Face, scope: Scope, chosen: set[str]) -> Reason:
    """The reason by hand, in the order in which hindrances are told."""
    consents = person.consent in ("given", "again")
    if person.ways & chosen and person.active and consents:
        return Reason.REACHED
    if not scope.covers(face.province):
        return Reason.OUTSIDE
    if not person.active:
        return Reason.LEFT
    if person.consent == "never":
        return Reason.NO_BASIS
    return Reason.NO_CHANNEL if consents else Reason.OBJECTION


def _asked(name: str, person: Person, audience: Audience, scope: Scope, chosen: set[str]) -> bool:
    face = cast.MEMBERS[name]
    if audience.network_types and face.network_type not in audience.network_types:
        return False
    if audience.of_places:
        return face.province in audience.provinces or ZONES[face.province] in audience.zones
    return scope.covers(face.province) or bool(person.rosters & chosen)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    people=st.fixed_dictionaries(dict.fromkeys(NAMES, PEOPLE)),
    audience=AUDIENCES,
    scope=st.sampled_from(SCOPES),
    chosen=st.sets(st.sampled_from(sorted(KINDS))),
)
def test_everybody_asked_for_is_counted_once(
    app: Flask, people: dict[str, Person], audience: Audience, scope: Scope, chosen: set[str]
) -> None:
    """Reached and unreached together are all whom the filters ask for; the reasons are right."""
    people |= {"kaew51": replace(people["kaew51"], linked=True)}
    mail = releasing.sends_mail(app)["sang_settings"]
    before, app.extensions["sang_settings"] = app.extensions["sang_settings"], mail
    try:
        with app.app_context():
            begin_write()
            channels = _make(people)
            some = [channels[name] for name in sorted(chosen)]
            expected = {
                name: _told(person, cast.MEMBERS[name], scope, chosen)
                for name, person in people.items()
                if _asked(name, person, audience, scope, chosen)
            }
            ids = {cast.member(name).id: name for name in NAMES}
            rows = db.session.execute(classified(scope, audience, outlets_of(some), TODAY)).all()
            assert len(rows) == len(expected)
            assert {ids[row.member_id]: Reason(row.reason) for row in rows} == expected
            _check_counts(scope, audience, some, expected, people, chosen)
            db.session.rollback()
    finally:
        app.extensions["sang_settings"] = before


def _check_counts(
    scope: Scope,
    audience: Audience,
    some: list[Channel],
    expected: dict[str, Reason],
    people: dict[str, Person],
    chosen: set[str],
) -> None:
    found = count_audience(scope, audience, some, TODAY)
    reasons = list(expected.values())
    assert found.asked == len(expected)
    assert found.people == reasons.count(Reason.REACHED)
    assert dict(found.unreached) == {
        reason: reasons.count(reason)
        for reason in Reason
        if reason in reasons and reason is not Reason.REACHED
    }
    reached = [people[name].ways & chosen for name, why in expected.items() if why == "reached"]
    line = sum(bool(ways & {"groups", "bot"}) for ways in reached)
    assert found.ways.get(Way.LINE, 0) == line
    assert found.ways.get(Way.HAND, 0) == sum("hand" in ways for ways in reached)
    bot = sum("bot" in ways for ways in reached)
    assert found.quota == bot
    assert found.deliveries.get(Way.LINE, 0) == bot + ("groups" in chosen)
    assert found.deliveries.get(Way.EMAIL, 0) == sum(
        "mail" in ways and "bot" not in ways for ways in reached
    )


def test_without_machines_people_do_it(app: Flask) -> None:
    """No account linked to the bot, no mail server: both channels are served by hand."""
    with app.app_context():
        begin_write()
        some = [
            releasing.channel("C-PRDB", KINDS[name], ["dao50"], name=name)
            for name in ("bot", "mail")
        ]
        found = count_audience(Scope.all(), Audience(), some, TODAY)
        assert dict(found.ways) == {Way.HAND: 1}
        assert dict(found.deliveries) == {Way.HAND: 2}
        assert found.people == 1
        db.session.rollback()


def test_names_end_where_the_scope_ends(app: Flask) -> None:
    """Of those outside there is a number only."""
    with app.app_context():
        chiang_mai = Scope.of_provinces("50")
        audience = Audience(zones=(3, 6))
        found = count_audience(chiang_mai, audience, [cast.channel("P50")], TODAY)
        assert dict(found.unreached) == {Reason.OUTSIDE: 3}
        assert found.people == 3
        outside = unreached_members(
            chiang_mai, audience, [cast.channel("P50")], Reason.OUTSIDE, TODAY
        )
        assert outside == []
        mine = unreached_members(chiang_mai, Audience(), [], Reason.NO_CHANNEL, TODAY)
        assert {row.uid for row in mine} == {"malee50", "somchai50", "dao50"}


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"skills": ["ถ่าย"]}, {"dao50"}),
    ({"skills": ["100%"]}, set()),
    ({"channel_kinds": ["line_group"]}, set(NAMES)),
    ({"channel_kinds": ["radio"]}, set()),
    ({"activities": ["อบรม อป.มช."]}, {"malee50", "dao50", "hasan90"}),
    ({"zones": [3], "provinces": ["90"]}, set(NAMES)),
    ({"zones": [6], "network_types": ["community_radio"]}, {"hasan90"}),
]


@pytest.mark.parametrize(("filters", "names"), FILTERS)
def test_each_filter_asks_for_some(app: Flask, filters: dict[str, Any], names: set[str]) -> None:
    with app.app_context():
        begin_write()
        cast.member("dao50").skills = "ถ่ายภาพ, ตัดต่อ"
        cast.member("malee50").joined_activity = "อบรม อป.มช."
        cast.network("C-NNT").founding_activity = "อบรม อป.มช."
        db.session.flush()
        condition = Audience.of(filters).condition(TODAY)
        assert set(db.session.scalars(select(Member.uid).where(condition))) == names
        db.session.rollback()


def test_a_network_ends_for_who_left_it(app: Flask) -> None:
    with app.app_context():
        network = cast.network("P90").id
        condition = Audience.of({"networks": [network]}).condition
        for day, count in ((TODAY, 2), (cast.SINCE - timedelta(days=1), 0)):
            assert len(list(db.session.scalars(select(Member.id).where(condition(day))))) == count


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": ["left"]},
        {"zones": ["3"]},
        {"zones": 3},
        {"skills": [""]},
        {"skills": ["x" * 300]},
        {"networks": [2**40]},
        {"provinces": [None]},
        [],
    ],
)
def test_what_is_not_known_is_refused(app: Flask, wrong: Any) -> None:
    with app.app_context(), pytest.raises(Refused):
        Audience.of(wrong)


def test_an_audience_is_stored_as_it_was(app: Flask) -> None:
    audience = Audience.of({"zones": [6, 3, 3], "skills": ["ถ่ายภาพ"]})
    assert audience.zones == (3, 6)
    assert Audience.of(audience.stored()) == audience
    assert not audience.everybody
    assert Audience.of({}).everybody
    assert ("zones", "3") in audience.pairs()
