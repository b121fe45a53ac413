import numpy as np
import pytest

from snu_analytics.figures.projections import LENGTH, curves
from snu_analytics.figures.projections.shares import development
from snu_analytics_tests.figures.projections.series import daily, day_of, invented


def developed(campaigns):
    return development(curves(daily(campaigns), day_of(max(campaigns) + 1, 1)).past)


def test_the_share_of_a_day_is_the_geometric_mean_of_the_past_campaigns():
    known = developed({2022: {None: {10: 40, 90: 60}}, 2023: {None: {10: 90, 90: 10}}})
    assert known.share[0, [10, 89, 90, LENGTH]] == pytest.approx([0.6, 0.6, 1, 1])


def test_a_region_shares_its_curve_with_france_by_its_volume():
    known = developed({2023: {"Corse": {10: 500}, "Bretagne": {90: 1500}}})
    assert known.share[:, 10] == pytest.approx([0.25, 125 / 2000, (500 + 125) / 1000])


def test_a_region_without_past_develops_as_france():
    known = developed({2023: {"Corse": {10: 0}, "Bretagne": {10: 100, 90: 100}}})
    assert known.share[2, 10] == known.share[0, 10] == 0.5


def test_every_identical_campaign_makes_the_next_one_surer():
    same = {None: {10: 40, 90: 60}}
    variances = [
        developed(dict.fromkeys(range(2020, 2020 + n), same)).between[85] for n in (1, 2, 3, 4)
    ]
    assert variances == sorted(variances, reverse=True)
    assert variances[3] < variances[0] / 2


def test_nothing_is_uncertain_on_the_last_day():
    known = development(curves(invented(1, range(2020, 2024)), day_of(2024, 1)).past)
    assert known.share[:, -1].tolist() == [1, 1, 1, 1]
    assert known.between[-1] == 0


def test_whole_classes_make_the_regions_noisier_than_single_people():
    classes = {2023: {f"region {n}": {10 if n % 2 else 90: 25} for n in range(20)}}
    singles = {2023: {f"region {n}": {10: 12, 90: 13} for n in range(20)}}
    assert developed(classes).noise[10] == pytest.approx(25 * 20 / 19)
    assert developed(singles).noise[10] == 1


def test_a_degree_of_freedom_comes_with_each_campaign():
    same = {None: {10: 40, 90: 60}}
    assert [developed(dict.fromkeys(range(2024 - n, 2024), same)).freedom for n in (1, 2, 5)] == [
        2,
        3,
        6,
    ]


def test_a_negative_start_is_a_share_close_to_zero():
    assert np.isfinite(developed({2023: {None: {1: -3, 90: 103}}}).between).all()
