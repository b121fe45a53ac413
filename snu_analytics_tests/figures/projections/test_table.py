from datetime import date

import numpy as np
import pandas as pd
import pytest

from snu_analytics.figures.projections import FRANCE, LENGTH, PROJECTION_COLUMNS, projections
from snu_analytics_tests.figures.projections.series import Series, daily, day_of, invented

LATE: Series = {"Corse": {1: 0, 61: 80, 200: 20}}
THREE: dict[int, Series] = dict.fromkeys((2021, 2022, 2023), LATE)
BANDS = ["low50", "high50", "low80", "high80", "low95", "high95"]


def goals(**objectives):
    rows = [(2024, region, value) for region, value in objectives.items()]
    return pd.DataFrame(rows, columns=["campaign", "region", "objective"])


def row(campaigns, day, objectives=None, region="Corse"):
    frame = projections(daily(campaigns), day_of(2024, day), objectives)
    return frame.set_index("region").loc[region]


def test_a_row_tells_the_whole_projection():
    projection = row({**THREE, 2024: {"Corse": {50: 60, 90: 7}}}, 100, goals(Corse=80))
    assert projection[["campaign", "as_of", "horizon_day", "method", "achieved"]].tolist() == [
        2024, date(2024, 1, 8), 100, "chain-ladder", 67,
    ]  # fmt: skip
    assert projection["projected"] == pytest.approx(67 / 0.8)
    assert projection["low95"] < projection["low80"] < projection["low50"] < projection["projected"]
    assert (
        projection["projected"] < projection["high50"] < projection["high80"] < projection["high95"]
    )
    assert projection["objective"] == 80
    assert 0.5 < projection["probability"] < 1
    assert projection["median_date"] == day_of(2024, 200)
    assert projection["rate_required"] == pytest.approx(13 / (LENGTH - 100))
    assert projection["rate_last_14"] == 7 / 14
    assert projection["error_yesterday"] == pytest.approx(0)
    assert not projection["withheld"]
    assert projection["reason"] == "tested on past campaigns with later ones known, these are few"


def test_france_comes_first_and_each_region_has_a_row():
    frame = projections(invented(1, range(2019, 2025)), day_of(2024, 90))
    assert tuple(frame.columns) == PROJECTION_COLUMNS
    assert frame["region"].tolist() == [FRANCE, "Bretagne", "Corse", "Occitanie"]
    assert frame["achieved"].iloc[0] == frame["achieved"].iloc[1:].sum()


def test_nothing_depends_on_the_order_of_rows():
    rows = invented(2, range(2019, 2025))
    mixed = rows.sample(frac=1, random_state=1)
    objectives = goals(Corse=80, Bretagne=700)
    pd.testing.assert_frame_equal(
        projections(rows, day_of(2024, 90), objectives),
        projections(mixed, day_of(2024, 90), objectives[::-1]),
    )


def test_days_may_be_timestamps():
    rows = invented(2, range(2019, 2025))
    pd.testing.assert_frame_equal(
        projections(rows, day_of(2024, 90)),
        projections(rows.assign(day=pd.to_datetime(rows["day"])), day_of(2024, 90)),
    )


def test_without_a_past_campaign_there_is_the_run_rate_without_bands():
    projection = row({2024: {"Corse": {1: 100, 229: 28}}}, 233, goals(Corse=140))
    assert projection["method"] == "run rate"
    assert projection["projected"] == 128 + 2 * 10
    assert projection[[*BANDS, "probability"]].isna().all()
    assert projection["median_date"] == day_of(2024, 239)
    assert projection["reason"] == "no past campaign: run rate of the last 14 days"


def test_with_one_past_campaign_nothing_could_be_tested():
    projection = row({2023: LATE, 2024: {"Corse": {50: 60}}}, 100, goals(Corse=80))
    assert projection["method"] == "bornhuetter-ferguson"
    assert projection["projected"] == pytest.approx(60 + 0.2 * (60 + 0.2 * 100))
    assert projection["low95"] > 0
    assert projection["reason"] == "not tested: there is one past campaign"


def test_with_zero_validated_the_last_total_stands_in():
    projection = row({**THREE, 2024: {"Corse": {1: 0}}}, 30)
    assert (projection["achieved"], projection["method"]) == (0, "bornhuetter-ferguson")
    assert projection["projected"] == pytest.approx(100, abs=0.1)
    assert projection["reason"].startswith("nobody validated so far; no objective")


def test_more_withdrawn_than_validated_is_told_as_it_is():
    projection = row({**THREE, 2024: {"Corse": {1: -3}}}, 100)
    assert projection["achieved"] == -3
    assert projection["projected"] == pytest.approx(-3 * 0.96 / 0.8 + 0.04 * 100)
    projection = row({**THREE, 2024: {"Corse": {1: -30}}}, 100)
    assert projection[BANDS].isna().all()
    assert "no bands around a total of 0 or less" in projection["reason"]


def test_on_the_first_day_there_is_no_yesterday():
    projection = row({**THREE, 2024: {"Corse": {-5: 4, 1: 3}}}, 1)
    assert projection[["achieved", "horizon_day", "rate_last_14"]].tolist() == [7, 1, 3]
    assert projection["projected"] > 90
    assert np.isnan(projection["error_yesterday"])


def test_before_the_opening_nothing_is_projected():
    projection = row({**THREE, 2024: {"Corse": {-5: 4}}}, -2, goals(Corse=80))
    assert projection[["projected", "rate_required", *BANDS]].isna().all()
    assert projection["method"] is None
    assert projection["reason"].startswith("the campaign opens on 2023-10-01")


@pytest.mark.parametrize("today", [date(2024, 5, 30), date(2024, 7, 14)])
def test_after_its_end_a_campaign_is_what_was_achieved(today):
    rows = daily({**THREE, 2024: {"Corse": {50: 60, 190: 17, 260: 5}}})
    projection = projections(rows, today, goals(Corse=70)).iloc[1]
    assert projection[["achieved", "projected", *BANDS]].tolist() == [77] * 8
    assert projection["probability"] == 1
    assert projection["median_date"] == day_of(2024, 190)
    assert np.isnan(projection["rate_required"])
    assert projection["reason"] == "the campaign ended on 2024-05-30"


def test_an_objective_that_is_reached_requires_nothing_more():
    projection = row({**THREE, 2024: {"Corse": {50: 60, 90: 7}}}, 100, goals(Corse=60))
    assert projection["rate_required"] == 0
    assert projection["median_date"] == day_of(2024, 50)


def test_an_objective_out_of_reach_has_no_date():
    projection = row({**THREE, 2024: {"Corse": {50: 60}}}, 100, goals(Corse=600))
    assert projection["median_date"] is None
    assert projection["probability"] < 0.01


def test_without_an_objective_the_projection_stands():
    projection = row({**THREE, 2024: {"Corse": {50: 60}}}, 100)
    assert projection["projected"] == pytest.approx(75)
    assert projection[["objective", "probability", "rate_required"]].isna().all()
    assert projection["reason"].startswith("no objective")


def test_the_objective_of_france_is_the_sum_of_those_that_are_given():
    campaigns = {**THREE, 2024: {"Corse": {50: 60}, "Bretagne": {50: 60}}}
    projection = row(campaigns, 100, goals(Corse=80), FRANCE)
    assert projection["objective"] == 80
    assert "the objectives of 1 of 2 regions are lacking" in projection["reason"]
    assert row(campaigns, 100, goals(Corse=80, France=99), FRANCE)["objective"] == 99


def test_objectives_of_other_campaigns_and_of_nobody_are_none():
    other = pd.DataFrame({"campaign": [2023, 2024], "region": "Corse", "objective": [80, None]})
    assert np.isnan(row({**THREE, 2024: {"Corse": {50: 60}}}, 100, other)["objective"])


def test_an_objective_for_an_unknown_region_is_told():
    frame = projections(
        daily({**THREE, 2024: {"Corse": {50: 60}}}), day_of(2024, 100), goals(Corsica=80)
    )
    assert frame["region"].tolist() == [FRANCE, "Corse", "Corsica"]
    assert frame.iloc[2]["reason"] == "no validation in any campaign: the region may be misspelt"
    assert frame.iloc[1]["projected"] == pytest.approx(75)


def test_a_region_unknown_in_the_past_borrows_from_france():
    projection = row({**THREE, 2024: {"Bretagne": {50: 60}}}, 100, region="Bretagne")
    assert projection["projected"] == pytest.approx(75)
    assert projection["reason"].startswith(
        "no past campaign of its own: developed as all of France"
    )
    projection = row({**THREE, 2024: {"Bretagne": {50: -1}}}, 100, region="Bretagne")
    assert np.isnan(projection["projected"])
    assert "nothing to project from" in projection["reason"]


def test_yesterdays_error_is_its_projection_over_todays():
    projection = row({**THREE, 2024: {"Corse": {50: 60, 100: 20}}}, 100)
    assert projection["error_yesterday"] == pytest.approx(60 / 80 - 1)


def test_what_last_years_ratio_did_better_is_withheld():
    early, late = {"Corse": {1: 30, 61: 50, 200: 20}}, {"Corse": {1: 30, 61: 10, 200: 160}}
    projection = row({2019: early, 2020: early, 2021: late, 2022: late, 2023: late,
                2024: {"Corse": {50: 60}}}, 100, goals(Corse=80))  # fmt: skip
    assert projection["withheld"]
    assert projection["reason"].startswith("withheld: in 3 past campaigns it was ")
    assert projection[["projected", *BANDS, "probability", "error_yesterday"]].isna().all()
    assert projection["median_date"] is None
    assert projection[["achieved", "objective", "rate_last_14"]].tolist() == [60, 80, 0]
    assert projection["rate_required"] == pytest.approx(20 / (LENGTH - 100))


def test_nothing_at_all_is_told_too():
    frame = projections(pd.DataFrame(columns=["day", "region", "value"]), day_of(2024, 100))
    assert frame[["region", "achieved", "projected"]].values.tolist() == [[FRANCE, 0, 0]]
    assert frame["reason"].tolist() == [
        "no past campaign: run rate of the last 14 days; no objective"
    ]


def test_a_campaign_that_is_left_out_is_told():
    projection = row({2022: {"Corse": {90: 9}}, **{2023: LATE}, 2024: {"Corse": {50: 60}}}, 100)
    assert "campaign 2022 is left out, the data begin on 2021-12-29" in projection["reason"]
