"""An office's official account is no channel of a member, in a sheet as little as on a page."""

from __future__ import annotations

from flask import Flask

from importers.codes import Code
from importers.results import Status
from registry.db import unit_of_work
from tests import cast
from tests.importers import signup


def test_a_row_that_names_an_offices_account_waits_for_a_correction(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        cast.channel("P50").url = "https://www.facebook.com/PRChiangmai"
    theirs = signup.person(
        first="กานดา", last="ใหม่", phone="0819990001", channels="https://fb.com/prchiangmai"
    )
    own = signup.person(
        first="บุญมา", last="ดีใจ", phone="0819990002", channels="https://fb.com/bunmadeejai"
    )
    number = signup.planned(app, theirs, own)
    with app.app_context():
        rows = signup.statuses(number)
        first, second = sorted(rows)
        assert (rows[first], rows[second]) == (Status.ERROR, Status.NEW)
        codes = {problem["code"]: problem for problem in signup.row(number, first).problems}
        assert codes[Code.URL_OFFICIAL.value]["cell"]
