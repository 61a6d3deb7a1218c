"""Files that come with messages: told by content, written anew, never left behind."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from PIL import Image

from registry.db import begin_write, db, unit_of_work
from registry.documents.pictures import clean_picture
from registry.errors import NotFound, Refused
from registry.messages import files, media, services
from registry.messages.models import KeyMessage
from tests import story

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 64
MP3 = b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\x00" * 20
HOSTILE = {
    "a page named .png": (HTML, "poster.png"),
    "a drawing with a program": (SVG, "poster.svg"),
    "a drawing named .png": (SVG, "poster.png"),
    "a program": (b"MZ\x90\0" + b"\0" * 100, "setup.pdf"),
    "a zip": (b"PK\x03\x04" + b"\0" * 100, "files.zip"),
    "nothing": (b"", "poster.png"),
    "half a picture": (story.png()[:40], "poster.png"),
    "a PDF with a program": (PDF.replace(b"/Type", b"/OpenAction<</JS(x)>>/Type"), "a.pdf"),
    "a PDF with an attachment": (PDF.replace(b"/Type", b"/EmbeddedFile/Type"), "a.pdf"),
    "a PDF cut off": (PDF[:30], "a.pdf"),
    "text": ("สวัสดี".encode(), "hello.mp3"),
    "a page after magic": (b"GIF89a" + HTML, "fun.gif"),
    "half a photograph": (story.jpeg_with_place()[:200], "half.jpg"),
    "a picture and a zip behind a PDF's end": (PDF + b"PK\x03\x04" + b"\0" * 4_000, "a.pdf"),
    "a WebP that is none": (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 16, "a.webp"),
}
_BOMB = (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", (60_000).to_bytes(4, "big") * 2)


@pytest.fixture
def draft(app: Flask) -> Iterator[KeyMessage]:
    """A draft of officer50, in an open transaction."""
    with app.app_context(), unit_of_work():
        yield services.create(story.acting("officer50"), story.TEXT)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_hostile_files_are_refused_kindly(app: Flask, name: str) -> None:
    data, filename = HOSTILE[name]
    with app.app_context(), pytest.raises(Refused) as refusal:
        media.prepare(data, filename)
    assert filename in str(refusal.value)
    assert len(str(refusal.value)) > 20


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_picture_of_too_many_pixels(app: Flask) -> None:
    huge = b"".join(_BOMB) + b"\x08\x02\0\0\0" + b"\0" * 20
    with app.app_context(), pytest.raises(Refused, match="wide.png"):
        clean_picture(huge, "wide.png")


@pytest.mark.parametrize(
    ("data", "name", "content_type"),
    [
        (PDF, "แผ่นพับ.exe", "application/pdf"),
        (MP4, "clip.jpg", "video/mp4"),
        (MP3, "spot", "audio/mpeg"),
        (story.png(), "../../etc/passwd.pdf", "image/png"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_content_decides_not_the_name(
    draft: KeyMessage, data: bytes, name: str, content_type: str
) -> None:
    row = media.attach(story.acting("officer50"), draft, media.prepare(data, name))
    assert row.content_type == content_type
    assert "/" not in row.filename
    assert row.filename.endswith(media.prepare(data, name).kind.suffix)
    assert files.path_of(row.stored).parent == files.folder()
    assert files.path_of(row.stored).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_photograph_forgets_where_it_was_taken(app: Flask) -> None:
    source = story.jpeg_with_place()
    assert b"secret place" in source
    with app.app_context():
        clean = clean_picture(source, "IMG_1.jpg")
    assert b"secret place" not in clean.data
    assert (clean.width, clean.height) == (20, 40)  # it was lying on its side
    with Image.open(io.BytesIO(clean.data)) as picture:
        assert not picture.getexif()
        assert picture.format == "JPEG"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_hides_behind_a_picture_is_gone(app: Flask) -> None:
    source = story.png(note=b"<?php system($_GET[0]);") + HTML
    with app.app_context():
        clean = clean_picture(source, "x.png")
    assert b"php" not in clean.data
    assert b"script" not in clean.data


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_large_pictures_are_made_smaller(app: Flask) -> None:
    with app.app_context():
        clean = clean_picture(story.png(900, 300), "wide.png", side=300)
    assert (clean.width, clean.height) == (300, 100)


def test_an_undone_transaction_leaves_no_file(app: Flask) -> None:
    with app.app_context():
        begin_write()
        row = services.create(story.acting("officer50"), story.TEXT)
        media.attach(story.acting("officer50"), row, media.prepare(PDF, "a.pdf"))
        assert len(list(files.folder().iterdir())) == 1
        db.session.rollback()
        assert list(files.folder().iterdir()) == []


def test_discarding_waits_for_the_commit(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            name = files.store(PDF, ".pdf")
        for ends in (RuntimeError, None):
            try:
                with unit_of_work():
                    files.discard(name)
                    if ends:
                        raise ends
            except RuntimeError:
                assert files.path_of(name).exists()
        assert not files.path_of(name).exists()


def test_only_a_draft_takes_files(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        message, file = story.published(), media.prepare(PDF, "a.pdf")
        with pytest.raises(Refused, match="แก้ไขไม่ได้"):
            media.attach(story.acting("officer50"), message, file)
        other = services.create(story.acting("officer50"), story.TEXT)
        with pytest.raises(Refused, match="หน่วยงานอื่น"):
            media.attach(story.acting("officer90"), other, file)
        with pytest.raises(NotFound):
            media.remove(story.acting("officer50"), other, 999)


def test_the_same_file_twice_is_one_and_ten_are_enough(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        message = services.create(actor, story.TEXT)
        for _ in range(2):
            media.attach(actor, message, media.prepare(PDF, "a.pdf"))
        assert len(message.media) == 1
        for number in range(media.MAX_PER_MESSAGE - 1):
            media.attach(actor, message, media.prepare(MP3 + bytes([number]), "a.mp3"))
        with pytest.raises(Refused, match="10"):
            media.attach(actor, message, media.prepare(MP4, "a.mp4"))


def test_the_sweep_takes_only_old_strays(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            row = services.create(story.acting("officer50"), story.TEXT)
            media.attach(story.acting("officer50"), row, media.prepare(PDF, "a.pdf"))
        kept = next(files.folder().iterdir())
        stray, fresh = files.folder() / "stray.png", files.folder() / "fresh.png"
        for path in (stray, fresh):
            path.write_bytes(b"x")
        long_ago = time.time() - 3 * 86_400
        for path in (stray, kept):
            os.utime(path, (long_ago, long_ago))
        assert files.sweep({}, lambda *_: None) == {"removed": 1}
        assert {path.name for path in files.folder().iterdir()} == {kept.name, "fresh.png"}


def test_evidence_is_not_readable_on_the_disk(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        name = files.store(story.png(), ".png", secret=True)
        assert b"PNG" not in files.path_of(name).read_bytes()
        assert files.read_secret(name) == story.png()


def test_no_file_is_promised_more_than_an_upload_may_hold(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.extensions["sang_settings"].model_copy(update={"upload_max_mb": 1})
    monkeypatch.setitem(app.extensions, "sang_settings", settings)
    with app.test_request_context(), pytest.raises(Refused, match="1 MB"):
        media.prepare(b"ID3" + bytes(1024 * 1024), "เพลง.mp3")
