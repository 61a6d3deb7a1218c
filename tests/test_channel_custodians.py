"""Custodians and their hand-over; official and personal accounts kept apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.audit.services import Actor
from registry.channels import services
from registry.channels.custodian_models import ChannelCustodian
from registry.channels.identities import identity_of
from registry.channels.models import Channel, ChannelKind
from registry.channels.services import ChannelValues
from registry.db import db, unit_of_work
from tests import cast

ClientOf = Callable[[str], FlaskClient]
ACTOR = Actor(None, "test")
DAY = date(2025, 10, 1)
PAGE = "https://www.facebook.com/PRDChiangMai"
FORM = {
    "form_token": "00112233445566778899aabbccddeeff",
    "kind": "facebook",
    "name": "เพจ",
    "url": PAGE,
    "opened_on": "1/10/2568",
    "audience": "",
    "basis": "",
    "network_id": "0",
    "custodian_id": "0",
}


def ids(app: Flask, *names: str) -> list[int]:
    with app.app_context():
        return [cast.user(name).id for name in names]


def name_first(app: Flask, name: str = "officer50") -> str:
    """The channel of Chiang Mai gets its first custodian; its address."""
    with app.app_context(), unit_of_work():
        channel = cast.channel("P50")
        services.custodians.name(ACTOR, channel, cast.user(name).id)
        return f"/channels/{channel.id}"


def custodian(app: Flask) -> str | None:
    with app.app_context():
        row = cast.channel("P50").custodian
        return row.name if row else None


def spans(app: Flask) -> list[tuple[str, bool, bool]]:
    """Who, whether accepted, whether ended; in order."""
    with app.app_context():
        rows = db.session.scalars(select(ChannelCustodian).order_by(ChannelCustodian.id))
        return [(row.user.name, bool(row.accepted_at), bool(row.ended_at)) for row in rows]


def test_a_hand_over_counts_when_it_is_accepted(app: Flask, client_of: ClientOf) -> None:
    path = name_first(app)
    (head,) = ids(app, "head50")
    asked = {"user_id": str(head), "note": "บัญชีและโทรศัพท์"}
    assert client_of("officer50").post(f"{path}/custodian", data=asked).status_code == 302
    assert custodian(app) == "officer50"
    assert spans(app) == [("officer50", True, False), ("head50", False, False)]
    html = client_of("head50").get("/channels/").text
    assert "รอให้ท่านรับดูแล" in html
    assert "บัญชีและโทรศัพท์" in client_of("head50").get(path).text
    assert client_of("head50").post(f"{path}/custodian/accept").status_code == 302
    assert custodian(app) == "head50"
    assert spans(app) == [("officer50", True, True), ("head50", True, False)]
    client_of("head50").post(f"{path}/custodian/accept")
    assert len(spans(app)) == 2


def test_nobody_accepts_for_another_and_declining_changes_nothing(
    app: Flask, client_of: ClientOf
) -> None:
    path = name_first(app)
    (head,) = ids(app, "head50")
    client_of("officer50").post(f"{path}/custodian", data={"user_id": str(head)})
    said = client_of("acting50").post(f"{path}/custodian/accept", follow_redirects=True).text
    assert "ไม่ได้รอท่าน" in said
    assert custodian(app) == "officer50"
    client_of("head50").post(f"{path}/custodian/decline")
    assert spans(app) == [("officer50", True, False), ("head50", False, True)]
    client_of("head50").post(f"{path}/custodian/accept")
    assert custodian(app) == "officer50"


def test_the_same_colleague_is_asked_once(app: Flask, client_of: ClientOf) -> None:
    path = name_first(app)
    head, acting = ids(app, "head50", "acting50")
    client = client_of("officer50")
    client.post(f"{path}/custodian", data={"user_id": str(head)})
    again = client.post(f"{path}/custodian", data={"user_id": str(head)}, follow_redirects=True)
    assert "คำขอไปแล้วและยังไม่ได้ตอบ" in again.text
    assert spans(app) == [("officer50", True, False), ("head50", False, False)]
    client.post(f"{path}/custodian", data={"user_id": str(acting)})
    assert spans(app)[1:] == [("head50", False, True), ("acting50", False, False)]


def test_only_colleagues_are_asked(app: Flask, client_of: ClientOf) -> None:
    path = name_first(app)
    stranger, present = ids(app, "officer90", "officer50")
    client = client_of("officer50")
    assert client.post(f"{path}/custodian", data={"user_id": str(stranger)}).status_code == 404
    assert client.post(f"{path}/custodian", data={}).status_code == 302
    client.post(f"{path}/custodian", data={"user_id": str(present)})
    assert len(spans(app)) == 1
    other = client_of("officer90")
    for step in ("", "/accept", "/decline"):
        assert other.post(f"{path}/custodian{step}").status_code == 404


def test_the_form_asks_a_later_custodian_first(app: Flask, client_of: ClientOf) -> None:
    path = name_first(app)
    (head,) = ids(app, "head50")
    client = client_of("officer50")
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(f"{path}/edit").text)
    assert version is not None
    changed = FORM | {"custodian_id": str(head), "url": "", "name": "ไลน์กลุ่ม P50"}
    changed["version"] = version[1]
    answer = client.post(f"{path}/edit", data=changed)
    assert answer.status_code == 302, answer.text
    assert custodian(app) == "officer50"
    assert spans(app)[-1] == ("head50", False, False)


def test_a_custodian_from_before_is_written_down_when_handing_over(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        channel = cast.channel("P50")
        channel.custodian_id = cast.user("officer50").id
        path = f"/channels/{channel.id}"
    (head,) = ids(app, "head50")
    client_of("officer50").post(f"{path}/custodian", data={"user_id": str(head)})
    client_of("head50").post(f"{path}/custodian/accept")
    assert sorted(spans(app)) == [("head50", True, False), ("officer50", True, True)]
    assert "1 ต.ค. 2567" in client_of("head50").get(path).text


def test_the_head_sees_whose_account_is_closed(app: Flask, client_of: ClientOf) -> None:
    name_first(app)
    assert "บัญชีปิดแล้ว" not in client_of("head50").get("/channels/").text
    with app.app_context(), unit_of_work():
        cast.user("officer50").active = False
    html = client_of("head50").get("/channels/").text
    assert "ผู้ดูแลที่บัญชีปิดแล้ว" in html
    assert "ผู้ดูแลที่บัญชีปิดแล้ว" not in client_of("head90").get("/channels/").text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://m.facebook.com/PRDThailand/?ref=share", "http://fb.com/prdthailand"),
        ("https://youtube.com/@NBT/videos", "https://www.youtube.com/nbt"),
        ("https://twitter.com/prd", "https://x.com/PRD/"),
        ("https://line.me/R/ti/p/@sang", "https://page.line.me/sang"),
        ("https://www.example.go.th/เชียงใหม่", "https://example.go.th/%E0%B9%80%E0%B8%8A%E0%B8%B5%E0%B8%A2%E0%B8%87%E0%B9%83%E0%B8%AB%E0%B8%A1%E0%B9%88/"),
    ],
)  # fmt: skip
def test_one_account_has_one_identity(one: str, other: str) -> None:
    assert identity_of(one) == identity_of(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://facebook.com/groups/1", "https://facebook.com/groups/2"),
        ("https://facebook.com/profile.php?id=1", "https://facebook.com/profile.php?id=2"),
        ("https://line.me/ti/g/abc", "https://line.me/ti/g/abd"),
        ("https://example.go.th/a", "https://example.go.th/b"),
    ],
)
def test_different_accounts_have_different_identities(one: str, other: str) -> None:
    assert identity_of(one) != identity_of(other)


def test_the_front_page_of_a_site_is_nobodys_account() -> None:
    assert identity_of("https://www.facebook.com/") == ""


def open_for(owner: str, url: str) -> None:
    """A channel of an office (by its code) or of a member, in the caller's transaction."""
    values = ChannelValues(ChannelKind.FACEBOOK, "เพจข่าว", DAY, url=url)
    found = cast.channel(owner).office or cast.member(owner)
    services.open_channel(ACTOR, found, values)


def test_an_offices_page_is_no_channel_of_a_member(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        open_for("P50", PAGE)
        near, far = cast.member("malee50").id, cast.member("aree90").id
    same = FORM | {"url": "https://m.facebook.com/prdchiangmai/?ref=x"}
    html = client_of("officer50").post(f"/channels/of-member/{near}", data=same).text
    assert "เพจข่าว" in html
    assert "เชียงใหม่" in html
    html = client_of("officer90").post(f"/channels/of-member/{far}", data=same).text
    assert "บัญชีทางการของหน่วยงาน" in html
    assert "เพจข่าว" not in html
    with app.app_context():
        owned = select(Channel.id).where(Channel.member_id.is_not(None), Channel.url.is_not(None))
        assert db.session.scalars(owned).all() == []


def test_a_members_page_is_no_channel_of_an_office(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        open_for("malee50", PAGE)
    html = client_of("officer50").post("/channels/new", data=FORM).text
    assert "มาลี" in html
    html = client_of("officer90").post("/channels/new", data=FORM).text
    assert "พื้นที่อื่น" in html
    assert "มาลี" not in html
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(Channel).where(Channel.url == PAGE)).one()
        services.retire(ACTOR, row, on=DAY)
    assert client_of("officer50").post("/channels/new", data=FORM).status_code == 302
