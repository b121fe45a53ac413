from datetime import date

import polars as pl

from snu_analytics.catalogue import places
from snu_analytics.catalogue.breakdowns import categorised, rows_of_zero


def test_ages_become_groups_and_null_becomes_unknown():
    ages = [14, 15, 17, 18, 30, None, 12]
    fine = pl.DataFrame(
        {
            "day": [date(2024, 4, 1)] * 7,
            "gender": ["female"] * 6 + [None],
            "age": ages,
            "region": ["Normandie"] * 7,
            "department": ["Orne"] * 7,
            "cohort": ["2021"] * 7,
            "value": [1, 2, 3, 4, 5, 6, 7],
        }
    )
    assert categorised(fine).select("gender", "age", "value").rows() == [
        ("female", "15", 2),
        ("female", "17", 3),
        ("female", "18 and over", 9),
        ("female", "under 15", 1),
        ("female", "unknown", 6),
        ("unknown", "under 15", 7),
    ]


def test_every_category_that_is_known_to_all_has_a_row_of_zero():
    rows = rows_of_zero(("gender", "department"), ["male", "female"], places())
    assert rows.select("breakdown", "gender", "region").rows() == [
        ("total", None, None),
        ("gender", "female", None),
        ("gender", "male", None),
    ]
