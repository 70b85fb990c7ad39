"""Cron expressions as Splunk reads them, and the plan of a replay."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.savedsearch import SavedSearch
from lab.schedule import Cron, CronError, TooManyRuns, plan

# 2026-01-31 is a Saturday
DAY_S = int(datetime(2026, 1, 31, tzinfo=timezone.utc).timestamp())
WEEK_S = 7 * 86_400


def times(expression: str, from_s: float = DAY_S, to_s: float = DAY_S + 86_400) -> list[str]:
    found = Cron.of(expression).times(from_s, to_s)
    return [datetime.fromtimestamp(moment, timezone.utc).strftime("%d %H:%M") for moment in found]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        pytest.param("17 4 * * *", ["31 04:17"], id="once-a-day"),
        pytest.param("0,30 9-10 * * *", ["31 09:00", "31 09:30", "31 10:00", "31 10:30"], id="list-and-range"),
        pytest.param("5 */8 * * *", ["31 00:05", "31 08:05", "31 16:05"], id="step"),
        pytest.param("0 1-9/4 * * *", ["31 01:00", "31 05:00", "31 09:00"], id="range-with-step"),
        pytest.param("50/5 3 * * *", ["31 03:50", "31 03:55"], id="from-a-number-on"),
        pytest.param("0 0 * 2 *", [], id="other-month"),
        pytest.param("0 0 * * 6", ["31 00:00"], id="saturday"),
        pytest.param("0 0 * * 0", [], id="sunday-is-0"),
        pytest.param("0 0 1 * 6", ["31 00:00"], id="day-or-weekday-when-both-are-given"),
        pytest.param("0 0 */2 * 0", [], id="a-field-that-begins-with-a-star-must-fit-too"),
    ],
)
def test_a_day_holds_the_times_of_its_expression(expression, found):
    assert times(expression) == found


def test_seven_is_sunday_too():
    assert times("0 0 * * 7", DAY_S, DAY_S + WEEK_S) == times("0 0 * * 0", DAY_S, DAY_S + WEEK_S) == ["01 00:00"]


def test_the_beginning_counts_and_the_end_does_not():
    assert times("0 * * * *", DAY_S, DAY_S + 7200) == ["31 00:00", "31 01:00"]
    assert times("0 * * * *", DAY_S + 0.5, DAY_S + 7200) == ["31 01:00"]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        pytest.param("* * * *", "4 fields, not 5", id="four-fields"),
        pytest.param("@daily", "1 fields, not 5", id="nickname"),
        pytest.param("0 0 * jan *", "no names", id="month-by-name"),
        pytest.param("60 0 * * *", "from 0 to 59", id="minute-60"),
        pytest.param("0 0 0 * *", "from 1 to 31", id="day-0"),
        pytest.param("0 9-5 * * *", "first below last", id="range-backwards"),
        pytest.param("*/0 * * * *", "steps from 1", id="step-0"),
        pytest.param("1, 2 * * *", "write numbers", id="space-in-a-list"),
    ],
)
def test_what_no_cron_can_read_is_refused_with_the_reason(expression, words):
    with pytest.raises(CronError, match=words):
        Cron.of(expression)


@given(minute=st.integers(0, 59), hour=st.integers(0, 23), days=st.integers(1, 30))
def test_a_daily_search_runs_once_a_day_whenever_one_begins(minute, hour, days):
    start = DAY_S + 12_345
    assert len(times(f"{minute} {hour} * * *", start, start + days * 86_400)) == days


def saved(name: str, cron: str) -> SavedSearch:
    return SavedSearch(name, {"search": "index=*", "cron_schedule": cron})


def test_runs_come_in_order_of_time_and_then_of_the_file():
    planned = plan([saved("late", "30 1 * * *"), saved("hourly", "0 * * * *"), saved("none", "")], DAY_S, DAY_S + 7200)
    assert [(run.saved.name, run.at_s - DAY_S) for run in planned] == [("hourly", 0), ("hourly", 3600), ("late", 5400)]


def test_a_bad_expression_names_its_search():
    with pytest.raises(CronError, match=r"\[mine\] cron_schedule"):
        plan([saved("mine", "* *")], DAY_S, DAY_S + 1)


def test_too_many_runs_are_refused_by_name():
    with pytest.raises(TooManyRuns, match="more than 10 runs by 'mine'"):
        plan([saved("mine", "* * * * *")], DAY_S, DAY_S + WEEK_S, most=10)
