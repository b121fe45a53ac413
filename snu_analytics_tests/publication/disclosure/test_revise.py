"""Which tables of a period that is out may change, and which stand."""

import polars as pl

from snu_analytics.publication.disclosure import Addition, revised_cells

CELLS = {"figure": pl.String, "gender": pl.String, "value": pl.Int64}
CELLS |= {"masked": pl.Boolean, "mask": pl.String}


def cells(female: int | str, male: int | str, figure: str = "created") -> pl.DataFrame:
    """The cells of a figure by gender: a value, or why it is masked."""
    rows = [
        (figure, name, None, True, value)
        if isinstance(value, str)
        else (figure, name, value, False, None)
        for name, value in (("female", female), ("male", male))
    ]
    return pl.DataFrame(rows, CELLS, orient="row")


def late(*counts: tuple[str, str, int]) -> pl.DataFrame:
    schema = {"figures": pl.String, "gender": pl.String, "value": pl.Int64}
    return pl.DataFrame(counts, schema, orient="row")


def revised(*additions: Addition) -> list[tuple] | None:
    """Figure, gender, former value and new one."""
    made = revised_cells(["gender"], additions, 11)
    return made if made is None else made.select("figure", "gender", "former", "value").rows()


def test_cells_that_move_by_the_threshold_are_revised_and_others_are_left():
    added = late(("created", "female", 11))
    assert revised(Addition(added, cells(40, 30))) == [("created", "female", 40, 51)]


def test_a_cell_that_moves_by_less_keeps_the_former_numbers_of_all():
    added = late(("created", "female", 11), ("created", "male", 10))
    assert revised(Addition(added, cells(40, 30))) is None


def test_nothing_is_taken_away():
    assert revised(Addition(late(("created", "female", -12)), cells(40, 30))) is None


def test_a_cell_that_is_masked_for_itself_does_not_move():
    assert revised(Addition(late(("created", "male", 12)), cells(40, "cell"))) is None


def test_a_table_without_a_shown_cell_does_not_stand_in_the_way():
    assert revised(Addition(late(("created", "male", 1)), cells("group", "group"))) == []


def test_what_follows_from_a_shown_cell_beside_is_looked_at_too():
    added = late(("created", "female", 12), ("created", "male", 1))
    assert revised(Addition(added, cells(40, "group"))) is None


def test_a_kind_of_change_that_follows_from_two_figures_moves_by_the_threshold_too():
    both = pl.concat([cells(40, 30, "processed"), cells(30, 20, "validated")])
    validated = ("processed+validated", "female", 11)
    assert revised(Addition(late(validated, ("processed", "female", 1)), both)) is None
    assert sorted(revised(Addition(late(validated), both)) or []) == [
        ("processed", "female", 40, 51),
        ("validated", "female", 30, 41),
    ]


def test_a_kind_that_no_figure_of_the_table_counts_is_left_aside():
    added = late(("created", "female", 11), ("refused", "female", 1))
    assert revised(Addition(added, cells(40, 30))) == [("created", "female", 40, 51)]


def test_what_a_week_leaves_of_its_month_moves_by_the_threshold_too():
    month, week = late(("created", "female", 12)), late(("created", "female", 11))
    rest = late(("created", "female", 1))
    periods = [Addition(month, cells(90, 80)), Addition(week, cells(40, 30))]
    assert revised(*periods, Addition(week), Addition(rest)) is None
