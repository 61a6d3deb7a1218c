"""The builder's page, the second person's page, and what a neighbour must not reach."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import func, select

from registry.channels.models import Channel, ChannelKind, ChannelMember
from registry.db import db, unit_of_work
from registry.members.models import MemberState
from registry.members.states import change_state
from registry.messages.audience_models import SavedAudience
from registry.messages.models import Publication
from registry.messages.release_models import Release, ReleaseState
from registry.periods.calendar import to_bangkok_date
from registry.periods.dated import Dated, set_from
from tests import cast, outbox_world, releasing, story

ClientOf = Callable[[str], FlaskClient]


def _approved(app: Flask) -> tuple[int, int]:
    with app.app_context(), unit_of_work():
        return story.approved().id, cast.channel("P50").id


def _releases(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Release)) or 0


def _hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    assert found
    return found[1]


def test_the_button_says_the_number_and_sends_it_along(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    client, address = client_of("officer50"), f"/messages/{number}/audience/"
    before = client.get(address).get_data(as_text=True)
    assert "เลือกอย่างน้อยหนึ่งช่องทาง" in before
    text = client.get(f"{address}?channels={channel}&network_types=loudspeaker").get_data(
        as_text=True
    )
    assert "เผยแพร่ถึง 1 คน ผ่าน 1 ช่องทาง" in text
    part = client.get(f"{address}count?channels={channel}&network_types=loudspeaker").get_json()
    assert "เผยแพร่ถึง 1 คน ผ่าน 1 ช่องทาง" in part["html"]
    assert "<html" not in part["html"]
    form = {
        "channels": channel,
        "network_types": "loudspeaker",
        "seen": _hidden(text, "seen"),
        "form_token": _hidden(text, "form_token"),
    }
    assert _releases(app) == 0
    answers = [client.post(address, data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location == answers[1].location
    assert _releases(app) == 1
    shown = client.get(answers[0].location).get_data(as_text=True)
    assert "หอกระจายข่าว" in shown


def test_a_way_that_is_not_set_up_is_told_before_the_button(
    app: Flask, client_of: ClientOf
) -> None:
    number, channel = _approved(app)
    address = f"/messages/{number}/audience/count?channels={channel}"
    client, sentence = client_of("officer50"), "LINE: ยังไม่ได้ตั้งค่าการส่งทางนี้"
    assert sentence not in client.get(address).get_json()["html"], "a person posts it"
    with app.app_context(), unit_of_work():
        releasing.join(cast.channel("P50"))
    part = client.get(address).get_json()["html"]
    assert part.index(sentence) < part.index("<button")
    with outbox_world.outbox_to(app, line_channel_token=SecretStr("x")):
        assert sentence not in client.get(address).get_json()["html"]


def test_another_number_asks_again(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    client, address = client_of("officer50"), f"/messages/{number}/audience/"
    data = {"channels": channel, "seen": "2", "on": "1/1/2570", "hour": "10:15"}
    answer = client.post(address, data=data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "เผยแพร่ถึง 3 คน" in text
    assert 'value="10:15"' in text
    assert _hidden(text, "seen") == "3"
    assert client.post(address, data={"channels": channel}).status_code == 422
    assert _releases(app) == 0


def test_a_moment_that_cannot_be_keeps_what_was_typed(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    address = f"/messages/{number}/audience/?channels={channel}&hour=10:00&on="
    for typed in ("32/1/2570", "1/1/2560"):
        text = client_of("officer50").get(address + typed).get_data(as_text=True)
        assert f'value="{typed}"' in text
        assert 'name="seen"' not in text


def test_each_error_stands_beside_its_field(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    address = f"/messages/{number}/audience/?channels={channel}&on=32/1/2570&hour=25:00"
    client = client_of("officer50")
    text = client.get(address).get_data(as_text=True)
    for name, words in (("on", "32/1/2570"), ("hour", "14:30")):
        found = re.search(rf'data-fault="{name}">([^<]+)<', text)
        assert found
        assert words in found[1]
    told = client.get(address.replace("/?", "/count?")).get_json()
    assert set(told["faults"]) == {"on", "hour"}
    assert "3. เมื่อใด" in text.split('id="audience-count"')[1]


def test_headings_show_what_was_chosen(app: Flask, client_of: ClientOf) -> None:
    """Ticked ones come first; “mine” means something only to those who do not see everything."""
    number, channel = _approved(app)
    words = f"channels={channel}&network_types=loudspeaker&provinces=50"
    text = client_of("officer50").get(f"/messages/{number}/audience/?{words}").text
    headings = re.findall(r"data-picked>([^<]+)<", text)
    assert headings == ["เชียงใหม่", "หอกระจายข่าว"]
    box = text.split('id="network_types-list"')[1]
    assert re.search(r'value="(\w+)"', box)[1] == "loudspeaker"  # type: ignore[index]
    assert "(พื้นที่ของท่าน)" in text
    assert "(พื้นที่ของท่าน)" not in client_of("central").get(f"/messages/{number}/audience/").text


def test_a_kept_audience_brings_its_channels_and_keeps_what_was_entered(
    app: Flask, client_of: ClientOf
) -> None:
    number, channel = _approved(app)
    with app.app_context(), unit_of_work():
        other = releasing.channel("P50", ChannelKind.FACEBOOK, name="เพจ").id
        gone = releasing.channel("P50", ChannelKind.RADIO, name="เลิกใช้").id
    client = client_of("officer50")
    kept = {"message": number, "channels": [channel, gone], "zones": "3", "name": "เหนือ"}
    client.post("/audiences/", data=kept)
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(SavedAudience)).one()
        assert row.channels == [channel, gone]
        saved = row.id
        db.session.get_one(Channel, gone).retired_on = cast.SINCE
    path = f"/messages/{number}/audience/"
    entered = f"channels={other}&on=1/1/2570&hour=10:15&zones=4"
    to = client.get(f"{path}?{entered}&saved={saved}").location
    assert parse_qs(urlsplit(to).query) == {
        **{"zones": ["3"], "channels": sorted([str(channel), str(other)], key=int)},
        **{"on": ["1/1/2570"], "hour": ["10:15"]},
    }
    assert client_of("officer90").get(f"{path}?saved={saved}").status_code == 404


def test_while_it_is_being_sent_the_page_leads_there(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    client, address = client_of("officer50"), f"/messages/{number}/audience/"
    where = client.post(address, data={"channels": channel, "seen": "3"}).location
    text = client.get(address).text
    assert "กำลังส่งอยู่" in text
    assert f'href="{where}"' in text
    assert "เลือกอย่างน้อยหนึ่งช่องทาง" not in text
    assert "ไม่ถึง" not in text.split('id="audience-count"')[1]


def test_who_gets_it_as_a_whole_is_said(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    address = f"/messages/{number}/audience/count?channels={channel}"
    client, line = client_of("officer50"), "ไม่ว่าเลือกตัวกรองใด"
    assert line not in client.get(address).get_json()["html"]
    text = client.get(f"{address}&network_types=loudspeaker").get_json()["html"]
    assert line in text
    assert "ไลน์กลุ่ม P50" in text


def test_who_came_back_is_missing_from_the_places_they_had(app: Flask, client_of: ClientOf) -> None:
    """The list says so, and leads to the roster with the member ticked, and back."""
    with app.app_context(), unit_of_work():
        number, malee = story.approved().id, cast.member("malee50")
        page, member = releasing.channel("P50", ChannelKind.FACEBOOK, name="เพจ").id, malee.id
        today = to_bangkok_date(releasing.at("12:00", days=0))
        old = releasing.channel("P50", ChannelKind.LINE_GROUP, name="กลุ่มเก่า").id
        db.session.add(
            ChannelMember(channel_id=old, member_id=malee.id, from_on=cast.SINCE, to_on=today)
        )
        for state in (MemberState.LEFT, MemberState.ACTIVE):
            change_state(story.acting("officer50"), malee, state, on=today)
    address = f"/messages/{number}/audience/unreached/no_channel?channels={page}"
    text = client_of("officer50").get(address).text
    name = cast.NETWORKS["P50"][0]
    assert re.search(rf"มาลี ดวงแก้ว<div[^>]*>[^<]*{name}[^<]*ไลน์กลุ่ม P50", text)
    assert "กลุ่มเก่า" not in text, "ended before, not by leaving"
    assert "เครือข่าย" not in text.split("ดาว แสงหล้า")[1].split("</td>")[0]
    way = re.search(rf'/channels/{page}/add\?member={member}&amp;next=([^"]+)', text)
    assert way
    assert unquote(way[1]).startswith(f"/messages/{number}/audience/unreached/")


def test_the_page_says_that_machines_wait(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    with app.app_context(), unit_of_work():
        releasing.join(cast.channel("P50"))
    tomorrow = to_bangkok_date(releasing.at("12:00"))
    typed = f"{tomorrow.day}/{tomorrow.month}/{tomorrow.year + 543}"
    address = f"/messages/{number}/audience/?channels={channel}&on={typed}&hour="
    client = client_of("officer50")
    assert "ช่วงเวลางดรบกวน" in client.get(address + "22:00").get_data(as_text=True)
    assert "ช่วงเวลางดรบกวน" not in client.get(address + "10:00").get_data(as_text=True)


def test_who_is_not_reached_is_listed_with_the_way_to_mend_it(
    app: Flask, client_of: ClientOf
) -> None:
    number, _channel = _approved(app)
    client = client_of("officer50")
    text = client.get(f"/messages/{number}/audience/unreached/no_channel").get_data(as_text=True)
    assert "มาลี" in text
    assert "อารี" not in text
    assert client.get(f"/messages/{number}/audience/unreached/outside").status_code == 404
    assert client.get(f"/messages/{number}/audience/unreached/nonsense").status_code == 404


def test_what_is_anothers_does_not_exist(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    with app.app_context():
        strange, network = cast.channel("P90").id, cast.network("P90").id
    client, address = client_of("officer50"), f"/messages/{number}/audience/"
    for query in (f"channels={strange}", f"channels={channel}&networks={network}"):
        assert client.get(f"{address}?{query}").status_code == 404
        assert client.get(f"{address}count?{query}").status_code == 404
    form = {"channels": [channel, strange], "seen": "3"}
    assert client.post(address, data=form).status_code == 404
    assert _releases(app) == 0


def test_the_second_person_presses(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    with app.app_context(), unit_of_work():
        today = to_bangkok_date(releasing.at("12:00", days=0))
        set_from(Dated.LARGE_AUDIENCE, "3", today, "คำสั่ง", story.acting("central"), today=today)
    officer = client_of("officer50")
    page = officer.get(f"/messages/{number}/audience/?channels={channel}").get_data(as_text=True)
    assert "ผู้ยืนยันคนที่สอง" in page or "คนที่สอง" in page
    where = officer.post(
        f"/messages/{number}/audience/", data={"channels": channel, "seen": "3"}
    ).location
    own = officer.get(where).get_data(as_text=True)
    assert "/confirm" not in own
    head = client_of("head50")
    assert "การส่ง" in head.get("/releases/").get_data(as_text=True)
    text = head.get(where).get_data(as_text=True)
    assert client_of("head90").get(where).status_code == 404
    assert client_of("head90").post(f"{where}/confirm").status_code == 404
    head.post(f"{where}/confirm", data={"version": _hidden(text, "version")})
    with app.app_context():
        assert db.session.scalars(select(Release)).one().as_state is ReleaseState.SCHEDULED


def test_called_off_with_a_reason(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    client = client_of("officer50")
    where = client.post(
        f"/messages/{number}/audience/", data={"channels": channel, "seen": "3"}
    ).location
    assert client.post(f"{where}/cancel", data={"reason": " "}).status_code == 422
    assert client.post(f"{where}/cancel", data={"reason": "เขียนผิด"}).status_code == 302
    assert "เขียนผิด" in client.get(where).get_data(as_text=True)


def test_an_audience_is_kept_renamed_and_deleted(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    client = client_of("officer50")
    chosen = {"message": number, "channels": channel, "zones": "3"}
    answer = client.post("/audiences/", data=chosen | {"name": "ภาคเหนือ"})
    assert answer.status_code == 302
    assert "zones=3" in answer.location
    client.post("/audiences/", data=chosen | {"name": "ภาคเหนือ", "zones": ["3", "4"]})
    with app.app_context():
        kept = db.session.scalars(select(SavedAudience)).one()
        number, filters = kept.id, kept.filters
    assert filters == {"zones": [3, 4]}
    text = client.get(answer.location).get_data(as_text=True)
    assert "ภาคเหนือ" in text
    assert "ภาคเหนือ" not in client_of("officer90").get("/").get_data(as_text=True)
    for step in ("rename", "delete"):
        assert client_of("officer90").post(f"/audiences/{number}/{step}").status_code == 404
    client.post(f"/audiences/{number}/rename", data=chosen | {"name": "เหนือ"})
    assert "เหนือ" in client.get(answer.location).get_data(as_text=True)
    client.post(f"/audiences/{number}/delete", data=chosen)
    with app.app_context():
        assert db.session.scalar(select(SavedAudience)) is None


def test_the_message_page_shows_its_sendings(app: Flask, client_of: ClientOf) -> None:
    number, channel = _approved(app)
    client = client_of("officer50")
    assert f"/messages/{number}/audience/" in client.get(f"/messages/{number}").get_data(
        as_text=True
    )
    where = client.post(
        f"/messages/{number}/audience/", data={"channels": channel, "seen": "3"}
    ).location
    assert where in client.get(f"/messages/{number}").get_data(as_text=True)
    with app.app_context(), unit_of_work():
        release = db.session.scalars(select(Release)).one()
        rows = releasing.begun(release, release.planned_at + timedelta(minutes=1))
        releasing.sent(rows, story.PUBLISHED, "officer50")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Publication)) == 1
    text = client.get(f"/messages/{number}").get_data(as_text=True)
    assert "ส่งแล้ว 1" in text
