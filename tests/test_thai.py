"""Thai words stand where a dictionary has them, and members are found by what one knows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.geography.queries import districts
from registry.thai import dictionary_order


def test_words_stand_in_the_order_of_a_dictionary() -> None:
    words = ["เชียงดาว", "ดอยหล่อ", "ไชยปราการ", "ฮอด", "ก้อน", "กอน", "จอมทอง"]
    wanted = ["กอน", "ก้อน", "จอมทอง", "เชียงดาว", "ไชยปราการ", "ดอยหล่อ", "ฮอด"]
    assert sorted(words, key=dictionary_order) == wanted


def test_districts_are_offered_in_that_order(app: Flask) -> None:
    with app.app_context():
        names = [row.name_th for row in districts("50")]
    assert names.index("จอมทอง") < names.index("เชียงดาว") < names.index("ดอยสะเก็ด")
    assert names.index("ฝาง") < names.index("เมืองเชียงใหม่") < names.index("ฮอด")


@pytest.mark.parametrize("typed", ["0810000501", "081-000-0501", "0501"])
def test_a_member_is_found_by_telephone(
    client_of: Callable[[str], FlaskClient], typed: str
) -> None:
    page = client_of("officer50").get(f"/members/?q={typed}").get_data(as_text=True)
    assert ["มาลี" in page, "สมชาย" in page] == [True, False]
    assert "มาลี" not in client_of("officer90").get(f"/members/?q={typed}").get_data(as_text=True)
