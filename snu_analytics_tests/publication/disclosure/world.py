"""Small invented countries: their fine counts, and what is published of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import polars as pl

from snu_analytics.days import DayRange, month_of
from snu_analytics.publication.disclosure import (
    Addition,
    Cell,
    Cells,
    Closing,
    Key,
    audited_cells,
    revised_cells,
)

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
_FREE = ("gender", "age_group", "department", "cohort")
# Of a decision, and of parts of it.
KINDS = {"created": 1.0, "processed": 0.1, "processed+validated": 0.5, "processed+refused": 0.1}
FIGURES = ("created", "processed", "validated", "refused")


def country(seed: int, people: int, days: DayRange = APRIL) -> pl.DataFrame:
    """Fine counts of so many people, more of them in some places and groups than in others."""
    random = np.random.default_rng(seed)
    weights = {group: random.dirichlet(np.full(len(CATEGORIES[group]), 0.8)) for group in _FREE}
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


def masked(cells: Mapping[Key, Cell]) -> int:
    """How many cells are masked."""
    return sum(cell.masked for cell in cells.values())


def late(seed: int) -> pl.DataFrame:
    """Counts that come late to a country: enough of them to be told, or with odd seeds few."""
    random = np.random.default_rng(seed)
    few = seed % 2
    rows = []
    for _ in range(3):
        groups = {group: str(random.choice(CATEGORIES[group])) for group in _FREE}
        value = int(random.integers(1, 8) if few else random.integers(11, 40))
        rows.append({"day": APRIL.last, "figures": str(random.choice(list(KINDS))), **groups})
        rows[-1] |= {"region": REGIONS[groups["department"]], "value": value}
    return pl.DataFrame(rows)


def revised(former: Cells, added: pl.DataFrame, *, checked: bool = True) -> Cells:
    """The second version of a period: of those tables alone that a revision changes.

    Unchecked, all of them are revised, whatever moves by how little.
    """
    cells: Cells = {}
    for table in ((), *dict.fromkeys(key[1] for key in former if key[1])):
        own = {key: cell for key, cell in former.items() if key[1] == table}
        moved = {key: _of(added, key) for key in own}
        if not checked or _may_be_revised(own, added, table):
            cells |= {
                key: replace(cell, value=cell.value + moved[key]) for key, cell in own.items()
            }
        elif not table:
            return {}
    return cells


def _may_be_revised(own: Cells, added: pl.DataFrame, table: tuple[str, ...]) -> bool:
    frame = pl.DataFrame(
        [
            {"figure": figure, **dict(zip(table, categories, strict=True))}
            | {"value": cell.value, "masked": cell.masked}
            | {"mask": ("group" if cell.whole else "cell") if cell.masked else None}
            for (figure, _, categories), cell in own.items()
        ],
        schema_overrides={"mask": pl.String},
    )
    return revised_cells(table, [Addition(added, frame)], 11) is not None


def _of(added: pl.DataFrame, key: Key) -> int:
    """How many came late to a cell."""
    figure, table, categories = key
    inside = added.filter(
        pl.col("figures").str.split("+").list.contains(figure),
        *(pl.col(d) == category for d, category in zip(table, categories, strict=True)),
    )
    return int(inside["value"].sum())


def small_movements(former: Cells, second: Cells, threshold: int = 11) -> int:
    """The shown cells, national totals aside, by which two versions differ by a few."""
    return sum(
        0 < second[key].value - cell.value < threshold
        for key, cell in former.items()
        if key[1] and key in second and not cell.masked
    )
