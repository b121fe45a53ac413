"""A month is closed: its numbers are published, and final."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.catalogue.published import PeriodKind
from snu_analytics.days import month_of
from snu_analytics.pipeline import kind_counts, require_loaded
from snu_analytics.publication.periods import Around, EntityClosing
from snu_analytics.publication.totals import daily_totals
from snu_analytics.warehouse import (
    closed_months,
    published_cells,
    publishing,
    server_clock,
    write_closed_month,
)


@dataclass
class Closed:
    """What became of a month: the periods published with it, their cells, and the audit's counts.

    `periods` are kinds and first days, none where the month was closed before. `counts` has the
    cells shown and masked, the linear programs solved, the tables `withheld` in stages since no
    choice of masks protects them, and the cells `audited`.
    """

    month: date
    periods: list[tuple[PeriodKind, date]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def close_month(
    catalogue: Catalogue, month: date, warehouse: psycopg.Connection, threshold: int
) -> Closed:
    """Publish a month's breakdowns and make its national totals final, in one transaction.

    With it come the ISO weeks all of whose months are then closed, and its campaign when it was the
    last month of it to be closed. A month that is closed already is left as it is. Raises
    WarehouseError naming the day to materialise when one is not loaded.
    """
    days = month_of(month)
    with publishing(warehouse):
        closed = closed_months(warehouse)
        made = Closed(days.first)
        if days.first in closed:
            return made
        for entity in catalogue.entities.values():
            if entity.figures:
                require_loaded(entity, days, warehouse)
        around = Around(days, frozenset(closed))
        first, last = around.days.first - timedelta(days=7), around.days.last
        published = published_cells(warehouse, first, last)
        frames = []
        for entity in catalogue.entities.values():
            if entity.figures:
                fine = kind_counts(entity, around.days, warehouse)
                closing = EntityClosing(entity, around, fine, published, threshold)
                frames.append(closing.close())
                made.counts.update(closing.counts)
        cells = pl.concat(frames)
        made.periods = sorted({(k, p) for k, p in cells.select("kind", "period").iter_rows()})
        made.counts["masked"] = int(cells["masked"].sum())
        made.counts["shown"] = len(cells) - made.counts["masked"]
        totals = daily_totals(catalogue, days, warehouse)
        closed_in = server_clock(warehouse).date().replace(day=1)
        write_closed_month(warehouse, days.first, closed_in, threshold, totals, cells)
    return made
