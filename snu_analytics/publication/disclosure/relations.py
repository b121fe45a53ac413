"""What could be true instead: other counts that give the same shown cells.

All tables are sums of the same fine counts, so every relation between them (a total and its parts,
a region and its departments, a week and its days, tables that share a margin) holds by itself for
any other fine counts. An attacker knows the shown cells; to him the fine counts are any that give
these. So the relations that bind are the shown cells alone, each the known sum of its counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from snu_analytics.publication.disclosure.cells import COLUMN, Integers, Numbering

_NONE = -1


class Counts(NamedTuple):
    """Fine counts: their coordinates (see Numbering), a row each, and how many."""

    coordinates: Integers
    values: Integers


@dataclass(frozen=True)
class Block:
    """The counts of some days, the places where they could be instead, and the cells of both.

    `cells` are sorted, `full` their values and `inside` what the block's days give to them; counts
    of other days are held fixed, as if the attacker knew them. `held[place, table]` is the position
    in `cells` of the cell that holds the place, or -1 where that table is not out; `mass[place]` is
    the true count.
    """

    cells: Integers
    full: Integers
    inside: Integers
    held: Integers
    mass: Integers


class Shown(NamedTuple):
    """The relations, places with the same shown cells taken together as one class.

    `known @ masses` are the sums known to all, for the true `masses` and for whatever else could
    be; `rows` are their cells. `reach[target, class]` is 1 where some place of the class lies in
    the target, `confined[target, class]` where all do. `free` is the class of no shown cell.
    """

    known: csr_array
    rows: Integers
    masses: np.ndarray
    reach: csr_array
    confined: csr_array
    fixed: Integers
    free: int | None


def block_of(
    counts: Counts,
    choices: Mapping[tuple[str, ...], Integers],
    numbering: Numbering,
    out: np.ndarray,
    cells: Integers,
    full: Integers,
    openable: np.ndarray | None = None,
) -> Block:
    """The block of some days' counts.

    `choices` are the categories that can take each other's place, of one dimension or of those that
    go together: counts are thought elsewhere by changing one of these at a time.
    `out[kind, period]` tells the periods whose tables are out or about to be; `cells` are all their
    cells that are not zero or are masked, sorted, with their values `full`. A place in a cell that
    is shown as zero is none where anything could be, but for the tables that `openable` marks by
    kind and period: their zeros may be masked yet, and become cells of the block.
    """
    if not len(counts.values):
        none = np.empty(0, np.int64)
        return Block(none, none, none, none.reshape(0, len(numbering.tables)), none)
    held = _published(counts.coordinates, numbering, out)
    places, codes = [counts.coordinates], [held]
    for dimensions, values in choices.items():
        columns = [COLUMN[name] for name in dimensions]
        if len(values) > 1:
            moved_places, moved_codes = _moved(
                counts, held, columns, values, numbering, cells, out, openable
            )
            places.append(moved_places)
            codes.append(moved_codes)
    coordinates, codes_of_all = np.concatenate(places), np.concatenate(codes)
    coordinates, first, which = _distinct(coordinates)
    codes_of_all = codes_of_all[first]
    mass = np.bincount(which[: len(counts.values)], counts.values, len(coordinates))
    used = np.unique(codes_of_all)
    used = used[used != _NONE]
    position = np.searchsorted(used, codes_of_all)
    held = np.where(codes_of_all == _NONE, -1, position)
    known = np.minimum(np.searchsorted(cells, used), len(cells) - 1)
    values = np.where(cells[known] == used, full[known], 0)
    flat = held.ravel()
    inside = np.bincount(
        flat[flat >= 0], np.repeat(mass, held.shape[1])[flat >= 0], minlength=len(used)
    )
    return Block(used, values, inside.astype(np.int64), held, mass.astype(np.int64))


def _distinct(coordinates: Integers) -> tuple[Integers, Integers, Integers]:
    """The distinct rows, where each first stands, and which of them each row is."""
    sizes = coordinates.max(axis=0) + 1
    keys = np.ravel_multi_index(tuple(coordinates.T), tuple(sizes))
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return coordinates[first], first, which


def _published(coordinates: Integers, numbering: Numbering, out: Integers) -> Integers:
    codes = numbering.cells(coordinates)
    for number, table in enumerate(numbering.tables):
        absent = ~out[COLUMN[table.kind], coordinates[:, COLUMN[table.kind]]]
        codes[absent, number] = _NONE
    return codes


def _moved(
    counts: Counts,
    held: Integers,
    columns: list[int],
    values: Integers,
    numbering: Numbering,
    cells: Integers,
    out: Integers,
    openable: np.ndarray | None,
) -> tuple[Integers, Integers]:
    """Places one move away whose cells are all known, with these cells."""
    origin = np.repeat(np.arange(len(held)), len(values))
    places = counts.coordinates[origin]
    places[:, columns] = np.tile(values, (len(held), 1))
    stays = (places[:, columns] == counts.coordinates[origin][:, columns]).all(axis=1)
    origin, places = origin[~stays], places[~stays]
    affected = [
        number
        for number, table in enumerate(numbering.tables)
        if any(COLUMN[name] in columns for name in table.dimensions)
    ]
    for number in affected:
        kind = COLUMN[numbering.tables[number].kind]
        cell = numbering.cell(number, places)
        there = np.minimum(np.searchsorted(cells, cell), len(cells) - 1)
        possible = (cells[there] == cell) | ~out[kind, places[:, kind]]
        if openable is not None:
            possible |= openable[kind, places[:, kind]]
        origin, places = origin[possible], places[possible]
    codes = held[origin]
    for number in affected:
        present = codes[:, number] != _NONE
        codes[present, number] = numbering.cell(number, places[present])
    return places, codes


def relations(block: Block, masked: np.ndarray, targets: Integers) -> Shown:
    """The relations of a block when `masked` (by position) tells its cells that are not shown."""
    visible = block.held >= 0
    visible &= ~masked[np.where(visible, block.held, 0)]
    signature = np.where(visible, _scrambled(block.cells)[block.held], np.uint64(0)).sum(
        axis=1, dtype=np.uint64
    )
    classes, first, which = np.unique(signature, return_index=True, return_inverse=True)
    masses = np.bincount(which, block.mass, len(classes))
    entries, tables = np.nonzero(visible[first])
    held = block.held[first][entries, tables]
    rows, row = np.unique(held, return_inverse=True)
    known = csr_array((np.ones(len(row)), (row, entries)), (len(rows), len(classes)))
    number = np.full(len(block.cells) + 1, -1)  # the last stands for "not out", as position -1
    number[targets] = np.arange(len(targets))
    target = number[block.held]
    place, _ = np.nonzero(target >= 0)
    pairs = target[target >= 0] * len(classes) + which[place]
    pairs, times = np.unique(pairs, return_counts=True)
    shape = (len(targets), len(classes))
    at = (pairs // len(classes), pairs % len(classes))
    all_in = times == np.bincount(which, minlength=len(classes))[at[1]]
    reach = csr_array((np.ones(len(pairs)), at), shape)
    confined = csr_array((all_in.astype(float), at), shape)
    confined.eliminate_zeros()
    free = int(np.searchsorted(classes, 0)) if len(classes) and classes[0] == 0 else None
    fixed = block.full[targets] - block.inside[targets]
    return Shown(known, rows, masses, reach, confined, fixed, free)


def _scrambled(cells: Integers) -> np.ndarray:
    """A number of 64 bits for each cell (splitmix64): sums of them tell sets of cells apart."""
    mixed = cells.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
