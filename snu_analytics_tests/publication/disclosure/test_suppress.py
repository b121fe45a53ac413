"""Which cells are masked, on literal tables."""

from datetime import date

import polars as pl

from snu_analytics.catalogue.breakdowns import categorised
from snu_analytics.publication.disclosure import Cube, secure
from snu_analytics_tests.publication.disclosure.counts import APRIL, fine, publish, told

GENDERS = ("gender",)
PLACES = ("region", "department")
PAIRS = ("gender", "cohort")


def day_of(*rows: tuple, dimensions=GENDERS, threshold: int = 11) -> pl.DataFrame:
    """The published cells of 1 April."""
    figure = Cube(dimensions, fine(*rows, dimensions=dimensions), APRIL, threshold=threshold)
    return secure(figure, "day", [date(2024, 4, 1)]).cells


def test_counts_from_11_on_are_shown():
    cells = day_of((1, "female", 30), (1, "male", 11))
    assert told(cells, "gender") == {(1, "female"): 30, (1, "male"): 11}
    assert told(cells, "total") == {(1,): 41}


def test_one_small_count_takes_the_cheapest_other_one_with_it():
    cells = day_of((1, "female", 90), (1, "male", 10), (1, "unknown", 40))
    assert told(cells, "gender") == {
        (1, "female"): 90,
        (1, "male"): None,
        (1, "unknown"): None,
    }
    assert told(cells, "total") == {(1,): 140}


def test_small_counts_that_hide_each_other_need_no_other():
    cells = day_of((1, "female", 90), (1, "male", 7), (1, "unknown", 6))
    assert told(cells, "gender") == {(1, "female"): 90, (1, "male"): None, (1, "unknown"): None}


def test_small_counts_whose_sum_is_too_small_take_another_one_with_them():
    cells = day_of((1, "female", 90), (1, "male", 2), (1, "unknown", 3))
    assert told(cells, "gender") == {(1, "female"): None, (1, "male"): None, (1, "unknown"): None}


def test_a_small_total_is_masked_with_all_its_parts():
    cells = day_of((1, "female", 3), (1, "male", 2))
    assert told(cells, "total") == {(1,): None}
    assert told(cells, "gender") == {(1, "female"): None, (1, "male"): None}


def test_a_department_is_not_the_difference_of_its_region_and_the_others():
    cells = day_of(
        (1, "Normandie", "Orne", 5),
        (1, "Normandie", "Eure", 20),
        (1, "Normandie", "Manche", 70),
        (1, "Bretagne", "Finistère", 40),
        dimensions=PLACES,
    )
    assert told(cells, "department") == {
        (1, "Eure"): None,
        (1, "Finistère"): 40,
        (1, "Manche"): 70,
        (1, "Orne"): None,
    }
    assert told(cells, "region") == {(1, "Bretagne"): 40, (1, "Normandie"): 95}


def test_a_higher_threshold_masks_more():
    cells = day_of((1, "female", 30), (1, "male", 15), (1, "unknown", 16), threshold=20)
    assert told(cells, "gender") == {(1, "female"): 30, (1, "male"): None, (1, "unknown"): None}


def test_a_days_total_is_not_the_difference_of_its_week_and_the_other_days():
    rows = [(day, "female", 3 if day == 2 else 20) for day in range(1, 8)]
    cells, _ = publish(fine(*rows, dimensions=GENDERS), GENDERS)
    assert told(cells["day"], "total") == {(d,): None if d == 2 else 20 for d in range(1, 8)}
    assert told(cells["week"], "total") == {(1,): None}
    assert told(cells["month"], "total") == {(1,): None}


def test_small_days_that_hide_each_other_leave_the_week_shown():
    rows = [(day, "female", 7 if day in (2, 3) else 20) for day in range(1, 8)]
    cells, _ = publish(fine(*rows, dimensions=GENDERS), GENDERS)
    assert told(cells["week"], "total") == {(1,): 114}


def test_a_cell_of_a_pair_is_not_the_difference_of_a_shown_margin_and_the_others():
    rows = [
        *((1, "female", cohort, n) for cohort, n in (("Juin", 40), ("Juillet", 30), ("CLE", 25))),
        *((1, "male", cohort, n) for cohort, n in (("Juin", 35), ("Juillet", 4), ("CLE", 28))),
    ]
    cells, _ = publish(fine(*rows, dimensions=PAIRS), PAIRS)
    assert None not in told(cells["day"], "gender").values()
    masked = [cell for cell, value in told(cells["week"], "gender × cohort").items() if not value]
    assert len(masked) == 4
    assert {cohort for _, _, cohort in masked} >= {"Juillet"}
    assert (1, "male", "Juillet") in masked


def test_small_counts_alone_are_masked_without_secondary_suppression():
    counts = fine((1, "female", 90), (1, "male", 10), dimensions=GENDERS)
    cells, made = publish(counts, GENDERS, secondary=False)
    assert told(cells["day"], "gender") == {(1, "female"): 90, (1, "male"): None}
    assert (made["day"].primary, made["day"].secondary) == (1, 0)


def test_what_was_masked_is_counted():
    counts = fine((1, "female", 90), (1, "male", 10), dimensions=GENDERS)
    _, made = publish(counts, GENDERS)
    assert (made["day"].primary, made["day"].secondary) == (1, 1)


def test_published_again_without_a_change_nothing_changes():
    rows = [(day, g, c, day + 7 * len(g)) for day in (1, 2, 9) for g in "fm" for c in ("A", "B")]
    counts = fine(*rows, (3, "f", "A", 2), dimensions=PAIRS)
    first, _ = publish(counts, PAIRS)
    second, _ = publish(counts, PAIRS, first)
    for kind, cells in first.items():
        assert second[kind].rows() == cells.rows()


def test_a_masked_cell_stays_masked_when_its_count_grows():
    first, _ = publish(fine((1, "female", 90), (1, "male", 10), dimensions=GENDERS), GENDERS)
    grown = fine((1, "female", 90), (1, "male", 25), dimensions=GENDERS)
    again, _ = publish(grown, GENDERS, first)
    assert told(again["day"], "gender") == {(1, "female"): None, (1, "male"): None}
    assert told(again["day"], "total") == {(1,): 115}


def test_a_masked_cell_stays_masked_when_it_is_empty_now():
    first, _ = publish(fine((1, "female", 90), (1, "male", 10), dimensions=GENDERS), GENDERS)
    again, _ = publish(fine((1, "female", 90), dimensions=GENDERS), GENDERS, first)
    assert told(again["day"], "gender") == {(1, "female"): None, (1, "male"): None}


def test_a_masked_day_stays_masked_when_nothing_of_it_is_left():
    first, _ = publish(fine((1, "female", 3), dimensions=GENDERS), GENDERS)
    again, made = publish(fine(dimensions=GENDERS), GENDERS, first)
    assert told(again["day"], "total") == {(1,): None}
    assert not any(secured.refused or secured.withheld for secured in made.values())


def test_shown_cells_follow_their_counts():
    first, _ = publish(fine((1, "female", 90), (1, "male", 20), dimensions=GENDERS), GENDERS)
    again, _ = publish(fine((1, "female", 91), (1, "male", 20), dimensions=GENDERS), GENDERS, first)
    assert told(again["day"], "gender") == {(1, "female"): 91, (1, "male"): 20}


def test_a_count_that_becomes_small_takes_all_that_changed_with_it():
    before = ((1, "female", 90), (1, "male", 12), (1, "unknown", 40))
    first, _ = publish(fine(*before, dimensions=GENDERS), GENDERS)
    after = ((1, "female", 90), (1, "male", 9), (1, "unknown", 40))
    again, _ = publish(fine(*after, dimensions=GENDERS), GENDERS, first)
    gender = told(again["day"], "gender")
    assert gender[1, "male"] is None
    assert told(again["day"], "total") == {(1,): None}


def test_ages_and_all_dimensions_are_taken_together():
    counts = categorised(
        pl.DataFrame(
            {
                "day": [date(2024, 4, 1)] * 4,
                "gender": ["female", "male", "female", "male"],
                "age": [15, 15, 16, 16],
                "region": ["Normandie"] * 4,
                "department": ["Orne"] * 4,
                "cohort": ["A", "A", "A", "B"],
                "value": [30, 25, 40, 12],
            }
        )
    )
    cells, _ = publish(counts, ("gender", "age", "region", "department", "cohort"))
    assert told(cells["day"], "age") == {(1, "15"): 55, (1, "16"): 52}
