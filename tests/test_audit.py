"""The audit trail: who, what, when; append-only; a chain that shows an edit and says where."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import DatabaseError

from registry.access.scope import Scope
from registry.audit import queries
from registry.audit.actions import Action
from registry.audit.models import AuditEvent, AuditHead, AuditLink
from registry.audit.names import NAMES, spell
from registry.audit.queries import Filters
from registry.audit.services import Actor, erase_personal, record
from registry.audit.verify import Verdict, verify
from registry.db import db, unit_of_work
from registry.errors import NotFound
from registry.jobs import run_pending
from registry.periods.calendar import to_bangkok_date, utc_now
from tests import cast

ClientOf = Callable[[str], FlaskClient]
CLI = Actor.system("cli")
SECRET = "0812345678"


@pytest.fixture
def trail(app: Flask) -> list[int]:
    """Five transactions with two events each; gives the ids of the events."""
    ids = []
    with app.app_context():
        for number in range(5):
            with unit_of_work():
                changes = {"phone": [None, SECRET]}
                first = record(
                    CLI, Action.MEMBER_UPDATE, "member", number, province="50", changes=changes
                )
                second = record(CLI, Action.MEMBER_STATE, "member", number, from_="a", to="b")
                db.session.flush()
                ids += [first.id, second.id]
    return ids


def verdict(app: Flask) -> Verdict:
    with app.app_context():
        return verify()


def tamper(app: Flask, statement: str, **values: object) -> None:
    """Change the database as somebody with its password could: the triggers taken away first."""
    with app.app_context():
        engine = db.engine.execution_options(sang_write=True, postgresql_readonly=False)
        with engine.begin() as connection:
            for table in ("audit_event", "audit_link", "audit_personal"):
                _drop_triggers(connection, table)
            connection.execute(text(statement), values)


def _drop_triggers(connection: object, table: str) -> None:
    if connection.dialect.name == "postgresql":  # type: ignore[attr-defined]
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))  # type: ignore[attr-defined]
        return
    for verb in ("update", "delete"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))  # type: ignore[attr-defined]


def links(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(AuditLink)) or 0


def link_of(app: Flask, event_id: int) -> int:
    with app.app_context():
        row = db.session.get(AuditEvent, event_id)
        link = queries.link_of(Scope.all(), row)  # type: ignore[arg-type]
        assert link is not None
        return link.seq


def test_one_link_per_transaction(app: Flask, trail: list[int]) -> None:
    found = verdict(app)
    assert found.holds
    assert (found.links, found.events) == (5, 10)
    with app.app_context():
        head = db.session.scalars(select(AuditHead)).one()
        assert head.seq == 5


def _begun_and_undone() -> None:
    with unit_of_work():
        record(CLI, Action.MEMBER_STATE, "member", 9)
        raise RuntimeError


def test_an_undone_transaction_leaves_nothing(app: Flask, trail: list[int]) -> None:
    with app.app_context():
        with pytest.raises(RuntimeError):
            _begun_and_undone()
        with unit_of_work():
            record(CLI, Action.MEMBER_STATE, "member", 10)
    found = verdict(app)
    assert found.holds
    assert (found.links, found.events) == (6, 11)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'member:merge'",
        "DELETE FROM audit_event",
        "UPDATE audit_link SET digest = 'x'",
        "DELETE FROM audit_link",
        "UPDATE audit_personal SET salt = 'x'",
    ],
)
def test_the_database_itself_refuses_edits(app: Flask, trail: list[int], statement: str) -> None:
    with app.app_context():
        engine = db.engine.execution_options(sang_write=True, postgresql_readonly=False)
        with pytest.raises(DatabaseError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    assert verdict(app).holds


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_id", "7"),
        ("action", "'member:merge'"),
        ("object_id", "'999'"),
        ("province", "'90'"),
        ("at", "'2020-01-01 00:00:00'"),
        ("details", """'{"reason": "made up"}'"""),
        ("via", "'web'"),
        ("office_id", "3"),
        ("personal_hash", "'x'"),
    ],
)
def test_an_edited_event_shows(app: Flask, trail: list[int], column: str, value: str) -> None:
    tamper(app, f"UPDATE audit_event SET {column} = {value} WHERE id = :id", id=trail[4])
    found = verdict(app)
    assert found.broken_at == link_of(app, trail[4]) == 3
    assert found.links == 2
    assert found.why


@pytest.mark.parametrize(
    ("statement", "broken_at"),
    [
        ("DELETE FROM audit_event WHERE id = :second", 3),
        ("UPDATE audit_link SET digest = 'x' WHERE seq = 4", 4),
        ("UPDATE audit_link SET hash = 'x' WHERE seq = 4", 4),
        ("UPDATE audit_link SET at = '2020-01-01 00:00:00' WHERE seq = 4", 4),
        ("DELETE FROM audit_link WHERE seq = 2", 3),
        ("DELETE FROM audit_link WHERE seq = 5", 5),
        ("UPDATE audit_personal SET salt = 'x' WHERE event_id = :first", 3),
        ("UPDATE audit_event SET \"transaction\" = 'elsewhere' WHERE id = :second", 3),
    ],
)
def test_a_cut_or_forged_chain_shows(
    app: Flask, trail: list[int], statement: str, broken_at: int
) -> None:
    names = {"first": trail[4], "second": trail[5]}
    used = {name: value for name, value in names.items() if f":{name}" in statement}
    tamper(app, statement, **used)
    assert verdict(app).broken_at == broken_at


def test_an_event_slipped_in_shows(app: Flask, trail: list[int]) -> None:
    copy = (
        'INSERT INTO audit_event ("transaction", at, via, action, object_type, object_id, details) '
        "SELECT 'no-link', at, via, action, object_type, object_id, details "
        "FROM audit_event WHERE id = :id"
    )
    tamper(app, copy, id=trail[5])
    assert "belongs to no link" in verdict(app).why


def test_a_link_beyond_the_head_shows(app: Flask, trail: list[int]) -> None:
    columns = '"transaction", at, digest, hash'
    tamper(
        app,
        f"INSERT INTO audit_link (seq, {columns}) SELECT seq + 100, 'later', at, digest, hash "
        "FROM audit_link WHERE seq = 5",
    )
    assert "beyond the end" in verdict(app).why


def test_erasing_a_personal_part_leaves_the_chain_whole(app: Flask, trail: list[int]) -> None:
    with app.app_context(), unit_of_work():
        row = db.session.get(AuditEvent, trail[0])
        assert row is not None
        erase_personal(row)
    with app.app_context():
        count = db.session.scalar(text("SELECT count(*) FROM audit_personal"))
    assert count == 4
    assert verdict(app).holds


def test_personal_values_are_not_readable_in_the_database(app: Flask, trail: list[int]) -> None:
    with app.app_context(), db.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            if table.startswith("audit"):
                rows = connection.execute(text(f"SELECT * FROM {table}")).all()
                assert SECRET not in repr(
                    [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows]
                )


def test_details_come_from_a_closed_list(app: Flask) -> None:
    with app.app_context(), pytest.raises(ValueError, match="phone"):
        record(CLI, Action.MEMBER_UPDATE, "member", 1, phone=SECRET)


def test_a_request_leaves_who_what_and_through_what(app: Flask, client_of: ClientOf) -> None:
    client_of("officer50").post("/account/", data={"name": "ชื่อใหม่", "locale": "th"})
    with app.app_context():
        row = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        user = cast.user("officer50")
        assert row is not None
        assert (row.actor_id, row.office_id, row.via) == (user.id, user.office_id, "web")
        assert (row.action, row.object_type, row.object_id) == ("user:update", "user", str(user.id))
        assert row.personal is not None
        assert row.personal.changes == {"name": ["officer50", "ชื่อใหม่"]}
        assert row.request_id
        assert "ชื่อใหม่" not in json.dumps(row.details, ensure_ascii=False)


def test_the_trail_is_filtered(app: Flask, trail: list[int]) -> None:
    with app.app_context():
        everything = Scope.all()
        today = to_bangkok_date(utc_now())
        counts = {
            "all": Filters(),
            "action": Filters(action="member:state"),
            "province": Filters(province="50"),
            "object": Filters(object_type="member", object_id="3"),
            "today": Filters(first=today, last=today),
            "past": Filters(last=today.replace(year=2020)),
            "actor": Filters(actor="officer50"),
        }
        found = {name: len(queries.events(everything, by)[0]) for name, by in counts.items()}
    assert found == {
        "all": 10,
        "action": 5,
        "province": 5,
        "object": 2,
        "today": 10,
        "past": 0,
        "actor": 0,
    }


def test_the_trail_has_pages(app: Flask, monkeypatch: pytest.MonkeyPatch, trail: list[int]) -> None:
    monkeypatch.setattr(queries, "ROWS", 4)
    seen: list[int] = []
    before: int | None = None
    with app.app_context():
        for _ in range(3):
            rows, before = queries.events(Scope.all(), Filters(), before=before)
            seen += [row.id for row in rows]
    assert seen == sorted(trail, reverse=True)
    assert before is None


def test_a_narrow_scope_sees_its_province_only(app: Flask, trail: list[int]) -> None:
    with app.app_context():
        rows, _ = queries.events(Scope.of_provinces("50"), Filters())
        assert {row.province for row in rows} == {"50"}
        assert queries.events(Scope.of_provinces("90"), Filters())[0] == []
        with pytest.raises(NotFound):
            queries.event_for(Scope.of_provinces("90"), trail[0])


@pytest.mark.usefixtures("trail")
def test_the_trail_names_provinces(client_of: ClientOf) -> None:
    page = client_of("admin").get("/audit/").get_data(as_text=True)
    assert "<td>เชียงใหม่</td>" in page
    assert "<td>50</td>" not in page


def test_personal_parts_open_for_a_reason_only(
    app: Flask, client_of: ClientOf, trail: list[int]
) -> None:
    admin = client_of("admin")
    page = f"/audit/{trail[0]}"
    assert SECRET not in admin.get(page).text
    assert SECRET not in admin.post(page, data={"reason": " "}).text
    assert links(app) == 5
    assert SECRET in admin.post(page, data={"reason": "ตรวจสอบเรื่องร้องเรียน"}).text
    with app.app_context():
        row = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert row is not None
        assert (row.action, row.object_id) == ("audit:reveal", str(trail[0]))
        assert row.details["reason"] == "ตรวจสอบเรื่องร้องเรียน"
    assert SECRET not in admin.get(page).text
    assert client_of("central").post(page, data={"reason": "เหตุผลใด ๆ"}).status_code == 403


def test_the_chain_is_checked_from_the_page(
    app: Flask, client_of: ClientOf, trail: list[int]
) -> None:
    admin = client_of("admin")
    for _ in range(2):
        assert admin.post("/audit/verify").status_code == 302
    with app.app_context():
        assert run_pending() == 1
    assert "ตรวจสอบแล้วถึงลำดับที่ 5" in admin.get("/audit/").text
    tamper(app, "UPDATE audit_event SET province = '90' WHERE id = :id", id=trail[4])
    admin.post("/audit/verify")
    with app.app_context():
        run_pending()
    assert "พบความผิดปกติที่ลำดับ 3" in admin.get("/audit/").text


def test_the_command_says_where_it_broke(app: Flask, trail: list[int]) -> None:
    run = app.test_cli_runner().invoke
    assert json.loads(run(args=["audit", "verify", "--json"]).stdout)["holds"] is True
    tamper(app, "UPDATE audit_link SET hash = 'x' WHERE seq = 2")
    result = run(args=["audit", "verify"])
    assert "link 2" in str(result.exception)


def test_bad_filters_keep_what_was_typed(client_of: ClientOf, trail: list[int]) -> None:
    page = client_of("admin").get("/audit/?first=99/99/2569").text
    assert 'value="99/99/2569"' in page
    assert "field-error" in page


def test_every_action_has_a_name() -> None:
    assert set(NAMES) == set(Action)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_details_are_spelled_out(app: Flask) -> None:
    with app.test_request_context():
        assert spell([{"role": "executive", "zone": 3}]) == "ผู้บริหาร · เขต 3"
        assert spell(["a", 1, None]) == "a, 1, –"
