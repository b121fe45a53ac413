"""The calendar of campaigns."""

from datetime import UTC, date, datetime
from random import Random

import pytest

from snu_analytics.days import DayRange, midnight
from snu_analytics.simulation.campaigns import (
    CLE,
    NOWHERE,
    VOLONTAIRE,
    choose_stay,
    day_weights,
    stays,
    waves_of,
)
from snu_analytics.simulation.clock import Clock


@pytest.mark.parametrize(
    ("year", "cohorts"),
    [
        (2021, ["2021"]),
        (2022, ["Février 2022", "Juin 2022", "Juillet 2022"]),
        (2023, ["Février 2023 - C", "Avril 2023 - A", "Avril 2023 - B", "Juin 2023",
                "Juillet 2023"]),
        (2024, ["Février 2024 - C", "CLE mars 2024 1", "CLE GE1 2024", "CLE 23-24",
                "Avril 2024 - A", "Avril 2024 - B", "CLE mai 2024", "Juin 2024", "Juillet 2024",
                "Toussaint 2024"]),
        (2025, ["2024 CLE 06 - Novembre", "2025 CLE 03 Fevrier", "2025 HTS 02 - Avril",
                "2025 CLE Globale", "2025 HTS 04 - Juillet"]),
    ],
)  # fmt: skip
def test_a_campaign_has_the_cohorts_of_its_year(year, cohorts):
    assert [stay.cohort for stay in stays(year)] == cohorts


@pytest.mark.parametrize(
    ("source", "today", "cohort"),
    [
        (VOLONTAIRE, date(2023, 5, 30), "Juillet 2023"),
        (VOLONTAIRE, date(2024, 8, 1), "Toussaint 2024"),
        (CLE, date(2024, 4, 5), "CLE mai 2024"),
        (CLE, date(2024, 4, 20), "2024 CLE 06 - Novembre"),
    ],
)
def test_people_register_for_a_stay_that_is_still_open(source, today, cohort):
    assert choose_stay(Random(1), source, today).cohort == cohort


def test_who_finds_no_other_stay_waits():
    assert choose_stay(Random(1), CLE, date(2022, 5, 1)) is NOWHERE
    assert NOWHERE.cohort == "à venir"


def test_fewer_register_on_sundays_and_at_christmas():
    days = DayRange(date(2022, 12, 12), date(2022, 12, 26))
    weights = dict(zip(days, day_weights(days), strict=True))
    assert weights[date(2022, 12, 18)] < weights[date(2022, 12, 12)]
    assert weights[date(2022, 12, 26)] < weights[date(2022, 12, 12)] / 2


def test_more_register_every_year():
    days = DayRange(date(2022, 9, 1), date(2024, 8, 31))
    years = {2023: 0.0, 2024: 0.0}
    for day, weight in zip(days, day_weights(days), strict=True):
        years[day.year + (day.month >= 9)] += weight
    assert 1.05 < years[2024] / years[2023] < 1.2


def test_campaigns_are_alike_unless_they_are_to_vary():
    assert waves_of(2023, 1, 0) == waves_of(2024, 2, 0)
    varied = {waves_of(year, seed, 1) for year in (2023, 2024) for seed in (1, 2)}
    assert len(varied) == 4
    assert waves_of(2023, 1, 1) == waves_of(2023, 1, 1)


def test_varied_campaigns_differ_by_about_a_week_and_by_half_of_it():
    for variation in (1.0, 0.5):
        firsts = [waves_of(2023, seed, variation).first - 75 for seed in range(400)]
        assert abs(sum(firsts)) / 400 < 1
        assert sum(moved**2 for moved in firsts) / 400 == pytest.approx(
            (7 * variation) ** 2, rel=0.2
        )


def test_the_seed_of_varied_campaigns_moves_who_registers_when():
    days = DayRange(date(2022, 9, 1), date(2023, 8, 31))
    usual = day_weights(days)
    assert day_weights(days, 1) == usual
    assert day_weights(days, 1, 1) != usual
    assert day_weights(days, 1, 1) != day_weights(days, 2, 1)


@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2023, 10, 29)])
def test_a_clock_stays_within_days_of_23_and_25_hours(day):
    instants = [Clock(Random(n), day).now for n in range(300)]
    assert midnight(day) <= min(instants)
    assert max(instants) < midnight(date.fromordinal(day.toordinal() + 1))
    assert all(instant.microsecond % 1000 == 0 for instant in instants)


def test_a_clock_only_goes_forward():
    clock = Clock(Random(1), date(2024, 5, 6))
    moves = (clock.soon, clock.at_once, lambda: clock.later(1), lambda: clock.office(1),
             lambda: clock.on(date(2024, 5, 1)), lambda: clock.night(date(2024, 5, 1)),
             lambda: clock.at(datetime(2024, 5, 1, tzinfo=UTC)))  # fmt: skip
    for move in moves * 20:
        before = clock.now
        assert move() == clock.now > before


def test_offices_are_closed_on_weekends():
    clock = Clock(Random(1), date(2024, 5, 10))
    assert {clock.office(3).weekday() for _ in range(200)} <= {0, 1, 2, 3, 4}
