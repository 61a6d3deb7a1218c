"""Maps of a report: every province has its outline, and every figure the shade that holds it."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from registry.db import db
from registry.documents.outlines import map_svg
from registry.geography.models import Province
from reports.maps import SHADES, shade_of, shaded


@given(st.lists(st.floats(0, 1) | st.integers(0, 9), min_size=1, max_size=90))
def test_each_figure_lies_in_its_shade_and_shades_do_not_overlap(values: list[float]) -> None:
    shades = shaded(values)
    assert 1 <= len(shades) <= len(SHADES)
    for value in values:
        least, most = shades[shade_of(value, shades)]
        assert least <= value <= most
    ends = [end for shade in shades for end in shade]
    assert ends == sorted(ends)
    assert all(before[1] < after[0] for before, after in zip(shades, shades[1:], strict=False))


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_province_has_an_outline_and_only_named_ones_a_colour(app: Flask) -> None:
    with app.app_context():
        codes = db.session.scalars(select(Province.code)).all()
    for code in codes:
        assert map_svg({code: "#123456"}).count(b"#123456") == 1, code
