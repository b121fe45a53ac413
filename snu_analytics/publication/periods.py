"""One entity's breakdowns of a month, of the weeks it completes, and of its campaign."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from snu_analytics.catalogue import Entity
from snu_analytics.catalogue.published import (
    GROUPS,
    Category,
    Dimensions,
    PeriodKind,
    breakdown_name,
    by_category,
    categories,
    published_tables,
    regions_by_department,
)
from snu_analytics.days import DayRange, campaign_days, campaign_of, month_of
from snu_analytics.publication.counts import of_days
from snu_analytics.publication.disclosure import (
    Cell,
    Cells,
    Closing,
    Key,
    Labels,
    Period,
    Scheme,
    audited_cells,
    joint_masks,
    nested_masks,
)
from snu_analytics.warehouse import (
    BREAKDOWN_COLUMNS,
)

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Around:
    """A month being closed, and the closed months beside it."""

    month: DayRange
    closed: frozenset[date]

    @property
    def campaign(self) -> DayRange:
        return campaign_days(campaign_of(self.month.first))

    @property
    def campaign_is_over(self) -> bool:
        months = {day.replace(day=1) for day in self.campaign}
        return months <= self.closed | {self.month.first}

    def months(self) -> list[DayRange]:
        """The month and the closed ones that share a week with it."""
        near = {
            (self.month.first - _WEEK).replace(day=1),
            self.month.first,
            (self.month.last + _WEEK).replace(day=1),
        }
        return [month_of(m) for m in sorted(near) if m in self.closed or m == self.month.first]

    def weeks(self) -> Iterator[DayRange]:
        """The ISO weeks that these months hold all days of."""
        days = {day for month in self.months() for day in month}
        for day in sorted(days):
            week = DayRange(day, day + _WEEK - timedelta(days=1))
            if day.weekday() == 0 and week.last in days:
                yield week

    def completes(self, week: DayRange) -> bool:
        """Whether the week is published with the month."""
        return week.first <= self.month.last and self.month.first <= week.last

    @property
    def days(self) -> DayRange:
        """All days that are looked at."""
        months = [self.campaign, *self.months()] if self.campaign_is_over else self.months()
        return DayRange(min(m.first for m in months), max(m.last for m in months))


class EntityClosing:
    """The figures of one entity, as a month is closed."""

    def __init__(
        self,
        entity: Entity,
        around: Around,
        fine: pl.DataFrame,
        published: pl.DataFrame | None,
        threshold: int,
    ) -> None:
        """`fine` are the counts by kind of change of all days `around`, `published` what is out."""
        self._entity, self._around, self._threshold = entity, around, threshold
        self._fine = fine
        self._published = pl.DataFrame(schema=BREAKDOWN_COLUMNS) if published is None else published
        self._named = categories(around.campaign, around.month)
        self._regions = regions_by_department()
        self._made: dict[tuple[PeriodKind, date], Cells] = {}
        self.counts: Counter[str] = Counter()

    def close(self) -> pl.DataFrame:
        """The cells of all periods that are published with the month, with BREAKDOWN_COLUMNS."""
        month, campaign = self._around.month, self._around.campaign
        masked_month: dict[Key, bool] = {}
        masked_campaign: dict[Key, bool] = {}
        if self._around.campaign_is_over:
            masked_month, masked_campaign = self._nest_campaign()
        closings: dict[PeriodKind, Closing] = {
            "month": self._closing("month", month, self._named, masked_month)
        }
        if self._around.campaign_is_over:
            named = categories(campaign, campaign)
            closings["campaign"] = self._closing("campaign", campaign, named, masked_campaign)
        audited_cells(*closings.values())
        for kind, closing in closings.items():
            self._made[kind, closing.days.first] = closing.cells
            self.counts.update(closing.counts)
        if self._around.campaign_is_over:
            self._join_campaign()
        self._nest_weeks()
        return self._rows()

    def _closing(
        self,
        kind: PeriodKind,
        days: DayRange,
        named: Mapping[str, Category],
        before: Mapping[Key, bool],
    ) -> Closing:
        fine = by_category(of_days(self._fine, days), named)
        tables = {f: self._tables(kind, f, named) for f in self._figures()}
        every = {group: category.every for group, category in named.items()}
        return Closing(fine, days, tables, every, self._regions, self._threshold, before=before)

    def _nest_campaign(self) -> tuple[dict[Key, bool], dict[Key, bool]]:
        """The cells of the last month and the campaign that the other months need masked.

        With each whether its whole group is.
        """
        of_last: Cells = {}
        of_campaign: Cells = {}
        fine, periods, scheme = self._campaign(of_campaign, of_last)
        named = categories(self._around.campaign, self._around.campaign)
        tables = self._shared("month", "campaign", named)
        self.counts.update(nested_masks(fine, periods, tables, scheme))
        return _masked(of_last), _masked(of_campaign)

    def _join_campaign(self) -> None:
        """Mask what the campaign tells of its months, and they of it, all tables together."""
        self.counts.update(joint_masks(*self._campaign()))

    def _campaign(
        self, of_campaign: Cells | None = None, of_last: Cells | None = None
    ) -> tuple[pl.DataFrame, list[Period], Scheme]:
        """The fine counts of the campaign, it and its months, with cells in the making or made."""
        campaign, last = self._around.campaign, self._around.month
        named = categories(campaign, campaign)
        every = {group: category.every for group, category in named.items()}
        fine = by_category(of_days(self._fine, campaign), named)
        cells = self._out("campaign", campaign) if of_campaign is None else of_campaign
        periods = [Period("campaign", campaign, cells, closing=True)]
        for first in sorted({day.replace(day=1) for day in campaign}):
            month = month_of(first)
            labels = _labels(every, categories(campaign, month))
            closing = month == last and of_last is not None
            cells = of_last if closing and of_last is not None else self._out("month", month)
            periods.append(Period("month", month, cells, closing, labels))
        return fine, periods, Scheme(every, self._regions, self._threshold)

    def _nest_weeks(self) -> None:
        weeks = list(self._around.weeks())
        own = [week for week in weeks if self._around.completes(week)]
        if not own:
            return
        for week in own:
            self._made["week", week.first] = {}
        periods = [Period("month", m, self._out("month", m)) for m in self._around.months()]
        periods += [Period("week", w, self._out("week", w), w in own) for w in weeks]
        days = DayRange(periods[0].days.first, max(p.days.last for p in periods))
        fine = by_category(of_days(self._fine, days), self._named)
        every = {group: category.every for group, category in self._named.items()}
        scheme = Scheme(every, self._regions, self._threshold)
        tables = self._shared("month", "week", self._named)
        self.counts.update(nested_masks(fine, periods, tables, scheme))

    def _shared(
        self, first: PeriodKind, second: PeriodKind, named: Mapping[str, Category]
    ) -> dict[Dimensions, list[str]]:
        """The tables that two kinds of periods have, with their figures, the coarser first."""
        shared: dict[Dimensions, list[str]] = {}
        for figure in self._figures():
            others = self._tables(second, figure, named)
            for table in self._tables(first, figure, named):
                if table in others:
                    shared.setdefault(table, []).append(figure)
        return shared

    def _tables(
        self, kind: PeriodKind, figure: str, named: Mapping[str, Category]
    ) -> list[Dimensions]:
        """The tables of a figure; one by a dimension of one category would be the total."""
        return [
            table
            for table in published_tables(kind, figure, list(self._entity.groups))
            if all(len(named[group].every) > 1 for group in table)
        ]

    def _figures(self) -> list[str]:
        return [figure.figure for figure in self._entity.figures]

    def _out(self, kind: PeriodKind, days: DayRange) -> Cells:
        """The cells of a period: made now, or published before."""
        if (kind, days.first) in self._made:
            return self._made[kind, days.first]
        phases = {figure.figure: figure.phase for figure in self._entity.figures}
        rows = self._published.filter(pl.col("kind") == kind, pl.col("period") == days.first)
        cells: Cells = {}
        for row in rows.iter_rows(named=True):
            if phases.get(row["figure"]) != row["phase"]:
                continue
            used = tuple(group for group in GROUPS if row[group] is not None)
            key = row["figure"], used, tuple(row[group] for group in used)
            cells[key] = Cell(row["value"] or 0, row["masked"], row["mask"] == "group")
        return cells

    def _rows(self) -> pl.DataFrame:
        phases = {figure.figure: figure.phase for figure in self._entity.figures}
        rows = []
        for (kind, first), cells in self._made.items():
            for (figure, table, named), cell in cells.items():
                if not table:
                    continue
                groups = dict(zip(table, named, strict=True))
                mask = ("group" if cell.whole else "cell") if cell.masked else None
                value = None if cell.masked else cell.value
                texts = (phases[figure], figure, breakdown_name(table))
                by_group = (groups.get(group) for group in GROUPS)
                rows.append((kind, first, *texts, *by_group, value, cell.masked, mask))
        return pl.DataFrame(rows, BREAKDOWN_COLUMNS, orient="row")


def _labels(every: Mapping[str, tuple[str, ...]], named: Mapping[str, Category]) -> Labels:
    """What each category of a campaign is called in a month."""
    return {
        group: {c: c if c in named[group].listed else named[group].others for c in fine}
        for group, fine in every.items()
    }


def _masked(cells: Cells) -> dict[Key, bool]:
    return {key: cell.whole for key, cell in cells.items() if cell.masked}
