"""A month is closed: its numbers are published, and final but for revisions."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue
from snu_analytics.catalogue.published import PeriodKind
from snu_analytics.days import DayRange, month_of
from snu_analytics.pipeline import require_loaded
from snu_analytics.publication.counts import counts_to_publish, of_months
from snu_analytics.publication.periods import Around, EntityClosing
from snu_analytics.publication.revisions import (
    Revision,
    campaigns_to_revise,
    revise_campaign,
    revise_month,
)
from snu_analytics.publication.totals import daily_totals
from snu_analytics.warehouse import (
    closed_months,
    published_cells,
    publishing,
    replace_closed_counts,
    server_clock,
    write_closed_month,
)


@dataclass
class Closed:
    """What became of a month: the periods published with it, their cells, and the audit's counts.

    `periods` are kinds and first days, none where the month was closed before. `counts` has the
    cells shown and masked, the linear programs solved, the tables `withheld` in stages since no
    choice of masks protects them, and the cells `audited`; `revised` are final numbers that
    changed, and `unrevised` the tables whose former numbers stand although changes came late.
    """

    month: date
    periods: list[tuple[PeriodKind, date]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unrevised: tuple[str, ...] = ()

    def add(self, revision: Revision) -> None:
        self.counts["revised"] += revision.numbers
        self.unrevised += revision.unrevised


def close_month(
    catalogue: Catalogue, month: date, warehouse: psycopg.Connection, threshold: int
) -> Closed:
    """Publish a month's breakdowns and make its national totals final, in one transaction.

    With it come the ISO weeks all of whose months are then closed, and its campaign when it was the
    last month of it to be closed; then campaigns that waited for it have their one revision. A
    month that is closed already is revised where that is safe. Raises WarehouseError naming the day
    to materialise when one is not loaded.
    """
    days = month_of(month)
    with publishing(warehouse):
        made = Closed(days.first)
        if days.first in closed_months(warehouse):
            made.add(revise_month(catalogue, days.first, warehouse, threshold))
            return made
        _close(catalogue, days, warehouse, threshold, made)
        for campaign in campaigns_to_revise(warehouse):
            made.add(revise_campaign(catalogue, campaign, warehouse, threshold))
    return made


def _close(
    catalogue: Catalogue,
    days: DayRange,
    warehouse: psycopg.Connection,
    threshold: int,
    made: Closed,
) -> None:
    entities = [entity for entity in catalogue.entities.values() if entity.figures]
    for entity in entities:
        require_loaded(entity, days, warehouse)
    around = Around(days, frozenset(closed_months(warehouse)))
    first, last = around.days.first - timedelta(days=7), around.days.last
    published = published_cells(warehouse, first, last)
    counts = counts_to_publish(catalogue, around.days, warehouse)
    frames = []
    for entity in entities:
        fine = counts.filter(pl.col("entity") == entity.name).drop("entity")
        closing = EntityClosing(entity, around, fine, published, threshold)
        frames.append(closing.close())
        made.counts.update(closing.counts)
    cells = pl.concat(frames)
    made.periods = sorted({(k, p) for k, p in cells.select("kind", "period").iter_rows()})
    made.counts["masked"] = int(cells["masked"].sum())
    made.counts["shown"] = len(cells) - made.counts["masked"]
    own = of_months(counts, [days.first])
    totals = daily_totals(catalogue, days, warehouse)
    closed_in = server_clock(warehouse).date().replace(day=1)
    with warehouse.transaction():
        write_closed_month(warehouse, days.first, closed_in, threshold, totals, cells)
        replace_closed_counts(warehouse, days, own)
