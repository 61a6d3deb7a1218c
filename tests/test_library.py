"""The media library: added once, found in Thai, limited by licence, shared by headquarters."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from registry.access.scope import Scope
from registry.access.versions import ChangedMeanwhile
from registry.db import db, unit_of_work
from registry.errors import NotFound, Refused
from registry.messages import files, library, library_queries, media, publishing, services
from registry.messages.library import AssetWords
from registry.messages.library_models import Licence, MediaAsset
from registry.messages.library_queries import LibraryFilters, count_assets, list_assets
from registry.messages.models import KeyMessage, MessageMedia
from registry.messages.prepared import Prepared, prepare
from tests import cast, story
from tests.test_messages_media import PDF

ClientOf = Callable[[str], FlaskClient]
DAY = date(2026, 6, 15)
NOON = datetime(2026, 6, 15, 5, tzinfo=UTC)
MINE, THEIRS = Scope.of_provinces("50"), Scope.of_provinces("90")


def photograph(seed: int = 1) -> bytes:
    """A JPEG of some 300 KB."""
    picture, buffer = Image.effect_noise((1200, 800), 50 + seed).convert("RGB"), io.BytesIO()
    picture.save(buffer, "JPEG", quality=70)
    return buffer.getvalue()


def document(name: str = "แผ่นพับ.pdf", note: bytes = b"") -> Prepared:
    """A PDF that was looked at."""
    return prepare(PDF.replace(b"%%EOF", b"%" + note + b"\n%%EOF"), name)


def added(name: str = "officer50", note: bytes = b"", **words: object) -> MediaAsset:
    """A file in the library of one of the cast's office."""
    return library.add(story.acting(name), document(note=note), AssetWords(**words))  # type: ignore[arg-type]


def seen(scope: Scope, **filters: object) -> list[str]:
    """Titles that the library shows, in alphabetical order."""
    given = LibraryFilters(on=DAY, **filters)  # type: ignore[arg-type]
    rows = list_assets(scope, given)
    assert len(rows) == count_assets(scope, given)
    return sorted(row.title for row in rows)


def folder_of(app: Flask) -> Path:
    """Where the files lie."""
    path: Path = app.extensions["sang_settings"].instance / "media"
    return path


def test_an_attached_file_is_in_the_library_and_stays_there(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        message = services.create(actor, story.TEXT)
        file = prepare(photograph(), "น้ำท่วม.jpg")
        row = media.attach(actor, message, file, description="ถนนจมน้ำ", source="ส.ปชส.")
        asset = row.asset
        assert asset is not None
        assert (asset.title, asset.description, asset.source) == ("น้ำท่วม", "ถนนจมน้ำ", "ส.ปชส.")
        assert (asset.width, asset.height, row.stored) == (1200, 800, asset.stored)
        assert asset.thumbnail
        assert asset.small
        assert files.path_of(asset.small).stat().st_size <= 60 * 1024 < row.size
        media.remove(actor, message, row.id)
        assert message.media == []
        assert files.path_of(asset.stored).exists()
        again = media.attach_asset(actor, message, asset)
        assert (again.description, again.sha256) == ("ถนนจมน้ำ", asset.sha256)


def test_the_same_file_in_one_office_is_one_asset(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            actor = story.acting("officer50")
            for _ in range(2):
                message = services.create(actor, story.TEXT)
                media.attach(actor, message, document("a.pdf"))
                media.attach(actor, message, document("b.pdf"))
            added("officer90")
        assert db.session.scalar(select(func.count(MediaAsset.id))) == 2
        assert db.session.scalar(select(func.count(MessageMedia.id))) == 2
        assert len(list(folder_of(app).iterdir())) == 2


@pytest.mark.parametrize("words", ["ไข้", "ก", "เลือดออก", "LOGO", "ลื", "สถานีอนามัย", "100%"])
def test_any_part_of_the_words_finds_it(app: Flask, words: str) -> None:
    with app.app_context(), unit_of_work():
        described = "โปสเตอร์ Logo 100%"
        added(title="ไข้เลือดออก ก", description=described, source="สถานีอนามัย")
        added(title="น้ำท่วม", note=b"2")
        assert seen(MINE, q=words) == ["ไข้เลือดออก ก"]
        assert seen(MINE, q=f"{words} น้ำท่วม") == []


def test_filters_of_kind_licence_and_use(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        added(title="หมด", note=b"1", licence=Licence.OPEN, licence_until=date(2026, 6, 14))
        added(title="ใกล้", note=b"2", licence=Licence.OPEN, licence_until=DAY)
        added(title="ไกล", note=b"3", licence=Licence.OPEN, licence_until=date(2027, 1, 1))
        added(title="เฉยๆ", note=b"4")
        library.add(actor, prepare(story.png(), "x.png"), AssetWords("ภาพ", licence=Licence.OWN))
        old = added(title="เก่า", note=b"5")
        library.retire(actor, old)
        assert seen(MINE, licence="ended") == ["หมด"]
        assert seen(MINE, licence="ending") == ["ใกล้"]
        assert seen(MINE, licence="held") == ["ภาพ", "เฉยๆ", "ใกล้", "ไกล"]
        assert seen(MINE, licence="unstated") == ["เฉยๆ"]
        assert seen(MINE, kind="image") == ["ภาพ"]
        assert seen(MINE, retired=True) == ["เก่า"]


def test_a_licence_past_its_day_keeps_a_file_off_messages(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        message = services.create(actor, story.TEXT)
        asset = added(title="เพลง", licence_until=DAY)
        with pytest.raises(Refused, match="15 มิ.ย. 2569"):
            media.attach_asset(actor, message, asset, at=NOON + timedelta(days=1))
        media.attach_asset(actor, message, asset, at=NOON)
        media.remove(actor, message, message.media[0].id)
        asset.licence_until = date(2020, 1, 1)
        with pytest.raises(Refused, match="เพลง"):
            media.attach(actor, message, document())
        assert message.media == []


def test_a_retired_file_goes_with_nothing_until_it_is_back(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        message, asset = services.create(actor, story.TEXT), added()
        library.retire(actor, asset)
        for step in (
            lambda: media.attach_asset(actor, message, asset),
            lambda: media.attach(actor, message, document()),
            lambda: library.add(actor, document(), AssetWords()),
        ):
            with pytest.raises(Refused, match="นำกลับมาใช้"):
                step()
        library.bring_back(actor, asset)
        assert media.attach(actor, message, document()).asset_id == asset.id


def test_what_headquarters_shares_is_for_all_the_rest_for_their_own(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        added("officer50", title="เชียงใหม่", note=b"1")
        added("officer90", title="สงขลา", note=b"2")
        added("central", title="ส่วนกลาง", note=b"3")
        shared = added("central", title="แบ่งปัน", note=b"4", shared=True)
        assert seen(MINE) == ["เชียงใหม่", "แบ่งปัน"]
        assert seen(THEIRS) == ["สงขลา", "แบ่งปัน"]
        assert len(seen(story.ALL)) == 4
        message = services.create(story.acting("officer90"), story.TEXT)
        media.attach_asset(story.acting("officer90"), message, shared)
        with pytest.raises(Refused, match="ส่วนกลาง"):
            added("officer50", note=b"5", shared=True)
        with pytest.raises(Refused, match="หน่วยงานอื่น"):
            library.update(story.acting("officer50"), shared, AssetWords("x"), version=1)
        library.retire(story.acting("central"), shared)
        assert seen(MINE) == ["เชียงใหม่"]
        assert message.media[0].stored == shared.stored
        with pytest.raises(NotFound):
            library_queries.asset_for(MINE, shared.id)


def test_two_people_who_edit_the_same_words(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor, asset = story.acting("officer50"), added(title="เดิม")
        library.update(actor, asset, AssetWords("ใหม่", language="en"), version=1)
        assert seen(MINE, q="ใหม่") == ["ใหม่"]
        with pytest.raises(ChangedMeanwhile):
            library.update(actor, asset, AssetWords("ช้าไป"), version=1)
        with pytest.raises(Refused, match="ชื่อเรื่อง"):
            library.update(actor, asset, AssetWords(), version=asset.version)


def test_the_sweep_keeps_every_version_of_a_file(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            library.add(story.acting("officer50"), prepare(photograph(), "a.jpg"), AssetWords())
        kept = {path.name for path in folder_of(app).iterdir()}
        assert len(kept) == 3
        (folder_of(app) / "stray.jpg").write_bytes(b"x")
        for path in folder_of(app).iterdir():
            os.utime(path, (time.time() - 3 * 86_400,) * 2)
        assert files.sweep({}, lambda *_: None) == {"removed": 1}
        assert {path.name for path in folder_of(app).iterdir()} == kept


def upload(client: FlaskClient, data: bytes, name: str, **words: str) -> str:
    """Add a file by the form; returns the address of its page."""
    form = {"file": (io.BytesIO(data), name), "licence": "own", "language": "th", **words}
    answer = client.post("/library/add", data=form)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.headers["Location"]


def test_the_pages_of_the_library(app: Flask, client_of: ClientOf) -> None:
    client, stranger = client_of("officer50"), client_of("officer90")
    assert "ไม่พบไฟล์" in client.get("/library/").get_data(as_text=True)
    address = upload(client, photograph(), "วัด.jpg", title="วัดพระสิงห์", licence_until="1/1/2570")
    page = client.get(address).get_data(as_text=True)
    assert "วัดพระสิงห์" in page
    assert "1 ม.ค. 2570" in page
    small = client.get(f"{address}/file?size=small")
    full = client.get(f"{address}/file")
    assert (small.mimetype, full.mimetype) == ("image/jpeg", "image/jpeg")
    assert len(small.data) <= 60 * 1024 < len(full.data)
    assert client.get(f"{address}/file?size=stored").data == full.data
    for path in ("", "/file", "/edit"):
        assert stranger.get(f"{address}{path}").status_code == 404
    assert "วัดพระสิงห์" not in stranger.get("/library/?whose=all").get_data(as_text=True)
    edited = {"version": "1", "title": "วัดเจดีย์หลวง", "licence": "open", "language": "th"}
    assert client.post(f"{address}/edit", data=edited).status_code == 302
    late = client.post(f"{address}/edit", data=edited | {"title": "อีกชื่อ"})
    assert late.status_code == 422
    assert "วัดเจดีย์หลวง" in client.get("/library/?q=เจ").get_data(as_text=True)
    assert client.post(f"{address}/retire").status_code == 302
    assert "วัดเจดีย์หลวง" not in client.get("/library/").get_data(as_text=True)
    assert client.post(f"{address}/bring-back").status_code == 302
    assert "วัดเจดีย์หลวง" in client.get("/library/").get_data(as_text=True)


def test_what_was_typed_stays_when_a_file_is_refused(app: Flask, client_of: ClientOf) -> None:
    form = {"file": (io.BytesIO(b"<svg/>"), "x.svg"), "title": "ชื่อที่พิมพ์ไว้", "licence": "own"}
    answer = client_of("officer50").post("/library/add", data=form | {"language": "th"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "ชื่อที่พิมพ์ไว้" in page
    assert "x.svg" in page
    assert AGAIN not in page


AGAIN = "โปรดเลือกไฟล์อีกครั้ง"


def test_a_file_that_the_browser_drops_is_asked_for_again(app: Flask, client_of: ClientOf) -> None:
    form = {"title": "ชื่อที่พิมพ์ไว้", "licence": "own", "language": "th", "licence_until": "พรุ่งนี้"}
    client = client_of("officer50")
    assert AGAIN not in client.post("/library/add", data=form).text
    chosen = client.post("/library/add", data=form | {"file": (io.BytesIO(photograph()), "วัด.jpg")})
    assert (chosen.status_code, AGAIN in chosen.text) == (422, True)
    assert AGAIN not in client.get("/library/add").text


def test_a_file_is_chosen_for_a_draft_from_its_page(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    address = upload(client, PDF, "a.pdf", title="แผ่นพับ")
    with app.app_context(), unit_of_work():
        draft = services.create(story.acting("officer50"), story.TEXT).id
        theirs = services.create(story.acting("officer90"), story.TEXT).id
        out = story.published().id
    assert f"/library/?message={draft}" in client.get(f"/messages/{draft}").get_data(as_text=True)
    assert f"{address}/attach" in client.get(f"/library/?message={draft}").get_data(as_text=True)
    assert "/attach" not in client.get(f"/library/?message={out}").get_data(as_text=True)
    assert client.get(f"/library/?message={theirs}").status_code == 404
    assert client.post(f"{address}/attach", data={"message": theirs}).status_code == 404
    assert client.post(f"{address}/attach", data={"message": ""}).status_code == 302
    assert client.post(f"{address}/attach", data={"message": out}).status_code == 302
    assert client.post(f"{address}/attach", data={"message": draft}).status_code == 302
    assert "แผ่นพับ" not in client_of("officer90").get("/library/").get_data(as_text=True)
    with app.app_context():
        assert list(db.session.scalars(select(MessageMedia.message_id))) == [draft]
    shown = client.get(address).get_data(as_text=True)
    assert f"/messages/{draft}" in shown


def test_a_message_shows_the_small_picture_and_links_the_full_one(
    app: Flask, client_of: ClientOf
) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        message = services.create(actor, story.TEXT)
        row = media.attach(actor, message, prepare(photograph(), "a.jpg"))
        path = f"/messages/{message.id}/media/{row.id}"
        number = message.id
    client = client_of("officer50")
    page = client.get(f"/messages/{number}").get_data(as_text=True)
    assert f'src="{path}?size=small"' in page
    assert f'<a href="{path}">' in page
    assert len(client.get(f"{path}?size=small").data) < len(client.get(path).data)


@pytest.fixture
def outward(app: Flask) -> Flask:
    """The application, known to the world by an address."""
    settings = app.extensions["sang_settings"]
    app.extensions["sang_settings"] = settings.model_copy(
        update={"public_url": "https://pr.example.org/"}
    )
    yield app
    app.extensions["sang_settings"] = settings


def test_a_signed_address_serves_published_files_only(
    outward: Flask, anonymous: FlaskClient
) -> None:
    with outward.app_context():
        with unit_of_work():
            actor = story.acting("officer50")
            message = services.create(actor, story.TEXT, at=story.WRITTEN)
            row = media.attach(actor, message, prepare(photograph(), "a.jpg"))
            services.submit(actor, message, story.ANSWERS, at=story.WRITTEN)
        number = message.id
        url = media.public_media_url(row, small=True, hours=1)
        past = media.public_media_url(row, small=False, hours=-1)
        assert url.startswith("https://pr.example.org/media/")
    path = url.removeprefix("https://pr.example.org")
    assert anonymous.get(path).status_code == 404
    with outward.app_context(), unit_of_work():
        message = db.session.get(KeyMessage, number)
        services.approve(story.acting("head50"), message, at=story.WRITTEN + timedelta(minutes=20))
        services.proofread(actor, message, at=story.WRITTEN + timedelta(minutes=30))
        publishing.publish(actor, message, [cast.channel("P50").id], at=story.PUBLISHED)
    found = anonymous.get(path)
    assert (found.status_code, found.mimetype) == (200, "image/jpeg")
    assert len(found.data) <= 60 * 1024
    assert "Set-Cookie" not in found.headers
    for wrong in (past.removeprefix("https://pr.example.org"), path[:-2], path + "x", "/media/a"):
        assert anonymous.get(wrong).status_code == 404
    with outward.app_context(), unit_of_work():
        services.withdraw(actor, db.session.get(KeyMessage, number), "ข้อมูลผิด")
    assert anonymous.get(path).status_code == 404


def test_the_signed_address_stands_in_no_log(
    outward: Flask, anonymous: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    anonymous.get("/media/WzEsMCwyMDAwMDAwMDAwXQ.secret")
    written = capsys.readouterr()
    assert "/media/…" in written.err + written.out
    assert "secret" not in written.err + written.out


def test_without_a_public_address_there_is_none(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        row = media.attach(actor, services.create(actor, story.TEXT), document())
        assert media.public_media_url(row, small=False, hours=1) == ""


def _sent(client: FlaskClient, where: str, **typed: str) -> TestResponse:
    upload = {"file": (io.BytesIO(PDF), "แผ่นพับ.pdf"), "licence": "unstated", "language": "th"}
    return client.post(where, data=upload | typed)


def test_words_of_a_file_that_is_there_are_never_thrown_away(
    app: Flask, client_of: ClientOf
) -> None:
    """Empty ones are filled in; for others the page says what stands, and offers to change it."""
    client = client_of("officer50")
    assert "เพิ่มซ้ำ" not in client.get(_sent(client, "/library/add").location).text
    filled = _sent(client, "/library/add", description="แผ่นพับไข้เลือดออก", licence="own")
    assert "จึงไม่ได้เพิ่มซ้ำ" in client.get(filled.location).text
    other = _sent(client, "/library/add", title="ไข้เลือดออก", description="แผ่นพับ")
    assert other.status_code == 422
    for part in ("“แผ่นพับไข้เลือดออก”", 'value="ไข้เลือดออก"', 'value="แผ่นพับ"'):
        assert part in other.text
    where = re.search(r'action="(/library/\d+/edit)"', other.text)
    version = re.search(r'name="version" type="hidden" value="(\d+)"', other.text)
    assert where
    assert version
    agreed = {"title": "ไข้เลือดออก", "description": "แผ่นพับ", "licence": "own", "language": "th"}
    assert client.post(where[1], data=agreed | {"version": version[1]}).status_code == 302
    with app.app_context():
        asset = db.session.scalars(select(MediaAsset)).one()
        found = (asset.title, asset.description, asset.licence)
        assert found == ("ไข้เลือดออก", "แผ่นพับ", "own")


def test_sharing_and_language_of_a_file_that_is_there_are_asked_for(
    app: Flask, client_of: ClientOf
) -> None:
    client = client_of("central")
    _sent(client, "/library/add")
    other = _sent(client, "/library/add", shared="y", language="en")
    assert other.status_code == 422
    for part in ("“ภาษา” ขณะนี้คือ “ไทย”", "ทุกหน่วยงานใช้ได้", '<option selected value="en">'):
        assert part in other.text
    assert re.search(r'<input checked[^>]* name="shared"', other.text)
    with app.app_context():
        asset = db.session.scalars(select(MediaAsset)).one()
        assert (asset.shared, asset.language) == (False, "th")


def test_a_file_attached_twice_keeps_both_words(app: Flask, client_of: ClientOf) -> None:
    with app.app_context(), unit_of_work():
        number = services.create(story.acting("officer50"), story.TEXT).id
    client, where = client_of("officer50"), f"/messages/{number}/media"
    _sent(client, where)
    filled = _sent(client, where, description="ถนนจมน้ำ", source="ส.ปชส.")
    assert "จึงไม่ได้แนบซ้ำ" in client.get(filled.location).text
    other = _sent(client, where, description="ถนนสายหลักจมน้ำ")
    assert other.status_code == 422
    assert "ถนนจมน้ำ<br>" in other.text
    assert 'value="ถนนสายหลักจมน้ำ"' in other.text
    with app.app_context():
        row, asset = (db.session.scalars(select(one)).one() for one in (MessageMedia, MediaAsset))
        assert (row.description, row.source) == ("ถนนจมน้ำ", "ส.ปชส.")
        assert (asset.description, asset.source) == ("ถนนจมน้ำ", "ส.ปชส.")
        path = f"{where}/{row.id}/words"
    words = {"description": "ถนนสายหลักจมน้ำ", "source": "ส.ปชส."}
    assert client_of("officer90").post(path, data=words).status_code == 404
    assert client.post(path, data=words).status_code == 302
    with app.app_context():
        row, asset = (db.session.scalars(select(one)).one() for one in (MessageMedia, MediaAsset))
        assert (row.description, asset.description) == ("ถนนสายหลักจมน้ำ", "ถนนจมน้ำ")


def test_a_licence_that_has_ended_is_meant_so(app: Flask, client_of: ClientOf) -> None:
    client = client_of("officer50")
    asked = _sent(client, "/library/add", licence_until="1/1/2560")
    assert (asked.status_code, "ผ่านมาแล้ว" in asked.text) == (422, True)
    assert 'name="known_ended"' in asked.text
    assert "คำนำหน้า" not in asked.text
    known = _sent(client, "/library/add", licence_until="1/1/2560", known_ended="y")
    assert known.status_code == 302
    edit = client.get(known.location).text
    assert "/edit" in edit
