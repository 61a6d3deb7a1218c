"""Nothing with a foreign line or link is ever called ours, however it is mixed with our words."""

from __future__ import annotations

import unicodedata

from hypothesis import assume, given
from hypothesis import strategies as st

from registry.genuine.compare import compare, lines_of, plain

LETTERS = st.text("กขคงเแาิ่ำ ab:/.12\u200b\u00a0", min_size=1, max_size=12)
LINKS = st.builds("https://{}.example/{}".format, st.sampled_from("abc"), st.sampled_from("xyz"))
LINES = LETTERS | LINKS
TEXTS = st.lists(LINES, min_size=1, max_size=6)


@given(TEXTS, TEXTS, LINES, st.integers(0, 12))
def test_a_foreign_line_anywhere_is_never_ours(
    ours: list[str], before: list[str], foreign: str, at: int
) -> None:
    assume(plain(foreign))
    assume(plain(foreign) not in {plain(line) for line in ours + before})
    mixed = list(ours)
    mixed.insert(at % (len(mixed) + 1), foreign)
    found = compare("\n".join(mixed), ours, before)
    assert not found.whole
    assert (plain(foreign), False) in found.lines


@given(TEXTS, LINKS, st.integers(0, 12))
def test_a_link_added_to_a_line_is_never_ours(ours: list[str], link: str, at: int) -> None:
    mixed = list(ours)
    place = at % len(mixed)
    mixed[place] = f"{mixed[place]} {link}"
    assume(plain(mixed[place]) not in {plain(line) for line in ours})
    assert not compare("\n".join(mixed), ours).whole


@given(TEXTS, st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_our_own_lines_are_ours_in_any_number_and_spelling(
    ours: list[str], chosen: list[int]
) -> None:
    picked = [ours[number % len(ours)] for number in chosen]
    text = "\r\n\n".join(f" \ufeff{unicodedata.normalize('NFD', line)}\u00a0" for line in picked)
    assume(lines_of(text))
    assert compare(text, ours).whole
    assert not compare(text, ours).older


def test_nothing_is_not_ours() -> None:
    assert not compare("", ["ข้อความ"]).whole
    assert not compare(" \u200b\n", ["ข้อความ"]).whole


def test_a_part_of_a_line_is_not_a_line_of_ours() -> None:
    assert not compare("ดื่มน้ำนี้", ["อย่าดื่มน้ำนี้"]).whole
