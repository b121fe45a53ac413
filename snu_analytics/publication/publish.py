"""The days' figures to shareable tables, masked so that nothing masked can be got back."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl
import psycopg

from snu_analytics.catalogue import Catalogue, Entity, Figure, places
from snu_analytics.catalogue.breakdowns import (
    KINDS,
    Kind,
    categorised,
    days_of_period,
    period_of,
    rows_of_zero,
)
from snu_analytics.days import DayRange, month_before, month_of
from snu_analytics.pipeline import refuse_missing_day
from snu_analytics.publication.disclosure import CELLS, Cube, Secured, revised, secure
from snu_analytics.publication.fingerprints import Lines, fingerprint, hidden
from snu_analytics.publication.revisions import causes_of, logged
from snu_analytics.warehouse import (
    Name,
    Publication,
    Revisions,
    fine_counts,
    loaded_days,
    patch_counts,
    publications,
    published_cells,
    publishing,
    replace_publications,
)

# What is looked at when a month closes reaches two months back and on, and knows what was published
# of the month beyond.
_MONTHS_AROUND = 3


@dataclass
class Published:
    """What became of a publication: shown and masked cells of each day, and counts of the run.

    `counts` tells the cells that were made anew, of days, weeks and months alike, and how they were
    audited; `withheld` names figures and periods of which nothing could be told safely, and
    `recoverable` those that would have shown too much beside what is published already: their
    former cells stand.
    """

    days: dict[date, dict[str, int]]
    counts: Counter[str] = field(default_factory=Counter)
    withheld: list[str] = field(default_factory=list)
    recoverable: list[str] = field(default_factory=list)


def publish(
    catalogue: Catalogue,
    days: DayRange,
    warehouse: psycopg.Connection,
    threshold: int,
    closing: bool = True,
) -> Published:
    """Publish the days, and the weeks and months they lie in whose every day is published.

    Without `closing` days alone are published.

    A figure of a period is made again only when its counts, or the threshold, are others than when
    it was last published. Days that were not loaded for every entity with figures are left out.
    Raises WarehouseError naming the asset to run when that leaves none.
    """
    with publishing(warehouse):
        ready = _loaded(catalogue, days, warehouse)
        published = Published({})
        at_work = _Publisher(catalogue, warehouse, threshold, days, published)
        for month in sorted({period_of("month", day) for day in ready}):
            at_work.make("day", [day for day in ready if period_of("month", day) == month])
        weeks = {period_of("week", day) for day in ready}
        months = {period_of("month", day) for day in ready}
        out = {p.period for p in publications(warehouse, *_whole(weeks, months)) if p.kind == "day"}
        weeks = {week for week in weeks if out.issuperset(days_of_period("week", week))}
        months = {month for month in months if out.issuperset(month_of(month))}
        if closing and (weeks or months):
            at_work = _Publisher(
                catalogue, warehouse, threshold, _around(weeks | months), published
            )
            at_work.close(weeks, months)
        published.days = _cells_of_days(warehouse, ready)
    return published


def _loaded(catalogue: Catalogue, days: DayRange, warehouse: psycopg.Connection) -> list[date]:
    ready = set(days)
    for entity in catalogue.entities.values():
        if entity.figures:
            ready &= (found := loaded_days(warehouse, entity.table, days.first, days.last))
            if not ready:
                missing = min(set(days) - found, default=days.first)
                refuse_missing_day(entity, missing)
    return sorted(ready)


def _whole(weeks: set[date], months: set[date]) -> tuple[date, date]:
    return min(weeks | months), max(
        *(days_of_period("week", week).last for week in weeks),
        *(month_of(month).last for month in months),
    )


def _around(periods: set[date]) -> DayRange:
    first, last = month_of(min(periods)), month_of(max(periods) + timedelta(days=6))
    for _ in range(_MONTHS_AROUND):
        first = month_of(month_before(first.first))
        last = month_of(last.last + timedelta(days=1))
    return DayRange(first.first, last.last)


def _cells_of_days(warehouse: psycopg.Connection, days: list[date]) -> dict[date, dict[str, int]]:
    told = {day: {"shown": 0, "masked": 0} for day in days}
    for one in publications(warehouse, days[0], days[-1]):
        if one.kind == "day" and one.period in told:
            told[one.period]["shown"] += one.shown
            told[one.period]["masked"] += one.masked
    return told


class _Publisher:
    """The cubes of all figures over a span of days, and what is published of it.

    Each period is made once.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        warehouse: psycopg.Connection,
        threshold: int,
        span: DayRange,
        told: Published,
    ) -> None:
        self._catalogue, self._warehouse, self._threshold = catalogue, warehouse, threshold
        self._told = told
        self._places = [(place.region, place.department) for place in places()]
        counts = fine_counts(warehouse, span.first, span.last)
        former = {kind: published_cells(warehouse, kind, span.first, span.last) for kind in KINDS}
        before = [
            one
            for one in publications(warehouse, span.first, span.last)
            if days_of_period(_kind(one), one.period).last <= span.last
        ]
        self._before = {_key(one): one for one in before}
        self._patches = patch_counts(warehouse, span.first, span.last)
        self._entities: dict[Name, Entity] = {}
        self._lines: dict[Name, Lines] = {}
        self._hidden: dict[tuple[Kind, Name], dict[date, str]] = {}
        self._cubes: dict[Name, Cube] = {}
        for entity, figure in _figures(catalogue):
            name = (figure.phase, figure.figure)
            fine = categorised(_only(counts, name))
            rows = {kind: _only(frame, name) for kind, frame in former.items()}
            out = {
                (_kind(one), one.period)
                for one in before
                if (one.phase, one.figure) == name and not one.withheld
            }
            whole = {
                kind: frame.filter(
                    pl.col("period").is_in([period for k, period in out if k == kind])
                ).select(list(CELLS))
                for kind, frame in rows.items()
            }
            self._entities[name] = entity
            self._lines[name] = Lines(fine)
            self._hidden |= {(kind, name): hidden(frame) for kind, frame in whole.items()}
            self._cubes[name] = Cube(
                tuple(entity.groups), fine, span, whole, out, threshold, self._places
            )

    def make(
        self,
        kind: Kind,
        periods: list[date],
        pending: Mapping[Name, frozenset[date]] | None = None,
    ) -> None:
        """Publish the periods anew for those figures whose counts have changed."""
        rows: list[pl.DataFrame] = []
        notes: list[Publication] = []
        for name, cube in self._cubes.items():
            changed = [p for p in periods if self._changed(kind, p, name)]
            if not changed:
                continue
            later = pending[name] if pending else frozenset()
            secured = secure(cube, kind, changed, later)
            self._count(kind, name, secured)
            done = [p for p in changed if (kind, p) not in secured.refused]
            cells = self._with_zeros(secured.cells, kind, name, done)
            rows.append(
                cells.with_columns(pl.lit(name[0]).alias("phase"), pl.lit(name[1]).alias("figure"))
            )
            notes += self._notes(kind, name, cells, done, secured)
        cells_by = pl.concat(rows).partition_by("period", as_dict=True) if rows else {}
        for period in sorted({note.period for note in notes}):
            told = [note for note in notes if note.period == period]
            cells = cells_by.get((period,), rows[0].clear())
            revisions = self._revisions(kind, period, told, cells)
            replace_publications(self._warehouse, told, cells, revisions)
            self._before |= {_key(note): note for note in told}

    def close(self, weeks: set[date], months: set[date]) -> None:
        """Publish weeks and months, each after those that ended before it."""
        ends = {period_of("month", days_of_period("week", week).last) for week in weeks}
        for month in sorted(ends | months):
            ending = [
                week
                for week in sorted(weeks)
                if period_of("month", days_of_period("week", week).last) == month
            ]
            pending = {
                name: frozenset(m for m in months if m >= month and self._changed("month", m, name))
                for name in self._cubes
            }
            self.make("week", ending, pending)
            if month in months:
                self.make("month", [month], {n: p - {month} for n, p in pending.items()})

    def _changed(self, kind: Kind, period: date, name: Name) -> bool:
        """Whether the figure can be published for the period, and was not from the same counts."""
        cube = self._cubes[name]
        if kind != "day" and any(
            ("day", day) not in cube.published for day in days_of_period(kind, period)
        ):
            return False
        before = self._before.get((kind, period, *name))
        return before is None or before.digest != self._digest(
            kind, period, name, self._hidden[kind, name]
        )

    def _digest(self, kind: Kind, period: date, name: Name, masked: Mapping[date, str]) -> str:
        lines = self._lines[name].of(kind).get(period, "")
        return fingerprint(lines, masked, period, self._threshold)

    def _count(self, kind: Kind, name: Name, secured: Secured) -> None:
        counted = ("primary", "secondary", "bounded", "audited", "programs")
        self._told.counts.update({key: getattr(secured, key) for key in counted})
        figure = " ".join(name)
        self._told.withheld += [f"{k} {p} {figure}" for k, p in sorted(secured.withheld)]
        self._told.recoverable += [f"{k} {p} {figure}" for k, p in sorted(secured.refused)]

    def _with_zeros(
        self, cells: pl.DataFrame, kind: Kind, name: Name, periods: list[date]
    ) -> pl.DataFrame:
        """The cells with the zeros that have rows: of days, for the categories known to all."""
        if kind != "day":
            return cells
        cube = self._cubes[name]
        out = [p for p in periods if (kind, p) in cube.published]
        rows = rows_of_zero(
            cube.dimensions, self._catalogue.vocabularies["gender"].values, places()
        )
        keys = ["period", *rows.columns]
        every = pl.DataFrame({"period": out}, {"period": pl.Date}).join(rows, how="cross")
        zeros = every.join(cells, on=keys, how="anti", nulls_equal=True)
        zeros = zeros.with_columns(
            pl.lit(0, pl.Int64).alias("value"), pl.lit(False).alias("masked")
        )
        return pl.concat([cells, zeros.select(cells.columns)])

    def _notes(
        self, kind: Kind, name: Name, cells: pl.DataFrame, periods: list[date], secured: Secured
    ) -> Iterator[Publication]:
        masked = dict(
            cells.group_by("period").agg(pl.col("masked").sum().cast(pl.Int64)).iter_rows()
        )
        every = dict(cells.group_by("period").len().iter_rows())
        now = hidden(cells)
        for period in periods:
            count = masked.get(period, 0)
            yield Publication(
                kind,
                period,
                *name,
                every.get(period, 0) - count,
                count,
                (kind, period) in secured.withheld,
                self._threshold,
                self._digest(kind, period, name, now),
                self._patch_count(kind, period, name),
            )

    def _patch_count(self, kind: Kind, period: date, name: Name) -> int | None:
        relation, total = self._entities[name].table, 0
        for day in days_of_period(kind, period):
            count = self._patches.get((relation, day))
            if count is None:
                return None
            total += count
        return total

    def _revisions(
        self, kind: Kind, period: date, told: list[Publication], cells: pl.DataFrame
    ) -> Revisions | None:
        """What the log takes up of the figures that were told of the period before."""
        again = {
            (note.phase, note.figure): (before, note)
            for note in told
            if (before := self._before.get(_key(note))) and not (before.withheld or note.withheld)
        }
        if not again:
            return None
        entities = {name: self._entities[name].name for name in again}
        causes = causes_of(self._warehouse, kind, period, again, entities)
        changes = {
            name: revised(
                self._cubes[name].former[kind].filter(pl.col("period") == period),
                _only(cells, name),
                self._threshold,
            )
            for name in again
        }
        return logged(changes, causes)


def _figures(catalogue: Catalogue) -> Iterator[tuple[Entity, Figure]]:
    for entity in catalogue.entities.values():
        for figure in entity.figures:
            yield entity, figure


def _only(frame: pl.DataFrame, name: Name) -> pl.DataFrame:
    return frame.filter(pl.col("phase") == name[0], pl.col("figure") == name[1])


def _kind(one: Publication) -> Kind:
    (kind,) = [kind for kind in KINDS if kind == one.kind]
    return kind


def _key(one: Publication) -> tuple[str, date, str, str]:
    return one.kind, one.period, one.phase, one.figure
