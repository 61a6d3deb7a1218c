"""The pages of members: the form, the list, revealing, exporting; and what nobody else may see."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.access.scope import Scope
from registry.audit.actions import Action
from registry.audit.models import AuditEvent
from registry.channels.models import Channel
from registry.db import db, unit_of_work
from registry.members import export_views, hints, list_queries, queries
from registry.members.models import Member, MemberState
from registry.networks.models import NetworkMember
from tests import cast

ClientOf = Callable[[str], FlaskClient]
TOKEN = "0123456789abcdef0123456789abcdef"
FORM = {
    "form_token": TOKEN,
    "kind": "person",
    "title": "นาง",
    "first_name": "อรทัย",
    "last_name": "ศรีวิชัย",
    "birth_year": "๒๕๓๐",
    "phone": "๐๘๑-๕๕๕-๑๒๓๔",
    "national_id": "1-1017-00230-70-8",
    "network_type": "village_volunteer",
    "province_code": "50",
    "district_code": "5007",
    "joined_on": "1/10/2568",
    "state": "active",
    "channels-0-kind": "loudspeaker",
    "channels-0-name": "หอกระจายข่าวบ้านแม่แรม",
    "channels-0-audience": "๓๖๐",
    "channels-0-basis": "120 ครัวเรือน × 3 คน",
    "consent_registry": "y",
    "consent_messages": "y",
}


def count(app: Flask) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count(Member.id))) or 0)


def made(app: Flask) -> Member:
    return db.session.scalars(select(Member).where(Member.form_token == TOKEN)).one()


def number(app: Flask, name: str) -> int:
    with app.app_context():
        return cast.member(name).id


def test_the_form_registers_a_member(app: Flask, client_of: ClientOf) -> None:
    answer = client_of("officer50").post("/members/new", data=FORM)
    assert answer.status_code == 302
    with app.app_context():
        member = made(app)
        assert (member.first_name, member.birth_year, member.phone) == (
            "อรทัย",
            1987,
            "0815551234",
        )
        assert (member.national_id, member.joined_on) == ("1101700230708", date(2025, 10, 1))
        assert member.office.code == "P50"
        channel = db.session.scalars(select(Channel).where(Channel.member_id == member.id)).one()
        assert [(row.audience, row.basis) for row in channel.counts] == [
            (360, "120 ครัวเรือน × 3 คน")
        ]
        given = {consent.purpose: consent.wording for consent in member.consents}
        assert set(given) == {"registry", "messages"}
        assert all(wording is not None and wording.version == 1 for wording in given.values())


def test_sent_twice_it_makes_one_member(app: Flask, client_of: ClientOf) -> None:
    before = count(app)
    client = client_of("officer50")
    first, second = (client.post("/members/new", data=FORM) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert count(app) == before + 1


def test_two_at_once_make_one_member(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second did not yet see the first when it looked; the database decides."""
    client = client_of("officer50")
    first = client.post("/members/new", data=FORM)
    look, looks = queries.member_by_token, []

    def blind_at_first(scope: Scope, token: str) -> Member | None:
        looks.append(token)
        return look(scope, token) if len(looks) > 1 else None

    monkeypatch.setattr(queries, "member_by_token", blind_at_first)
    second = client.post("/members/new", data=FORM | {"national_id": "", "another_person": "y"})
    assert second.headers["Location"] == first.headers["Location"]
    assert count(app) == 7


def test_extra_fields_have_no_effect(app: Flask, client_of: ClientOf) -> None:
    forged = {"office_id": "1", "source": "import", "id": "999", "uid": "x", "left_on": "1/1/2569"}
    client_of("officer50").post("/members/new", data=FORM | forged)
    with app.app_context():
        member = made(app)
        assert (member.office.code, member.source, member.left_on) == ("P50", "form", None)
        assert member.id != 999


def test_the_next_sheet_starts_like_the_last(client_of: ClientOf) -> None:
    client = client_of("officer50")
    answer = client.post("/members/new", data=FORM | {"again": "1"})
    html = client.get(answer.headers["Location"]).text
    assert re.search('<option selected value="village_volunteer"', html)
    assert re.search('<option selected value="5007"', html)
    assert "อรทัย" not in re.sub(r"<div class=\"alert.*?</div>", "", html)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"phone": "12"}, "ไม่ใช่เบอร์โทรศัพท์"),
        ({"national_id": "1101700230709"}, "หลักสุดท้าย"),
        ({"birth_year": "1"}, "ไม่ใช่ปีเกิด"),
        ({"joined_on": "31/2/2568"}, "31/2/2568"),
        ({"joined_on": "1/1/2599"}, "ยังมาไม่ถึง"),
        ({"email": "x@"}, "ไม่ใช่ที่อยู่อีเมล"),
        ({"consent_registry": ""}, "ไม่ยินยอม"),
        ({"network_type": ""}, "โปรดเลือก"),
        ({"birth_year": "2555"}, "ผู้ปกครอง"),
        ({"channels-0-basis": ""}, "ที่มาของการประมาณ"),
        ({"channels-0-url": "javascript:alert(1)"}, "ไม่ใช่ที่อยู่เว็บ"),
        ({"subdistrict_code": "900101"}, "ไม่ตรงกัน"),
        ({"last_name": "", "title": ""}, "นามสกุล"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    app: Flask, client_of: ClientOf, changes: dict[str, str], sentence: str
) -> None:
    before = count(app)
    answer = client_of("officer50").post("/members/new", data=FORM | changes)
    assert answer.status_code == 200
    assert sentence in answer.text
    typed = [value for name, value in changes.items() if value and name != "subdistrict_code"]
    for value in ("อรทัย", "หอกระจายข่าวบ้านแม่แรม", TOKEN, *typed):
        assert value in answer.text
    assert count(app) == before


def test_a_province_outside_cannot_be_chosen(app: Flask, client_of: ClientOf) -> None:
    before = count(app)
    forged = FORM | {"province_code": "90", "district_code": "9001"}
    assert client_of("officer50").post("/members/new", data=forged).status_code == 200
    assert count(app) == before


def test_a_likely_duplicate_needs_a_word(app: Flask, client_of: ClientOf) -> None:
    twin = FORM | {"first_name": "มาลี", "last_name": "ดวงแก้ว", "birth_year": "2523"}
    client = client_of("officer50")
    before = count(app)
    answer = client.post("/members/new", data=twin | {"national_id": ""})
    assert "นางมาลี ดวงแก้ว" in answer.text
    assert 'name="another_person"' in answer.text
    assert count(app) == before
    client.post("/members/new", data=twin | {"another_person": "y"})
    assert count(app) == before + 1


def test_an_organisation_has_no_birth_year(app: Flask, client_of: ClientOf) -> None:
    school = FORM | {"kind": "organisation", "first_name": "โรงเรียนบ้านดง", "contact_name": "ครูแดง"}
    client_of("officer50").post("/members/new", data=school | {"birth_year": "2555"})
    with app.app_context():
        member = made(app)
        assert (member.kind, member.contact_name, member.last_name, member.birth_year) == (
            "organisation",
            "ครูแดง",
            None,
            None,
        )


def edit_form(client: FlaskClient, member_id: int) -> dict[str, str]:
    html = client.get(f"/members/{member_id}/edit").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', html)
    assert version is not None
    keep = ("kind", "title", "first_name", "last_name", "network_type")
    return {name: FORM[name] for name in keep} | {
        "version": version[1],
        "province_code": "50",
        "changed_on": "1/10/2568",
    }


def test_masked_numbers_are_kept_replaced_or_removed(app: Flask, client_of: ClientOf) -> None:
    member_id, client = number(app, "malee50"), client_of("officer50")
    face = cast.MEMBERS["malee50"]
    html = client.get(f"/members/{member_id}/edit").text
    assert face.phone not in html
    assert face.national_id not in html
    for typed, kept in (("", face.phone), ("0815550000", "0815550000"), ("-", None)):
        answer = client.post(
            f"/members/{member_id}/edit", data=edit_form(client, member_id) | {"phone": typed}
        )
        assert answer.status_code == 302, answer.text
        with app.app_context():
            member = cast.member("malee50")
            assert (member.phone, member.national_id) == (kept, face.national_id)


def test_two_editors_do_not_overwrite_each_other(app: Flask, client_of: ClientOf) -> None:
    member_id, client = number(app, "malee50"), client_of("officer50")
    form = edit_form(client, member_id)
    assert client.post(f"/members/{member_id}/edit", data=form).status_code == 302
    late = client.post(f"/members/{member_id}/edit", data=form | {"first_name": "มาลัย"})
    assert "มาลัย" in late.text
    told = re.search(r'role="alert">(.*?)</div>', late.text, re.S)
    assert told is not None
    assert "มีผู้อื่นแก้ไข" in told[1]
    assert "“ชื่อ” ขณะนี้คือ “อรทัย”" in told[1]
    assert "ศรีวิชัย" not in told[1]
    with app.app_context():
        assert cast.member("malee50").first_name == "อรทัย"
    version = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert version is not None
    again = form | {"first_name": "มาลัย", "version": version[1]}
    assert client.post(f"/members/{member_id}/edit", data=again).status_code == 302
    with app.app_context():
        assert cast.member("malee50").first_name == "มาลัย"


def test_a_number_is_shown_on_demand_and_noted(app: Flask, client_of: ClientOf) -> None:
    member_id, client = number(app, "aree90"), client_of("officer90")
    face = cast.MEMBERS["aree90"]
    page = client.get(f"/members/{member_id}").text
    assert "08x-xxx-0901" in page
    assert "1-90xx-xxxxx-xx-7" in page
    json = {"Accept": "application/json"}
    answer = client.post(f"/members/{member_id}/reveal", data={"field": "phone"}, headers=json)
    assert answer.get_json() == {"value": "081-000-0901"}
    plain = client.post(f"/members/{member_id}/reveal", data={"field": "national_id"})
    assert "1-9000-23456-78-7" in plain.text
    assert client.post(f"/members/{member_id}/reveal", data={"field": "notes"}).status_code == 400
    with app.app_context():
        events = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == Action.MEMBER_REVEAL.value)
        )
        assert [event.details["fields"] for event in events] == [["phone"], ["national_id"]]
        assert face.national_id not in str(list(events))


@pytest.mark.parametrize("name", list(cast.CAST))
def test_canaries_appear_on_no_page(app: Flask, client_of: ClientOf, name: str) -> None:
    """Numbers in full appear on no page that was not asked to show them, whatever the role."""
    client = client_of(name)
    with app.app_context():
        ids = list(db.session.scalars(select(Member.id)))
    paths = ["/members/", "/networks/", "/channels/", "/transfers/"]
    paths += [f"/members/{id_}{page}" for id_ in ids for page in ("", "/edit")]
    text = "".join(client.get(path, headers={"Accept": "text/html"}).text for path in paths)
    for face in cast.MEMBERS.values():
        assert face.national_id not in text
        assert face.phone not in text
        assert face.phone[1:] not in re.sub(r"\D", "", text)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("officer50", {"malee50", "somchai50", "dao50"}),
        ("officer90", {"aree90", "hasan90"}),
        ("regional3", {"malee50", "somchai50", "dao50", "kaew51"}),
        ("head50", {"malee50", "somchai50", "dao50"}),
        ("bureau", {"dao50", "hasan90"}),
        ("central", set(cast.MEMBERS)),
    ],
)
def test_everybody_sees_their_own(client_of: ClientOf, name: str, seen: set[str]) -> None:
    html = client_of(name).get("/members/").text
    shown = {key for key, face in cast.MEMBERS.items() if face.last in html}
    assert shown == seen


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=ดวง", {"malee50"}),
        ("q=ง", {"malee50", "dao50"}),
        ("q=แก้ว มาลี", {"malee50"}),
        ("q=%25", set()),
        ("q=_", set()),
        ("district=5007", {"somchai50"}),
        ("type=community_radio", {"dao50"}),
        ("state=left", set()),
        ("stale=1", {"malee50", "somchai50", "dao50"}),
        ("network=999999", set()),
        ("kind=organisation", set()),
        ("province=90", set()),
    ],
)
def test_the_list_is_searched_and_filtered(
    client_of: ClientOf, query: str, names: set[str]
) -> None:
    html = client_of("officer50").get(f"/members/?{query}").text
    assert {key for key, face in cast.MEMBERS.items() if face.last in html} == names


def test_networks_to_choose_from_are_those_of_the_province(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        here, there = cast.network("P50").id, cast.network("P90").id

    def offered(who: str, words: str) -> set[int]:
        html = client_of(who).get(f"/members/?{words}").text
        choices = html[html.find('id="filter-network"') :].partition("</select>")[0]
        return {number for number in (here, there) if f'<option value="{number}"' in choices}

    assert offered("central", "") == set(), "the country has thousands of them"
    assert offered("central", "province=50") == {here}
    assert offered("central", f"province=50&network={there}") == {here, there}
    assert offered("officer50", "") == {here}
    assert offered("officer50", f"network={there}") == {here}, "not even if it is asked for"


def test_only_networks_that_one_sees_narrow_the_list(app: Flask, client_of: ClientOf) -> None:
    """Else an address would tell who is in a network that one may not see."""
    with app.app_context(), unit_of_work():
        foreign, member = cast.network("P90").id, cast.member("malee50").id
        db.session.add(
            NetworkMember(network_id=foreign, member_id=member, from_on=date(2025, 1, 1))
        )
    path, name = f"/members/?network={foreign}", cast.MEMBERS["malee50"].last
    assert name in client_of("central").get(path).text
    assert name not in client_of("officer50").get(path).text


def test_paging_shows_everybody_once(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_queries, "PAGE", 2)
    client = client_of("central")
    for sort in ("name", "newest"):
        pages, path = [], f"/members/?sort={sort}"
        while path:
            html = client.get(path).text
            pages.append(re.findall(r'href="/members/(\d+)"', html))
            following = re.search(r'rel="next" href="([^"]+)"', html)
            path = following[1].replace("&amp;", "&") if following else ""
            back = re.search(r'rel="prev" href="([^"]+)"', html)
            if back:
                before = client.get(back[1].replace("&amp;", "&")).text
                assert re.findall(r'href="/members/(\d+)"', before) == pages[-2]
        assert [len(page) for page in pages] == [2, 2, 2]
        assert len({id_ for page in pages for id_ in page}) == 6


def test_the_export_has_no_national_ids_and_is_noted(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        cast.member("malee50").occupation = "=HYPERLINK(1)"
    client = client_of("officer50")
    book = openpyxl.load_workbook(
        io.BytesIO(client.post("/members/export?q=ดวง", data={"format": "xlsx"}).data)
    )
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {"มาลี", "081-000-0501"} <= {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert not {face.national_id for face in cast.MEMBERS.values()} & {c.value for c in cells}
    text = client.post("/members/export", data={"format": "csv"}).data.decode("utf-8-sig")
    assert text.count("\r\n") == 4
    assert '"\'=HYPERLINK(1)"' in text
    with app.app_context():
        events = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == Action.MEMBER_EXPORT.value)
        )
        assert [(e.details["count"], e.details["format"], e.details["fields"]) for e in events] == [
            (1, "xlsx", ["q"]),
            (3, "csv", []),
        ]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("state", {"to": "inactive", "on": "1/11/2568"}),
        ("confirm", {}),
        ("consents", {"purpose": "portrait", "on": "1/11/2568", "source": "ใบสมัคร"}),
    ],
)
def test_steps_on_the_page(
    app: Flask, client_of: ClientOf, path: str, data: dict[str, str]
) -> None:
    member_id = number(app, "malee50")
    assert client_of("officer50").post(f"/members/{member_id}/{path}", data=data).status_code == 302
    assert client_of("officer90").post(f"/members/{member_id}/{path}", data=data).status_code == 404
    assert client_of("head50").post(f"/members/{member_id}/{path}", data=data).status_code == 403


def test_a_step_that_is_refused_keeps_what_was_typed(app: Flask, client_of: ClientOf) -> None:
    member_id, client = number(app, "malee50"), client_of("officer50")
    wrong = {"to": "applied", "on": "1/11/2568", "reason": "เหตุผลที่พิมพ์ไว้"}
    answer = client.post(f"/members/{member_id}/state", data=wrong)
    assert "เหตุผลที่พิมพ์ไว้" in answer.text
    assert "ไม่ได้" in answer.text
    with app.app_context():
        assert cast.member("malee50").state == MemberState.ACTIVE


def test_ids_in_the_body_are_scoped_too(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        foreign = cast.network("P90").id
        own = cast.network("P50").id
        stranger = cast.member("aree90").id
    client, mine = client_of("officer50"), number(app, "malee50")
    joined = {"network": str(foreign), "on": "1/11/2568"}
    assert client.post(f"/members/{mine}/networks", data=joined).status_code == 404
    added = {"member": str(stranger), "on": "1/11/2568"}
    assert client.post(f"/networks/{own}/add", data=added).status_code == 404
    assert client.get(f"/members/new?like={stranger}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/members/places/districts?province=90",
        "/members/places/subdistricts?district=9001",
    ],
)
def test_places_are_answered_within_the_scope(client_of: ClientOf, path: str) -> None:
    assert client_of("officer50").get(path).status_code == 404
    rows = client_of("officer90").get(path).get_json()
    assert rows
    assert {"code", "name"} <= set(rows[0])


def test_a_bureau_reads_but_does_not_change_others_members(app: Flask, client_of: ClientOf) -> None:
    member_id, client = number(app, "dao50"), client_of("bureau")
    page = client.get(f"/members/{member_id}").text
    assert "แสงหล้า" in page
    assert f"/members/{member_id}/edit" not in page
    assert client.get(f"/members/{member_id}/edit").status_code == 404


def test_naughty_text_comes_back_as_text(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    nasty = "<script>alert(1)</script>{{7*7}}\"'&"
    answer = client.post("/members/new", data=FORM | {"first_name": nasty, "notes": nasty})
    page = client.get(answer.headers["Location"]).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page


def hint_events(app: Flask) -> int:
    with app.app_context():
        query = select(func.count()).where(AuditEvent.action == Action.MEMBER_HINT.value)
        return int(db.session.scalar(query) or 0)


def test_a_national_id_of_another_office_is_charged(app: Flask, client_of: ClientOf) -> None:
    taken = FORM | {"national_id": cast.MEMBERS["hasan90"].national_id}
    page = client_of("officer50").post("/members/new", data=taken).text
    assert "ลงทะเบียน" in page
    assert hint_events(app) == 1


def test_national_ids_tell_nothing_once_the_allowance_is_used_up(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "PER_HOUR", 1)
    client, before, member_id = client_of("officer50"), count(app), number(app, "malee50")
    client.post("/members/duplicates", data={"phone": cast.MEMBERS["hasan90"].phone})
    pages = []
    edit = edit_form(client, member_id) | {"form_token": TOKEN}
    for typed in (cast.MEMBERS["aree90"].national_id, FORM["national_id"].replace("-", "")):
        for path, form in (("new", FORM), (f"{member_id}/edit", edit)):
            page = client.post(f"/members/{path}", data=form | {"national_id": typed}).text
            pages.append(re.sub(rf'{typed}|name="csrf_token" value="[^"]+"', "", page))
    assert all("โปรดเว้นเลขประจำตัวประชาชน" in page for page in pages)
    assert pages[:2] == pages[2:]
    assert (hint_events(app), count(app)) == (1, before)
    own = FORM | {"national_id": cast.MEMBERS["somchai50"].national_id, "another_person": "y"}
    assert "โปรดเว้นเลขประจำตัวประชาชน" not in client.post("/members/new", data=own).text
    assert client.post("/members/new", data=FORM | {"national_id": ""}).status_code == 302


def test_a_workbook_has_an_end(
    app: Flask, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_views, "MOST_ROWS", 2)
    client = client_of("officer50")
    refused = client.post("/members/export", data={"format": "xlsx"})
    assert refused.status_code == 400
    assert "มากเกินไป" in refused.text
    assert client.post("/members/export?q=ดวง", data={"format": "xlsx"}).status_code == 200
    assert client.post("/members/export", data={"format": "csv"}).status_code == 200
