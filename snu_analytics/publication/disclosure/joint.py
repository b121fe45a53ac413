"""All tables of a campaign and its months together, once each period is masked by itself.

Months are out when their campaign is closed, so that what they tell with it is for the campaign
alone to hide. Cells of it are masked until the counts can differ, with all shown cells of all these
periods the same, as much as every masked cell promises.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import prod

import numpy as np
import polars as pl

from snu_analytics.publication.disclosure.close import Cell, Key, line, numbered, related
from snu_analytics.publication.disclosure.nest import Period, Scheme, pieces
from snu_analytics.publication.disclosure.space import (
    Block,
    Space,
    Span,
    Sums,
    System,
    block_of,
    cliques_of,
    space_of,
)
from snu_analytics.publication.disclosure.suppress import searched
from snu_analytics.publication.disclosure.threads import in_threads

# Figures with more columns are not looked at: to prove a campaign of 20,000 people with its months,
# 99,000 columns, took minutes. There the proofs by table and by period stand alone.
_MOST_COLUMNS = 6_000

# How often groups that cannot be protected cell by cell are masked whole.
_ROUNDS = 6


def joint_masks(fine: pl.DataFrame, periods: Sequence[Period], scheme: Scheme) -> Counter[str]:
    """Mask cells of the period being closed that periods together need masked; counts of the work.

    All cells of the periods are there already. `joint` counts the masked cells that were proven,
    `unproven` those of figures that are too many to be looked at, or that nothing protects.
    """
    figures = dict.fromkeys(figure for period in periods for figure, _, _ in period.cells)
    parts = [
        partial(
            _protected, block_of(fine, group, scheme.categories, scheme.regions), periods, scheme
        )
        for group in related(fine, figures)
    ]
    counts: Counter[str] = Counter()
    for cells, of_part in in_threads(parts):
        counts.update(of_part)
        for number, key, cell in cells:
            periods[number].cells[key] = cell
    return counts


def _protected(
    block: Block, periods: Sequence[Period], scheme: Scheme
) -> tuple[list[tuple[int, Key, Cell]], Counter[str]]:
    """The cells of the period being closed that change, and counts of the work."""
    spans = _spans(block, periods)
    if spans[-1].end > _MOST_COLUMNS:
        figures = set(block.figures)
        masked = [c.masked for p in periods for key, c in p.cells.items() if key[0] in figures]
        return [], Counter(unproven=sum(masked))
    keys, system = _joined(spans, block, periods, scheme)
    made, counts = _hidden(system, keys, periods, scheme.threshold)
    changed = (made.masked > system.masked) | (made.whole > system.whole)
    cells = [
        (*keys[n], Cell(int(system.values[n]), masked=True, whole=bool(made.whole[n])))
        for n in np.flatnonzero(changed)
    ]
    return cells, counts


def _hidden(
    system: System, keys: Sequence[tuple[int, Key]], periods: Sequence[Period], threshold: int
) -> tuple[System, Counter[str]]:
    """The system with what must be masked, and counts of the work."""
    closing = np.array([periods[number].closing and bool(key[1]) for number, key in keys])
    open_to = closing & ~_known_anyway(keys, periods)
    counts: Counter[str] = Counter()
    exposed = np.zeros(len(keys), bool)
    for _ in range(_ROUNDS):
        made = searched(system, threshold)
        exposed = made.exposed
        counts["programs"] += made.programs
        lines = _groups(replace(system, masked=made.masked), keys, open_to, exposed)
        counts["withheld"] += bool(lines.any())
        masked = made.masked | lines
        system = replace(
            system, masked=masked, whole=system.whole | lines, own=system.own & ~masked
        )
        if not lines.any():
            break
    counts.update(joint=int((system.masked & ~exposed).sum()), unproven=int(exposed.sum()))
    return system, counts


def _groups(
    system: System, keys: Sequence[tuple[int, Key]], open_to: np.ndarray, exposed: np.ndarray
) -> np.ndarray:
    """The cells to mask with their groups, next, for the sake of exposed ones.

    First groups some of whose cells are masked, of the same tables, then of any, since of a masked
    cell that is not small it is known that it counts k or more; then groups that are shown, of the
    most dimensions.
    """
    if not exposed.any():
        return exposed
    may = open_to & ~system.whole
    near = may & system.near(exposed)
    tables = numbered([key[:2] for _, key in keys])
    same = np.isin(tables, tables[exposed])
    shown = near & ~system.masked
    sizes = np.array([len(key[1]) for _, key in keys])
    finest = sizes == sizes[shown].max(initial=0)
    for some in (near & system.masked & same, near & system.masked, shown & same, shown & finest):
        if some.any():
            return may & np.isin(system.group, system.group[some])
    return np.zeros(len(keys), bool)


def _known_anyway(keys: Sequence[tuple[int, Key]], periods: Sequence[Period]) -> np.ndarray:
    """Which cells are sums of cells that all other periods show, which nothing can hide."""
    others = [period for period in periods if not period.closing]
    return np.array(
        [all(key in p.cells and not p.cells[key].masked for p in others) for _, key in keys]
    )


def _spans(block: Block, periods: Sequence[Period]) -> list[Span]:
    """The columns of all tables, span of days by span of days."""
    figures = set(block.figures)
    tables = {key[1] for p in periods for key in p.cells if key[0] in figures}
    cliques = cliques_of(block, tables)
    spans: list[Span] = []
    for days in pieces([period.days for period in periods]):
        spans.append(Span(block, days, cliques, spans[-1].end if spans else 0))
    return spans


def _joined(
    spans: Sequence[Span], block: Block, periods: Sequence[Period], scheme: Scheme
) -> tuple[list[tuple[int, Key]], System]:
    """The cells of all tables and periods, by number of the period, and their system."""
    tables = [
        dict.fromkeys(key[:2] for key in period.cells if key[0] in block.figures and key[1])
        for period in periods
    ]
    cells, zero = Sums(), Sums()
    keys: list[tuple[int, Key]] = []
    for number, period in enumerate(periods):
        within = [s for s in spans if period.days.first <= s.days.first <= period.days.last]
        for figure, table in (*((figure, ()) for figure in block.figures), *tables[number]):
            for span in within:
                named = span.sums(cells, table, period.labels, figure)
            cells.close(len(named))
            keys += [(number, (figure, table, categories)) for categories in named]
    for span in spans:
        span.agreements(zero)
    return keys, _system(space_of(spans, zero, cells), keys, block, periods, scheme)


def _system(
    space: Space,
    keys: Sequence[tuple[int, Key]],
    block: Block,
    periods: Sequence[Period],
    scheme: Scheme,
) -> System:
    totals = [block.totals(period.days) for period in periods]
    known = [periods[number].cells.get(key) if key[1] else None for number, key in keys]
    counted = space.values()
    values = [
        cell.value if cell and not cell.masked else value
        for cell, value in zip(known, counted, strict=True)
    ]
    total = np.array([totals[number][key[0]] for number, key in keys])
    sizes = [prod(len(scheme.categories[d]) for d in key[1]) for _, key in keys]
    lines = [(number, *line(key, scheme.regions)) for number, key in keys]
    return System(
        space=space,
        values=np.array(values),
        own=np.array(
            [
                periods[number].closing and cell is not None and not cell.masked
                for (number, _), cell in zip(keys, known, strict=True)
            ]
        ),
        masked=np.array([cell is not None and cell.masked for cell in known]),
        whole=np.array([cell is not None and cell.whole for cell in known]),
        group=numbered(lines),
        place=numbered([(number, *of[1:]) for number, *of in lines]),
        price=1 + total / np.array(sizes) / 10,
        total=total,
    )
