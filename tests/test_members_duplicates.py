"""Possible duplicates: who is found and why, and that other offices' members stay hidden."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.db import db, unit_of_work
from registry.members import hints
from registry.members.duplicates import Probe, Reason, find_matches
from registry.members.models import Member
from registry.members.normalise import derived
from tests import cast

ClientOf = Callable[[str], FlaskClient]
P50, ALL = Scope.of_provinces("50"), Scope.all()
HATYAI = {"first_name": "ใครก็ได้", "last_name": "คนหนึ่ง", "phone": "081-000-0902"}


def probe(first: str = "", last: str = "", **known: object) -> Probe:
    names = derived(None, first, last, None) if first else {"name_key": "", "name_block": ""}
    place = {"province_code": "50", **known}
    return Probe(name_key=names["name_key"], name_block=names["name_block"], **place)  # type: ignore[arg-type]


def found(scope: Scope, one: Probe) -> list[tuple[str, tuple[Reason, ...], bool]]:
    matches = find_matches(scope, [one])[0]
    names = {row.id: row.uid for row in db.session.execute(select(Member.id, Member.uid))}
    return [(names[match.member_id], match.reasons, match.inside) for match in matches]


def hash_of(name: str) -> str | None:
    return cast.member(name).national_id_hash


def test_identifiers_find_people_anywhere(app: Flask) -> None:
    with app.app_context():
        by_id = probe(national_id_hash=hash_of("hasan90"))
        assert found(P50, by_id) == [("hasan90", (Reason.NATIONAL_ID,), False)]
        by_phone = probe(phone=cast.member("hasan90").phone)
        assert found(P50, by_phone) == [("hasan90", (Reason.PHONE,), False)]
        assert found(ALL, by_phone) == [("hasan90", (Reason.PHONE,), True)]


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ("สมชาย", "ใจคำ", Reason.SAME_NAME),
        ("สมชาย", "ใจดำ", Reason.SIMILAR_NAME),
        ("สมชัย", "ใจคำ", Reason.SIMILAR_NAME),
        ("สม ชาย", "ใจคำ", Reason.SAME_NAME),
    ],
)
def test_names_are_found_with_the_birth_year(
    app: Flask, first: str, last: str, reason: Reason
) -> None:
    with app.app_context():
        expected = [("somchai50", (reason, Reason.BIRTH_YEAR), True)]
        assert found(P50, probe(first, last, birth_year=1980)) == expected


def test_another_birth_year_is_another_person(app: Flask) -> None:
    with app.app_context():
        assert found(P50, probe("สมชาย", "ใจคำ", birth_year=1990)) == []
        assert [row[0] for row in found(P50, probe("สมชาย", "ใจคำ"))] == ["somchai50"]


def test_another_national_id_is_another_person(app: Flask) -> None:
    with app.app_context():
        same = probe("สมชาย", "ใจคำ", birth_year=1980, phone=cast.member("somchai50").phone)
        other = probe("สมชาย", "ใจคำ", birth_year=1980, national_id_hash=hash_of("malee50"))
        assert [row[0] for row in found(P50, same)] == ["somchai50"]
        assert [row[0] for row in found(P50, other)] == ["malee50"]


def test_a_name_alone_tells_nothing_of_another_province(app: Flask) -> None:
    with app.app_context():
        assert found(P50, probe("อารี", "สุวรรณโณ")) == []
        with_year = found(P50, probe("อารี", "สุวรรณโณ", birth_year=1980))
        assert with_year == [("aree90", (Reason.SAME_NAME, Reason.BIRTH_YEAR), False)]


def test_the_best_comes_first_and_scores_are_bounded(app: Flask) -> None:
    with app.app_context():
        one = probe(
            "มาลี", "ดวงแก้ว", birth_year=1980, phone=cast.member("dao50").phone,
            national_id_hash=None,
        )  # fmt: skip
        matches = find_matches(P50, [one])[0]
        assert [match.score for match in matches] == sorted(
            (match.score for match in matches), reverse=True
        )
        assert [row[0] for row in found(P50, one)] == ["malee50", "dao50"]
        assert all(0 < match.score < 100 for match in matches)


def test_the_one_being_edited_is_no_duplicate(app: Flask) -> None:
    with app.app_context():
        own = cast.member("malee50")
        one = probe(phone=own.phone)
        assert find_matches(P50, [one], exclude=own.id) == [[]]


def test_many_at_once_equal_one_by_one(app: Flask) -> None:
    with app.app_context():
        members = list(db.session.scalars(select(Member)))
        probes = [
            probe(m.first_name, m.last_name or "", birth_year=1980, province_code=m.province_code)
            for m in members
        ]
        probes += [probe(phone=m.phone) for m in members] + [probe("ไม่มี", "ใคร")] * 700
        together = find_matches(P50, probes)
        assert together[:12] == [find_matches(P50, [one])[0] for one in probes[:12]]
        assert all(matches for matches in together[:12])
        assert not any(together[12:])


def test_the_page_shows_those_inside_with_their_names(app: Flask, client_of: ClientOf) -> None:
    typed = {"first_name": "สมชาย", "last_name": "ใจคำ", "birth_year": "๒๕๒๓"}
    answer = client_of("officer50").post("/members/duplicates", data=typed).get_json()
    assert answer["count"] == 1
    assert "นายสมชาย ใจคำ" in answer["html"]
    assert "08x-xxx-0502" in answer["html"]
    assert cast.MEMBERS["somchai50"].phone not in answer["html"]


def test_those_outside_are_a_hint_only(app: Flask, client_of: ClientOf) -> None:
    html = client_of("officer50").post("/members/duplicates", data=HATYAI).get_json()["html"]
    assert "สำนักงานประชาสัมพันธ์จังหวัดสงขลา" in html
    face = cast.MEMBERS["hasan90"]
    for secret in (face.first, face.last, face.national_id, "0902", "ตรงกัน"):
        assert secret not in html
    with app.app_context():
        number = cast.member("hasan90").id
        assert f"/members/{number}" not in html
        events = list(db.session.scalars(_hints()))
        assert [(e.object_id, e.details) for e in events] == [(str(number), {"office": "P90"})]


def _hints() -> object:
    return select(AuditEvent).where(AuditEvent.action == Action.MEMBER_HINT.value)


def test_typing_on_notes_a_hint_once(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    for last in ("ก", "กข", "กขค"):
        client.post("/members/duplicates", data=HATYAI | {"last_name": last})
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(_hints().subquery())) == 1  # type: ignore[attr-defined]


def test_hints_stop_after_some(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "PER_HOUR", 1)
    client = client_of("officer50")
    assert "สงขลา" in client.post("/members/duplicates", data=HATYAI).get_json()["html"]
    other = HATYAI | {"phone": "081-000-0901"}
    html = client.post("/members/duplicates", data=other).get_json()["html"]
    assert "สงขลา" not in html
    assert "พักการแจ้ง" in html
    assert "สงขลา" in client.post("/members/duplicates", data=HATYAI).get_json()["html"]


def test_no_duplicate_reads_only(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        before = db.session.scalar(select(func.count(AuditEvent.id)))
    answer = client_of("officer50").post("/members/duplicates", data={"first_name": "x" * 5000})
    assert answer.get_json() == {"count": 0, "html": answer.get_json()["html"]}
    assert not re.search("<li", answer.get_json()["html"])
    with app.app_context():
        assert db.session.scalar(select(func.count(AuditEvent.id))) == before


def test_a_changed_name_is_found_by_its_new_one(app: Flask) -> None:
    from dataclasses import replace

    from registry.audit.services import Actor
    from registry.members.services import update
    from registry.members.values import MemberValues

    with app.app_context():
        with unit_of_work():
            member = cast.member("malee50")
            values = replace(MemberValues.of(member), last_name="แซ่ลิ้ม")
            update(Actor(None), member, values, on=cast.SINCE)
        assert [row[0] for row in found(P50, probe("มาลี", "แซ่ลิ้ม"))] == ["malee50"]
        assert found(P50, probe("มาลี", "ดวงแก้ว")) == []


def test_no_answer_depends_on_a_match_once_the_allowance_is_used_up(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "PER_HOUR", 1)
    client = client_of("officer50")
    client.post("/members/duplicates", data=HATYAI)
    answers = [
        client.post("/members/duplicates", data=HATYAI | {"phone": phone}).get_json()
        for phone in ("081-000-0901", "081-999-9999")
    ]
    assert answers[0] == answers[1]
    assert answers[0]["count"] == 0
    assert "พักการแจ้ง" in answers[0]["html"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(_hints().subquery())) == 1  # type: ignore[attr-defined]


def test_the_last_hint_does_not_count_those_behind_it(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "PER_HOUR", 1)
    face = cast.MEMBERS["aree90"]
    two = HATYAI | {"first_name": face.first, "last_name": face.last, "birth_year": "2523"}
    answer = client_of("officer50").post("/members/duplicates", data=two).get_json()
    assert answer["count"] == 1


def test_nobody_reads_the_number_out_of_a_token(app: Flask, client_of: ClientOf) -> None:
    html = client_of("officer50").post("/members/duplicates", data=HATYAI).get_json()["html"]
    token = re.search(r'/transfers/new\?token=([^"]+)"', html)
    assert token is not None
    sealed = token[1].split(".")[0]
    plain = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
    with app.app_context():
        ids = f"[{cast.member('hasan90').id},{cast.user('officer50').id}]"
    assert ids.encode() not in plain
