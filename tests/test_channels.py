"""Channels: opening, dated counts, rosters, retiring, and who sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from registry.audit.services import Actor
from registry.channels import services
from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.channels.services import ChannelValues, Count
from registry.db import begin_write, db, unit_of_work
from registry.errors import Refused
from tests import cast, releasing

ClientOf = Callable[[str], FlaskClient]
ACTOR = Actor(None, "test")
DAY = date(2025, 10, 1)
TOKEN = "00112233445566778899aabbccddeeff"
FORM = {
    "form_token": TOKEN,
    "kind": "line_group",
    "name": "ไลน์กลุ่มเครือข่ายแม่ริม",
    "url": "https://line.me/ti/g/example",
    "opened_on": "1/10/2568",
    "audience": "๑,๒๐๐",
    "basis": "",
    "network_id": "0",
    "custodian_id": "0",
}


def on_roster(channel: Channel) -> set[str]:
    query = select(ChannelMember).where(
        ChannelMember.channel_id == channel.id, ChannelMember.to_on.is_(None)
    )
    names = {cast.member(name).id: name for name in cast.MEMBERS}
    return {names[row.member_id] for row in db.session.scalars(query)}


def test_an_office_channel_through_the_form_once(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    with app.app_context():
        own = {"network_id": str(cast.network("P50").id)}
        own["custodian_id"] = str(cast.user("officer50").id)
    places = {client.post("/channels/new", data=FORM | own).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    with app.app_context():
        channel = db.session.scalars(select(Channel).where(Channel.form_token == TOKEN)).one()
        assert (channel.office.code, channel.custodian.name) == ("P50", "officer50")
        assert [(row.on, row.audience) for row in channel.counts] == [(DAY, 1200)]
    page = client.get(places.pop()).text
    assert "1,200" in page
    assert 'href="https://line.me/ti/g/example"' in page
    assert "บัญชีทางการ" in page
    with app.app_context():
        member = cast.member("malee50").id
    assert "บัญชีส่วนตัว" in client.get(f"/members/{member}").text


def test_what_belongs_elsewhere_cannot_be_attached(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        foreign = {"network_id": str(cast.network("P90").id)}
        stranger = {"custodian_id": str(cast.user("officer90").id)}
    client = client_of("officer50")
    assert client.post("/channels/new", data=FORM | foreign).status_code == 404
    assert client.post("/channels/new", data=FORM | stranger).status_code == 200
    with app.app_context():
        assert db.session.scalar(select(Channel.id).where(Channel.form_token == TOKEN)) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "โปรดกรอก"),
        ({"url": "javascript:alert(1)"}, "ไม่ใช่ที่อยู่เว็บ"),
        ({"url": "data:text/html,x"}, "ไม่ใช่ที่อยู่เว็บ"),
        ({"audience": "สิบ"}, "ไม่ใช่จำนวนคน"),
        ({"audience": "²"}, "ไม่ใช่จำนวนคน"),
        ({"kind": "loudspeaker"}, "ที่มาของการประมาณ"),
        ({"opened_on": "1/1/2599"}, "ยังมาไม่ถึง"),
    ],
)
def test_a_wrong_form_keeps_its_values(
    client_of: ClientOf, changes: dict[str, str], sentence: str
) -> None:
    answer = client_of("officer50").post("/channels/new", data=FORM | changes)
    assert answer.status_code == 200
    assert sentence in answer.text
    typed = FORM | changes
    for name in ("name", "url", "audience", "opened_on"):
        assert f'value="{typed[name]}"' in answer.text or not typed[name]


def test_counts_are_dated(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        channel = cast.channel("P50")
        services.count_audience(ACTOR, channel, Count(DAY, 120))
        services.count_audience(ACTOR, channel, Count(date(2025, 12, 1), 150))
        services.count_audience(ACTOR, channel, Count(DAY, 130))
        found = [
            (count.audience if (count := channel.audience_on(day)) else None)
            for day in (date(2024, 9, 30), cast.SINCE, DAY, date(2025, 12, 2))
        ]
        assert found == [None, 100, 130, 150]
        with pytest.raises(Refused):
            services.count_audience(ACTOR, channel, Count(DAY, -1))


def test_an_estimate_says_on_what_it_rests(app: Flask) -> None:
    with app.app_context():
        begin_write()
        member = cast.member("malee50")
        values = ChannelValues(ChannelKind.LOUDSPEAKER, "หอกระจายข่าว", DAY)
        with pytest.raises(Refused):
            services.open_channel(ACTOR, member, values, count=Count(DAY, 300))
        db.session.rollback()
        begin_write()
        told = Count(DAY, 300, "100 ครัวเรือน × 3")
        channel = services.open_channel(ACTOR, cast.member("malee50"), values, count=told)
        assert channel.audience_on(DAY).basis == "100 ครัวเรือน × 3"  # type: ignore[union-attr]
        db.session.rollback()


def test_a_whole_network_joins_a_roster_at_once(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        channel, network = cast.channel("P50").id, cast.network("P50").id
        row = db.session.scalars(select(ChannelMember).filter_by(channel_id=channel)).first()
        assert row is not None
        path = f"/channels/{channel}/roster/{row.id}/remove"
    client = client_of("officer50")
    assert client.post(path, data={"on": "1/10/2568"}).status_code == 302
    with app.app_context():
        assert len(on_roster(cast.channel("P50"))) == 2
    whole = {"network": str(network), "on": "2/10/2568"}
    for _ in range(2):
        assert client.post(f"/channels/{channel}/add", data=whole).status_code == 302
    with app.app_context():
        assert on_roster(cast.channel("P50")) == {"malee50", "somchai50", "dao50"}
        rows = select(func.count()).select_from(ChannelMember).filter_by(channel_id=channel)
        assert db.session.scalar(rows) == 4


def test_list_page_and_form_count_the_same(app: Flask, client_of: ClientOf) -> None:
    """Everybody of the network and those added by hand, each once and marked."""
    with app.app_context(), unit_of_work():
        channel = releasing.channel("P50", ChannelKind.LINE_OA, ("malee50",), name="ไลน์ทางการ")
        channel.network = cast.network("P50")
        number, malee = channel.id, cast.member("malee50").id
    client = client_of("officer50")
    assert re.search(r"ไลน์ทางการ.*?<td class=\"num\">3</td>", client.get("/channels/").text, re.S)
    page = client.get(f"/channels/{number}").text
    assert 'รายชื่อผู้รับ <small class="text-body-secondary">3</small>' in page
    assert page.count("<td>เครือข่าย</td>") == 2
    assert "เครือข่าย และเพิ่มเอง" in page
    assert page.count("/roster/") == 1
    form = client.get(f"/channels/{number}/add?member={malee}").text
    assert 'อยู่ในรายชื่อผู้รับแล้ว <small class="text-body-secondary">3</small>' in form
    assert f'id="member-{malee}"' not in form
    assert "มาลี ดวงแก้ว อยู่ในรายชื่อผู้รับแล้ว" in form


def test_one_comes_back_to_where_one_came_from(app: Flask, client_of: ClientOf) -> None:
    """The member one came for is ticked; another site is never the way back."""
    with app.app_context(), unit_of_work():
        number = releasing.channel("P50", ChannelKind.EMAIL, name="อีเมล").id
        dao, stranger = cast.member("dao50").id, cast.member("aree90").id
    client, path = client_of("officer50"), f"/channels/{number}/add"
    html = client.get(f"{path}?member={dao}&next=/messages/").text
    assert re.search(rf'id="member-{dao}"[^>]*checked', html)
    assert len(re.findall(r'class="form-check-input"[^>]*checked', html)) == 1
    assert 'href="/messages/"' in html
    assert client.get(f"{path}?member={stranger}").status_code == 404
    form = {"member": dao, "on": "1/10/2568"}
    assert client.post(f"{path}?next=/messages/", data=form).location == "/messages/"
    away = client.post(f"{path}?next=https://evil.example", data={**form, "member": dao})
    assert away.location == f"/channels/{number}"


def test_a_roster_takes_no_strangers(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        channel, foreign = cast.channel("P50").id, cast.network("P90").id
        stranger = cast.member("aree90").id
    client, on = client_of("officer50"), {"on": "1/10/2568"}
    path = f"/channels/{channel}/add"
    assert client.post(path, data=on | {"member": str(stranger)}).status_code == 404
    assert client.post(path, data=on | {"network": str(foreign)}).status_code == 404
    assert "โปรดเลือกสมาชิก" in client.post(path, data=on).text


def test_retiring_keeps_the_past(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        channel = cast.channel("P50").id
    client = client_of("officer50")
    path = f"/channels/{channel}/retire"
    assert "ก่อนวันที่เริ่มใช้" in client.post(path, data={"on": "1/1/2560"}).text
    assert client.post(path, data={"on": "1/10/2568"}).status_code == 302
    assert "เลิกใช้ไปแล้ว" in client.post(path, data={"on": "1/10/2568"}).text
    with app.app_context():
        row = cast.channel("P50")
        assert (row.retired_on, len(row.counts)) == (DAY, 1)
        begin_write()
        with pytest.raises(Refused):
            services.add_to_roster(ACTOR, row, [cast.member("malee50")], on=DAY)
    name = "ไลน์กลุ่ม P50"
    assert name not in client.get("/channels/").text
    assert name in client.get("/channels/?state=retired").text


def test_a_members_channel_is_kept_on_the_members_page(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        member, channel = cast.member("malee50").id, cast.channel("malee50").id
    client = client_of("officer50")
    assert client.get(f"/channels/{channel}").status_code == 404
    for _ in range(2):
        answer = client.post(f"/channels/of-member/{member}", data=FORM)
        assert answer.headers["Location"] == f"/members/{member}"
    count = {"on": "1/10/2568", "audience": "250", "basis": ""}
    assert client.post(f"/channels/{channel}/counts", data=count).status_code == 302
    wrong = client.post(f"/channels/{channel}/counts", data=count | {"audience": "มาก"})
    assert "ไม่ใช่จำนวนคน" in wrong.text
    assert 'value="มาก"' in wrong.text
    with app.app_context():
        rows = db.session.scalars(select(Channel).where(Channel.member_id == member)).all()
        assert len(rows) == 2
    for path in (f"of-member/{member}", f"{channel}/counts", f"{channel}/retire"):
        assert client_of("officer90").post(f"/channels/{path}", data=FORM).status_code == 404


def test_an_edit_keeps_the_kind(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        channel = cast.channel("P50").id
    changed = FORM | {"kind": "radio", "name": "ไลน์กลุ่ม P50 ใหม่"}
    client, path = client_of("officer50"), f"/channels/{channel}/edit"
    assert client.post(path, data=changed).status_code == 200
    found = re.search(r'name="version"[^>]*value="(\d+)"', client.get(path).text)
    assert found is not None
    answer = client.post(path, data=changed | {"version": found[1]})
    assert answer.status_code == 302, answer.text
    with app.app_context():
        row = db.session.get_one(Channel, channel)
        assert (row.kind, row.name) == ("line_group", "ไลน์กลุ่ม P50 ใหม่")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("officer50", {"P50"}),
        ("officer90", {"P90"}),
        ("regional3", {"P50"}),
        ("head90", {"P90"}),
        ("bureau", {"C-NNT"}),
        ("central", {"P50", "P90", "C-NNT"}),
    ],
)
def test_everybody_sees_their_own(client_of: ClientOf, name: str, seen: set[str]) -> None:
    html = client_of(name).get("/channels/").text
    assert {code for code in cast.NETWORKS if f"ไลน์กลุ่ม {code}" in html} == seen


def edit_form(client: FlaskClient, path: str) -> dict[str, str]:
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(path).text)
    assert version is not None
    return FORM | {"name": "ไลน์กลุ่ม P50", "url": "", "version": version[1]}


def test_the_later_of_two_savers_is_told(app: Flask, client_of: ClientOf) -> None:
    with app.app_context():
        path = f"/channels/{cast.channel('P50').id}/edit"
        custodian = str(cast.user("officer50").id)
    client = client_of("officer50")
    form = edit_form(client, path)
    assert client.post(path, data=form | {"custodian_id": custodian}).status_code == 302
    late = client.post(path, data=form | {"url": "https://line.me/new"})
    assert "มีผู้อื่นแก้ไข" in late.text
    assert "ขณะนี้คือ “officer50”" in late.text
    with app.app_context():
        assert cast.channel("P50").url is None
    version = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert version is not None
    again = form | {"url": "https://line.me/new", "version": version[1]}
    assert client.post(path, data=again).status_code == 302


def test_saving_keeps_a_custodian_and_a_network_that_are_gone(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        channel = cast.channel("P50")
        channel.custodian = cast.user("head50")
        cast.user("head50").active = False
        network = cast.network("P50")
        network.state, network.closed_on = "closed", DAY
        path = f"/channels/{channel.id}/edit"
        kept = (network.id, cast.user("head50").id)
    client = client_of("officer50")
    html = client.get(path).text
    form = edit_form(client, path) | {"network_id": "0", "custodian_id": "0"}
    for name in ("network_id", "custodian_id"):
        select_ = re.search(rf'<select[^>]*name="{name}".*?</select>', html, re.S)
        assert select_ is not None
        chosen = re.search(r'<option selected value="(\d+)"', select_[0])
        assert chosen is not None
        form[name] = chosen[1]
    assert client.post(path, data=form | {"url": "https://line.me/x"}).status_code == 302
    with app.app_context():
        channel = cast.channel("P50")
        assert (channel.network_id, channel.custodian_id) == kept
