"""Small invented countries: their fine counts, and what is published of them."""

from collections.abc import Sequence
from datetime import date
from itertools import product

import numpy as np
import polars as pl

from snu_analytics.days import DayRange, month_of
from snu_analytics.publication.disclosure import Cells, Closing, audited_cells

APRIL = month_of(date(2024, 4, 1))
REGIONS = {"Aval": "Sud", "Brève": "Sud", "Creux": "Nord", "Dune": "Nord", "Étang": "Ouest"}
CATEGORIES = {
    "gender": ("female", "male or unknown"),
    "age_group": ("15", "16"),
    "region": ("Nord", "Ouest", "Sud"),
    "department": tuple(REGIONS),
    "cohort": ("Juin", "Juillet or other"),
}
TABLES = [
    ("gender",),
    ("age_group",),
    ("region",),
    ("department",),
    ("cohort",),
    ("gender", "age_group"),
    ("gender", "region"),
    ("age_group", "region"),
]
# Of a decision, and of parts of it.
KINDS = {"created": 1.0, "processed": 0.1, "processed+validated": 0.5, "processed+refused": 0.1}
FIGURES = ("created", "processed", "validated", "refused")


def country(seed: int, people: int, days: DayRange = APRIL) -> pl.DataFrame:
    """Fine counts of so many people, more of them in some places and groups than in others."""
    random = np.random.default_rng(seed)
    weights = {
        group: random.dirichlet(np.full(len(CATEGORIES[group]), 0.8))
        for group in ("gender", "age_group", "department", "cohort")
    }
    rows = []
    for kind, share in KINDS.items():
        for groups in product(*(range(len(weights[g])) for g in weights)):
            expected = (
                people
                * share
                * np.prod([w[n] for w, n in zip(weights.values(), groups, strict=True)])
            )
            for _ in range(random.poisson(expected)):
                day = list(days)[random.integers(len(days))]
                named = [CATEGORIES[g][n] for g, n in zip(weights, groups, strict=True)]
                rows.append((day, kind, *named, 1))
    schema = {"day": pl.Date, "figures": pl.String, **dict.fromkeys(weights, pl.String)}
    frame = pl.DataFrame(rows, {**schema, "value": pl.Int64}, orient="row")
    region = pl.col("department").replace_strict(REGIONS, return_dtype=pl.String)
    return frame.group_by(list(schema)).agg(pl.col("value").sum()).with_columns(region=region)


def closing(
    fine: pl.DataFrame,
    tables: Sequence[tuple[str, ...]] = TABLES,
    threshold: int = 11,
    days: DayRange = APRIL,
    secondary: bool = True,
) -> Closing:
    """A period of the country, its cells made."""
    by_figure = dict.fromkeys(FIGURES, tables)
    made = Closing(fine, days, by_figure, CATEGORIES, REGIONS, threshold, secondary)
    audited_cells(made) if secondary else made.run()
    return made


def masked(cells: Cells) -> int:
    """How many cells are masked."""
    return sum(cell.masked for cell in cells.values())
