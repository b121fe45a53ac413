from datetime import date

import numpy as np
import pytest

from snu_analytics.days import campaign_of
from snu_analytics.figures.projections import FRANCE, LENGTH, curves
from snu_analytics.figures.projections.campaigns import closing, horizon_day, opening
from snu_analytics_tests.figures.projections.series import daily, day_of


@pytest.mark.parametrize(
    ("day", "campaign", "number"),
    [
        (date(2023, 8, 31), 2023, 243),
        (date(2023, 9, 1), 2024, 0),
        (date(2023, 9, 30), 2024, 0),
        (date(2023, 10, 1), 2024, 1),
        (date(2023, 11, 30), 2024, 61),
        (date(2024, 5, 30), 2024, 243),
        (date(2024, 5, 31), 2024, 243),
    ],
)
def test_a_day_has_its_campaign_and_its_number_there(day, campaign, number):
    assert (campaign_of(day), horizon_day(day)) == (campaign, number)


def test_a_campaign_opens_on_the_first_of_october_and_closes_at_the_end_of_may():
    assert (opening(2023), closing(2023)) == (date(2022, 10, 1), date(2023, 5, 31))


def test_curves_are_sums_up_to_the_end_of_each_day():
    known = curves(
        daily({2023: {"Corse": {1: 4, 3: 2}, "Bretagne": {3: 5}}, 2024: {"Corse": {2: 1}}}),
        day_of(2024, 3),
    )
    assert known.regions == (FRANCE, "Bretagne", "Corse")
    assert known.campaigns == (2023,)
    assert known.past[:, 0, :5].tolist() == [[0, 4, 4, 11, 11], [0, 0, 0, 5, 5], [0, 4, 4, 6, 6]]
    assert known.path[:, :4].tolist() == [[0, 0, 1, 1], [0, 0, 0, 0], [0, 0, 1, 1]]
    assert np.isnan(known.path[:, 4:]).all()


def test_september_is_the_day_before_the_opening_and_the_summer_counts_for_nothing():
    rows = daily({2023: {"Corse": {-10: 3, 1: 1, LENGTH: 2, LENGTH + 1: 50}}})
    known = curves(rows, date(2023, 10, 1))
    assert known.past[0, 0, [0, 1, LENGTH]].tolist() == [3, 4, 6]


def test_what_has_no_region_counts_for_all_of_france():
    known = curves(daily({2024: {None: {1: 3}, "Corse": {1: 2}}}), day_of(2024, 1))
    assert known.path[:, 1].tolist() == [5, 2]


def test_what_comes_after_today_is_not_seen():
    rows = daily({2024: {"Corse": {1: 2, 9: 70}}, 2025: {"Corse": {1: 5}}})
    assert np.nanmax(curves(rows, day_of(2024, 8)).path) == 2


def test_a_campaign_of_which_the_beginning_is_lacking_is_left_out():
    known = curves(daily({2023: {"Corse": {50: 9}}, 2024: {"Corse": {1: 5}}}), day_of(2024, 9))
    assert known.campaigns == ()
    assert known.left_out == ("campaign 2023 is left out, the data begin on 2022-11-19",)


def test_a_campaign_of_zero_validated_is_left_out():
    rows = daily({2022: {"Corse": {1: 7}}, 2023: {"Corse": {1: 2, 9: -2}}})
    known = curves(rows, day_of(2024, 9))
    assert known.campaigns == (2022,)
    assert known.left_out == ("campaign 2023 is left out, nobody was validated in it",)
