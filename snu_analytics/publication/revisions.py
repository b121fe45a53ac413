"""Final numbers that late patches move: by the month where it is safe, once for each campaign.

A month in which every number shown moves by nothing or by at least the threshold, `disclosure`
has the rule, is revised as soon as its days ran again, with its weeks and its campaign. What is
left then waits for the campaign's one revision, after the month that follows on it was closed; it
is made table by table, and those that the rule does not let through keep their former numbers for
good. A month of which events were erased is not revised, nor one from which anything is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue, Entity
from snu_analytics.catalogue.published import (
    GROUPS,
    by_category,
    categories,
)
from snu_analytics.days import DayRange, campaign_days, campaign_of, month_of
from snu_analytics.publication.counts import counts_to_publish, late_counts, of_days, of_months
from snu_analytics.publication.disclosure import Addition, revised_cells
from snu_analytics.publication.ready import days_to_publish
from snu_analytics.publication.totals import daily_totals
from snu_analytics.warehouse import (
    BREAKDOWN_COLUMNS,
    closed_months,
    drop_closed_counts,
    final_campaigns,
    frozen_months,
    published_cells,
    published_totals,
    replace_closed_counts,
    server_clock,
    write_final_campaign,
    write_revision,
)

_TOTALS = "total"


@dataclass(frozen=True)
class Revision:
    """The number of totals and cells that changed, and the tables whose former numbers stand."""

    numbers: int = 0
    unrevised: tuple[str, ...] = ()


def revise_month(
    catalogue: Catalogue, month: date, warehouse: psycopg.Connection, threshold: int
) -> Revision:
    """Revise a closed month, with its weeks and its campaign, as a whole or not at all.

    To be called while nobody else publishes (`publishing`).
    """
    if campaign_of(month) in final_campaigns(warehouse):
        return Revision()
    days = month_of(month)
    late = _revisable(catalogue, days, warehouse)
    tables = _tables(catalogue, late, warehouse, threshold)
    unrevised = tuple(sorted(name for name, rows in tables.items() if rows is None))
    if unrevised or late.is_empty():
        return Revision(unrevised=unrevised)
    with warehouse.transaction():
        numbers = _write(tables, warehouse)
        former = counts_to_publish(catalogue, days, warehouse)
        replace_closed_counts(warehouse, days, _added(former, late))
    return Revision(numbers)


def revise_campaign(
    catalogue: Catalogue, campaign: int, warehouse: psycopg.Connection, threshold: int
) -> Revision:
    """Make the one revision of a campaign, table by table; no number of it changes afterwards.

    The counts that its months were made of are deleted, but for those of its first and last month,
    which share weeks with its neighbours. To be called while nobody else publishes.
    """
    days = campaign_days(campaign)
    late = _revisable(catalogue, days, warehouse)
    tables = _tables(catalogue, late, warehouse, threshold)
    unrevised = tuple(sorted(name for name, rows in tables.items() if rows is None))
    with warehouse.transaction():
        numbers = _write(tables, warehouse)
        this_month = server_clock(warehouse).date().replace(day=1)
        write_final_campaign(warehouse, campaign, this_month, "\n".join(unrevised) or None)
        between = DayRange(month_of(days.first).last, days.last.replace(day=1))
        one_day = timedelta(days=1)
        drop_closed_counts(warehouse, DayRange(between.first + one_day, between.last - one_day))
    return Revision(numbers, unrevised)


def campaigns_to_revise(warehouse: psycopg.Connection) -> list[int]:
    """The campaigns that wait for their one revision: the month that follows is closed too."""
    closed = closed_months(warehouse).keys()
    ended = {campaign_of(month) for month in closed} - final_campaigns(warehouse)
    return sorted(
        campaign
        for campaign in ended
        if closed >= {day.replace(day=1) for day in campaign_days(campaign)}
        and campaign_days(campaign + 1).first in closed
    )


def months_to_revise(
    catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection, threshold: int
) -> dict[date, int]:
    """The closed months of the days that a revision may be safe for, with the changes since.

    Their national totals move, each by nothing or by at least the threshold, counted by kind.
    """
    months = {day.replace(day=1) for day in days} & closed_months(warehouse).keys()
    final = final_campaigns(warehouse)
    changes = {}
    for month in sorted(m for m in months if campaign_of(m) not in final):
        if not _totals_differ(catalogue, month_of(month), warehouse):
            continue
        late = _revisable(catalogue, month_of(month), warehouse)
        moved = late.group_by("entity", "day", "figures").agg(pl.col("value").sum())["value"]
        if len(moved) and (moved >= threshold).all():
            changes[month] = int(moved.sum())
    return changes


def _totals_differ(catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection) -> bool:
    """Whether totals are not as published: daily figures are few beside the events."""
    keys = ["phase", "figure", "day", "value"]
    now = daily_totals(catalogue, days, warehouse).select(keys)
    former = published_totals(warehouse, days.first, days.last).select(keys)
    return not now.sort(keys).equals(former.sort(keys))


def _revisable(catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection) -> pl.DataFrame:
    """Late counts of months that are loaded whole, that nothing is gone from, and nobody."""
    late = late_counts(catalogue, days, warehouse)
    loaded = days_to_publish(catalogue, days, warehouse)
    months = {day.replace(day=1) for day in late["day"]}
    less = {day.replace(day=1) for day in late.filter(pl.col("value") < 0)["day"]}
    # Looked at after the counts: an erasure that these lack is then seen.
    frozen = frozen_months(warehouse)
    whole = {month for month in months if loaded.issuperset(month_of(month))}
    return of_months(late, whole - less - frozen)


def _tables(
    catalogue: Catalogue, late: pl.DataFrame, warehouse: psycopg.Connection, threshold: int
) -> dict[str, pl.DataFrame | None]:
    """The rows of each table that change, with `former`; None where the former numbers stand.

    Of an entity whose totals stand no other table is looked at.
    """
    threshold = max(threshold, *closed_months(warehouse).values())
    made: dict[str, pl.DataFrame | None] = {}
    for entity in catalogue.entities.values():
        own = late.filter(pl.col("entity") == entity.name).drop("entity")
        if entity.figures and not own.is_empty():
            made |= _tables_of(entity, own, warehouse, threshold)
    return made


def _tables_of(
    entity: Entity, late: pl.DataFrame, warehouse: psycopg.Connection, threshold: int
) -> dict[str, pl.DataFrame | None]:
    campaign = campaign_days(campaign_of(late["day"].min()))  # type: ignore[arg-type]
    around = DayRange(campaign.first - timedelta(days=6), campaign.last)
    phases = {figure.phase for figure in entity.figures}
    of_entity = pl.col("phase").is_in(phases) & pl.col("figure").is_in(
        [figure.figure for figure in entity.figures]
    )
    named = f"{sorted(phases)[0]}: "
    totals = published_totals(warehouse, around.first, around.last).filter(of_entity)
    made = {named + _TOTALS: revised_cells((), list(_by_day(totals, late)), threshold)}
    if made[named + _TOTALS] is None:
        return made
    cells = published_cells(warehouse, around.first, around.last).filter(of_entity)
    for (breakdown,), table in cells.group_by("breakdown", maintain_order=True):
        used = [group for group in GROUPS if table[group].is_not_null().any()]
        made[named + str(breakdown)] = revised_cells(used, list(_by_period(table, late)), threshold)
    return made


def _by_day(totals: pl.DataFrame, late: pl.DataFrame) -> Iterator[Addition]:
    for (day,), added in late.group_by("day", maintain_order=True):
        cells = totals.filter(pl.col("day") == day)
        yield Addition(
            added, cells.with_columns(masked=pl.lit(False), mask=pl.lit(None, pl.String))
        )


def _by_period(table: pl.DataFrame, late: pl.DataFrame) -> Iterator[Addition]:
    """The additions to each period of a table, and to what its weeks leave of its months."""
    for kind, first in table.select("kind", "period").unique(maintain_order=True).rows():
        days = _period_days(kind, first)
        added = of_days(late, days)
        if not added.is_empty():
            cells = table.filter(pl.col("kind") == kind, pl.col("period") == first)
            yield Addition(_categorised(added, kind, first), cells)
    if "week" in table["kind"]:
        week, month = (pl.col("day").dt.truncate(every) for every in ("1w", "1mo"))
        parts = late.with_columns(week=week, month=month)
        for part in parts.partition_by("week", "month"):
            yield Addition(_categorised(part, "month", part["month"][0]))


def _categorised(late: pl.DataFrame, kind: str, first: date) -> pl.DataFrame:
    period = _period_days("campaign" if kind == "campaign" else "month", first)
    return by_category(late, categories(_period_days("campaign", first), period))


def _period_days(kind: str, day: date) -> DayRange:
    """The period of a kind that begins with a day; months and campaigns that a day lies in."""
    if kind == "week":
        return DayRange(day, day + timedelta(days=6))
    return month_of(day) if kind == "month" else campaign_days(campaign_of(day))


def _write(tables: dict[str, pl.DataFrame | None], warehouse: psycopg.Connection) -> int:
    changed = {n: rows for n, rows in tables.items() if rows is not None and len(rows)}
    if not changed:
        return 0
    totals = [rows for name, rows in changed.items() if name.endswith(_TOTALS)]
    cells = [rows for name, rows in changed.items() if not name.endswith(_TOTALS)]
    none = pl.DataFrame(schema=BREAKDOWN_COLUMNS | {"former": pl.Int64})
    this_month = server_clock(warehouse).date().replace(day=1)
    write_revision(warehouse, this_month, pl.concat(totals), pl.concat([none, *cells]))
    return sum(map(len, changed.values()))


def _added(former: pl.DataFrame, late: pl.DataFrame) -> pl.DataFrame:
    keys = [name for name in former.columns if name != "value"]
    both = pl.concat([former, late.select(former.columns)])
    return both.group_by(keys).agg(pl.col("value").sum()).filter(pl.col("value") > 0)
