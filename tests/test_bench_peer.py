"""The peer of ``sang bench import`` judges as Sang does; Django itself is not needed here."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import select

from benchmarks.bench import crowd
from benchmarks.bench.commands import bench_command
from benchmarks.bench.import_bench import SMALL, Wish
from benchmarks.bench.peer_environment import PEERS
from benchmarks.bench.peers.same import cipher
from benchmarks.bench.peers.same.comparing import NOBODY, Known, Told, best, similar
from benchmarks.bench.peers.same.names import name_keys
from benchmarks.bench.people import Somebody, people
from registry.access.scope import Scope
from registry.db import db
from registry.members import normalise
from registry.members.duplicates import Probe, find_matches
from registry.members.models import Member
from registry.vault import decrypt, derive, encrypt, keyed_hash

LOCK = Path(__file__).parents[1] / "requirements.lock"
MEMBERS = 40


def test_names_are_compared_in_the_same_form() -> None:
    odd = [("เอ-โด่ง (พี่)", "ฤทธิ์ ๑"), ("Siân", "O'Neil"), ("ใจดี", None)]
    for first, last in [*((one.first, one.last) for one in people(200, 7)), *odd]:
        assert name_keys(first, last) == normalise.name_keys(first, last)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_either_reads_what_the_other_encrypted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = app.extensions["sang_settings"].data_key.get_secret_value()
    monkeypatch.setenv(cipher.KEY, derive(secret, "encrypt").hex())
    with app.app_context():
        assert decrypt(cipher.encrypt("3980000000007")) == b"3980000000007"
        assert cipher.decrypt(encrypt(b"3980000000007")) == "3980000000007"


def _rewritten(one: Somebody) -> list[Somebody]:
    """Ways in which somebody may stand in a sheet again."""
    bare = one._replace(national_id=None, line_id=None)
    other = one._replace(first=one.first + "ย์", phone="0899999999", line_id=None)
    return [
        one,
        bare,
        bare._replace(birth_year=one.birth_year - 1),
        bare._replace(phone="0899999999"),
        bare._replace(first="ก", last="ข"),
        other,
        other._replace(national_id=None),
        other._replace(national_id=None, birth_year=one.birth_year - 1),
        one._replace(national_id="1101700000003"),
    ]


def _told(one: Somebody) -> Told:
    digest = keyed_hash(one.national_id) if one.national_id else None
    names = name_keys(one.first, one.last)
    return Told(digest, one.phone, one.line_id, None, *names, one.province, one.birth_year,
                one.joined)  # fmt: skip


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_scores_are_those_of_the_registry(app: Flask) -> None:
    with app.app_context():
        crowd.fill(MEMBERS)
        known = list(db.session.execute(select(*(getattr(Member, n) for n in Known._fields))))
        candidates = [Known(*row) for row in known]
        asked = [way for one in people(MEMBERS, crowd.SEED) for way in _rewritten(one)]
        probes = [Probe.of(crowd.values_of(one)) for one in asked]
        found = find_matches(Scope.all(), probes)
        wanted = [(some[0].score, some[0].member_id) if some else (0, 0) for some in found]
        mine = [best(_told(one), candidates) for one in asked]
    assert [(match.score, match.id) for match in mine] == wanted
    assert {0, 100} < {score for score, _ in wanted}, "the ways differ"


def test_similar_names_are_found_by_their_places() -> None:
    names = ["สมชาย ใจดี", "มาลี ทองสุข"]
    assert list(similar(names, ["มาลี ทองสุข", "กิตติ ศรีไชย", "สมชายย์ ใจดี"])) == [(0, 2), (1, 0)]
    assert (
        best(Told(None, None, None, None, names[0], "สจ", "10", 1990, date(2026, 1, 1)), [])
        == NOBODY
    )


def test_a_sheet_says_nobody_twice() -> None:
    with_all = next(one for one in people(9, 3) if one.national_id and one.line_id)
    told = Told("digest", with_all.phone, with_all.line_id, None, "name", "nn", "10", 1990,
                with_all.joined)  # fmt: skip
    keys = {("digest", "digest"), ("phone", "name", with_all.phone),
            ("line_id", "name", with_all.line_id)}  # fmt: skip
    assert set(told.identities()) == keys
    assert not told.minor
    assert told._replace(birth_year=told.joined_on.year - 19).minor


def test_the_same_work_is_the_peer_unless_another_is_asked_for() -> None:
    command = bench_command.commands["import"]
    chosen = next(option for option in command.params if option.name == "peer")
    assert isinstance(chosen.type, click.Choice)
    assert set(chosen.type.choices) == {"same", "checked", "fast", "none"}
    assert chosen.default == Wish(SMALL, 1, goals=False).peer == "same"


def test_what_both_use_is_pinned_alike() -> None:
    ours, theirs = (_pins(path.read_text()) for path in (LOCK, PEERS / "requirements.txt"))
    both = ours.keys() & theirs.keys()
    assert {"rapidfuzz", "cryptography", "numpy", "openpyxl"} <= both
    assert {name: theirs[name] for name in both} == {name: ours[name] for name in both}


def _pins(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)", text, re.MULTILINE))
