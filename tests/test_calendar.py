"""Periods, Buddhist dates and working days."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.periods.calendar import (
    Period,
    PeriodError,
    PeriodKind,
    bangkok,
    format_date,
    format_datetime,
    month_of,
    month_start,
    periods_between,
    to_bangkok_date,
    utc_now,
)
from registry.periods.workdays import (
    add_working_days,
    is_working_day,
    thai_holidays,
    working_days_between,
)

DAYS = st.dates(date(1900, 1, 1), date(2120, 12, 31))
KINDS = st.sampled_from(PeriodKind)
PERIODS = st.builds(Period.containing, DAYS, KINDS)


@pytest.mark.parametrize(
    ("code", "start", "end", "months"),
    [
        ("2568-10", date(2025, 10, 1), date(2025, 10, 31), 1),
        ("2567-02", date(2024, 2, 1), date(2024, 2, 29), 1),
        ("2569-Q1", date(2025, 10, 1), date(2025, 12, 31), 3),
        ("2569-Q2", date(2026, 1, 1), date(2026, 3, 31), 3),
        ("2569-Q4", date(2026, 7, 1), date(2026, 9, 30), 3),
        ("2569-H1", date(2025, 10, 1), date(2026, 3, 31), 6),
        ("2569-H2", date(2026, 4, 1), date(2026, 9, 30), 6),
        ("2569-FY", date(2025, 10, 1), date(2026, 9, 30), 12),
    ],
)
def test_codes_name_the_right_days(code: str, start: date, end: date, months: int) -> None:
    period = Period.parse(code)
    assert (period.start, period.end, len(period.months)) == (start, end, months)
    assert str(period) == code


@pytest.mark.parametrize(
    "text",
    [
        "2025-10",
        "2568-13",
        "2568-00",
        "2568-1",
        "2569-Q0",
        "2569-Q5",
        "2569-H3",
        "2569-q1",
        "2569-FY1",
        "2569",
        "Q1/2569",
        "๒๕๖๘-๑๐",
        "2568/10",
        "69-Q1",
        "2568-10-01",
        "2568–10",
        "²568-10",
        "0000-FY",
        "9999-01",
    ],
)
def test_anything_else_is_refused_with_one_sentence(text: str) -> None:
    with pytest.raises(PeriodError) as caught:
        Period.parse(text)
    assert text in str(caught.value)
    assert "2569-Q1" in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("text", ["", " 2568-10", "2568-10 ", "2568-10\n", "2568-10\x00"])
def test_surrounding_characters_are_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        Period.parse(text)


@given(st.text(max_size=12) | st.from_regex(r"2[56][0-9]{2}-(Q|H|FY|[0-9])[0-9]?"))
def test_whatever_is_read_was_written_in_its_one_way(text: str) -> None:
    with contextlib.suppress(PeriodError):
        assert Period.parse(text).code == text


@given(PERIODS)
def test_a_code_reads_back(period: Period) -> None:
    assert Period.parse(period.code) == period


@given(DAYS, KINDS)
def test_every_day_lies_in_exactly_one_period_of_a_kind(day: date, kind: PeriodKind) -> None:
    period = Period.containing(day, kind)
    assert period.kind is kind
    assert period.start <= day <= period.end
    assert month_of(day) in period.months
    assert Period.containing(period.start - timedelta(1), kind) == period.previous()
    assert Period.containing(period.end + timedelta(1), kind) == period.next()


@given(PERIODS)
def test_months_are_one_run_from_start_to_end(period: Period) -> None:
    assert period.months == tuple(range(month_of(period.start), month_of(period.end) + 1))
    assert [month_start(month).day for month in period.months] == [1] * period.length


@given(PERIODS)
def test_last_year_is_the_same_period_a_year_before(period: Period) -> None:
    before = period.same_last_year()
    assert (before.kind, before.number, before.year) == (
        period.kind,
        period.number,
        period.year - 1,
    )


@given(PERIODS)
def test_a_period_has_ended_only_after_its_last_day(period: Period) -> None:
    assert not period.has_ended(period.end)
    assert period.has_ended(period.end + timedelta(1))


@given(DAYS, DAYS, KINDS)
def test_periods_between_cover_both_days_without_gaps(a: date, b: date, kind: PeriodKind) -> None:
    first, last = sorted((a, b))
    found = periods_between(first, last, kind)
    assert found[0].start <= first
    assert found[-1].end >= last
    assert all(left.next() == right for left, right in zip(found, found[1:], strict=False))
    assert found[-1].start <= last


def test_a_period_must_begin_where_the_fiscal_year_lets_it() -> None:
    with pytest.raises(ValueError, match="no period of 3 months"):
        Period(month_of(date(2025, 11, 1)), 3)
    with pytest.raises(ValueError, match="no period of 2 months"):
        Period(month_of(date(2025, 10, 1)), 2)


def test_the_fiscal_year_turns_on_the_first_of_october() -> None:
    days = (date(2025, 9, 30), date(2025, 10, 1))
    quarters = [Period.containing(day, PeriodKind.QUARTER) for day in days]
    assert [(one.fiscal_year, one.number) for one in quarters] == [(2568, 4), (2569, 1)]


@pytest.mark.parametrize(
    ("code", "thai", "english", "short"),
    [
        ("2568-10", "ตุลาคม 2568", "October 2568 B.E.", "ต.ค. 68"),
        ("2569-Q1", "ไตรมาส 1 ปีงบประมาณ 2569", "Quarter 1, fiscal year 2569 B.E.", "ไตรมาส 1/2569"),
        (
            "2569-H2",
            "ครึ่งปีหลัง ปีงบประมาณ 2569",
            "Second half, fiscal year 2569 B.E.",
            "ครึ่งปีหลัง/2569",
        ),
        ("2569-FY", "ปีงบประมาณ 2569", "Fiscal year 2569 B.E.", "ปีงบฯ 2569"),
    ],
)
def test_labels(code: str, thai: str, english: str, short: str) -> None:
    period = Period.parse(code)
    assert period.label() == thai
    assert period.label("en") == english
    assert period.label("th", "short") == short


@pytest.mark.parametrize(
    ("locale", "style", "text"),
    [
        ("th", "short", "15 ม.ค. 2569"),
        ("th", "long", "15 มกราคม 2569"),
        ("th", "numeric", "15/01/2569"),
        ("en", "short", "15 Jan 2569 B.E."),
        ("en", "long", "15 January 2569 B.E."),
        ("en", "numeric", "15/01/2569 B.E."),
    ],
)
def test_days_are_written_in_buddhist_years(locale: str, style: str, text: str) -> None:
    assert format_date(date(2026, 1, 15), locale, style) == text


def test_a_leap_day_that_the_buddhist_year_number_hides() -> None:
    assert format_date(date(2024, 2, 29)) == "29 ก.พ. 2567"


def test_moments_are_shown_in_bangkok_across_midnight() -> None:
    moment = datetime(2025, 12, 31, 17, 30, tzinfo=UTC)
    assert to_bangkok_date(moment) == date(2026, 1, 1)
    assert format_datetime(moment) == "1 ม.ค. 2569 00:30 น."
    assert format_datetime(moment, "en") == "1 Jan 2569 B.E. 00:30"
    assert to_bangkok_date(moment.astimezone(timezone(timedelta(hours=-11)))) == date(2026, 1, 1)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        bangkok(datetime(2026, 1, 1))


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().utcoffset() == timedelta(0)


def test_holidays_are_those_of_government_offices() -> None:
    found = thai_holidays([2025, 2026])
    assert found[date(2025, 10, 23)] == "วันปิยมหาราช"
    assert date(2025, 5, 9) in found, "the Royal Ploughing Ceremony closes offices"
    assert date(2025, 5, 1) not in found, "Labour Day does not"
    assert date(2025, 4, 16) in found, "the day in lieu of a Songkran on Sunday"
    assert {day.year for day in found} == {2025, 2026}


def test_working_days_around_songkran() -> None:
    holidays = thai_holidays([2026])
    assert add_working_days(date(2026, 4, 10), 1, holidays) == date(2026, 4, 16)
    assert working_days_between(date(2026, 4, 10), date(2026, 4, 17), holidays) == 2
    assert working_days_between(date(2026, 4, 10), date(2026, 4, 10), holidays) == 0


@given(
    st.dates(date(2000, 1, 1), date(2050, 1, 1)),
    st.integers(0, 40),
    st.sets(st.dates(date(2000, 1, 1), date(2050, 6, 1)), max_size=30),
)
def test_adding_and_counting_agree(start: date, days: int, holidays: set[date]) -> None:
    end = add_working_days(start, days, holidays)
    assert working_days_between(start, end, holidays) == days
    assert days == 0 or is_working_day(end, holidays)


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="comes before"):
        working_days_between(date(2026, 1, 2), date(2026, 1, 1), ())
    with pytest.raises(ValueError, match="cannot be added"):
        add_working_days(date(2026, 1, 1), -1, ())
