"""Accounts, offices and settings: the administrator's pages, services and commands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.access import services
from registry.access.grants import Grant, grants_now
from registry.access.models import Office, RoleAssignment, SignIn, User
from registry.access.queries import user_for, users
from registry.access.roles import Permission, Role
from registry.access.scope import Scope, scope_of
from registry.audit.models import AuditEvent
from registry.audit.services import Actor
from registry.db import db, unit_of_work
from registry.errors import NotFound, Refused
from registry.geography.queries import province_zones
from registry.geography.services import move_province
from registry.members.models import NetworkType
from registry.periods.calendar import to_bangkok_date, utc_now
from registry.periods.models import TimeStandard
from registry.periods.standards import Step, mark_of_standard, standards
from tests import cast
from tests.meanwhile import meanwhile

ClientOf = Callable[[str], FlaskClient]
CLI = Actor.system("cli")
PASSWORD = "a boat on the Ping river"
NEW = {
    "name": "มานะ รักเรียน",
    "email": "mana@sang.example.org",
    "office": "P51",
    "position": "นักประชาสัมพันธ์",
    "grants-0-role": "provincial_officer",
    "form_token": "a" * 32,
}


def give(user: User, *roles: Role | Grant) -> None:
    """Exactly these roles; everything else stays."""
    now = {"email": user.email, "name": user.name, "position": user.position}
    services.update_user(user, **now, office=user.office.code, roles=roles, actor=CLI)


def create(app: Flask, **changes: object) -> User:
    values: dict[str, object] = {
        "email": "new@sang.example.org",
        "name": "ใหม่",
        "office": "P50",
        "roles": [Role.PROVINCIAL],
        "password": PASSWORD,
        "actor": CLI,
    }
    return services.create_user(**(values | changes))  # type: ignore[arg-type]


def buddhist(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year + 543}"


def today() -> date:
    return to_bangkok_date(utc_now())


def last_event(app: Flask) -> AuditEvent:
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()  # type: ignore[return-value]


def test_an_account_is_made_and_can_sign_in(app: Flask, client_of: ClientOf) -> None:
    page = client_of("admin").post("/users/new", data=NEW).get_data(as_text=True)
    password = re.search(r'class="once">([a-z0-9-]{19})<', page)
    assert password is not None
    with app.app_context():
        user = services.user_by_email(NEW["email"])
        assert (user.office.code, user.must_change_password) == ("P51", True)
        assert [row.role for row in user.assignments] == ["provincial_officer"]
        assert password[1] not in str(user.password)
        event = last_event(app)
        assert (event.action, event.object_id) == ("user:create", str(user.id))
        assert "mana" not in json.dumps(event.details)
    browser = app.test_client()
    login = {"email": NEW["email"], "password": password[1]}
    assert browser.post("/login", data=login).headers["Location"] == "/"
    assert browser.get("/").headers["Location"] == "/account/password"


def test_a_form_sent_twice_makes_one_account(app: Flask, client_of: ClientOf) -> None:
    admin = client_of("admin")
    assert admin.post("/users/new", data=NEW).status_code == 200
    again = admin.post("/users/new", data=NEW)
    assert again.status_code == 302
    assert re.fullmatch(r"/users/\d+", again.headers["Location"])


def test_what_was_typed_stays_when_something_is_wrong(client_of: ClientOf) -> None:
    wrong = NEW | {"email": cast.email("officer50"), "grants-0-valid_from": "31/2/2569"}
    page = client_of("admin").post("/users/new", data=wrong).get_data(as_text=True)
    assert 'value="มานะ รักเรียน"' in page
    assert 'value="31/2/2569"' in page
    right_day = wrong | {"grants-0-valid_from": "1/2/2569"}
    page = client_of("admin").post("/users/new", data=right_day).get_data(as_text=True)
    assert "มีบัญชีที่ใช้อีเมล" in page
    assert 'value="1/2/2569"' in page


@pytest.mark.parametrize(
    "field",
    ["active", "must_change_password", "tf_totp_secret", "id", "password", "fs_uniquifier", "role"],
)
def test_extra_fields_have_no_effect(app: Flask, client_of: ClientOf, field: str) -> None:
    officer = client_of("officer50")
    with app.app_context():
        before = dict(cast.user("officer50").__dict__)
    data = {"name": "officer50", "locale": "th", field: "1", "roles": "administrator"}
    data |= {"office": "C-PRDB", "office_id": "1", "grants-0-role": "administrator"}
    assert officer.post("/account/", data=data).status_code == 302
    with app.app_context():
        user = cast.user("officer50")
        assert user.__dict__.get(field) == before.get(field)
        assert (user.office.code, grants_now(user.assignments)) == ("P50", [Grant(Role.PROVINCIAL)])


def test_extra_fields_have_no_effect_on_a_new_account(app: Flask, client_of: ClientOf) -> None:
    data = NEW | {"password": "chosen by the one who posts", "active": "", "id": "999"}
    data |= {"must_change_password": "", "assignments": "administrator", "tf_totp_secret": "x"}
    client_of("admin").post("/users/new", data=data)
    with app.app_context():
        user = services.user_by_email(NEW["email"])
        assert user.id != 999
        assert (user.active, user.must_change_password) == (True, True)
        assert not user.verify_and_update_password("chosen by the one who posts")
        assert user.tf_totp_secret is None


def test_an_account_is_changed_with_its_roles(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        user_id = cast.user("officer50").id
    data = {
        "name": "ชื่อใหม่",
        "email": cast.email("officer50"),
        "office": "R3",
        "grants-0-role": "regional_officer",
        "grants-1-role": "acting_head",
        "grants-1-valid_from": "1/1/2569",
        "grants-1-valid_to": "31/1/2569",
        "grants-2-role": "",
    }
    admin, path = client_of("admin"), f"/users/{user_id}/edit"
    assert admin.post(path, data=data).status_code == 200
    answer = admin.post(path, data=data | {"version": version_in(admin.get(path).text)})
    assert answer.headers["Location"] == f"/users/{user_id}"
    with app.app_context():
        user = cast.user("officer50")
        assert (user.name, user.office.code) == ("ชื่อใหม่", "R3")
        assert set(grants_now(user.assignments)) == {
            Grant(Role.REGIONAL),
            Grant(Role.ACTING, valid_from=date(2026, 1, 1), valid_to=date(2026, 1, 31)),
        }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "no address"}, "ไม่ใช่อีเมล"),
        ({"email": cast.email("officer50").upper()}, "อยู่แล้ว"),
        ({"name": "  "}, "ชื่อ"),
        ({"office": "P10"}, "P10"),
        ({"roles": []}, "บทบาท"),
        ({"roles": [Role.CENTRAL]}, "บทบาท"),
        ({"password": "password1234"}, "รหัสผ่าน"),
    ],
)
def test_bad_accounts_are_refused(app: Flask, change: dict[str, object], sentence: str) -> None:
    with app.test_request_context():
        before = db.session.scalar(select(func.count()).select_from(User))
        with pytest.raises(Refused, match=sentence), unit_of_work():
            create(app, **change)
        assert db.session.scalar(select(func.count()).select_from(User)) == before


def test_the_last_administrator_stays(app: Flask) -> None:
    with app.test_request_context():
        admin = cast.user("admin")
        for service in (
            lambda: give(cast.user("admin"), Role.ANALYST),
            lambda: services.disable_user(cast.user("admin"), CLI),
        ):
            with pytest.raises(Refused, match="ผู้ดูแลระบบ"), unit_of_work():
                service()
        assert admin.active
        with unit_of_work():
            create(app, office="C-PRDB", roles=[Role.ADMINISTRATOR])
            services.disable_user(cast.user("admin"), CLI)


def test_nobody_disables_the_own_account(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        admin_id, officer_id = cast.user("admin").id, cast.user("officer50").id
    admin = client_of("admin")
    admin.post(f"/users/{admin_id}/disable")
    admin.post(f"/users/{officer_id}/disable", data={"reason": "ย้าย"})
    with app.app_context():
        assert cast.user("admin").active
        assert not cast.user("officer50").active
        assert last_event(app).details == {"reason": "ย้าย"}
    admin.post(f"/users/{officer_id}/enable")
    with app.app_context():
        assert cast.user("officer50").active


def test_the_lost_second_factor_needs_a_reason(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        user_id = cast.user("central").id
    admin = client_of("admin")
    admin.post(f"/users/{user_id}/second-factor", data={"reason": " "})
    with app.app_context():
        assert cast.user("central").second_factor_on
    admin.post(f"/users/{user_id}/second-factor", data={"reason": "โทรกลับที่สำนักงานแล้ว"})
    with app.app_context():
        assert not cast.user("central").second_factor_on


def test_the_list_is_searched_and_filtered(app: Flask, client_of: ClientOf) -> None:
    with app.test_request_context():
        scope = Scope.all()
        assert users(scope).total == len(cast.CAST)
        assert [row.name for row in users(scope, text="officer5").rows] == ["officer50"]
        assert {row.name for row in users(scope, office="C-NNT").rows} == {"bureau", "head_bureau"}
        assert {row.name for row in users(scope, role="analyst").rows} == {"analyst"}
        assert users(scope, state="disabled").total == 0
        assert users(scope, page=99).rows == []
    page = client_of("admin").get("/users/?text=officer50").get_data(as_text=True)
    assert cast.email("officer50") in page
    assert cast.email("officer90") not in page


def test_accounts_do_not_exist_for_a_narrow_scope(app: Flask) -> None:
    with app.test_request_context():
        scope, user = Scope.of_provinces("50"), cast.user("officer50")
        assert users(scope).total == 0
        with pytest.raises(NotFound):
            user_for(scope, user.id)


def test_commands_make_and_disable(app: Flask) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(
        args=["user", "create", "Cli@Sang.example.org", "--name", "คำสั่ง", "--office", "p50"]
        + ["--role", "acting_head", "--from", "2026-01-01", "--to", "2026-01-31", "--json"]
    )
    facts = json.loads(made.stdout)
    assert (facts["email"], facts["office"]) == ("cli@sang.example.org", "P50")
    login = {"email": facts["email"], "password": facts["password"]}
    assert app.test_client().post("/login", data=login).status_code == 302
    ended = runner.invoke(args=["user", "disable", facts["email"], "--json"])
    assert json.loads(ended.stdout)["id"] == facts["id"]
    assert app.test_client().post("/login", data=login).status_code == 200
    again = runner.invoke(args=["user", "disable", facts["email"]])
    assert isinstance(again.exception, Refused)


def test_an_office_is_changed(app: Flask, client_of: ClientOf) -> None:
    data = {"name_th": "สำนักงานใหม่", "name_en": "New", "short_th": "ใหม่", "closed_on": "1/2/2569"}
    admin = client_of("admin")
    data["version"] = version_in(admin.get("/offices/P50").text)
    assert admin.post("/offices/P50", data=data | {"code": "X"}).status_code == 302
    assert admin.post("/offices/P10", data=data).status_code == 404
    with app.app_context():
        office = db.session.scalars(select(Office).where(Office.code == "P50")).one()
        found = (office.name_th, office.may_publish, office.closed_on)
        assert found == ("สำนักงานใหม่", True, date(2026, 2, 1))
        event = last_event(app)
        assert (event.action, event.province) == ("office:update", "50")
        assert "name_th" in event.details["from"]


def test_a_province_moves_from_a_day_on(app: Flask, client_of: ClientOf) -> None:
    soon = today() + timedelta(days=10)
    data = {"province": "51", "zone": "4", "on": buddhist(soon), "reason": "คำสั่งที่ 1/2569"}
    admin = client_of("admin")
    assert admin.post("/settings/zones/", data=data).status_code == 302
    with app.app_context():
        assert province_zones(soon - timedelta(days=1))["51"] == 3
        assert province_zones(soon)["51"] == 4
        assert province_zones(date(2020, 1, 1))["51"] == 3
        regional = cast.user("regional3")
        reach = [scope_of(regional, Permission.MEMBERS_READ, day) for day in (today(), soon)]
        assert [scope.covers("51") for scope in reach] == [True, False]
    assert "เขต 4" in admin.get("/settings/zones/").get_data(as_text=True)


def test_history_is_not_rewritten(app: Flask) -> None:
    now = today()
    with app.test_request_context(), unit_of_work():
        move_province("51", 4, now + timedelta(days=10), "คำสั่ง", CLI, today=now)
        for day in (-1, 5, 10):
            with pytest.raises(Refused):
                move_province("51", 5, now + timedelta(days=day), "คำสั่ง", CLI, today=now)
        with pytest.raises(Refused):
            move_province("51", 4, now + timedelta(days=20), "คำสั่ง", CLI, today=now)
        with pytest.raises(Refused):
            move_province("51", 5, now + timedelta(days=20), " ", CLI, today=now)


def test_a_planned_move_is_taken_back(app: Flask, client_of: ClientOf) -> None:
    now = today()
    with app.app_context(), unit_of_work():
        move_province("51", 4, now + timedelta(days=10), "คำสั่ง", CLI, today=now)
    admin = client_of("admin")
    found = re.search(r"/settings/zones/\d+/take-back", admin.get("/settings/zones/").text)
    assert found is not None
    admin.post(found[0])
    with app.app_context():
        assert province_zones(now + timedelta(days=30))["51"] == 3
    assert admin.post("/settings/zones/999999/take-back").status_code == 404


def test_a_standard_holds_from_its_day_on(app: Flask, client_of: ClientOf) -> None:
    soon = today() + timedelta(days=10)
    data = {"step": "publish", "minutes": "45", "valid_from": buddhist(soon), "source": "คำสั่ง"}
    admin = client_of("admin")
    assert admin.post("/settings/standards/", data=data).status_code == 302
    assert admin.post("/settings/standards/", data=data).status_code == 200
    past = data | {"valid_from": buddhist(today() - timedelta(days=1))}
    assert admin.post("/settings/standards/", data=past).status_code == 200
    with app.app_context():
        days = (date(1999, 1, 1), today(), soon - timedelta(days=1), soon)
        assert [_minutes(day) for day in days] == [None, 30, 30, 45]
        row = db.session.scalars(select(TimeStandard).where(TimeStandard.minutes == 45)).one()
        first = db.session.scalars(select(TimeStandard).where(TimeStandard.minutes == 30)).one()
        seen = {one.id: mark_of_standard(one) for one in (row, first)}
    for row_id, mark in seen.items():
        admin.post(f"/settings/standards/{row_id}/take-back", data={"seen": mark})
    with app.app_context():
        assert _minutes(soon) == 30


def test_network_types_are_added_and_retired(app: Flask, client_of: ClientOf) -> None:
    admin = client_of("admin")
    data = {"code": "temple", "name_th": "วัด", "name_en": "Temples"}
    assert admin.post("/settings/network-types/", data=data).status_code == 302
    assert "รหัส temple" in admin.post("/settings/network-types/", data=data).text
    change = {"name_th": "วัดและศาสนสถาน", "name_en": "Temples", "position": "3"}
    assert admin.post("/settings/network-types/temple", data=change).status_code == 302
    with app.app_context():
        row = db.session.get(NetworkType, "temple")
        assert row is not None
        assert (row.name_th, row.position, row.active) == ("วัดและศาสนสถาน", 3, False)
    assert admin.get("/settings/network-types/nothing").status_code == 404


def test_every_role_assignment_of_the_cast_is_possible(app: Flask) -> None:
    with app.test_request_context():
        rows = db.session.scalars(select(RoleAssignment)).all()
        for row in rows:
            for grant in grants_now([row]):
                grant.check(row.user.office)
        assert len(rows) == len(cast.CAST)


def test_the_start_page_suits_the_role(client_of: ClientOf) -> None:
    assert "/users/new" in client_of("admin").get("/").text
    officer = client_of("officer50").get("/").text
    assert "/members/new" in officer
    assert "/users/new" not in officer
    assert client_of("executive").get("/").headers["Location"] == "/dashboards/"


def _minutes(day: date) -> int | None:
    """What the standard of a day allows for publishing."""
    found = standards()[Step.PUBLISH]
    return next((row.minutes for row in found if row.valid_from <= day), None)


def test_disabling_twice_leaves_it_disabled(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        path = f"/users/{cast.user('officer50').id}"
    admin = client_of("admin")
    pages = [
        admin.post(f"{path}/disable", data={"reason": "ย้าย"}, follow_redirects=True).text
        for _ in range(2)
    ]
    assert ["ถูกระงับอยู่แล้ว" in page for page in pages] == [False, True]
    with app.app_context():
        assert not cast.user("officer50").active
    for _ in range(2):
        admin.post(f"{path}/enable")
    with app.app_context():
        assert cast.user("officer50").active


def test_an_expired_administrator_does_not_count(app: Flask) -> None:
    ended = Grant(Role.ADMINISTRATOR, valid_to=today() - timedelta(days=1))
    future = Grant(Role.ADMINISTRATOR, valid_from=today() + timedelta(days=1))
    with app.test_request_context():
        with unit_of_work():
            create(app, office="C-PRDB", roles=[ended, future])
        with pytest.raises(Refused, match="ผู้ดูแลระบบ"), unit_of_work():
            give(cast.user("admin"), Role.ANALYST)


def test_two_administrators_cannot_end_each_other(app: Flask) -> None:
    with app.test_request_context(), unit_of_work():
        create(app, office="C-PRDB", roles=[Role.ADMINISTRATOR])
    said = meanwhile(
        app,
        lambda: give(cast.user("admin"), Role.ANALYST),
        lambda: services.disable_user(services.user_by_email("new@sang.example.org"), CLI),
    )
    assert "ผู้ดูแลระบบ" in said


def version_in(page: str) -> str:
    found = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_the_later_of_two_savers_of_an_account_is_told(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        path = f"/users/{cast.user('officer50').id}/edit"
    admin = client_of("admin")
    form = {"name": "officer50", "email": cast.email("officer50"), "office": "P50"}
    form |= {"grants-0-role": "provincial_officer", "version": version_in(admin.get(path).text)}
    assert admin.post(path, data=form | {"grants-0-role": "head"}).status_code == 302
    late = admin.post(path, data=form | {"name": "ชื่อใหม่"})
    assert "มีผู้อื่นแก้ไข" in late.text
    assert "หัวหน้า" in re.findall(r'role="alert">(.*?)</div>', late.text, re.S)[0]
    with app.app_context():
        user = cast.user("officer50")
        assert (user.name, grants_now(user.assignments)) == ("officer50", [Grant(Role.HEAD)])
    again = form | {"name": "ชื่อใหม่", "version": version_in(late.text)}
    assert admin.post(path, data=again).status_code == 302


def test_signing_in_does_not_make_the_form_stale(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        path = f"/users/{cast.user('officer50').id}/edit"
    admin = client_of("admin")
    form = {"name": "officer50", "email": cast.email("officer50"), "office": "P50"}
    form |= {"grants-0-role": "head", "version": version_in(admin.get(path).text)}
    client_of("officer50").post("/account/", data={"name": "officer50", "locale": "en"})
    assert admin.post(path, data=form).status_code == 302


def test_two_who_save_an_account_at_once(app: Flask) -> None:
    def save(name: str) -> None:
        user = cast.user("officer50")
        now = {"email": user.email, "position": None, "office": "P50", "actor": CLI}
        services.update_user(user, name=name, **now, version=1)  # type: ignore[arg-type]

    assert meanwhile(app, lambda: save("ก"), lambda: save("ข"))
    with app.app_context():
        assert cast.user("officer50").name == "ก"


def test_the_later_of_two_savers_of_an_office_is_told(app: Flask, client_of: ClientOf) -> None:
    admin = client_of("admin")
    form = {"name_th": "สำนักงาน", "name_en": "Office", "short_th": "สนง."}
    form["version"] = version_in(admin.get("/offices/P50").text)
    assert admin.post("/offices/P50", data=form | {"may_publish": "y"}).status_code == 302
    late = admin.post("/offices/P50", data=form | {"name_en": "New"})
    assert "มีผู้อื่นแก้ไข" in late.text
    assert "Office" in re.findall(r'role="alert">(.*?)</div>', late.text, re.S)[0]
    again = form | {"name_en": "New", "version": version_in(late.text)}
    assert admin.post("/offices/P50", data=again).status_code == 302


def test_a_closed_office_gets_no_new_people(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        office = db.session.scalars(select(Office).where(Office.code == "P51")).one()
        office.closed_on = today()
        db.session.flush()
        days = [today() - timedelta(days=1), today()]
        for day in days:
            found = db.session.scalars(select(Office.code).where(Office.open_on(day))).all()
            assert ("P51" in found) is office.open_on(day) is (day < today())
    admin = client_of("admin")
    assert 'value="P51"' not in admin.get("/users/new").text
    assert admin.post("/users/new", data=NEW).status_code == 200
    with app.test_request_context():
        assert users(Scope.all()).total == len(cast.CAST)
        with pytest.raises(Refused, match="ปิดแล้ว"), unit_of_work():
            create(app, office="P51")


def test_people_of_a_closed_office_can_still_be_changed(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        office = db.session.scalars(select(Office).where(Office.code == "P50")).one()
        office.closed_on = today()
        path = f"/users/{cast.user('officer50').id}/edit"
    form = {"name": "ใหม่", "email": cast.email("officer50"), "office": "P50"}
    form["grants-0-role"] = "provincial_officer"
    admin = client_of("admin")
    form["version"] = version_in(admin.get(path).text)
    assert admin.post(path, data=form).status_code == 302


def test_nobody_closes_the_office_of_their_own_account(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        code = cast.user("admin").office.code
    admin = client_of("admin")
    page = admin.get(f"/offices/{code}").text
    data = {"name_th": "ก", "name_en": "A", "short_th": "ก", "version": version_in(page)}
    refused = admin.post(f"/offices/{code}", data=data | {"closed_on": "1/2/2569"})
    assert "บัญชีของท่านอยู่ที่สำนักงานนี้" in refused.text
    assert admin.post(f"/offices/{code}", data=data).status_code == 302


@pytest.mark.parametrize("days", [0, 1])
def test_people_of_a_closed_office_are_signed_out_and_stay_out(
    app: Flask, client_of: ClientOf, days: int
) -> None:
    """Today or tomorrow, which is the last day; the page of the closing says why nobody gets in."""
    officer, admin = client_of("officer50"), client_of("admin")
    login = {"email": cast.email("officer50"), "password": cast.PASSWORD}
    data = {"name_th": "ก", "name_en": "A", "short_th": "ก", "may_publish": "y"}
    data["version"] = version_in(admin.get("/offices/P50").text)
    closing = today() + timedelta(days=days)
    data["closed_on"] = closing.isoformat()
    assert admin.post("/offices/P50", data=data).status_code == 302
    open_still = officer.get("/account/").status_code == 200
    with app.app_context():
        rows = db.session.scalars(
            select(SignIn).where(SignIn.user_id == cast.user("officer50").id)
        ).all()
        assert [row.ended_at is None for row in rows] == [days > 0] * len(rows) != []
    assert open_still is (days > 0)
    answer = app.test_client().post("/login", data=login)
    assert (answer.status_code == 302) is (days > 0)
    assert ("สำนักงานของท่านปิดแล้ว" in answer.text) is (days == 0)


def test_a_session_ends_on_the_day_of_closing(app: Flask, client_of: ClientOf) -> None:
    officer = client_of("officer50")
    assert officer.get("/account/").status_code == 200
    with app.app_context(), unit_of_work():
        cast.user("officer50").office.closed_on = today()
    assert officer.get("/account/").status_code == 302
