"""All that a reader sees of a small campaign of two months: months, weeks, campaign, totals."""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from snu_analytics.days import DayRange
from snu_analytics.publication.disclosure import (
    Cells,
    Closing,
    Period,
    Scheme,
    audited_cells,
    joint_masks,
    nested_masks,
)
from snu_analytics.publication.disclosure.nest import pieces
from snu_analytics_tests.publication.disclosure.attacker import Published
from snu_analytics_tests.publication.disclosure.world import (
    APRIL,
    CATEGORIES,
    FIGURES,
    REGIONS,
    TABLES,
    country,
)

MAY = DayRange(date(2024, 5, 1), date(2024, 5, 31))
CAMPAIGN = DayRange(APRIL.first, MAY.last)
# Two of April, and those that lie in both months or begin the second.
WEEKS = [DayRange(d, d + timedelta(days=6)) for d in (date(2024, 4, 8), date(2024, 4, 29))]
_WEEKLY: tuple[tuple[str, ...], ...] = (("gender",), ("region",))
_SCHEME = Scheme(CATEGORIES, REGIONS, 11)


def campaign(seed: int, people: int, *, nested: bool = True) -> list[Published]:
    """The periods as they are published, month by month, and the spans of days they consist of.

    Unless `nested`, the campaign and its months are masked each by itself.
    """
    fine = country(seed, people, CAMPAIGN)
    first: Cells = {}
    last: Cells = {}
    second: Cells = {}
    whole: Cells = {}
    april = _closed(fine, APRIL)
    _nested(fine, [Period("month", APRIL, april)], {WEEKS[0]: first})
    periods = [
        Period("campaign", CAMPAIGN, whole, closing=True),
        Period("month", APRIL, april),
        Period("month", MAY, second, closing=True),
    ]
    if nested:
        nested_masks(fine, periods, dict.fromkeys(TABLES, FIGURES), _SCHEME)
    may, all_of_it = _closed(fine, MAY, second), _closed(fine, CAMPAIGN, whole)
    months = [Period("month", APRIL, april), Period("month", MAY, may)]
    whole_campaign = Period("campaign", CAMPAIGN, all_of_it, closing=True)
    if nested:
        joint_masks(fine, [whole_campaign, *months], _SCHEME)
    _nested(fine, [*months, Period("week", WEEKS[0], first)], {WEEKS[1]: last})
    made = [(CAMPAIGN, all_of_it), (APRIL, april), (MAY, may), (WEEKS[0], first), (WEEKS[1], last)]
    spans = pieces([days for days, _ in made])
    return [
        ([n for n, s in enumerate(spans) if days.first <= s.first <= days.last], cells)
        for days, cells in [*made, *((span, _totals(fine, span)) for span in spans)]
    ]


def _closed(fine: pl.DataFrame, days: DayRange, before: Cells | None = None) -> Cells:
    masked = {key: cell.whole for key, cell in (before or {}).items() if cell.masked}
    inside = fine.filter(pl.col("day").is_between(days.first, days.last))
    tables = dict.fromkeys(FIGURES, TABLES)
    closing = Closing(inside, days, tables, CATEGORIES, REGIONS, before=masked)
    audited_cells(closing)
    return closing.cells


def _nested(fine: pl.DataFrame, known: Sequence[Period], own: dict[DayRange, Cells]) -> None:
    weeks = [Period("week", days, cells, closing=True) for days, cells in own.items()]
    nested_masks(fine, [*known, *weeks], dict.fromkeys(_WEEKLY, FIGURES), _SCHEME)
    for days, cells in own.items():
        cells |= _totals(fine, days)


def _totals(fine: pl.DataFrame, days: DayRange) -> Cells:
    inside = fine.filter(pl.col("day").is_between(days.first, days.last))
    closing = Closing(inside, days, dict.fromkeys(FIGURES, ()), CATEGORIES, REGIONS)
    return closing.run()
