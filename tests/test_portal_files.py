"""Files that others fetch: a picture while its message is on its way, and proofs that are gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from registry.access.scope import Scope
from registry.db import db, unit_of_work
from registry.documents.pictures import clean_picture
from registry.errors import NotFound
from registry.messages import files, library_queries, media, services
from registry.messages.evidence import record_with_picture
from registry.messages.evidence_models import EvidenceItem
from registry.messages.models import KeyMessage, MessageState
from registry.messages.release_models import Purpose, Release, ReleaseState
from tests import story

ALL = Scope.all(personal=False)


def test_a_picture_opens_while_its_message_is_being_sent(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        actor = story.acting("officer50")
        message = services.create(actor, story.TEXT, at=story.WRITTEN)
        kept = media.attach(actor, message, media.prepare(story.png(), "a.png"))
        release = Release(
            message_id=message.id,
            office_id=message.office_id,
            purpose=Purpose.FIRST.value,
            planned_at=story.PUBLISHED,
            created_at=story.WRITTEN,
            state=ReleaseState.SCHEDULED.value,
        )
        db.session.add(release)
        db.session.flush()
        with pytest.raises(NotFound):
            library_queries.published_media(ALL, kept.id)
        release.state = ReleaseState.RUNNING.value
        db.session.flush()
        assert library_queries.published_media(ALL, kept.id).id == kept.id
        message.state = MessageState.WITHDRAWN.value
        db.session.flush()
        with pytest.raises(NotFound):
            library_queries.published_media(ALL, kept.id)


@pytest.fixture
def proof(app: Flask) -> int:
    with app.app_context(), unit_of_work():
        picture = clean_picture(story.png(400, 300), "a.png")
        entry = story.entry(db.session.get_one(KeyMessage, story.published().id))
        row = record_with_picture(
            story.acting("officer50"), story.ALL, entry, picture, source="officer"
        )
        query = select(EvidenceItem.id).where(EvidenceItem.dissemination_id == row.id)
        return db.session.scalars(query).one()


def _lose(app: Flask, number: int, name: str) -> None:
    with app.app_context():
        item = db.session.get_one(EvidenceItem, number)
        files.path_of(getattr(item, name)).unlink()


def test_a_proof_without_its_thumbnail_is_shown_whole_and_a_lost_one_is_not_found(
    app: Flask, client_of: Callable[[str], FlaskClient], proof: int
) -> None:
    client, path = client_of("officer50"), f"/evidence/items/{proof}"
    whole = client.get(path)
    assert whole.status_code == 200
    assert client.get(f"{path}?size=thumbnail").data != whole.data
    _lose(app, proof, "thumbnail")
    assert client.get(f"{path}?size=thumbnail").data == whole.data
    _lose(app, proof, "stored")
    for size in ("", "?size=thumbnail"):
        assert client.get(f"{path}{size}").status_code == 404
