"""Which cells of a table to mask: those that are too small, and as many others as hide them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from snu_analytics.catalogue.breakdowns import Kind, days_of_period, period_of
from snu_analytics.publication.disclosure.cube import CELLS, Cube, Periods, looked_up
from snu_analytics.publication.disclosure.views import Targets, View, periods_of


@dataclass
class Secured:
    """The cells of some periods as they may be published, and how they were made safe.

    `cells` has the columns CELLS, zero cells that are shown left out. `primary` and `secondary`
    count the masked ones; `audited` the masked cells looked at, those of other periods too, and
    `programs` the linear programs solved. `bounded` counts cells that earlier publications alone
    bound more closely than to 1 or k-1, if not to less than k-1 apart. A period where a cell would
    stay recoverable is `withheld`: nothing of it is published; one that is published already is
    `refused`: its former cells stand.
    """

    cells: pl.DataFrame
    primary: int = 0
    secondary: int = 0
    bounded: int = 0
    audited: int = 0
    programs: int = 0
    withheld: Periods = field(default_factory=set)
    refused: Periods = field(default_factory=set)


def secure(
    cube: Cube,
    kind: Kind,
    periods: Sequence[date],
    pending: frozenset[date] = frozenset(),
    *,
    secondary: bool = True,
) -> Secured:
    """Mask cells of the periods until every masked cell that they bear on is protected.

    What is published already is taken as known and never masked anew: only cells of these periods
    are. Masks that stand stay. `pending` are months to be published later in the same course, which
    are looked at then. Without `secondary` small counts alone are masked, and nothing is audited.
    The cube takes up what becomes of the periods.
    """
    wanted: Periods = {(kind, first) for first in periods}
    own = cube.out(wanted)
    before = cube.masked, cube.published
    cube.published = before[1] | wanted
    secured, safe = Secured(pl.DataFrame(schema=CELLS)), True
    if secondary:
        _hide_changes(cube, own, before[1])
        safe = _protect(cube, own, kind, periods, pending, secured)
        _hide_changes(cube, own, before[1])
    if safe:
        return _rows(cube, own, secured)
    cube.masked, cube.published = before
    if len(periods) > 1:
        return _joined([secure(cube, kind, [first], pending) for first in periods])
    return Secured(
        pl.DataFrame(schema=CELLS), refused=wanted & before[1], withheld=wanted - before[1]
    )


def _joined(parts: Sequence[Secured]) -> Secured:
    joined = Secured(pl.concat([part.cells for part in parts]))
    for part in parts:
        for name in ("primary", "secondary", "bounded", "audited", "programs"):
            setattr(joined, name, getattr(joined, name) + getattr(part, name))
        joined.withheld |= part.withheld
        joined.refused |= part.refused
    return joined


def _rows(cube: Cube, own: np.ndarray, secured: Secured) -> Secured:
    numbers = np.union1d(cube.cells, cube.masked)
    numbers = numbers[cube.of_periods(numbers, own)]
    values = cube.values_of(numbers)
    masked = np.isin(numbers, cube.masked, assume_unique=True)
    small = (values >= 1) & (values < cube.threshold)
    secured.primary = int(small.sum())
    secured.secondary = int((masked & ~small).sum())
    secured.cells = cube.numbering.rows(numbers).with_columns(
        pl.Series("value", np.where(masked, -1, values)).replace(-1, None),
        pl.Series("masked", masked),
    )
    return secured


def _hide_changes(cube: Cube, own: np.ndarray, published: Periods) -> None:
    """Where a cell that was shown is masked now, mask each cell of its period that has changed.

    Else the new values beside the old ones would tell by how much the masked one has changed. So a
    second publication that masks more tells nothing that the first did not.
    """
    again = own & cube.out(published)
    if not again.any():
        return
    now = np.union1d(cube.cells, cube.masked)
    now = np.union1d(now, cube.shown_before)
    now = now[cube.of_periods(now, again)]
    former = looked_up(now, cube.shown_before, cube.values_before)
    known = ~np.isin(now, cube.masked_before)
    lost = now[known & np.isin(now, cube.masked)]
    changed = now[known & (former != cube.values_of(now))]
    _, lost_in = cube.numbering.table_and_period(lost)
    _, changed_in = cube.numbering.table_and_period(changed)
    cube.masked = np.union1d(cube.masked, changed[np.isin(changed_in, lost_in)])


def _protect(
    cube: Cube,
    own: np.ndarray,
    kind: Kind,
    periods: Sequence[date],
    pending: frozenset[date],
    secured: Secured,
) -> bool:
    """Mask cells of `own` until the masked cells that they bear on are protected, if they can be.

    Days are looked at by themselves: their weeks and months come later. Weeks within a month that
    is still open are, too. A month that is out is looked at with the whole weeks it lies in, and
    where this does not do together with the months beside it.
    """
    out = cube.published - {("month", month) for month in pending}
    days = {day for first in periods for day in days_of_period(kind, first)}
    if kind == "day":
        view = View(cube, own, days, {("day", day) for day in days})
        return _mask(cube, own, [view], view.whole(), secured)
    safe = True
    months = sorted({period_of("month", d) for d in _weeks_around(days)})
    months = [month for month in months if ("month", month) in out]
    if kind == "week":
        alone = {day for day in days if not _touches(period_of("week", day), months)}
        if alone:
            view = View(cube, own, alone, {p for p in periods_of(alone) if p[0] != "month"})
            safe = _mask(cube, own, [view], view.whole(), secured)
    around = {
        month: [_weeks_around(days_of_period("month", near)) for near in _near(month)]
        for month in months
    }
    narrow = [View(cube, own, around[month][1], out) for month in months]
    wide = [View(cube, own, set().union(*around[month]), out) for month in months]
    whole = [view.whole(month) for view, month in zip(narrow, months, strict=True)]
    views = {frozenset(view.days): view for view in (*narrow, *wide)}
    return _mask(cube, own, list(views.values()), set().union(*whole), secured) and safe


def _near(month: date) -> list[date]:
    before = period_of("month", month - timedelta(days=1))
    return [before, month, days_of_period("month", month).last + timedelta(days=1)]


def _touches(week: date, months: Sequence[date]) -> bool:
    return any(period_of("month", day) in months for day in days_of_period("week", week))


def _weeks_around(days: Iterable[date]) -> set[date]:
    weeks = {period_of("week", day) for day in days}
    return {day for week in weeks for day in days_of_period("week", week)}


def _mask(
    cube: Cube, own: np.ndarray, views: Sequence[View], looked_at: Periods, secured: Secured
) -> bool:
    """Mask cells of `own` until those of the periods looked at are protected, if they can be.

    The alternatives of all views count; the later, wider ones are asked only for what the former
    leave open.
    """
    cells = cube.masked[cube.of_periods(cube.masked, cube.out(looked_at))]
    targets = Targets(cells, cube.values_of(cells), cube.threshold)
    exact = False
    while True:
        for view in views:
            if len(targets.open()):
                secured.programs += view.look(targets, exact=exact)
        if not len(targets.open()):
            break
        hiding = cells[:0]
        for view in reversed(views):
            if len(hiding := view.hiding(targets)):
                break
        if len(hiding):
            cube.masked = np.union1d(cube.masked, hiding)
            targets = targets.joined(hiding, cube)
            exact = False
        elif not exact:
            exact = True
        elif opened := [view for view in views if view.open()]:
            views, exact = opened, False
        else:
            break
    left = targets.open()
    apart = targets.seen.greatest[left] - targets.seen.least[left] >= cube.threshold - 1
    secured.audited += len(targets.cells)
    secured.bounded += int(apart.sum())
    return bool(apart.all())
