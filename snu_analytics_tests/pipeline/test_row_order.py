"""Where a row lies, in a table or a staged file, shows nothing of when its document was made."""

from datetime import date

import polars as pl
import pytest

from snu_analytics import simulation
from snu_analytics.days import DayRange
from snu_analytics_tests.fixtures.histories import PSEUDONYMS, YOUNG
from snu_analytics_tests.fixtures.world import World

MONTH = DayRange(date(2024, 3, 1), date(2024, 3, 31))
# Of rows in the order of their documents it was 0.94; by chance, among 2,000 rows, below 0.06.
LARGEST = 0.1


@pytest.fixture(scope="module")
def month(shared_world: World) -> World:
    """A world with a simulated month of young people's events loaded."""
    shared_world.hold_simulated(
        simulation.simulate(2_000, date(2023, 9, 1), date(2024, 3, 31), seed=5)
    )
    shared_world.load_entity(YOUNG, MONTH)
    return shared_world


@pytest.mark.parametrize("table", ["young_event", "young_membership"])
def test_rows_lie_in_the_order_of_their_event_ids(month, table):
    lying = month.rows(
        f"SELECT event_date AS day, event_id::text FROM analytics.{table} ORDER BY ctid"
    )
    rows = pl.DataFrame(lying, ["day", "event_id"], orient="row")
    assert max(rows["day"].value_counts()["count"].to_list()) > 50
    # PostgreSQL fills the pages one by one, though not always in their order.
    assert _correlation(rows, pl.col("event_id")) > 0.9


@pytest.mark.parametrize("table", ["young_event", "young_membership"])
def test_the_place_of_a_row_does_not_follow_the_object_ids(month, table):
    lying = month.rows(
        f"SELECT event_date AS day, subject_id::text FROM analytics.{table} ORDER BY ctid"
    )
    rows = pl.DataFrame(lying, ["day", "subject_id"], orient="row")
    assert max(rows["day"].value_counts()["count"].to_list()) > 50
    assert abs(_correlation(rows, _place_of_document(month))) < LARGEST


@pytest.mark.parametrize("step", ["raw_patches", "user_snapshots"])
def test_the_place_of_a_staged_row_does_not_follow_the_object_ids(month, step):
    rows = _staged(month, step).select("day", "subject_id")
    assert max(rows["day"].value_counts()["count"].to_list()) > 200
    assert abs(_correlation(rows, _place_of_document(month))) < LARGEST


@pytest.mark.parametrize("step", ["raw_patches", "user_snapshots"])
def test_nothing_staged_holds_an_instant(month, step):
    kinds = _staged(month, step).schema
    assert not [name for name, kind in kinds.items() if isinstance(kind, pl.Datetime)]


def _staged(world: World, step: str) -> pl.DataFrame:
    return pl.concat([world.staging.read((YOUNG.name, step), day) for day in MONTH])


def _place_of_document(world: World) -> pl.Expr:
    """The place of each row's document among all, by ObjectId."""
    with world.source() as source:
        refs = source.present(YOUNG)["ref"].sort()
    subjects = PSEUDONYMS.series(YOUNG.name, refs)
    return pl.col("subject_id").replace_strict(subjects, range(len(refs)), default=None)


def _correlation(rows: pl.DataFrame, by: pl.Expr) -> float:
    """Spearman's, within days, of the rows' places with something of theirs."""
    ranks = rows.with_columns(of=by).drop_nulls("of").with_row_index("place")
    within = ranks.select(
        (pl.col(name).rank() / pl.len() - 0.5).over("day") for name in ("place", "of")
    )
    return within.select(pl.corr("place", "of")).item()
