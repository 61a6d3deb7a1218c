"""The same, for ids that do not stand in the path: in the query, in the body, in a tick."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.routing import Rule

from registry.db import Base, db, unit_of_work
from registry.messages.models import MessageState
from tests.objects import World, _message

ClientOf = Callable[[str], FlaskClient]
ROOT = Path(__file__).parent.parent
ANY = Rule("/", endpoint="any")
THINGS = {
    "member": "member_id",
    "network": "network_id",
    "channel": "channel_id",
    "message": "message_id",
    "report": "dissemination:row_id",
    "batch": "batch_id",
    "asset": "asset_id",
    "user": "user_id",
}
ATTACKER, VICTIM = "P90", "P50"
CANARIES = ("ดวงแก้ว", "0810000501", "1500012345676", "เชียงใหม่", "น้ำท่วม P50", "malee50")
"""What belongs to the victim alone."""


@dataclass(frozen=True)
class Swap:
    """A request by an officer into which an id of another office was put.

    Attributes:
        address: ``own`` names the officer's things, ``it`` those of the office asked about.
        reads: the parameters of views that it tries.
    """

    address: str
    body: dict[str, str] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    user: str = "officer"

    @property
    def method(self) -> str:
        return "POST" if self.body else "GET"


SWAPS = (
    Swap("/members/new?like={it[member]}", reads=("members/form_views.py:like",)),
    Swap("/members/{own[member]}/merge/{it[member]}"),
    Swap(
        "/members/{own[member]}/merge/{it[member]}",
        {"version": "1", "other_version": "1", "reason": "คนเดียวกัน"},
    ),
    Swap("/channels/new?network={it[network]}", reads=("channels/views.py:network",)),
    Swap("/dissemination/grid?network={it[network]}", reads=("messages/grid_views.py:network",)),
    Swap(
        "/dissemination/grid?network={own[network]}&message={it[message]}",
        reads=("messages/grid_views.py:message",),
    ),
    Swap("/dissemination/?message={it[message]}", reads=("messages/ledger_views.py:message",)),
    Swap("/dissemination/new?message={it[message]}&member={own[member]}"),
    Swap(
        "/dissemination/new?message={own[message]}&member={it[member]}",
        reads=("messages/ledger_views.py:member",),
    ),
    Swap("/evidence/?message={it[message]}", reads=("messages/review_views.py:message",)),
    Swap("/figures/rows?measure=members_active&period=2569-Q2&province={it[province]}"),
    Swap("/dashboards/?period=2569-Q2&province={it[province]}"),
    Swap(
        "/networks/{own[network]}/add",
        {"member": "{it[member]}", "on": "15/1/2569"},
        reads=("networks/views.py:member",),
    ),
    Swap(
        "/channels/{own[channel]}/add",
        {"member": "{it[member]}", "on": "15/1/2569"},
        reads=("channels/step_views.py:member",),
    ),
    Swap(
        "/channels/{own[channel]}/add",
        {"network": "{it[network]}", "on": "15/1/2569"},
        reads=("channels/step_views.py:network",),
    ),
    Swap(
        "/channels/new",
        {
            **{"kind": "line_group", "name": "กลุ่มใหม่", "opened_on": "15/1/2569"},
            **{"network_id": "{it[network]}", "form_token": "t" * 32},
        },
    ),
    Swap("/members/{own[member]}/networks", {"network": "{it[network]}", "on": "15/1/2569"}),
    Swap("/members/?batch={it[batch]}"),
    Swap("/members/to-network", {"network": "{it[network]}", "on": "15/1/2569", "count": "1"}),
    Swap("/evidence/", {"ids": "{it[report]}", "decision": "accept"}),
    Swap("/library/?message={it[message]}", reads=("messages/library_views.py:message",)),
    Swap("/outbox/?message={it[message]}", reads=("outbox/views.py:message",)),
    Swap("/phone/{own[member]}?message={it[message]}", reads=("portal/phone_views.py:message",)),
    Swap(
        "/channels/{own[channel]}/custodian",
        {"user_id": "{it[user]}"},
        reads=("channels/custodian_views.py:user_id",),
    ),
    Swap("/library/{own[asset]}/attach", {"message": "{it[message]}"}),
    Swap("/messages/{own[message]}/publish", {"channels": "{it[channel]}"}),
    Swap("/messages/{own[message]}/audience/?channels={it[channel]}"),
    Swap("/messages/{own[message]}/audience/count?networks={it[network]}"),
    Swap("/messages/{own[message]}/audience/", {"channels": "{it[channel]}", "seen": "2"}),
    Swap(
        "/audiences/",
        {"name": "อป.มช.", "zones": "3", "message": "{it[message]}"},
        reads=("messages/saved_audience_views.py:message",),
    ),
    Swap("/members/duplicates", {"member_id": "{it[member]}", "first_name": "มาลี"}),
    Swap(
        "/imports/{own[batch]}/decisions",
        {"row": "1", "status": "new", "decision": "same", "member": "{it[member]}"},
        reads=("importers/step_views.py:member",),
    ),
)
HARMLESS = {
    "reports/views.py:revision": "which revision of a report the page showed, or is downloaded",
    "messages/audience_views.py:saved": "another office's is refused: test_audience_pages",
    "messages/request_views.py:version": "which request the page showed; another one is refused",
    "portal/door_views.py:message": "where to go on; the message is looked up for the link's own",
    "members/form_views.py:member_id": "takes somebody out of the comparison and shows nobody",
    "importers/proposal_views.py:row": "the number of a row within the batch of the path",
    "importers/step_views.py:row": "the number of a row within the batch of the path",
    "importers/views.py:row": "the number of a row within the batch of the path",
    "audit/views.py:before": "a place in the trail; only administrators read it",
    "reports/views.py:year": "a fiscal year",
    "reports/directions/views.py:year": "a fiscal year",
    "reports/directions/review_views.py:year": "a fiscal year",
    "reports/disclosure/views.py:year": "a fiscal year",
    "reports/targets/views.py:year": "a fiscal year",
    "reports/targets/views.py:target": "only central staff, who see every target",
    "reports/office_templates/views.py:template": "only central staff, who see every office",
}
READ = re.compile(
    r"""(?:args|form|values)\.get(?:list)?\(\s*"(\w+)"[^)]*type=int|read_id\([^"\n]*"(\w+)\""""
)


def _things(office: str) -> dict[str, str]:
    world = World(office)
    found = {name: str(world.value(ANY, of)) for name, of in THINGS.items() if ":" not in of}
    rule = Rule("/", endpoint="dissemination")
    return {**found, "report": str(world.value(rule, "row_id")), "province": world.province}


def _open(client: FlaskClient, swap: Swap, own: dict[str, str], it: dict[str, str]) -> str:
    """The answer as ``status text``; a redirect is followed."""
    body = {name: value.format(own=own, it=it) for name, value in swap.body.items()}
    answer = client.open(
        swap.address.format(own=own, it=it),
        method=swap.method,
        data=body or None,
        follow_redirects=True,
    )
    return f"{answer.status_code} {answer.get_data(as_text=True)}"


def _state() -> dict[str, int]:
    """How many rows each table has and how often members and reports changed."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in {"audit_event", "audit_link", "sign_in", "user_session", "job"}:
            found[table.name] = db.session.scalar(select(func.count()).select_from(table)) or 0
    found["accepted"] = (
        db.session.scalar(text("SELECT count(*) FROM dissemination WHERE state = 'accepted'")) or 0
    )
    return found


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: f"{swap.address} {[*swap.body]}")
def test_an_id_in_the_query_or_the_body_opens_nothing(
    app: Flask, client_of: ClientOf, swap: Swap
) -> None:
    with app.app_context():
        with unit_of_work():
            own, it = _things(ATTACKER), _things(VICTIM)
            _message(World(ATTACKER)).state = MessageState.PUBLISHED.value
        before = _state()
    said = _open(client_of(f"{swap.user}90"), swap, own, it)
    with app.app_context():
        assert _state() == before
    assert not said.startswith("5")
    assert not [canary for canary in CANARIES if canary in said]


@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: f"{swap.address} {[*swap.body]}")
def test_the_owner_may(app: Flask, client_of: ClientOf, swap: Swap) -> None:
    """The same request with one's own ids is understood: the test above asks real questions."""
    with app.app_context(), unit_of_work():
        own = _things(ATTACKER)
    said = _open(client_of(f"{swap.user}90"), swap, own, own)
    assert said[:3] in {"200", "302", "422"}, said[:3]


def _parameters() -> Iterator[str]:
    for package in ("registry", "importers", "reports"):
        for file in sorted((ROOT / package).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix().removeprefix("registry/")
            for found in READ.finditer(file.read_text()):
                yield f"{place}:{found[1] or found[2]}"


def test_every_number_that_a_view_reads_is_swapped_here() -> None:
    tried = {name for swap in SWAPS for name in swap.reads}
    found = set(_parameters())
    assert found - tried - set(HARMLESS) == set()
    assert tried <= found
    assert set(HARMLESS) <= found
