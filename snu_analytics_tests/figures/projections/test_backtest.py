import numpy as np
import pytest

from snu_analytics.figures.projections import FRANCE, Backtest, backtest, curves
from snu_analytics.figures.projections.backtest import Trial, trial
from snu_analytics_tests.figures.projections.series import Series, daily, day_of, invented

SAME: Series = {None: {1: 0, 61: 80, 200: 20}}


def backtested(campaigns):
    return backtest(curves(daily(campaigns), day_of(max(campaigns) + 1, 1)))


def test_a_campaign_is_held_against_what_its_days_projected():
    known = curves(
        daily({2023: SAME, 2024: {None: {61: 90, 200: 60}}}),
        day_of(2024, 243),
    )
    fared = trial(known.path, known.past)
    assert fared.error[0, 100] == pytest.approx((150 - (90 + 0.2 * (90 + 0.2 * 100))) / 150)
    assert fared.ratio_error[0, 100] == pytest.approx((150 - 90 / 0.8) / 150)
    assert np.isnan(fared.ratio_error[0, 60])
    assert fared.error[0, 243] == fared.ratio_error[0, 243] == 0
    assert fared.inside[:, 0, 243].tolist() == [1, 1, 1]


def test_a_campaign_of_nobody_has_no_error():
    known = curves(daily({2023: SAME, 2024: {None: {61: 5, 70: -5}}}), day_of(2024, 243))
    fared = trial(known.path, known.past)
    assert np.isnan(fared.error).all()
    assert np.isnan(fared.inside).all()


def test_campaigns_are_tested_with_those_before_them_alone():
    rows = invented(1, range(2019, 2024))
    before = backtest(curves(rows, day_of(2024, 1)))
    assert list(before.trials) == [2021, 2022, 2023]
    assert not before.leave_one_out
    later = rows["day"] >= day_of(2022, -20)
    changed = rows.assign(value=rows["value"].where(~later, rows["value"] * 3))
    after = backtest(curves(changed, day_of(2024, 1)))
    assert np.array_equal(before.trials[2021].error, after.trials[2021].error, equal_nan=True)


def test_where_too_few_come_before_each_is_tested_with_all_the_others():
    fared = backtested(dict.fromkeys((2021, 2022, 2023), SAME))
    assert fared.leave_one_out
    assert list(fared.trials) == [2021, 2022, 2023]
    assert np.nanmax(fared.trials[2021].error[:, 61:]) == pytest.approx(0)


def test_left_out_the_nearest_campaign_gives_the_prior():
    fared = backtested(
        {2021: {None: {1: 10, 200: 90}}, 2022: {None: {1: 0, 200: 200}},
         2023: {None: {1: 0, 200: 400}}},
    )  # fmt: skip
    share = 0.1
    assert fared.trials[2021].ratio_error.shape == (1, 244)
    assert fared.trials[2022].error[0, 0] == pytest.approx(0.5, abs=share)


def test_one_past_campaign_cannot_be_tested():
    fared = backtested({2023: SAME})
    assert fared.trials == {}
    assert fared.objection(0) is None
    assert fared.frame().empty


def fared(error, ratio_error, inside):
    """A trial with the same on all days."""
    days = np.ones((1, 244))
    return Trial(days * error, days * ratio_error, np.array([days, days * inside, days]))


@pytest.mark.parametrize(
    ("trials", "objection"),
    [
        ([(0.10, 0.12, 1), (0.08, 0.07, 1)], None),
        ([(0.10, 0.12, 1), (0.10, 0.07, 1)],
         "in 2 past campaigns it was 10.0% off, last year's ratio 9.5%"),
        ([(0.1, 0.2, 1), (0.1, 0.2, 1), (0.1, 0.2, 0)], None),
        ([(0.1, 0.2, 1), (0.1, 0.2, 0)],
         "in 2 past campaigns its 80 % band held the total on 50% of days"),
        ([(0.1, np.nan, np.nan)], None),
    ],
)  # fmt: skip
def test_what_fared_badly_is_objected_to(trials, objection):
    tested = Backtest((FRANCE,), dict(enumerate(fared(*trial) for trial in trials)), False)
    assert tested.objection(0) == objection


def test_the_frame_has_a_row_per_region_campaign_and_day():
    tested = backtest(curves(invented(1, range(2019, 2024)), day_of(2024, 1)))
    frame = tested.frame()
    assert len(frame) == 4 * 3 * 244
    assert list(frame.columns) == ["region", "campaign", "horizon_day", "error", "ratio_error",
                                   "inside50", "inside80", "inside95"]  # fmt: skip
    row = frame.query("region == 'Corse' and campaign == 2022 and horizon_day == 99").iloc[0]
    assert row["error"] == tested.trials[2022].error[2, 99]
    assert row["inside80"] == tested.trials[2022].inside[1, 2, 99]
