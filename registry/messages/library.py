"""Writing the media library: files are added once, described, retired and brought back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from registry.access.models import Office, OfficeKind
from registry.access.versions import need_version
from registry.audit.actions import Action
from registry.audit.services import Actor, record
from registry.db import db
from registry.errors import Refused
from registry.i18n import day
from registry.members.normalise import search_key
from registry.messages import files
from registry.messages.library_models import Licence, MediaAsset
from registry.messages.prepared import Prepared, display_name
from registry.messages.rules import now_or, require_text
from registry.periods.calendar import to_bangkok_date

WORDS = ("title", "description", "source", "filename")


@dataclass(frozen=True)
class AssetWords:
    """What is said about a file; a blank title is the file's name."""

    title: str = ""
    description: str | None = None
    source: str | None = None
    licence: Licence = Licence.UNSTATED
    licence_until: date | None = None
    language: str = "th"
    shared: bool = False

    def values(self) -> dict[str, Any]:
        """By column; blank texts are absent."""
        return asdict(self) | {
            "licence": self.licence.value,
            "description": self.description or None,
            "source": self.source or None,
        }


def add(
    actor: Actor, file: Prepared, words: AssetWords, *, at: datetime | None = None
) -> MediaAsset:
    """Keep a file in the library of the actor's office; the same file is kept once.

    Words fill in what is empty about a file that is there; see :func:`differing` for the others.

    Raises:
        Refused: the same file was retired, or somebody else than headquarters shares it.
    """
    office = _own_office(actor)
    found = kept(actor, file)
    if found is not None:
        _require_in_use(found)
        complete(actor, found, words)
        return found
    _require_may_share(office, words)
    return _new(actor, office, file, words, now_or(at))


def kept(actor: Actor, file: Prepared) -> MediaAsset | None:
    """The same file in the library of the actor's office, if it is there."""
    query = select(MediaAsset).where(
        MediaAsset.office_id == actor.office_id, MediaAsset.sha256 == file.sha256
    )
    return db.session.scalar(query)


def complete(actor: Actor, asset: MediaAsset, words: AssetWords) -> None:
    """Fill in what nobody has said about a file; what stands there stays."""
    values = words.values()
    empty = [key for key in ("description", "source") if not getattr(asset, key)]
    if asset.licence == Licence.UNSTATED.value:
        empty += ["licence", "licence_until"]
    _write(actor, asset, {key: values[key] for key in empty if values[key]})


def differing(asset: MediaAsset, words: AssetWords) -> list[str]:
    """Names of what was said otherwise than it stands; what was left as offered says nothing."""
    offered = AssetWords().values()
    return [
        key
        for key, value in words.values().items()
        if value not in (offered[key], getattr(asset, key))
    ]


def _own_office(actor: Actor) -> Office:
    """The actor's office, held so that the same file sent twice at once waits its turn."""
    query = select(Office).where(Office.id == actor.office_id)
    return db.session.scalars(query.with_for_update(key_share=True, of=Office)).one()


def _new(
    actor: Actor, office: Office, file: Prepared, words: AssetWords, at: datetime
) -> MediaAsset:
    name = display_name(file.name, file.kind.suffix)
    asset = MediaAsset(
        **words.values() | {"title": words.title or PurePath(name).stem},
        office_id=office.id,
        filename=name,
        stored=files.store(file.data, file.kind.suffix),
        content_type=file.kind.content_type,
        size=len(file.data),
        sha256=file.sha256,
        created_at=at,
        created_by=actor.user_id,
        **_smaller(file),
    )
    asset.search_text = _search_text(asset)
    db.session.add(asset)
    db.session.flush()
    record(actor, Action.MEDIA_ADD, "media", asset.id, file_sha256=asset.sha256)
    return asset


def _smaller(file: Prepared) -> dict[str, Any]:
    """A picture's size and its stored smaller versions."""
    picture = file.picture
    if picture is None:
        return {}
    return {
        "width": picture.width,
        "height": picture.height,
        "thumbnail": files.store(picture.thumbnail, ".jpg"),
        "small": files.store(picture.small, ".jpg") if picture.small else None,
    }


def _search_text(asset: MediaAsset) -> str:
    return search_key(" ".join(getattr(asset, name) or "" for name in WORDS))


def update(actor: Actor, asset: MediaAsset, words: AssetWords, *, version: int) -> None:
    """Change what is said about a file.

    Raises:
        Refused: it is another office's, or somebody else than headquarters shares it.
        ChangedMeanwhile: ``version`` is not the version at hand.
    """
    _require_own(actor, asset)
    need_version(asset, version)
    require_text(words.title, _("Give the file a title, so that others find it."))
    _require_may_share(asset.office, words)
    _write(actor, asset, words.values())


def _write(actor: Actor, asset: MediaAsset, values: Mapping[str, Any]) -> None:
    changed = [key for key, value in values.items() if getattr(asset, key) != value]
    for key in changed:
        setattr(asset, key, values[key])
    if changed:
        asset.search_text = _search_text(asset)
        record(actor, Action.MEDIA_UPDATE, "media", asset.id, fields=changed)
        db.session.flush()


def retire(actor: Actor, asset: MediaAsset, *, at: datetime | None = None) -> None:
    """Offer a file no longer; messages that carry it keep it.

    Raises:
        Refused: it is another office's.
    """
    _require_own(actor, asset)
    if asset.retired_at is None:
        asset.retired_at = now_or(at)
        record(actor, Action.MEDIA_RETIRE, "media", asset.id, to="retired")
        db.session.flush()


def bring_back(actor: Actor, asset: MediaAsset) -> None:
    """Offer a retired file again.

    Raises:
        Refused: it is another office's.
    """
    _require_own(actor, asset)
    if asset.retired_at is not None:
        asset.retired_at = None
        record(actor, Action.MEDIA_RETIRE, "media", asset.id, from_="retired")
        db.session.flush()


def require_usable(asset: MediaAsset, *, at: datetime | None = None) -> None:
    """A file goes with a message only while it is offered and its licence holds.

    Raises:
        Refused: it was retired, or the licence has ended.
    """
    _require_in_use(asset)
    if asset.licence_until is not None and asset.ended(to_bangkok_date(now_or(at))):
        raise Refused(
            _(
                "The licence of “%(title)s” ended on %(day)s; renew it in the media library or "
                "choose another file.",
                title=asset.title,
                day=day(asset.licence_until),
            )
        )


def _require_in_use(asset: MediaAsset) -> None:
    if asset.retired_at is not None:
        raise Refused(
            _(
                "The file “%(title)s” was retired from the media library; bring it back there "
                "before you use it.",
                title=asset.title,
            )
        )


def _require_own(actor: Actor, asset: MediaAsset) -> None:
    if actor.office_id != asset.office_id:
        raise Refused(
            _(
                "The file “%(title)s” belongs to another office; ask that office to change it.",
                title=asset.title,
            )
        )


def _require_may_share(office: Office, words: AssetWords) -> None:
    if words.shared and office.kind != OfficeKind.BUREAU.value:
        raise Refused(_("Only headquarters shares files with every office; untick this."))
