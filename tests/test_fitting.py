"""However much was corrected: heading and code go out whole, and what is cut says so."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from registry.documents.cells import units
from registry.outbox.line.fitting import LONGEST, fitted, joined, more_elsewhere

HEAD, CODE = (
    "แก้ไขข้อความ “ไข้เลือดออก”",
    "รหัสข้อความ: k7m2p9xw4rt\nhttps://x.example/genuine/k7m2p9xw4rt",
)
PARTS = st.builds(
    lambda text, times: text * times, st.text("ก 1\n😀", max_size=6), st.integers(0, 300)
)


@given(st.lists(PARTS, max_size=12), st.lists(PARTS, max_size=8))
@example(["ผิด" * 100] * 40, ["ข้อความ"])
@example(["😀" * 9_000], [])
def test_head_and_code_go_out_whatever_was_corrected(notices: list[str], said: list[str]) -> None:
    text, whole = fitted(HEAD, notices, said, CODE), joined([HEAD, *notices, *said, CODE])
    assert units(text) <= LONGEST
    assert text.startswith(HEAD)
    assert text.endswith(CODE)
    if units(whole) <= LONGEST:
        assert text == whole
    else:
        assert text.endswith(joined([more_elsewhere(), CODE]))


@given(st.lists(PARTS, min_size=1, max_size=12), st.lists(PARTS, max_size=8))
def test_the_latest_correction_stays(notices: list[str], said: list[str]) -> None:
    assert notices[0].rstrip() in fitted(HEAD, notices, said, CODE)


def test_the_oldest_correction_gives_way_before_the_words_of_the_message() -> None:
    notices = [f"แก้ครั้งที่ {number} " + "ก" * 900 for number in range(9, 0, -1)]
    text = fitted(HEAD, notices, ["โทร 1422", "https://example.org/more"], CODE)
    assert "แก้ครั้งที่ 9" in text
    assert "แก้ครั้งที่ 1 " not in text
    assert "โทร 1422\n\nhttps://example.org/more" in text
