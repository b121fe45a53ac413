import numpy as np
import pytest

from snu_analytics.figures.projections import LENGTH, curves
from snu_analytics.figures.projections.project import daily_rate, outlook, run_rate
from snu_analytics_tests.figures.projections.series import Series, daily, day_of, invented

LATE: Series = {None: {1: 0, 61: 80, 200: 20}}
"""80 % of a campaign is reached on day 61."""


def outlook_of(campaigns, day):
    known = curves(daily(campaigns), day_of(max(campaigns), day))
    return outlook(known.path, known.past)


def test_the_chain_ladder_divides_what_was_reached_by_the_expected_share():
    three = {2021: LATE, 2022: LATE, 2023: LATE, 2024: {None: {50: 60}}}
    ahead = outlook_of(three, 100)
    assert ahead.projected[0, 100] == pytest.approx(60 / 0.8)
    assert not ahead.by_prior[0, 100]


def test_early_the_last_total_weighs_by_the_square_of_what_is_left():
    half = {None: {1: 0, 61: 50, 200: 50}}
    last = {None: {61: 100, 200: 100}}
    ahead = outlook_of({2021: half, 2022: half, 2023: last, 2024: {None: {50: 60}}}, 100)
    assert ahead.projected[0, 100] == pytest.approx(60 + 0.5 * (60 + 0.5 * 200))
    assert ahead.by_prior[0, 100]


@pytest.mark.parametrize("past", [1, 2])
def test_with_one_or_two_past_campaigns_the_last_total_is_the_prior(past):
    ahead = outlook_of(
        {**dict.fromkeys(range(2024 - past, 2024), LATE), 2024: {None: {50: 60}}}, 100
    )
    assert ahead.projected[0, 100] == pytest.approx(60 + 0.2 * (60 + 0.2 * 100))
    assert ahead.by_prior[0, 100]


def test_with_nothing_reached_the_last_total_is_the_prior():
    three = {2021: LATE, 2022: LATE, 2023: LATE}
    assert outlook_of({**three, 2024: {None: {1: 0}}}, 100).projected[0, 100] == pytest.approx(4)
    assert outlook_of({**three, 2024: {None: {1: -1}}}, 100).projected[0, 100] == pytest.approx(2.8)


def test_a_region_unknown_in_the_past_has_the_chain_ladder_of_france():
    ahead = outlook_of({2023: {"Corse": LATE[None]}, 2024: {"Bretagne": {50: 60}}}, 100)
    assert ahead.projected[1, 100] == pytest.approx(60 / 0.8)
    assert not ahead.by_prior[1, 100]


def test_bands_close_on_the_last_day():
    ahead = outlook_of(
        {2021: LATE, 2022: LATE, 2023: LATE, 2024: {None: {50: 60, 190: 17}}}, LENGTH
    )
    assert [band[0, LENGTH] for band in ahead.band(0.95)] == [77, 77]


def test_every_identical_campaign_narrows_the_bands():
    widths = []
    for past in (3, 4, 5, 6):
        same = dict.fromkeys(range(2024 - past, 2024), LATE)
        low, high = outlook_of({**same, 2024: {None: {50: 60}}}, 100).band(0.8)
        widths.append(high[0, 100] / low[0, 100])
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("past", [1, 2, 5])
def test_bands_are_nested_and_contain_the_projection(seed, past):
    known = curves(invented(seed, range(2024 - past, 2025)), day_of(2024, LENGTH))
    ahead = outlook(known.path, known.past)
    bands = [ahead.band(level) for level in (0.95, 0.8, 0.5)]
    ends = [low for low, _ in bands] + [ahead.projected] + [high for _, high in bands[::-1]]
    bounds = np.array(ends)[:, ~np.isnan(ahead.scale)]
    assert bounds.shape[1] > 900
    assert (np.diff(bounds, axis=0) >= -1e-9).all()


def test_no_band_reaches_below_what_withdrawals_can_leave():
    ahead = outlook_of({2023: LATE, 2024: {None: {50: 90}}}, 100)
    assert ahead.band(0.95)[0][0, 100] == ahead.least[0, 100] == 90 - 2 * 9**0.5
    assert ahead.band(0.5)[0][0, 100] > 90
    assert ahead.probability(np.array([84.0]))[0, 100] == 1


def test_a_campaign_may_lose_as_much_as_a_past_one_did():
    lost = {None: {1: 0, 61: 125, 200: -25}}
    ahead = outlook_of({2022: LATE, 2023: lost, 2024: {None: {50: 60}}}, 100)
    assert ahead.least[0, 100] == pytest.approx(60 / 1.25 - 2 * 6**0.5)


def test_the_probability_is_a_half_at_the_projection_and_falls_with_the_objective():
    ahead = outlook_of({2021: LATE, 2022: LATE, 2023: LATE, 2024: {None: {50: 60}}}, 100)
    odds = [ahead.probability(np.array([goal]))[0, 100] for goal in (50.0, 75.0, 100.0)]
    assert odds[1] == pytest.approx(0.5)
    assert odds[0] > 0.95
    assert odds[2] < 0.05


def test_the_probability_agrees_with_the_bands():
    ahead = outlook_of({2021: LATE, 2022: LATE, 2023: LATE, 2024: {None: {50: 60}}}, 100)
    _, high = ahead.band(0.8)
    assert ahead.probability(high[:, 100])[0, 100] == pytest.approx(0.1)


def test_a_day_tells_the_same_whatever_comes_after():
    known = curves(invented(3, range(2020, 2025)), day_of(2024, LENGTH))
    cut = known.path.copy()
    cut[:, 101:] = np.nan
    whole, part = outlook(known.path, known.past), outlook(cut, known.past)
    assert np.array_equal(whole.projected[:, :101], part.projected[:, :101])
    assert np.array_equal(whole.scale[:, :101], part.scale[:, :101])
    assert np.isnan(part.projected[:, 101:]).all()


def test_the_rate_is_that_of_the_last_fourteen_days():
    path = curves(daily({2024: {None: {1: 100, 7: 5, 20: 9}}}), day_of(2024, 20)).path
    assert daily_rate(path, 20).tolist() == [14 / 14]
    assert daily_rate(path, 21 - 14 + 7 - 1).tolist() == [105 / 13]


def test_a_run_rate_goes_on_as_of_late():
    path = curves(daily({2024: {None: {1: 100, 229: 28}}}), day_of(2024, 233)).path
    assert run_rate(path, 233).tolist() == [128 + 2 * 10]
