"""Which changes go into the log, on literal cells: pairs of a total and genders, then and now."""

from itertools import pairwise

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from snu_analytics.catalogue.breakdowns import DIMENSIONS
from snu_analytics.publication.disclosure import revised

MASKED = None


def cells(total: int | None, **breakdowns: dict[str, int | None]) -> pl.DataFrame:
    """A total and the cells by each dimension; None is masked."""
    lines: list[tuple[str, dict[str, str], int | None]] = [("total", {}, total)]
    for dimension, values in breakdowns.items():
        lines += [(dimension, {dimension: name}, value) for name, value in values.items()]
    return pl.DataFrame(
        [(b, *map(names.get, DIMENSIONS), value, value is None) for b, names, value in lines],
        {
            **dict.fromkeys(("breakdown", *DIMENSIONS), pl.String),
            "value": pl.Int64,
            "masked": pl.Boolean,
        },
        orient="row",
    )


def told(former: pl.DataFrame, now: pl.DataFrame, threshold: int = 11) -> list[tuple]:
    """Category, former value and new one of each change that is told."""
    changes = revised(former, now, threshold).changes
    category = pl.coalesce(*DIMENSIONS, "breakdown")
    return changes.select(category, "former", "value").sort(pl.all()).rows()


def standing(former: pl.DataFrame, now: pl.DataFrame) -> set[str]:
    return set(revised(former, now, 11).standing)


def test_cells_that_did_not_change_are_not_told():
    same = cells(50, gender={"female": 30, "male": 20})
    assert told(same, same) == []
    assert standing(same, same) == {"total", "gender"}


def test_a_change_of_11_is_told_of_the_total_and_of_the_cell():
    former, now = cells(40, gender={"female": 40}), cells(51, gender={"female": 51})
    assert told(former, now) == [("female", 40, 51), ("total", 40, 51)]


def test_a_smaller_change_is_told_of_the_total_alone():
    former, now = cells(40, gender={"female": 40}), cells(50, gender={"female": 50})
    assert told(former, now) == [("total", 40, 50)]
    assert standing(former, now) == {"total"}


def test_a_decrease_is_told_as_an_increase_is():
    former, now = cells(51, gender={"female": 51}), cells(40, gender={"female": 40})
    assert told(former, now) == [("female", 51, 40), ("total", 51, 40)]


def test_a_higher_threshold_tells_less():
    former, now = cells(40, gender={"female": 40}), cells(51, gender={"female": 51})
    assert told(former, now, threshold=12) == [("total", 40, 51)]


def test_one_small_change_keeps_its_whole_breakdown_back():
    former = cells(60, gender={"female": 40, "male": 20}, region={"Corse": 60})
    now = cells(75, gender={"female": 54, "male": 21}, region={"Corse": 75})
    assert told(former, now) == [("Corse", 60, 75), ("total", 60, 75)]
    assert standing(former, now) == {"total", "region"}


def test_changes_that_cancel_out_are_told_without_the_total():
    former = cells(60, gender={"female": 40, "male": 20})
    now = cells(60, gender={"female": 25, "male": 35})
    assert told(former, now) == [("female", 40, 25), ("male", 20, 35)]


def test_a_cell_without_a_row_is_zero():
    assert told(cells(0), cells(45, gender={"female": 45})) == [("female", 0, 45), ("total", 0, 45)]
    assert told(cells(45, gender={"female": 45}), cells(0)) == [("female", 45, 0), ("total", 45, 0)]


def test_a_breakdown_is_told_when_its_masked_cells_did_not_change_together():
    former = cells(80, gender={"female": 40, "male": MASKED, "unknown": MASKED})
    now = cells(95, gender={"female": 55, "male": MASKED, "unknown": MASKED})
    assert told(former, now) == [("female", 40, 55), ("total", 80, 95)]


def test_a_breakdown_is_not_told_when_the_total_leaves_a_small_change_to_masked_cells():
    former = cells(80, gender={"female": 40, "male": MASKED, "unknown": MASKED})
    now = cells(96, gender={"female": 55, "male": MASKED, "unknown": MASKED})
    assert told(former, now) == [("total", 80, 96)]


def test_a_breakdown_of_which_masked_cells_alone_changed_a_little_does_not_stand():
    former = cells(80, gender={"female": 40, "male": MASKED, "unknown": MASKED})
    now = cells(81, gender={"female": 40, "male": MASKED, "unknown": MASKED})
    assert standing(former, now) == {"total"}


def test_a_breakdown_is_told_when_the_total_leaves_a_large_change_to_masked_cells():
    former = cells(80, gender={"female": 40, "male": MASKED, "unknown": MASKED})
    now = cells(106, gender={"female": 55, "male": MASKED, "unknown": MASKED})
    assert told(former, now) == [("female", 40, 55), ("total", 80, 106)]


def test_a_breakdown_with_a_cell_that_is_masked_now_does_not_stand():
    former = cells(80, gender={"female": 40, "male": 40}, region={"Corse": 80})
    now = cells(80, gender={"female": MASKED, "male": MASKED}, region={"Corse": 80})
    assert standing(former, now) == {"total", "region"}


def test_a_zero_that_is_masked_now_is_a_cell_that_was_shown():
    former = cells(80, gender={"female": 80})
    now = cells(80, gender={"female": 80, "male": MASKED})
    assert standing(former, now) == {"total"}


def test_nothing_stands_beside_a_masked_total():
    former = cells(80, gender={"female": 80})
    assert revised(former, cells(MASKED, gender={"female": MASKED}), 11).standing == ()
    assert told(former, cells(MASKED, gender={"female": 95})) == []
    assert told(cells(MASKED, gender={"female": 80}), former) == []


def test_departments_are_not_told_beside_regions():
    former = cells(40, region={"Corse": 40}, department={"Corse-du-Sud": 40})
    now = cells(60, region={"Corse": 60}, department={"Corse-du-Sud": 60})
    assert told(former, now) == [("Corse", 40, 60), ("total", 40, 60)]
    assert standing(former, now) == {"total", "region"}


def test_departments_are_told_while_regions_are_not():
    former = cells(90, region={"A": 40, "B": 50}, department={"1": 20, "2": 20, "3": 50})
    now = cells(117, region={"A": 45, "B": 72}, department={"1": 36, "2": 9, "3": 72})
    assert told(former, now) == [("1", 20, 36), ("2", 20, 9), ("3", 50, 72), ("total", 90, 117)]
    assert standing(former, now) == {"total", "department"}


def test_crossed_breakdowns_are_never_told():
    crossed = pl.lit("gender × region").alias("breakdown")
    pair = cells(40, gender={"female": 40}).slice(1).with_columns(crossed, region=pl.lit("Corse"))
    former = pl.concat([cells(40), pair])
    now = pl.concat([cells(60), pair.with_columns(pl.lit(60, pl.Int64).alias("value"))])
    assert told(former, now) == [("total", 40, 60)]
    assert standing(former, now) == {"total"}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.sampled_from([0, 12, 20, 21, 31, 32, 43, MASKED])] * 3),
        min_size=2,
        max_size=6,
    ),
)
def test_the_log_beside_the_published_cells_gives_no_small_change(versions):
    published = [
        cells(sum(5 if n is MASKED else n for n in row), region=dict(zip("ABC", row, strict=True)))
        for row in versions
    ]
    log: list[tuple] = []
    for former, now in pairwise(published):
        found = revised(former, now, 11)
        kept = [row for row in log if row[0] in found.standing]
        log = kept + found.changes.select("breakdown", "region", "former", "value").rows()
    latest = dict(zip("ABC", versions[-1], strict=True))
    regions = [(name, was, value) for breakdown, name, was, value in log if breakdown == "region"]
    assert all(abs(value - was) >= 11 for _, was, value in regions)
    assert {name: value for name, _, value in regions}.items() <= latest.items()
