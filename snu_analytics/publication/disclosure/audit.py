"""The last word on a period: which of its masked cells could be recovered from all of it together.

The search masks stage by stage; this looks at all cells of the period at once, and masks nothing.
"""

from functools import partial

import numpy as np

from snu_analytics.publication.disclosure.close import Cell, Closing, Key, related
from snu_analytics.publication.disclosure.space import (
    Span,
    Sums,
    System,
    block_of,
    cliques_of,
    space_of,
)
from snu_analytics.publication.disclosure.suppress import suppress
from snu_analytics.publication.disclosure.threads import in_threads


def audited_cells(*closings: Closing) -> None:
    """Make the cells of periods, all of a period masked when some of them could be recovered.

    It is rare: shown cells of small periods can bound a finer one that is masked, whatever else of
    its table is.
    """
    parts = [(number, part) for number, whole in enumerate(closings) for part in whole.parts()]
    # Those with the most tables take longest.
    parts.sort(key=lambda numbered: -sum(map(len, numbered[1].tables.values())))
    exposed = [0] * len(closings)
    made = in_threads([partial(_exposed, part) for _, part in parts])
    for (number, part), keys in zip(parts, made, strict=True):
        closings[number].cells.update(part.cells)
        closings[number].counts.update(part.counts)
        exposed[number] += len(keys)
    for closing, count in zip(closings, exposed, strict=True):
        closing.counts["audited"] += sum(cell.masked for cell in closing.cells.values())
        if count:
            closing.counts["withheld"] += count
            for key, cell in closing.cells.items():
                if key[1]:
                    closing.cells[key] = Cell(cell.value, masked=True, whole=True)


def _exposed(part: Closing) -> list[Key]:
    part.run()
    return recoverable(part)


def recoverable(closing: Closing) -> list[Key]:
    """The masked cells of a period that can be bounded more closely than they must."""
    keys: list[Key] = []
    for figures in related(closing.fine, list(closing.tables)):
        if any(closing.cells[f, (), ()].value for f in figures):
            keys += _recoverable(closing, figures)
    return keys


def _recoverable(closing: Closing, figures: list[str]) -> list[Key]:
    block = block_of(closing.fine, figures, closing.categories, closing.regions)
    tables = [t for f in figures for t in closing.tables[f]]
    span = Span(block, closing.days, cliques_of(block, tables))
    sums, zero, keys = Sums(), Sums(), []
    for figure in figures:
        for table in ((), *closing.tables[figure]):
            named = span.sums(sums, table, {}, figure)
            sums.close(len(named))
            keys += [(figure, table, categories) for categories in named]
    span.agreements(zero)
    cells = [closing.cells[key] for key in keys]
    count = len(cells)
    space = space_of([span], zero, sums)
    zeros = np.zeros(count, np.int64)
    made = suppress(
        System(
            space=space,
            values=space.values(),
            own=np.zeros(count, bool),
            masked=np.array([cell.masked for cell in cells]),
            whole=np.array([cell.whole for cell in cells]),
            group=zeros,
            place=zeros,
            price=np.ones(count),
            total=np.array([closing.cells[figure, (), ()].value for figure, _, _ in keys]),
        ),
        closing.threshold,
    )
    return [keys[number] for number in np.flatnonzero(made.exposed)]
