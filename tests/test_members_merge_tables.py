"""No row is stranded by a merge: every table that points at a member is known to it."""

from __future__ import annotations

from flask import Flask

from registry.db import Base, db, unit_of_work
from registry.members.consent_models import Consent, ConsentPurpose
from registry.members.merge_ledger import TABLES
from tests import cast, outbox_world
from tests.line_server import line_server, user_id
from tests.merging import TWIN, merge, twin

APART = {
    "import_row": "what a sheet said and became; an undo of the import finds the survivor itself",
    "member_merge": "the merges themselves",
    "member_state_change": "the history of a record stays with the record",
}


def test_every_table_with_a_member_is_known_to_the_merge(app: Flask) -> None:
    pointing = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.c
        for key in column.foreign_keys
        if key.column.table.name == "member"
    }
    assert len(pointing) > 15
    assert pointing - set(APART) == set(TABLES)
    assert set(APART) <= pointing


def test_what_waits_for_both_records_goes_to_the_person_once(app: Flask) -> None:
    with line_server() as server, outbox_world.outbox_to(app, line=server), app.app_context():
        with unit_of_work():
            twin()
            channel = outbox_world.bot_channel()
            outbox_world.link("malee50", 1)
            outbox_world.link(TWIN, 2)
            ids = [cast.member(name).id for name in ("malee50", TWIN)]
            add_consents(ids)
            outbox_world.to_members(outbox_world.release(), channel, ids)
        with unit_of_work():
            merge()
        outbox_world.run()
        assert dict(server.effects) == {user_id(1): 1}
        assert outbox_world.states() == {"sent": 1, "cancelled": 1}


def add_consents(ids: list[int]) -> None:
    """Both agreed to be sent messages."""
    for number in ids:
        row = Consent(
            member_id=number,
            purpose=ConsentPurpose.MESSAGES.value,
            basis="consent",
            given_on=cast.SINCE,
            source="ใบสมัคร",
        )
        db.session.add(row)
    db.session.flush()
