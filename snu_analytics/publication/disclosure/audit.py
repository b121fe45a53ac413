"""The last word on a period: which of its masked cells could be recovered from all of it together.

The search masks stage by stage; this looks at all cells of the period at once, and masks nothing.
"""

import numpy as np

from snu_analytics.publication.disclosure.close import Cell, Cells, Closing, Key, related
from snu_analytics.publication.disclosure.space import Span, Sums, block_of, cliques_of
from snu_analytics.publication.disclosure.suppress import System, suppress


def audited_cells(closing: Closing) -> Cells:
    """The cells of a period, all of them masked when some of them could be recovered.

    It is rare: shown cells of small periods can bound a finer one that is masked, whatever else of
    its table is.
    """
    cells = closing.run()
    closing.counts["audited"] += sum(cell.masked for cell in cells.values())
    if exposed := recoverable(closing):
        closing.counts["withheld"] += len(exposed)
        for key, cell in cells.items():
            if key[1]:
                cells[key] = Cell(cell.value, masked=True, whole=True)
    return cells


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
    of_cells = sums.matrix(span.end)
    zeros = np.zeros(count, np.int64)
    made = suppress(
        System(
            zero=zero.matrix(span.end),
            cells=of_cells,
            values=np.rint(of_cells @ span.truth()).astype(np.int64),
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
